"""What is owed to customers: by whom, by when, and who hears when it is late."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from database.database import Database
from database.work import alerts
from desk import solving, tickets
from desk.cases import Outgoing
from desk.desk import Desk
from desk.errors import StaffRefused, UnknownFollowUp
from desk.policies import Policies
from desk.queue import Queue
from desk.staff.follow_ups import FollowUp, business_day
from desk.staff.staff import Staff
from desk.work.deciding import Suggestions
from domain.drafts import Promise
from domain.hours import AROUND_THE_CLOCK
from domain.ids import DEFAULT_BRAND, BrandId, FollowUpId, TeammateId, TicketId
from domain.triage import Priority
from prompts import policy
from tests.desk.decisions import NOW, REPLY, answered, suggested
from tests.desk.staff.test_assigning import ask, hand_over, hire

FRIDAY = datetime(2026, 3, 6, 16, 30, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1)


async def solve(database: Database, ticket: TicketId, by: str, now: datetime) -> None:
    async with database.engine.begin() as connection:
        held = await tickets.hold(connection, ticket)
        assert held
        holding = await Policies(database.engine).in_force(DEFAULT_BRAND, connection)
        await solving.solve(connection, held, holding, by, now)


async def promise(desk: Desk, *promises: Promise) -> TicketId:
    attempt = await ask(desk)
    decision = replace(answered(attempt.turn), promises=promises)
    assert await desk.conclude(attempt, decision, (Outgoing("reply", REPLY),), NOW)
    return attempt.ticket


def owed(found: Sequence[FollowUp]) -> list[tuple[str, str | None, str | None, datetime]]:
    return [(one.cause, one.owner, one.team, one.due_at) for one in found]


@pytest.mark.parametrize("priority", [Priority.P0, Priority.P1])
async def test_what_was_grave_is_followed_up_within_a_business_day_of_its_solution(
    desk: Desk, staff: Staff, database: Database, priority: Priority
) -> None:
    anna = await hire(staff, "anna", FRIDAY)
    ticket = await hand_over(desk, FRIDAY, priority)

    await solve(database, ticket, anna.id, FRIDAY)
    await solve(database, ticket, anna.id, FRIDAY + timedelta(minutes=5))

    monday = datetime(2026, 3, 9, 16, 30, tzinfo=UTC)
    assert owed(await staff.follow_ups(DEFAULT_BRAND)) == [("grave", anna.id, "support", monday)]
    kinds = [event.kind for event in await desk.events(ticket)]
    assert kinds.count("follow_up_created") == 1
    assert {clock.stopped_at for clock in await desk.clocks(ticket)} == {FRIDAY}


async def test_what_was_not_grave_needs_no_follow_up(desk: Desk, staff: Staff, database: Database) -> None:
    anna = await hire(staff, "anna")
    ticket = await hand_over(desk, priority=Priority.P2)

    await solve(database, ticket, anna.id, NOW)

    assert await staff.follow_ups(DEFAULT_BRAND) == []


async def test_a_promise_is_on_the_list_of_whoever_it_names(desk: Desk, staff: Staff) -> None:
    anna = await hire(staff, "anna")
    ben = await hire(staff, "ben", teams=("billing",))

    ticket = await promise(
        desk, Promise("Anna calls you.", anna.id, TOMORROW), Promise("Billing writes to you.", "billing", TOMORROW)
    )

    assert set(owed(await staff.follow_ups(DEFAULT_BRAND, ticket=ticket))) == {
        ("promise", anna.id, None, TOMORROW),
        ("promise", None, "billing", TOMORROW),
    }
    assert [one.text for one in await staff.follow_ups(DEFAULT_BRAND, anna.id)] == ["Anna calls you."]
    assert [one.text for one in await staff.follow_ups(DEFAULT_BRAND, ben.id)] == ["Billing writes to you."]
    created = [event.data for event in await desk.events(ticket) if event.kind == "follow_up_created"]
    assert {facts["by"] for facts in created} == {"bot"}
    assert "Anna" not in repr(created)


async def test_what_a_suggestion_promises_is_owed_once_it_is_sent_and_only_what_was_left_in(
    desk: Desk, staff: Staff, database: Database, queue: Queue
) -> None:
    anna = await hire(staff, "anna")
    attempt = await ask(desk)
    said = Promise(REPLY, "support", TOMORROW)
    decision = replace(suggested(attempt.turn), promises=(said, replace(said, text="Billing writes to you.")))
    await desk.conclude(attempt, decision, (), NOW)
    before = await staff.follow_ups(DEFAULT_BRAND)

    await Suggestions(database.engine, queue).approve(DEFAULT_BRAND, attempt.case, anna.id, NOW, timedelta())

    assert before == []
    assert owed(await staff.follow_ups(DEFAULT_BRAND)) == [("promise", None, "support", TOMORROW)]


async def test_a_teammate_lists_what_they_owe_and_does_it_once(desk: Desk, staff: Staff) -> None:
    anna = await hire(staff, "anna")
    ticket = await hand_over(desk)
    late = await staff.follow_up(DEFAULT_BRAND, ticket, "Call back.", TOMORROW, anna.id, NOW)
    await staff.follow_up(DEFAULT_BRAND, ticket, "Ask again.", TOMORROW + timedelta(days=1), anna.id, NOW)

    overdue = await staff.follow_ups(DEFAULT_BRAND, anna.id, due_before=TOMORROW + timedelta(hours=1))
    done = await staff.finish(DEFAULT_BRAND, late.id, anna.id, TOMORROW + timedelta(hours=1))
    again = await staff.finish(DEFAULT_BRAND, late.id, anna.id, TOMORROW + timedelta(hours=2))

    assert [one.text for one in overdue] == ["Call back."]
    assert (done.done_at, done.done_by) == (TOMORROW + timedelta(hours=1), anna.id)
    assert again == done
    assert [one.text for one in await staff.follow_ups(DEFAULT_BRAND, anna.id)] == ["Ask again."]
    told = [event.data for event in await desk.events(ticket) if event.kind == "follow_up_done"]
    assert told == [{"follow_up": late.id, "cause": "teammate", "late": True, "by": anna.id}]


async def test_whoever_owes_what_is_late_hears_of_it_once(desk: Desk, staff: Staff, database: Database) -> None:
    anna = await hire(staff, "anna")
    ticket = await promise(
        desk, Promise("Anna calls.", anna.id, TOMORROW), Promise("Billing writes.", "billing", TOMORROW)
    )

    await staff.sweep(TOMORROW - timedelta(seconds=1))
    early = await told(database, ticket)
    await staff.sweep(TOMORROW)
    await staff.sweep(TOMORROW + timedelta(hours=1))

    assert early == set()
    assert await told(database, ticket) == {("follow_up_due", anna.id), ("follow_up_due", "billing")}


async def told(database: Database, ticket: TicketId) -> set[tuple[str, str]]:
    due = (alerts.c.ticket == ticket) & (alerts.c.cause == "follow_up_due")
    async with database.engine.connect() as connection:
        return {(row.cause, row.told) for row in await connection.execute(select(alerts).where(due))}


async def test_a_follow_up_of_the_past_or_of_another_brand_is_refused(desk: Desk, staff: Staff) -> None:
    anna = await hire(staff, "anna")
    other = BrandId("other")
    await desk.add_brand(other, "Other", NOW)
    stranger = await hire(staff, "eve", brand=other)
    ticket = await hand_over(desk)
    mine = await staff.follow_up(DEFAULT_BRAND, ticket, "Call back.", TOMORROW, anna.id, NOW)

    with pytest.raises(StaffRefused, match="a time that is to come"):
        await staff.follow_up(DEFAULT_BRAND, ticket, "Call back.", NOW, anna.id, NOW)
    with pytest.raises(UnknownFollowUp):
        await staff.finish(other, mine.id, stranger.id, NOW)
    with pytest.raises(UnknownFollowUp):
        await staff.finish(DEFAULT_BRAND, FollowUpId("fol_none"), anna.id, NOW)
    assert await staff.follow_ups(other) == []
    assert await staff.follow_ups(DEFAULT_BRAND, TeammateId("tea_none")) == []


def test_a_business_day_is_as_long_as_the_longest_of_the_week() -> None:
    assert business_day(policy.load().calendar("support")) == timedelta(hours=8)
    assert business_day(AROUND_THE_CLOCK) == timedelta(days=1)
