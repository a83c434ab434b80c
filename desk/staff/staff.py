"""The door to the people of the desk: who they are, whether they are there, what they have and what they owe.

Every method is one transaction and takes the time from its caller; rounds are one for each team and ticket.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from desk import audit, brands, events, tickets
from desk.access.roles import Role
from desk.audit import OPERATOR, Entry
from desk.errors import StaffRefused
from desk.policies import Policies
from desk.staff import assigning, follow_ups, rounds, routing, shifts, teammates
from desk.staff.follow_ups import FollowUp
from desk.staff.routing import Presence, Route
from desk.staff.shifts import Shift
from desk.staff.teammates import Teammate
from desk.tickets import Ticket
from desk.timing import clocks
from domain.ids import BrandId, FollowUpId, TeammateId, TicketId, new

CAPACITY = 8


@dataclass(frozen=True)
class Profile:
    """What a lead says of a teammate; without skills or languages they have those of their teams."""

    name: str
    email: str
    teams: tuple[str, ...]
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    capacity: int = CAPACITY


class Staff:
    """The people of the desk, on one database; policies say which teams there are and when they work."""

    def __init__(self, engine: AsyncEngine, policies: Policies) -> None:
        self._engine = engine
        self._policies = policies

    async def add(
        self, brand: BrandId, profile: Profile, now: datetime, by: str = OPERATOR, role: Role = "teammate"
    ) -> Teammate:
        """Add a teammate, who is away until they say otherwise.

        Raises UnknownBrand, or StaffRefused for a team that the policy does not name or an address in use.
        """
        added = Teammate(
            **vars(profile),
            id=TeammateId(new("tea")),
            brand=brand,
            presence="away",
            presence_since=now,
            created_at=now,
            role=role,
        )
        async with self._engine.begin() as connection:
            await brands.require(connection, brand)
            await self._require_teams(connection, brand, profile)
            await teammates.add(connection, added)
            await audit.record(connection, Entry("teammate_added", added.id, brand, by, {"role": role}), now)
        return added

    async def change(
        self, brand: BrandId, teammate: TeammateId, profile: Profile, now: datetime, by: str = OPERATOR
    ) -> tuple[Teammate, int]:
        """Say something else of a teammate, and return them with their load; the tickets they have stay theirs.

        Raises UnknownTeammate, or StaffRefused as `add` does.
        """
        async with self._engine.begin() as connection:
            before = await teammates.hold(connection, brand, teammate)
            await self._require_teams(connection, brand, profile)
            after = replace(before, **vars(profile))
            await teammates.rewrite(connection, after)
            await audit.record(connection, Entry("teammate_changed", teammate, brand, by, _changed(before, after)), now)
            return after, await _load(connection, teammate)

    async def leave(self, brand: BrandId, teammate: TeammateId, now: datetime, by: str = OPERATOR) -> None:
        """Let a teammate leave the desk: the next round gives their tickets to others, and they are signed out.

        Raises UnknownTeammate, or StaffRefused for the only admin.
        """
        async with self._engine.begin() as connection:
            known = await teammates.hold(connection, brand, teammate)
            await teammates.require_admin(connection, known)
            await self._move(connection, known, "away", now)
            await teammates.change(connection, teammate, left_at=now)
            await audit.record(connection, Entry("teammate_left", teammate, brand, by), now)

    async def teammates(self, brand: BrandId, team: str | None = None) -> list[tuple[Teammate, int]]:
        """Return the people of a brand, or of one of its teams, by name, with how many tickets they work on."""
        async with self._engine.connect() as connection:
            found = await teammates.of(connection, brand, team)
            loads = await teammates.loads(connection, [one.id for one in found])
        return [(one, loads[one.id]) for one in found]

    async def be(self, brand: BrandId, teammate: TeammateId, presence: Presence, now: datetime) -> tuple[Teammate, int]:
        """Note that a teammate is there, on a break or away, and return them with their load.

        The next round gives what waits to whoever is there.

        Raises UnknownTeammate.
        """
        async with self._engine.begin() as connection:
            known = await teammates.hold(connection, brand, teammate)
            return await self._move(connection, known, presence, now), await _load(connection, teammate)

    async def plan(
        self, brand: BrandId, teammate: TeammateId, starts_at: datetime, ends_at: datetime, planned: int | None = None
    ) -> Shift:
        """Plan a shift, and for how many tickets it is.

        Raises UnknownTeammate, or StaffRefused for one that is too long, ends before it starts or overlaps another.
        """
        async with self._engine.begin() as connection:
            known = await teammates.hold(connection, brand, teammate)
            return await shifts.add(connection, known.id, starts_at, ends_at, planned)

    async def unplan(self, brand: BrandId, shift: int) -> None:
        """Take a planned shift back.

        Raises UnknownShift.
        """
        async with self._engine.begin() as connection:
            await shifts.remove(connection, brand, shift)

    async def shifts(
        self, brand: BrandId, since: datetime, until: datetime, teammate: TeammateId | None = None
    ) -> list[Shift]:
        """Return the shifts of a brand, or of one teammate, that touch a span of time, the earliest first."""
        async with self._engine.connect() as connection:
            whose = [one.id for one in await teammates.of(connection, brand) if teammate in (None, one.id)]
            return await shifts.between(connection, whose, since, until)

    async def candidates(self, brand: BrandId, ticket: TicketId, now: datetime) -> Route:
        """Return who may take a ticket, best first, who may not, and why; this changes nothing.

        Raises UnknownTicket.
        """
        async with self._engine.connect() as connection:
            found = await tickets.of_brand(connection, brand, ticket)
            policy = await self._policies.in_force(brand, connection)
            wanted = await assigning.wanted_by(connection, found, policy)
            people = await teammates.of(connection, brand)
            return routing.route(wanted, await assigning.seats(connection, people, wanted.team, policy, now))

    async def give(
        self, brand: BrandId, ticket: TicketId, teammate: TeammateId, by: TeammateId, now: datetime
    ) -> Ticket:
        """Give a ticket to a teammate, or take it, where both are the same; a person may go beyond a capacity.

        Raises UnknownTicket, UnknownTeammate, or StaffRefused for a ticket that is done.
        """
        async with self._engine.begin() as connection:
            held = await self._hold(connection, brand, ticket)
            wanted = await teammates.hold(connection, brand, teammate)
            await teammates.require(connection, brand, by)
            await assigning.by_hand(connection, held, wanted, by, now)
            await clocks.follow(connection, ticket, await self._policies.in_force(brand, connection), now)
            return await tickets.of_brand(connection, brand, ticket)

    async def give_back(self, brand: BrandId, ticket: TicketId, by: TeammateId, now: datetime) -> Ticket:
        """Take a ticket from whoever has it; the next round gives it to somebody else of its team.

        Raises UnknownTicket, UnknownTeammate, or StaffRefused for a ticket that is done.
        """
        async with self._engine.begin() as connection:
            held = await self._hold(connection, brand, ticket)
            await teammates.require(connection, brand, by)
            await assigning.take_away(connection, held, by, now, "given_back")
            return await tickets.of_brand(connection, brand, ticket)

    async def sweep(self, now: datetime) -> None:
        """Make the rounds: give out what waits, move what nobody reacts to, tell whose follow-ups are due."""
        await rounds.make(self._engine, self._policies, now)

    async def follow_up(
        self,
        brand: BrandId,
        ticket: TicketId,
        text: str,
        due_at: datetime,
        by: TeammateId,
        now: datetime,
        owner: TeammateId | None = None,
    ) -> FollowUp:
        """Put something on a teammate's list, on one's own unless another is named.

        Raises UnknownTicket, UnknownTeammate, or StaffRefused when it would be due before now.
        """
        if due_at <= now:
            raise StaffRefused(f"a follow-up cannot be due at {due_at.isoformat()!r}: give a time that is to come")
        async with self._engine.begin() as connection:
            held = await tickets.hold_of_brand(connection, brand, ticket)
            await teammates.require(connection, brand, by)
            await teammates.require(connection, brand, owner or by)
            return await follow_ups.add(connection, held, "teammate", text, owner or by, held.team, due_at, by, now)

    async def finish(self, brand: BrandId, follow_up: FollowUpId, by: TeammateId, now: datetime) -> FollowUp:
        """Note that a follow-up was done; doing it again changes nothing.

        Raises UnknownFollowUp or UnknownTeammate.
        """
        async with self._engine.begin() as connection:
            await teammates.require(connection, brand, by)
            return await follow_ups.finish(connection, brand, follow_up, by, now)

    async def follow_ups(
        self,
        brand: BrandId,
        owner: TeammateId | None = None,
        ticket: TicketId | None = None,
        due_before: datetime | None = None,
        limit: int = 100,
    ) -> list[FollowUp]:
        """Return what is not done, whichever is due first: all of a brand, or a teammate's, or a ticket's."""
        async with self._engine.connect() as connection:
            return await follow_ups.open_ones(connection, brand, owner, ticket, due_before, limit)

    async def _hold(self, connection: AsyncConnection, brand: BrandId, ticket: TicketId) -> Ticket:
        held = await tickets.hold_of_brand(connection, brand, ticket)
        if held.status in tickets.DONE:
            raise StaffRefused(f"the ticket {ticket!r} is {held.status}: open it again before somebody takes it")
        return held

    async def _move(self, connection: AsyncConnection, known: Teammate, presence: Presence, now: datetime) -> Teammate:
        """Change the presence of a teammate whom this transaction holds, and note what that begins and ends."""
        kinds = teammates.MOVES.get((known.presence, presence), ())
        if kinds:
            await teammates.change(connection, known.id, presence=presence, presence_since=now)
        for kind in kinds:
            await events.record(connection, known.brand, None, kind, now, by=known.id)
        return replace(known, presence=presence, presence_since=now) if kinds else known

    async def _require_teams(self, connection: AsyncConnection, brand: BrandId, profile: Profile) -> None:
        policy = await self._policies.in_force(brand, connection)
        _check(profile.teams, {team.name for team in policy.teams})


def _changed(before: Teammate, after: Teammate) -> dict[str, list[str]]:
    """Return the names of what changed, and no more: what it says is nobody's business in a log."""
    return {"changed": [name for name, value in vars(after).items() if value != getattr(before, name)]}


async def _load(connection: AsyncConnection, teammate: TeammateId) -> int:
    return (await teammates.loads(connection, [teammate]))[teammate]


def _check(wanted: Collection[str], there: Collection[str]) -> None:
    if unknown := sorted(set(wanted) - set(there)):
        raise StaffRefused(f"the policy has no team {unknown[0]!r}: it has {', '.join(sorted(there))} (teams.yaml)")
