"""The clocks of tickets, by the shipped policy: Monday to Friday, nine to five, UTC. NOW is a Monday at nine."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from agents import handover
from desk.timing.calendar import WEEKDAYS
from domain.hours import Calendar, Opening
from domain.ids import DEFAULT_BRAND
from domain.staffing import Target, Tier
from domain.triage import Priority
from tests.desk.decisions import NOW, handed_over
from tests.desk.timing.conftest import Bench

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a time of March 2026, which begins with a Sunday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


async def test_a_new_ticket_waits_by_the_business_hours_of_its_priority(bench: Bench) -> None:
    ticket = await bench.open(at(6, 16))

    response, resolution = await bench.desk.clocks(ticket)

    assert (response.kind, response.due_at) == ("first_response", at(9, 16))
    assert (resolution.kind, resolution.due_at) == ("resolution", at(16, 16))


@pytest.mark.parametrize(("priority", "due"), [("P0", 30), ("P1", 60)])
async def test_what_is_urgent_is_due_around_the_clock(bench: Bench, priority: str, due: int) -> None:
    ticket = await bench.open(at(7, 3))

    await bench.change(ticket, at(7, 3, 5), priority=priority)

    assert (await bench.clock(ticket, "first_response")).due_at == at(7, 3) + due * MINUTE


async def test_while_the_customer_is_waited_for_the_resolution_rests(bench: Bench) -> None:
    ticket = await bench.open()
    await bench.desk.write(ticket, "Which one is it?", at(2, 9, 3))

    resting = await bench.clock(ticket, "resolution")
    await bench.write(ticket, at(3, 9))
    running = await bench.clock(ticket, "resolution")

    assert (resting.timer.rests, running.timer.rests) == (True, False)
    assert resting.due_at == at(9, 17)
    assert running.due_at == at(10, 16, 57)


async def test_on_hold_the_customer_still_waits(bench: Bench) -> None:
    ticket = await bench.open()

    await bench.change(ticket, at(2, 10), status="on_hold")

    assert not any(clock.timer.rests for clock in await bench.desk.clocks(ticket))


async def test_a_solution_stops_every_clock_and_says_how_long_it_took(bench: Bench) -> None:
    ticket = await bench.open()

    await bench.change(ticket, at(3, 10), status="solved")

    stopped = {
        event.data["clock"]: (event.data["late"], event.data["spent_s"])
        for event in await bench.desk.events(ticket)
        if event.kind == "clock_stopped"
    }
    nine_hours = 9 * 3600
    assert stopped == {"first_response": (True, nine_hours), "resolution": (False, nine_hours)}
    assert all(clock.stopped_at == at(3, 10) for clock in await bench.desk.clocks(ticket))


async def test_after_a_solution_that_was_none_the_resolution_goes_on_and_a_response_starts(bench: Bench) -> None:
    ticket = await bench.open()
    await bench.change(ticket, at(2, 11), status="solved")

    await bench.write(ticket, at(4, 9))

    running = [clock for clock in await bench.desk.clocks(ticket) if clock.stopped_at is None]
    assert [(clock.kind, clock.due_at) for clock in running] == [
        ("resolution", at(11, 15)),
        ("next_response", at(4, 17)),
    ]
    assert running[0].started_at == NOW


async def test_time_that_a_lower_priority_did_not_count_counts_when_it_turns_out_graver(bench: Bench) -> None:
    ticket = await bench.open(at(6, 16))

    await bench.change(ticket, at(8, 12), priority="P1")

    assert (await bench.clock(ticket, "resolution")).due_at == at(6, 20)


async def test_time_that_was_waited_for_the_customer_counts_for_no_priority(bench: Bench) -> None:
    ticket = await bench.open()
    await bench.change(ticket, at(2, 10), status="pending")
    await bench.change(ticket, at(4, 10), status="open")

    await bench.change(ticket, at(4, 10), priority="P1")

    assert (await bench.clock(ticket, "resolution")).due_at == at(4, 13)


async def test_customers_of_a_tier_have_their_own_targets(bench: Bench) -> None:
    quick = {Priority.P3: Target(45, 90, business_hours=False)}
    bench.bend(tiers=(Tier("enterprise", quick),))
    await bench.value("cus_1", "enterprise")

    theirs, others = await bench.open(customer="cus_1"), await bench.open(customer="cus_2")

    assert (await bench.clock(theirs, "first_response")).due_at == NOW + 45 * MINUTE
    assert (await bench.clock(others, "first_response")).due_at == NOW + 8 * HOUR


async def test_the_hub_knows_the_tier_and_the_packet_says_what_the_clocks_do(bench: Bench) -> None:
    bench.bend(tiers=(Tier("enterprise", {Priority.P2: Target(45, 90, business_hours=False)}),))
    await bench.value("cus_1", "enterprise")
    ticket = await bench.open(customer="cus_1")
    attempt = await bench.desk.begin(ticket, NOW)
    assert attempt is not None

    packet = handover.hand_over(attempt.turn, "fault", bench.policy)
    decision = replace(handed_over(attempt.turn), triage=None, handover=packet)
    await bench.desk.conclude(attempt, decision, (), NOW + MINUTE)

    allowed = {target.clock: target.minutes * MINUTE for target in packet.clocks}
    assert allowed == {"response": 45 * MINUTE, "resolution": 90 * MINUTE}
    assert [clock.due_at - NOW for clock in await bench.desk.clocks(ticket)] == list(allowed.values())


async def test_what_people_have_gets_graver_by_what_the_bot_reads_and_never_milder(bench: Bench) -> None:
    ticket, seen = await bench.open(), []

    for priority in (Priority.P1, Priority.P3, Priority.P0):
        attempt = await bench.desk.begin(ticket, NOW)
        assert attempt is not None
        await bench.desk.conclude(attempt, handed_over(attempt.turn, priority), (), NOW)
        seen.append((await bench.desk.ticket(ticket, DEFAULT_BRAND)).priority)
        await bench.write(ticket, NOW + MINUTE)

    assert seen == [Priority.P1, Priority.P1, Priority.P0]


async def test_a_ticket_waits_by_the_hours_of_the_team_it_went_to(bench: Bench) -> None:
    early = Calendar("tokyo", "Asia/Tokyo", dict.fromkeys(WEEKDAYS[:5], (Opening(at(2, 9).time(), at(2, 17).time()),)))
    teams = tuple(replace(team, calendar="tokyo") if team.name == "billing" else team for team in bench.policy.teams)
    bench.bend(calendars=(*bench.policy.calendars, early), teams=teams)
    ticket = await bench.open(at(3, 0))

    await bench.change(ticket, at(3, 1), team="billing")

    assert (await bench.clock(ticket, "first_response")).due_at == at(3, 8)


async def test_nothing_that_concerns_a_clock_leaves_it_as_it_is(bench: Bench) -> None:
    ticket = await bench.open()
    before = await bench.desk.clocks(ticket)

    await bench.change(ticket, at(2, 12), subject="Invoice")

    assert await bench.desk.clocks(ticket) == before
