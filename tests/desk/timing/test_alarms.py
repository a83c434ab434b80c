"""What clocks tell, by the shipped policy, and whom. NOW is a Monday at nine."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert

from database.people import teammates
from desk.errors import UnknownAlert
from domain.ids import DEFAULT_BRAND, BrandId, TeammateId, TicketId
from tests.desk.decisions import NOW
from tests.desk.timing.conftest import Bench

ANNA = TeammateId("tea_anna")
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


async def hire(bench: Bench) -> None:
    row = {
        "id": ANNA,
        "brand": DEFAULT_BRAND,
        "name": "Anna",
        "email": "anna@example.com",
        "teams": ["support"],
        "skills": [],
        "languages": [],
        "capacity": 5,
        "presence": "available",
        "presence_since": NOW,
        "created_at": NOW,
    }
    async with bench.database.engine.begin() as connection:
        await connection.execute(insert(teammates).values(row))


async def calm(bench: Bench, **columns: object) -> TicketId:
    """Open a ticket of which only the resolution still counts: P3, due in six business days, at risk after 38:24."""
    ticket = await bench.open()
    await bench.forget_responses(NOW)
    await bench.change(ticket, NOW, team="support", **columns)
    return ticket


async def test_each_mark_is_told_once_with_the_time_at_which_it_was_passed(bench: Bench) -> None:
    ticket = await calm(bench)

    for moment in (at(4, 12), at(5, 10), at(6, 16), at(9, 12), at(9, 17), at(10, 9), at(11, 9)):
        await bench.alarms.sound(moment)

    rang = await bench.rang(ticket)
    assert [(event.kind, event.happened_at) for event in rang] == [
        ("clock_half", at(4, 17)),
        ("clock_at_risk", at(6, 15, 24)),
        ("clock_breached", at(9, 17)),
    ]
    assert all(event.data["clock"] == "resolution" and event.data["by"] == "desk" for event in rang)


async def test_after_an_outage_all_marks_are_told_at_once(bench: Bench) -> None:
    ticket = await calm(bench)

    assert await bench.alarms.sound(at(20, 9)) == 1
    assert await bench.alarms.sound(at(20, 9)) == 0

    assert [event.kind for event in await bench.rang(ticket)] == ["clock_half", "clock_at_risk", "clock_breached"]


async def test_many_who_sweep_at_once_tell_everything_once(bench: Bench) -> None:
    opened = [await bench.open() for _ in range(30)]

    await asyncio.gather(*(bench.alarms.sound(at(20, 9)) for _ in range(4)))

    assert await bench.rung() == len(opened) * 2 * 3
    assert await bench.alarms.sound(at(20, 9)) == 0


async def test_tickets_that_change_while_alarms_sound_are_told_of_once(bench: Bench) -> None:
    opened = [await calm(bench) for _ in range(12)]

    graver = (bench.change(ticket, at(9, 12), priority="P1") for ticket in opened)
    await asyncio.gather(*(bench.alarms.sound(at(9, 12)) for _ in range(3)), *graver)
    await bench.alarms.sound(at(9, 12))

    for ticket in opened:
        assert [event.kind for event in await bench.rang(ticket)] == ["clock_half", "clock_at_risk", "clock_breached"]


async def test_a_clock_that_rests_tells_nothing(bench: Bench) -> None:
    ticket = await calm(bench, status="pending")

    await bench.alarms.sound(at(20, 9))

    assert await bench.rang(ticket) == []


async def test_the_desks_sweep_sounds_the_alarms(bench: Bench) -> None:
    ticket = await calm(bench, settled=1)

    await bench.desk.sweep(at(20, 9))

    assert len(await bench.rang(ticket)) == 3


async def test_at_risk_the_assignee_is_told_then_the_team_then_its_lead(bench: Bench) -> None:
    await hire(bench)
    lead = [replace(team, lead="lead@example.com") for team in bench.policy.teams]
    bench.bend(teams=tuple(lead))
    ticket = await calm(bench, assignee=ANNA)
    steps = []

    for moment in (at(6, 15, 25), at(6, 15, 55), at(6, 16, 55), at(9, 9, 23), at(9, 9, 25)):
        await bench.alarms.sound(moment)
        steps.append([told for _, _, told in await bench.told(ticket)])

    assert steps == [
        [ANNA],
        [ANNA, "support"],
        [ANNA, "support"],
        [ANNA, "support"],
        [ANNA, "support", "lead@example.com"],
    ]
    assert {cause for cause, _, _ in await bench.told(ticket)} == {"at_risk"}


async def test_without_an_assignee_the_team_is_told_at_once(bench: Bench) -> None:
    ticket = await calm(bench)

    await bench.alarms.sound(at(6, 15, 25))

    assert await bench.told(ticket) == [("at_risk", 1, "support")]


async def test_once_somebody_has_seen_it_nobody_else_is_told_until_it_is_breached(bench: Bench) -> None:
    await hire(bench)
    ticket = await calm(bench, assignee=ANNA)
    await bench.alarms.sound(at(6, 15, 25))
    [alert] = await bench.alarms.unseen(DEFAULT_BRAND, [ANNA])

    await bench.alarms.see(DEFAULT_BRAND, alert.id, ANNA, at(6, 15, 30))
    await bench.alarms.sound(at(9, 16))
    seen = await bench.told(ticket)
    await bench.alarms.sound(at(10, 9))

    assert await bench.alarms.unseen(DEFAULT_BRAND, [ANNA]) == []
    assert seen == [("at_risk", 0, ANNA)]
    assert await bench.told(ticket) == [*seen, ("breached", 1, "support")]


async def test_a_breach_goes_one_step_further_at_once_and_the_rest_of_the_way_in_time(bench: Bench) -> None:
    await hire(bench)
    ticket = await calm(bench, assignee=ANNA, priority="P2")
    await bench.alarms.sound(at(4, 12, 13))
    before = await bench.told(ticket)

    await bench.alarms.sound(at(4, 17) + SECOND)
    after = await bench.told(ticket)

    assert before == [("at_risk", 0, ANNA)]
    assert after[len(before) :] == [("breached", 1, "support"), ("breached", 2, "support")]


async def test_what_is_grave_reaches_coordination_at_once_and_walks_the_path_by_itself(bench: Bench) -> None:
    await hire(bench)
    ticket = await calm(bench, assignee=ANNA)

    await bench.change(ticket, at(2, 9, 1), priority="P0")
    at_once = await bench.told(ticket)
    await bench.alarms.sound(at(2, 9, 1))
    walked = await bench.told(ticket)
    await bench.alarms.sound(at(2, 9, 11))

    assert at_once == [("grave", 0, "coordination")]
    assert walked[1:] == [("grave", 0, ANNA), ("grave", 1, "support"), ("grave", 2, "coordination")]
    assert (await bench.told(ticket))[4:] == [("grave", 3, "support")]


async def test_what_is_no_longer_grave_stops_walking(bench: Bench) -> None:
    ticket = await calm(bench, priority="P0")

    await bench.change(ticket, NOW + MINUTE, priority="P3")
    await bench.alarms.sound(at(2, 12))

    assert await bench.told(ticket) == [("grave", 0, "coordination")]


async def test_a_breach_of_one_priority_is_told_again_for_another_that_had_more_time(bench: Bench) -> None:
    ticket = await calm(bench, priority="P1")
    await bench.alarms.sound(at(2, 13, 1))

    await bench.change(ticket, at(2, 13, 2), priority="P3")
    await bench.alarms.sound(at(2, 14))
    told = [event.kind for event in await bench.rang(ticket)]
    await bench.alarms.sound(at(10, 9))

    marks = ["clock_half", "clock_at_risk", "clock_breached"]
    assert told == marks
    assert [event.kind for event in await bench.rang(ticket)] == marks * 2


async def test_whoever_is_told_stands_in_the_alert_and_in_no_event(bench: Bench) -> None:
    bench.bend(teams=tuple(replace(team, lead="lead@example.com") for team in bench.policy.teams))
    ticket = await calm(bench)

    await bench.alarms.sound(at(20, 9))

    raised = [event for event in await bench.desk.events(ticket) if event.kind == "alert_raised"]
    assert [event.data["alert"] for event in raised] == [alert.id for alert in await bench.alerts(ticket)]
    assert "lead@example.com" not in str(raised)


async def test_an_alert_is_seen_by_its_own_brand_only_and_the_first_counts(bench: Bench) -> None:
    await hire(bench)
    await calm(bench, assignee=ANNA)
    await bench.alarms.sound(at(6, 15, 25))
    [alert] = await bench.alarms.unseen(DEFAULT_BRAND, [ANNA])

    with pytest.raises(UnknownAlert, match=f"brand 'acme' has no alert {alert.id}"):
        await bench.alarms.see(BrandId("acme"), alert.id, ANNA, at(6, 15, 30))
    await bench.alarms.see(DEFAULT_BRAND, alert.id, ANNA, at(6, 15, 30))
    again = await bench.alarms.see(DEFAULT_BRAND, alert.id, ANNA, at(6, 15, 40))

    assert again.seen_at == at(6, 15, 30)
    assert await bench.alarms.unseen(BrandId("acme"), [ANNA]) == []
