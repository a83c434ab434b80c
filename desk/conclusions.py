"""What a decision changes in its ticket, all of it in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from desk import cases, events, messages, outbox, stream, tickets
from desk.cases import Attempt, Outgoing
from desk.messages import Message
from desk.queue import Queue
from desk.staff import assigning, follow_ups
from desk.tickets import Ticket
from desk.timing import clocks
from desk.work import outcomes, suggestions
from domain.decisions import Decision, Handover
from domain.ids import CaseId
from domain.policy import Policy
from domain.triage import Priority


async def supersede(
    connection: AsyncConnection, ticket: Ticket, attempt: Attempt, decision: Decision, now: datetime
) -> None:
    """Keep what a case found out, but send nothing: the customer wrote again, or a person has taken the ticket."""
    await cases.end(connection, attempt.case, "superseded", decision, now)
    spent = _spent(decision)
    await events.record(connection, ticket.brand, ticket.id, "case_superseded", now, case=attempt.case, **spent)


async def stop(connection: AsyncConnection, ticket: Ticket, attempt: Attempt, now: datetime) -> None:
    """End a case that was stopped under way, since nobody waits for it any more; what it cost is in the day's sums."""
    if await cases.drop(connection, attempt.case, now):
        await events.record(connection, ticket.brand, ticket.id, "case_superseded", now, case=attempt.case)


async def decide(
    connection: AsyncConnection,
    queue: Queue,
    ticket: Ticket,
    attempt: Attempt,
    decision: Decision,
    outgoing: Sequence[Outgoing],
    now: datetime,
) -> None:
    """Store a decision and queue what the customer is told; that somebody looks into it is said once a ticket."""
    await cases.end(connection, attempt.case, "decided", decision, now)
    await _record(connection, ticket, attempt, decision, now)
    if decision.handover is not None:
        await cases.hand_over(connection, attempt.case, ticket.id, decision.handover, now)
    if decision.outcome == "suggested" and await messages.noticed(connection, ticket.id):
        outgoing = ()
    for said in outgoing:
        message = await messages.add(
            connection, ticket.id, "bot", said.kind, said.text, now, case=attempt.case, answers=attempt.number
        )
        await outbox.put(connection, queue, ticket, message, now)
        if said.kind == "reply":
            await _replied(connection, ticket, attempt, decision, message, now)
    if not outgoing:
        await stream.add_done(connection, ticket.id, attempt.case, now)


async def settle(
    connection: AsyncConnection,
    ticket: Ticket,
    attempt: Attempt,
    decision: Decision,
    policy: Policy,
    now: datetime,
) -> None:
    """Bring status, priority, language and clocks of the ticket up to the decision."""
    found = decision.triage
    priority = _priority(ticket, decision)
    language = ticket.language or (found.language if found else None)
    handed_over_at = ticket.handed_over_at or (now if decision.outcome == "handed_over" else None)
    silence = timedelta(hours=policy.waits.silence_hours)
    await tickets.change(
        connection,
        ticket.id,
        now,
        settled=attempt.number,
        status="pending" if decision.outcome == "answered" else "open",
        priority=priority.value,
        language=language,
        handed_over_at=handed_over_at,
        assume_at=now + silence if decision.outcome == "answered" else None,
    )
    if priority != ticket.priority:
        change = {"before": ticket.priority.value, "after": priority.value}
        await events.record(connection, ticket.brand, ticket.id, "priority_changed", now, **change)
    if decision.outcome == "answered":
        await follow_ups.promised(connection, ticket, decision.promises, "bot", now)
    if handover := decision.handover:
        moved = replace(ticket, priority=priority, language=language)
        await assigning.hand_over(connection, moved, handover.team, handover.skill, policy, now)
    await clocks.follow(connection, ticket.id, policy, now, answered=decision.outcome == "answered")
    if decision.outcome == "suggested":
        await suggestions.add(connection, ticket, attempt, decision, now)
    if found:
        await outcomes.understood(connection, ticket, found.intent, timedelta(days=policy.waits.recontact_days), now)


async def hand_over_late(
    connection: AsyncConnection, ticket: Ticket, case: CaseId, policy: Policy, now: datetime
) -> None:
    """Give a ticket to people whose suggested reply nobody decided on in time; the reply may still be approved."""
    decision = await cases.decision(connection, case)
    if decision is None:
        return
    packet = _overdue(ticket, decision, policy)
    await cases.hand_over(connection, case, ticket.id, packet, now)
    await tickets.change(connection, ticket.id, now, handed_over_at=now)
    await _record_handover(connection, ticket, case, packet, "desk", now)
    await assigning.hand_over(connection, ticket, packet.team, packet.skill, policy, now)
    await clocks.follow(connection, ticket.id, policy, now)
    await stream.ring(connection, ticket.id)


def _overdue(ticket: Ticket, decision: Decision, policy: Policy) -> Handover:
    """Return the packet of a suggestion that nobody decided on."""
    triage = decision.triage
    intent = policy.intent(triage.intent) if triage else None
    skill = intent.skill if intent else "general"
    skilled = (team.name for team in policy.teams if skill in team.skills)
    return Handover(
        reason="low_confidence",
        summary=f"The customer asks: {'; '.join(ask.text for ask in decision.asks)}",
        asks=decision.asks,
        evidence=decision.evidence,
        tried=("suggested the reply that is proposed",),
        missing=("somebody to decide on the suggested reply before the response was due",),
        team=ticket.team or next(skilled, policy.destinations[-1].team),
        skill=skill,
        priority=ticket.priority,
        sentiment=triage.sentiment if triage else "neutral",
        proposed_reply=decision.reply,
        reasons=decision.reasons,
    )


async def _replied(
    connection: AsyncConnection, ticket: Ticket, attempt: Attempt, decision: Decision, message: Message, now: datetime
) -> None:
    """Note that the bot answered, and which articles the customer is shown for it."""
    facts = {"message": message.id, "by": "bot", "case": attempt.case}
    await events.record(connection, ticket.brand, ticket.id, "message_written", now, **facts)
    for article in cases.cited(decision):
        shown = {"message": message.id, "article": article}
        await events.record(connection, ticket.brand, ticket.id, "citation_shown", now, **shown)
    await outcomes.replied(connection, ticket, "bot", now)


def _spent(decision: Decision) -> dict[str, events.Fact]:
    """Return what a case cost."""
    usage = decision.usage
    return {
        "model_calls": usage.model_calls,
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "cost": usage.cost,
    }


def _priority(ticket: Ticket, decision: Decision) -> Priority:
    """Return how grave a ticket is by now: what people have turns out graver by what the bot reads, never milder."""
    read = decision.triage or decision.handover
    if read is None:
        return ticket.priority
    keeps = decision.triage is None or ticket.handed_over_at is not None
    return min(read.priority, ticket.priority) if keeps else read.priority


async def _record(
    connection: AsyncConnection, ticket: Ticket, attempt: Attempt, decision: Decision, now: datetime
) -> None:
    await events.record(
        connection,
        ticket.brand,
        ticket.id,
        "case_decided",
        now,
        case=attempt.case,
        attempt=attempt.attempt,
        outcome=decision.outcome,
        confidence=decision.confidence,
        engine=decision.engine.name,
        **_spent(decision),
    )
    if decision.handover:
        await _record_handover(connection, ticket, attempt.case, decision.handover, "bot", now)


async def _record_handover(
    connection: AsyncConnection, ticket: Ticket, case: CaseId, packet: Handover, by: str, now: datetime
) -> None:
    facts = {"reason": packet.reason, "team": packet.team, "skill": packet.skill}
    await events.record(connection, ticket.brand, ticket.id, "handed_over", now, case=case, by=by, **facts)
    await outcomes.handed_over(connection, ticket, packet.reason)
