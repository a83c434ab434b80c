from datetime import timedelta

import pytest

from database.database import Database
from desk.cases import Outgoing
from desk.desk import Desk, Incoming
from desk.errors import RatingRefused
from desk.work import outcomes
from desk.work.outcomes import Outcome
from domain.ids import DEFAULT_BRAND, CustomerId, TicketId
from tests.desk.decisions import NOW, REPLY, answered, handed_over

DAY = timedelta(days=1)


async def contact(desk: Desk, at: timedelta = timedelta(), person: bool = False) -> TicketId:
    """Let the same customer write about the same matter, and the bot answer or hand over."""
    incoming = Incoming(DEFAULT_BRAND, "How do I change my address?", "chat", customer=CustomerId("c1"))
    received = await desk.receive(incoming, NOW + at)
    attempt = await desk.begin(received.ticket, NOW + at)
    assert attempt is not None
    decision = handed_over(attempt.turn) if person else answered(attempt.turn)
    said = Outgoing("notice", "A colleague takes over.") if person else Outgoing("reply", REPLY)
    await desk.conclude(attempt, decision, (said,), NOW + at + timedelta(minutes=1))
    return received.ticket


async def ledger(database: Database, ticket: TicketId) -> Outcome:
    async with database.engine.connect() as connection:
        found = await outcomes.of(connection, ticket)
    assert found is not None
    return found


async def solve(database: Database, desk: Desk, ticket: TicketId, at: timedelta) -> None:
    held = await desk.ticket(ticket, DEFAULT_BRAND)
    async with database.engine.begin() as connection:
        await outcomes.solved(connection, held, NOW + at, "confirmed")


async def rate(database: Database, desk: Desk, ticket: TicketId, mark: int) -> None:
    held = await desk.ticket(ticket, DEFAULT_BRAND)
    async with database.engine.begin() as connection:
        await outcomes.rated(connection, held, mark, NOW)


async def test_the_first_answers_of_bot_and_teammate_are_told_apart(desk: Desk, database: Database) -> None:
    ticket = await contact(desk)
    await desk.write(ticket, "Let me add something.", NOW + DAY)
    await desk.write(ticket, "And more.", NOW + 2 * DAY)

    found = await ledger(database, ticket)

    assert found.first_bot_reply_at == NOW + timedelta(minutes=1)
    assert found.first_teammate_reply_at == NOW + DAY
    assert (found.handed_over, found.intent) == (None, "address")


async def test_a_notice_is_no_answer_and_a_handover_keeps_its_reason(desk: Desk, database: Database) -> None:
    found = await ledger(database, await contact(desk, person=True))

    assert (found.handed_over, found.first_bot_reply_at) == ("asked_for_person", None)


@pytest.mark.parametrize(("after", "again"), [(6 * DAY, True), (8 * DAY, False)])
async def test_who_comes_back_about_the_same_within_a_week_was_not_helped(
    desk: Desk, database: Database, after: timedelta, again: bool
) -> None:
    first = await contact(desk)
    await solve(database, desk, first, timedelta(hours=1))

    await contact(desk, timedelta(hours=1) + after)

    assert ((await ledger(database, first)).contacted_again_at is not None) is again


async def test_a_solved_ticket_that_comes_back_was_not_answered_by_the_bot(desk: Desk, database: Database) -> None:
    ticket = await contact(desk)
    await solve(database, desk, ticket, timedelta(hours=1))

    async with database.engine.begin() as connection:
        await outcomes.reopened(connection, await desk.ticket(ticket, DEFAULT_BRAND))

    found = await ledger(database, ticket)
    assert (found.reopened, found.solved_at, found.answered_by_bot) == (1, None, None)


async def test_a_customer_is_asked_once_and_a_second_mark_takes_the_firsts_place(
    desk: Desk, database: Database
) -> None:
    ticket = await contact(desk)
    await solve(database, desk, ticket, timedelta(hours=1))
    await solve(database, desk, ticket, timedelta(hours=2))
    await rate(database, desk, ticket, 2)
    await rate(database, desk, ticket, 5)

    kinds = [event.kind for event in await desk.events(ticket) if event.kind.startswith("csat")]
    assert kinds == ["csat_asked", "csat_given", "csat_given"]
    assert (await ledger(database, ticket)).csat == 5


@pytest.mark.parametrize("mark", [0, 6])
async def test_a_mark_beyond_the_scale_is_refused(desk: Desk, database: Database, mark: int) -> None:
    ticket = await contact(desk)
    await solve(database, desk, ticket, timedelta(hours=1))

    with pytest.raises(RatingRefused, match=f"{mark} is no mark: give 1"):
        await rate(database, desk, ticket, mark)


async def test_an_open_ticket_is_not_marked(desk: Desk, database: Database) -> None:
    ticket = await contact(desk)

    with pytest.raises(RatingRefused, match="only solved tickets are marked"):
        await rate(database, desk, ticket, 5)


async def test_whoever_never_answers_the_question_is_recorded_once(desk: Desk, database: Database) -> None:
    ticket = await contact(desk)
    await solve(database, desk, ticket, timedelta(hours=1))

    counts = []
    for _ in range(2):
        async with database.engine.begin() as connection:
            counts.append(await outcomes.ignored(connection, NOW + DAY, NOW + 8 * DAY, 100))

    assert counts == [1, 0]
    assert [event.kind for event in await desk.events(ticket)][-1] == "csat_ignored"
