"""The door to suggestions: list them, decide on them, undo that in time, and send what was decided."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from desk import cases, events, messages, outbox, tickets
from desk.policies import Policies
from desk.queue import Queue
from desk.staff import follow_ups, teammates
from desk.tickets import Ticket
from desk.timing import clocks
from desk.work import outcomes, suggestions
from desk.work.edits import share_kept
from desk.work.suggestions import Reason, Suggestion
from domain.ids import BrandId, CaseId, TeammateId, TicketId

SENT_AT_ONCE = 200  # suggestions in one sweep


class Suggestions:
    """The drafts that wait for a teammate; every method is one transaction and takes the time from its caller."""

    def __init__(self, engine: AsyncEngine, queue: Queue, policies: Policies | None = None) -> None:
        self._engine = engine
        self._queue = queue
        self._policies = policies or Policies(engine)

    async def waiting(self, brand: BrandId, limit: int = 100) -> list[Suggestion]:
        """Return the suggestions of a brand that nobody has decided on, the oldest first."""
        async with self._engine.connect() as connection:
            return await suggestions.waiting(connection, brand, limit)

    async def of(self, ticket: TicketId) -> list[Suggestion]:
        """Return the suggestions of a ticket, the oldest first."""
        async with self._engine.connect() as connection:
            return await suggestions.of(connection, ticket)

    async def find(self, brand: BrandId, case: CaseId) -> Suggestion:
        """Return the suggestion of a case.

        Raises UnknownSuggestion.
        """
        async with self._engine.connect() as connection:
            return await suggestions.find(connection, brand, case)

    async def approve(
        self, brand: BrandId, case: CaseId, teammate: TeammateId, now: datetime, undo: timedelta
    ) -> Suggestion:
        """Have a suggestion sent as it is when `undo` is over; to approve it again changes nothing.

        Raises UnknownSuggestion, UnknownTeammate, or SuggestionDecided when it was rejected or is superseded.
        """
        async with self._engine.begin() as connection:
            ticket, found = await self._hold(connection, brand, case, teammate)
            if found.state not in ("approved", "sent"):
                suggestions.require(found, ("waiting",), "approved")
                await self._decide(connection, ticket, found, teammate, now, undo, state="approved")
                await events.record(connection, brand, ticket.id, "suggestion_approved", now, case=case, by=teammate)
            return await suggestions.find(connection, brand, case)

    async def edit(
        self,
        brand: BrandId,
        case: CaseId,
        teammate: TeammateId,
        text: str,
        now: datetime,
        undo: timedelta,
        advice: Sequence[dict[str, Any]] = (),
    ) -> Suggestion:
        """Have a teammate's version sent when `undo` is over; what the checker advises is kept and holds nothing up.

        Raises UnknownSuggestion, UnknownTeammate, or SuggestionDecided when somebody has decided already.
        """
        async with self._engine.begin() as connection:
            ticket, found = await self._hold(connection, brand, case, teammate)
            if not (found.state in ("edited", "sent") and found.final_text == text):
                suggestions.require(found, ("waiting",), "edited")
                changes = {"final_text": text, "advice": list(advice)}
                await self._decide(connection, ticket, found, teammate, now, undo, state="edited", **changes)
                kept = share_kept(found.text, text)
                await events.record(
                    connection, brand, ticket.id, "suggestion_edited", now, case=case, by=teammate, kept=kept
                )
            return await suggestions.find(connection, brand, case)

    async def reject(
        self, brand: BrandId, case: CaseId, teammate: TeammateId, reason: Reason, comment: str | None, now: datetime
    ) -> Suggestion:
        """Drop a suggestion for a reason; the ticket waits for a teammate's own words.

        Raises UnknownSuggestion, UnknownTeammate, or SuggestionDecided when somebody has decided otherwise.
        """
        async with self._engine.begin() as connection:
            ticket, found = await self._hold(connection, brand, case, teammate)
            if found.state != "rejected":
                suggestions.require(found, ("waiting",), "rejected")
                decided = {"decided_by": teammate, "decided_at": now, "reason": reason, "comment": comment}
                await suggestions.change(connection, case, state="rejected", **decided)
                await events.record(
                    connection, brand, ticket.id, "suggestion_rejected", now, case=case, by=teammate, reason=reason
                )
            return await suggestions.find(connection, brand, case)

    async def undo(self, brand: BrandId, case: CaseId, teammate: TeammateId, now: datetime) -> Suggestion:
        """Take a decision back while its message has not gone out; an edited text is forgotten.

        Raises UnknownSuggestion, UnknownTeammate, or SuggestionDecided when it is too late.
        """
        async with self._engine.begin() as connection:
            ticket, found = await self._hold(connection, brand, case, teammate)
            if found.state != "waiting":
                suggestions.require(found, ("approved", "edited", "rejected"), "undone")
                nothing = dict.fromkeys(
                    ("final_text", "advice", "reason", "comment", "decided_by", "decided_at", "send_at")
                )
                await suggestions.change(connection, case, state="waiting", **nothing)
                await events.record(connection, brand, ticket.id, "suggestion_undone", now, case=case, by=teammate)
            return await suggestions.find(connection, brand, case)

    async def send_due(self, now: datetime) -> int:
        """Send what can no longer be undone, and return how much that was."""
        async with self._engine.connect() as connection:
            ready = await suggestions.due(connection, now, SENT_AT_ONCE)
        for brand, case in ready:
            async with self._engine.begin() as connection:
                ticket, found = await suggestions.hold(connection, brand, case)
                if found.state in ("approved", "edited") and found.send_at is not None and found.send_at <= now:
                    await self._send(connection, ticket, found, now)
        return len(ready)

    async def _hold(
        self, connection: AsyncConnection, brand: BrandId, case: CaseId, teammate: TeammateId
    ) -> tuple[Ticket, Suggestion]:
        held = await suggestions.hold(connection, brand, case)
        await teammates.hold(connection, brand, teammate)
        return held

    async def _decide(
        self,
        connection: AsyncConnection,
        ticket: Ticket,
        found: Suggestion,
        teammate: TeammateId,
        now: datetime,
        undo: timedelta,
        **columns: object,
    ) -> None:
        decided = {"decided_by": teammate, "decided_at": now, "send_at": now + undo}
        await suggestions.change(connection, found.case, **decided, **columns)
        if not undo:
            await self._send(connection, ticket, await suggestions.find(connection, found.brand, found.case), now)

    async def _send(self, connection: AsyncConnection, ticket: Ticket, found: Suggestion, now: datetime) -> None:
        """Turn a decided suggestion into a teammate's message on its way out."""
        message = await messages.add(
            connection,
            ticket.id,
            "teammate",
            "reply",
            found.final_text or found.text,
            now,
            case=found.case,
            answers=found.turn,
            teammate=found.decided_by,
        )
        await outbox.put(connection, self._queue, ticket, message, now)
        await suggestions.change(connection, found.case, state="sent", message=message.id)
        await tickets.change(connection, ticket.id, now, status="pending")
        facts = {"message": message.id, "by": found.decided_by, "case": found.case}
        await events.record(connection, ticket.brand, ticket.id, "message_written", now, **facts)
        decision = await cases.decision(connection, found.case)
        kept = [promise for promise in decision.promises if promise.text in message.text] if decision else []
        await follow_ups.promised(connection, ticket, kept, found.decided_by or "desk", now)
        policy = await self._policies.in_force(ticket.brand, connection)
        await clocks.follow(connection, ticket.id, policy, now, answered=True)
        await outcomes.replied(connection, ticket, "teammate", now)
