"""Handovers reach people, over a real database: who gets a ticket, who keeps it, and what happens when nobody can."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, text

from database.database import Database
from database.work import alerts
from desk.cases import Attempt, Outgoing
from desk.desk import Desk, Incoming
from desk.errors import StaffRefused, UnknownTeammate, UnknownTicket
from desk.events import Event
from desk.staff.staff import Profile, Staff
from desk.staff.teammates import Teammate
from desk.tickets import Ticket
from domain.decisions import Decision
from domain.ids import DEFAULT_BRAND, BrandId, TeammateId, TicketId
from domain.triage import Priority
from domain.turns import Turn
from tests.desk.decisions import NOW, handed_over

NOTICE = (Outgoing("notice", "A colleague will take over."),)
NIGHT = NOW.replace(hour=22)
LATER = NOW + timedelta(minutes=31)


async def hire(
    staff: Staff, name: str, now: datetime | None = NOW, brand: BrandId = DEFAULT_BRAND, **more: object
) -> Teammate:
    """Add a teammate of support, who is there from a time on, or away."""
    plain = Profile(name, f"{name}@example.com", ("support",))
    known = await staff.add(brand, replace(plain, **more), NOW - timedelta(days=1))  # type: ignore[arg-type]
    return (await staff.be(brand, known.id, "available", now))[0] if now else known


async def ask(desk: Desk, now: datetime = NOW, ticket: TicketId | None = None) -> Attempt:
    received = await desk.receive(Incoming(DEFAULT_BRAND, "I want a person.", "chat", ticket, language="en"), now)
    attempt = await desk.begin(received.ticket, now)
    assert attempt is not None
    return attempt


async def hand_over(
    desk: Desk, now: datetime = NOW, priority: Priority = Priority.P3, team: str = "support", skill: str = "general"
) -> TicketId:
    attempt = await ask(desk, now)
    assert await desk.conclude(attempt, to(attempt.turn, priority, team, skill), NOTICE, now)
    return attempt.ticket


def to(turn: Turn, priority: Priority, team: str, skill: str) -> Decision:
    decision = handed_over(turn, priority)
    assert decision.handover
    return replace(decision, handover=replace(decision.handover, team=team, skill=skill))


async def find(desk: Desk, ticket: TicketId) -> Ticket:
    return await desk.ticket(ticket, DEFAULT_BRAND)


async def last(desk: Desk, ticket: TicketId, kind: str) -> Event:
    return [event for event in await desk.events(ticket) if event.kind == kind][-1]


async def told(database: Database, ticket: TicketId) -> list[tuple[str, str]]:
    async with database.engine.connect() as connection:
        rows = await connection.execute(select(alerts.c.cause, alerts.c.told).where(alerts.c.ticket == ticket))
        return [(row.cause, row.told) for row in rows]


async def test_a_handover_reaches_its_team_and_whoever_of_it_is_skilled_and_free(desk: Desk, staff: Staff) -> None:
    await hire(staff, "anna", skills=("technical",))
    ben = await hire(staff, "ben", skills=("billing",))
    await hire(staff, "cleo", teams=("billing",), skills=("billing",))

    ticket = await hand_over(desk, skill="billing")

    given = await find(desk, ticket)
    assert (given.team, given.skill, given.assignee, given.assigned_at) == ("support", "billing", ben.id, NOW)
    facts = (await last(desk, ticket, "assigned")).data
    assert (facts["teammate"], facts["by"], facts["cause"]) == (ben.id, "desk", "handed_over")
    assert (facts["skill"], facts["language"], facts["tier"], facts["duty"], facts["room"]) == (16, 8, 4, 2, 1)
    assert (facts["score"], facts["load"], facts["capacity"]) == (31, 0, 8)


async def test_who_has_no_skills_of_their_own_has_those_of_their_teams(desk: Desk, staff: Staff) -> None:
    anna = await hire(staff, "anna", teams=("billing",))

    ticket = await hand_over(desk, team="billing", skill="billing")

    assert (await last(desk, ticket, "assigned")).data["skill"] == 16
    assert (await find(desk, ticket)).assignee == anna.id


async def test_equals_take_turns(desk: Desk, staff: Staff) -> None:
    hired = {(await hire(staff, name)).id for name in ("anna", "ben", "cleo")}

    tickets = [await hand_over(desk, NOW + timedelta(minutes=minute)) for minute in range(6)]

    owners = [(await find(desk, ticket)).assignee for ticket in tickets]
    assert set(owners[:3]) == hired
    assert owners[3:] == owners[:3]


async def test_a_ticket_waits_with_the_reason_until_somebody_is_free(desk: Desk, staff: Staff) -> None:
    anna = await hire(staff, "anna", capacity=1)
    first, second = await hand_over(desk), await hand_over(desk)

    waits = (await last(desk, second, "assignment_waits")).data
    await staff.sweep(NOW)
    still = (await find(desk, second)).assignee
    await desk.write(first, "Here you are.", NOW)  # pending: nobody works on it
    await staff.sweep(NOW)

    assert waits["reason"] == "everybody_full"
    assert still is None
    assert (await find(desk, second)).assignee == anna.id
    assert (await last(desk, second, "assigned")).data["cause"] == "waited"
    assert len([event for event in await desk.events(second) if event.kind == "assignment_waits"]) == 1


async def test_the_most_urgent_ticket_is_the_first_to_leave_the_line(desk: Desk, staff: Staff) -> None:
    await hand_over(desk, NOW, Priority.P3)
    grave = await hand_over(desk, NOW + timedelta(minutes=2), Priority.P2)
    await hand_over(desk, NOW + timedelta(minutes=1), Priority.P3)
    anna = await hire(staff, "anna", capacity=1)

    await staff.sweep(LATER)

    assert (await find(desk, grave)).assignee == anna.id
    assert dict(await loads(staff)) == {"anna": 1}


async def loads(staff: Staff) -> list[tuple[str, int]]:
    return [(one.name, load) for one, load in await staff.teammates(DEFAULT_BRAND)]


async def test_outside_working_hours_only_what_is_urgent_is_given_out(desk: Desk, staff: Staff) -> None:
    anna = await hire(staff, "anna", NIGHT)

    calm, grave = await hand_over(desk, NIGHT), await hand_over(desk, NIGHT, Priority.P1)

    assert (await find(desk, calm)).assignee is None
    assert (await last(desk, calm, "assignment_waits")).data["reason"] == "nobody_on_duty"
    assert (await find(desk, grave)).assignee == anna.id


async def test_a_shift_says_who_works_whatever_the_hours_of_the_team(desk: Desk, staff: Staff) -> None:
    anna, ben = await hire(staff, "anna", NIGHT), await hire(staff, "ben", NIGHT)
    await staff.plan(DEFAULT_BRAND, ben.id, NIGHT, NIGHT + timedelta(hours=6), planned=12)

    night, day = await hand_over(desk, NIGHT), await hand_over(desk, NIGHT + timedelta(hours=12))

    assert (await find(desk, night)).assignee == ben.id
    assert (await find(desk, day)).assignee == anna.id


async def test_coordination_hears_of_what_is_urgent_and_waits_and_of_a_team_without_people(
    desk: Desk, staff: Staff, database: Database
) -> None:
    await hire(staff, "anna", capacity=0)

    grave = await hand_over(desk, priority=Priority.P0)
    calm = await hand_over(desk)
    nobodys = await hand_over(desk, team="billing")

    assert await told(database, grave) == [("grave", "coordination")]
    assert await told(database, calm) == []
    assert await told(database, nobodys) == [("unanswered", "coordination")]


async def test_whoever_has_a_ticket_keeps_it_while_it_stays_with_their_team(desk: Desk, staff: Staff) -> None:
    anna = await hire(staff, "anna", capacity=1)
    ticket = await hand_over(desk)
    await hire(staff, "ben")
    await desk.hand_back(ticket, NOW)

    again = await ask(desk, ticket=ticket)
    await desk.conclude(again, to(again.turn, Priority.P3, "support", "general"), NOTICE, NOW)

    assert (await find(desk, ticket)).assignee == anna.id


async def test_a_ticket_that_goes_to_another_team_leaves_its_teammate(desk: Desk, staff: Staff) -> None:
    await hire(staff, "anna")
    ticket = await hand_over(desk)

    again = await ask(desk, ticket=ticket)
    await desk.conclude(again, to(again.turn, Priority.P3, "billing", "billing"), NOTICE, NOW)

    moved = await find(desk, ticket)
    assert (moved.team, moved.assignee) == ("billing", None)
    assert (await last(desk, ticket, "team_changed")).data == {"before": "support", "after": "billing", "by": "bot"}
    assert (await last(desk, ticket, "unassigned")).data["reason"] == "nobody_in_team"


async def test_what_nobody_reacts_to_goes_to_somebody_else_and_in_the_end_to_the_lead(
    desk: Desk, staff: Staff, database: Database
) -> None:
    await hire(staff, "anna")
    await hire(staff, "ben")
    ticket = await hand_over(desk)
    first = (await find(desk, ticket)).assignee

    await staff.sweep(NOW + timedelta(minutes=29))
    before = (await find(desk, ticket)).assignee
    await staff.sweep(LATER)
    second = (await find(desk, ticket)).assignee
    await staff.sweep(LATER + timedelta(minutes=31))
    await staff.sweep(LATER + timedelta(minutes=32))

    assert before == first
    assert second not in (first, None)
    assert (await last(desk, ticket, "assigned")).data["cause"] == "unanswered"
    assert (await find(desk, ticket)).assignee == second
    assert await told(database, ticket) == [("unanswered", "support")]


async def test_whoever_replied_or_took_it_themselves_keeps_a_ticket(desk: Desk, staff: Staff) -> None:
    anna = await hire(staff, "anna")
    ben = await hire(staff, "ben")
    taken = await hand_over(desk)
    await staff.give(DEFAULT_BRAND, taken, ben.id, ben.id, NOW)

    await staff.sweep(LATER)

    assert anna.id != ben.id
    assert (await find(desk, taken)).assignee == ben.id
    assert (await last(desk, taken, "assigned")).data["cause"] == "taken"


async def test_the_night_does_not_count_against_a_teammate(desk: Desk, staff: Staff) -> None:
    evening = NOW.replace(hour=16, minute=50)
    await hire(staff, "anna", evening)
    ticket = await hand_over(desk, evening)
    first = (await find(desk, ticket)).assignee
    ben = await hire(staff, "ben", evening)

    await staff.sweep(evening + timedelta(hours=16, minutes=20))  # 9:10 in the morning
    kept = (await find(desk, ticket)).assignee
    await staff.sweep(evening + timedelta(hours=16, minutes=40))

    assert kept == first
    assert (await find(desk, ticket)).assignee == ben.id


async def test_a_customer_who_writes_to_somebody_who_is_away_gets_somebody_else(desk: Desk, staff: Staff) -> None:
    anna = await hire(staff, "anna")
    ticket = await hand_over(desk)
    await staff.give(DEFAULT_BRAND, ticket, anna.id, anna.id, NOW)
    ben = await hire(staff, "ben")
    await staff.be(DEFAULT_BRAND, anna.id, "away", LATER)
    await desk.receive(Incoming(DEFAULT_BRAND, "Are you there?", "chat", ticket), LATER)

    await staff.sweep(LATER + timedelta(minutes=31))

    assert (await find(desk, ticket)).assignee == ben.id


async def test_who_leaves_leaves_their_tickets_to_others(desk: Desk, staff: Staff) -> None:
    anna = await hire(staff, "anna")
    ticket = await hand_over(desk)

    await staff.leave(DEFAULT_BRAND, anna.id, NOW)
    await staff.sweep(NOW)
    nobody = (await find(desk, ticket)).assignee
    ben = await hire(staff, "ben")
    await staff.sweep(NOW)

    assert nobody is None
    assert (await find(desk, ticket)).assignee == ben.id
    with pytest.raises(UnknownTeammate, match="has no teammate"):
        await staff.be(DEFAULT_BRAND, anna.id, "available", NOW)


async def test_who_gives_a_ticket_back_is_not_given_it_again(desk: Desk, staff: Staff) -> None:
    anna = await hire(staff, "anna")
    ticket = await hand_over(desk)

    await staff.give_back(DEFAULT_BRAND, ticket, anna.id, NOW)
    await staff.sweep(NOW)
    nobody = (await find(desk, ticket)).assignee
    ben = await hire(staff, "ben")
    await staff.sweep(NOW)

    assert nobody is None
    assert (await find(desk, ticket)).assignee == ben.id
    assert (await last(desk, ticket, "unassigned")).data == {
        "by": anna.id,
        "teammate": anna.id,
        "reason": "given_back",
    }


async def test_a_person_may_give_somebody_more_than_they_would_be_given(desk: Desk, staff: Staff) -> None:
    lead = await hire(staff, "lead", capacity=0)
    anna = await hire(staff, "anna", capacity=0)
    ticket = await hand_over(desk)

    await staff.give(DEFAULT_BRAND, ticket, anna.id, lead.id, NOW)

    facts = (await last(desk, ticket, "assigned")).data
    assert (facts["cause"], facts["by"], facts["load"], facts["capacity"]) == ("given", lead.id, 0, 0)
    assert dict(await loads(staff)) == {"anna": 1, "lead": 0}


async def test_candidates_say_who_may_take_a_ticket_and_what_keeps_the_others(desk: Desk, staff: Staff) -> None:
    ticket = await hand_over(desk)
    anna, ben = await hire(staff, "anna"), await hire(staff, "ben", now=None)
    cleo = await hire(staff, "cleo", teams=("billing",))

    found = await staff.candidates(DEFAULT_BRAND, ticket, NOW)

    assert [one.teammate for one in found.ranked] == [anna.id]
    assert {one.teammate: one.obstacle for one in found.passed} == {ben.id: "away", cleo.id: "another_team"}
    assert (await find(desk, ticket)).assignee is None


async def test_twenty_handovers_at_once_and_two_rounds_overload_nobody(desk: Desk, staff: Staff) -> None:
    for name, capacity in (("anna", 3), ("ben", 5), ("cleo", 4)):
        await hire(staff, name, capacity=capacity)
    attempts = [await ask(desk) for _ in range(20)]
    decisions = [to(attempt.turn, Priority.P3, "support", "general") for attempt in attempts]

    concluded = zip(attempts, decisions, strict=True)
    await asyncio.gather(
        *(desk.conclude(attempt, decision, NOTICE, NOW) for attempt, decision in concluded),
        *(staff.sweep(NOW) for _ in range(2)),
    )

    owners = Counter([(await find(desk, attempt.ticket)).assignee for attempt in attempts])
    assert dict(await loads(staff)) == {"anna": 3, "ben": 5, "cleo": 4}
    assert owners[None] == 8


async def test_people_tickets_and_teams_of_other_brands_and_strange_names_are_refused(
    desk: Desk, staff: Staff, database: Database
) -> None:
    other = BrandId("other")
    await desk.add_brand(other, "Other", NOW)
    stranger = await hire(staff, "anna", brand=other)
    await hire(staff, "anna")
    ticket = await hand_over(desk)

    for refused in (
        staff.give(DEFAULT_BRAND, ticket, stranger.id, stranger.id, NOW),
        staff.be(DEFAULT_BRAND, stranger.id, "available", NOW),
        staff.give_back(DEFAULT_BRAND, ticket, TeammateId("mat_none"), NOW),
    ):
        with pytest.raises(UnknownTeammate):
            await refused
    with pytest.raises(UnknownTicket):
        await staff.candidates(other, ticket, NOW)
    with pytest.raises(StaffRefused, match="no team 'sail'"):
        await hire(staff, "ben", teams=("sail",))
    with pytest.raises(StaffRefused, match="already: change that one"):
        await staff.add(DEFAULT_BRAND, Profile("A", "ANNA@example.com", ()), NOW)
    with pytest.raises(StaffRefused, match="already: change that one"):
        await staff.change(DEFAULT_BRAND, (await hire(staff, "cleo")).id, Profile("C", "anna@example.com", ()), NOW)
    with pytest.raises(StaffRefused, match="no e-mail address"):
        await staff.add(DEFAULT_BRAND, Profile("D", "dora", ()), NOW)
    assert [one.id for one, _ in await staff.teammates(other)] == [stranger.id]
    async with database.engine.connect() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM teammates"))).scalar_one() == 3


async def test_the_sweep_of_the_desk_makes_the_rounds(desk: Desk, staff: Staff) -> None:
    ticket = await hand_over(desk)
    anna = await hire(staff, "anna")

    await desk.sweep(NOW)

    assert (await find(desk, ticket)).assignee == anna.id
