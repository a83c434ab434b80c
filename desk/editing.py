"""What teammates change about a ticket, each change with its event, in the transaction that holds the ticket."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypedDict

from sqlalchemy.ext.asyncio import AsyncConnection

from desk import customers, events, moves, problems, tickets
from desk.errors import MoveRefused, TicketRefused
from desk.staff import assigning, teammates
from desk.tickets import DONE, Status, Ticket
from desk.timing import clocks
from domain.ids import CustomerId, TeammateId, TicketId
from domain.policy import Policy
from domain.triage import Priority


class Edit(TypedDict, total=False):
    """What becomes of a ticket; what is left out stays as it is."""

    subject: str
    tags: Sequence[str]
    customer: CustomerId
    priority: Priority
    team: str
    problem: TicketId | None
    spam: bool
    status: Status


async def edit(
    connection: AsyncConnection, ticket: Ticket, wanted: Edit, policy: Policy, by: TeammateId, now: datetime
) -> None:
    """Change a ticket as a teammate wants it; its clocks follow.

    Raises TicketRefused, ProblemRefused or MoveRefused.
    """
    if ticket.merged_into is not None:
        raise MoveRefused(f"{ticket.id!r} was merged: change {ticket.merged_into!r} instead")
    await _describe(connection, ticket, wanted, now)
    await _prioritize(connection, ticket, wanted.get("priority", ticket.priority), by, now)
    if "problem" in wanted:
        await problems.link(connection, ticket, wanted["problem"], by, now)
    moved = replace(ticket, priority=wanted.get("priority", ticket.priority))
    await _to_team(connection, moved, wanted.get("team", ticket.team), policy, by, now)
    await clocks.follow(connection, ticket.id, policy, now)
    await _mark(connection, ticket, wanted, policy, by, now)


async def _describe(connection: AsyncConnection, ticket: Ticket, wanted: Edit, now: datetime) -> None:
    columns: dict[str, object] = {}
    if "subject" in wanted:
        columns["subject"] = wanted["subject"]
    if "tags" in wanted:
        columns["tags"] = list(dict.fromkeys(wanted["tags"]))
    if "customer" in wanted and wanted["customer"] != ticket.customer:
        if ticket.customer is not None:
            raise TicketRefused(f"{ticket.id!r} is a ticket of {ticket.customer!r}, and nobody else's")
        await customers.meet(connection, ticket.brand, wanted["customer"], now)
        columns["customer"] = wanted["customer"]
    if columns:
        await tickets.change(connection, ticket.id, now, **columns)


async def _prioritize(
    connection: AsyncConnection, ticket: Ticket, priority: Priority, by: TeammateId, now: datetime
) -> None:
    if priority == ticket.priority:
        return
    await tickets.change(connection, ticket.id, now, priority=priority.value)
    change = {"before": ticket.priority.value, "after": priority.value, "by": by}
    await events.record(connection, ticket.brand, ticket.id, "priority_changed", now, **change)


async def _to_team(
    connection: AsyncConnection, ticket: Ticket, team: str | None, policy: Policy, by: TeammateId, now: datetime
) -> None:
    """Give an open ticket to another team; whoever has it keeps it where they work for that team too."""
    if team is None or team == ticket.team:
        return
    if policy.team(team) is None:
        named = ", ".join(known.name for known in policy.teams)
        raise TicketRefused(f"there is no team {team!r}: the policy has {named}")
    await tickets.change(connection, ticket.id, now, team=team)
    change = {"before": ticket.team, "after": team, "by": by}
    await events.record(connection, ticket.brand, ticket.id, "team_changed", now, **change)
    members = {one.id for one in await teammates.of(connection, ticket.brand, team)}
    if ticket.status not in DONE and ticket.assignee not in members:
        await assigning.assign(connection, replace(ticket, team=team), policy, now, "asked")


async def _mark(
    connection: AsyncConnection, ticket: Ticket, wanted: Edit, policy: Policy, by: TeammateId, now: datetime
) -> None:
    """Bring status and the mark of spam to where they are wanted."""
    spam = wanted.get("spam", ticket.spam)
    current = replace(ticket, problem=wanted.get("problem", ticket.problem))
    if spam and not ticket.spam:
        await moves.drop(connection, current, "spam", policy, by, now)
    elif ticket.spam and not spam:
        await moves.reopen(connection, current, policy, by, now)
    elif "status" in wanted:
        await moves.move(connection, current, wanted["status"], policy, by, now)
