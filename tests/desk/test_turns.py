from datetime import timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from database.database import Database
from database.tables import messages, outbox
from desk.cases import Attempt, Outgoing
from desk.desk import Desk, Incoming, Received
from desk.errors import UnknownBrand, UnknownTicket
from desk.queue import Queue
from domain.ids import DEFAULT_BRAND, BrandId, CustomerId, MessageId, TicketId
from domain.triage import Priority
from domain.turns import Utterance
from tests.desk.decisions import NOW, REPLY, answered, handed_over, suggested

SOON = NOW + timedelta(minutes=3)
SECOND = timedelta(seconds=1)
SAID = (Outgoing("reply", REPLY),)
NOTICE = (Outgoing("notice", "A colleague will take over."),)


async def ask(desk: Desk, words: str = "How do I change my address?", ticket: TicketId | None = None) -> Received:
    return await desk.receive(Incoming(DEFAULT_BRAND, words, "chat", ticket, language="en"), NOW)


async def begin(desk: Desk, ticket: TicketId) -> Attempt:
    attempt = await desk.begin(ticket, SOON)
    assert attempt is not None
    return attempt


async def bot_messages(desk: Desk, ticket: TicketId) -> list[str]:
    return [message.text for message in await desk.messages(ticket) if message.author == "bot"]


async def states(desk: Desk, ticket: TicketId) -> list[str]:
    return [case.state for case in await desk.cases(ticket)]


async def job_count(database: Database) -> int:
    async with database.engine.connect() as connection:
        count: int = (await connection.execute(text("SELECT count(*) FROM procrastinate_jobs"))).scalar_one()
        return count


async def test_a_burst_of_messages_is_one_turn(desk: Desk) -> None:
    received = await ask(desk, "Hello")
    await ask(desk, "I moved.", received.ticket)
    await ask(desk, "How do I change my address?", received.ticket)

    attempt = await begin(desk, received.ticket)

    assert attempt.turn.text == "Hello\n\nI moved.\n\nHow do I change my address?"
    assert attempt.turn.history == ()
    assert attempt.turn.case == attempt.case
    assert attempt.turn.language == "en"


async def test_the_next_turn_knows_what_was_said_before(desk: Desk) -> None:
    received = await ask(desk, "Hello")
    first = await begin(desk, received.ticket)
    await desk.conclude(first, answered(first.turn), SAID, SOON)
    await ask(desk, "And my name?", received.ticket)

    attempt = await begin(desk, received.ticket)

    assert attempt.turn.text == "And my name?"
    assert attempt.turn.history == (Utterance("customer", "Hello"), Utterance("bot", REPLY))
    assert not attempt.turn.already_handed_over


async def test_a_turn_after_a_handover_says_that_a_person_has_the_ticket(desk: Desk) -> None:
    received = await ask(desk)
    first = await begin(desk, received.ticket)
    await desk.conclude(first, handed_over(first.turn), NOTICE, SOON)
    await ask(desk, "Are you there?", received.ticket)

    attempt = await begin(desk, received.ticket)

    assert attempt.turn.already_handed_over
    assert NOTICE[0].text not in [said.text for said in attempt.turn.history]


async def test_a_decided_turn_is_not_begun_again(desk: Desk) -> None:
    received = await ask(desk)
    attempt = await begin(desk, received.ticket)
    await desk.conclude(attempt, answered(attempt.turn), SAID, SOON)

    again = await desk.begin(received.ticket, SOON)

    assert again is None


async def test_a_ticket_that_nobody_knows_has_nothing_to_begin(desk: Desk) -> None:
    assert await desk.begin(TicketId("tic_gone"), NOW) is None


async def test_concluding_twice_has_no_second_effect(desk: Desk, database: Database) -> None:
    received = await ask(desk)
    attempt = await begin(desk, received.ticket)

    first = await desk.conclude(attempt, answered(attempt.turn), SAID, SOON)
    jobs = await job_count(database)
    second = await desk.conclude(attempt, answered(attempt.turn), SAID, SOON)

    assert first
    assert second
    assert await bot_messages(desk, received.ticket) == [REPLY]
    assert await job_count(database) == jobs


async def test_after_a_death_the_second_attempt_concludes_and_the_first_comes_too_late(desk: Desk) -> None:
    received = await ask(desk)
    first = await begin(desk, received.ticket)
    second = await begin(desk, received.ticket)

    concluded = await desk.conclude(second, answered(second.turn), SAID, SOON)
    late = await desk.conclude(first, handed_over(first.turn), NOTICE, SOON)

    assert (second.attempt, second.exhausted) == (2, False)
    assert concluded
    assert not late
    assert await bot_messages(desk, received.ticket) == [REPLY]
    assert await states(desk, received.ticket) == ["died", "decided"]


async def test_the_third_attempt_is_exhausted(desk: Desk) -> None:
    received = await ask(desk)
    await begin(desk, received.ticket)
    await begin(desk, received.ticket)

    third = await begin(desk, received.ticket)

    assert third.exhausted


async def test_a_newer_message_supersedes_an_unsent_reply(desk: Desk) -> None:
    received = await ask(desk)
    attempt = await begin(desk, received.ticket)
    await ask(desk, "Forget it, I want to cancel.", received.ticket)

    concluded = await desk.conclude(attempt, answered(attempt.turn), SAID, SOON)
    following = await begin(desk, received.ticket)

    assert not concluded
    assert await bot_messages(desk, received.ticket) == []
    assert following.turn.text == "How do I change my address?\n\nForget it, I want to cancel."
    assert following.attempt == 1
    assert await states(desk, received.ticket) == ["superseded", "running"]


async def test_what_a_superseded_case_found_out_is_kept(desk: Desk) -> None:
    received = await ask(desk)
    attempt = await begin(desk, received.ticket)
    await ask(desk, "Wait.", received.ticket)

    await desk.conclude(attempt, answered(attempt.turn), SAID, SOON)

    assert await desk.decision(attempt.case) == answered(attempt.turn)


async def test_a_teammates_message_silences_the_bot_at_once(desk: Desk) -> None:
    received = await ask(desk)
    attempt = await begin(desk, received.ticket)
    await desk.write(received.ticket, "Hello, this is Ana.", SOON)

    concluded = await desk.conclude(attempt, answered(attempt.turn), SAID, SOON)

    assert not concluded
    assert await bot_messages(desk, received.ticket) == []


async def test_the_bot_stays_silent_until_the_ticket_is_handed_back(desk: Desk, database: Database) -> None:
    received = await ask(desk)
    await desk.write(received.ticket, "Hello, this is Ana.", SOON)
    jobs = await job_count(database)
    await ask(desk, "Thank you, Ana.", received.ticket)

    silent = await desk.begin(received.ticket, SOON)
    jobs_of_the_silent = await job_count(database) - jobs
    await desk.hand_back(received.ticket, SOON)
    await ask(desk, "One more thing.", received.ticket)
    attempt = await begin(desk, received.ticket)

    assert silent is None
    assert jobs_of_the_silent == 0
    assert attempt.turn.text == "One more thing."


async def test_a_decision_is_kept_whole(desk: Desk) -> None:
    received = await ask(desk)
    attempt = await begin(desk, received.ticket)
    decided = handed_over(attempt.turn, Priority.P1)

    await desk.conclude(attempt, decided, NOTICE, SOON)

    assert await desk.decision(attempt.case) == decided
    assert await desk.handovers(received.ticket) == [decided.handover]


async def test_a_decision_moves_its_ticket(desk: Desk) -> None:
    asking, complaining = await ask(desk), await ask(desk, "A person, please!")
    first, second = await begin(desk, asking.ticket), await begin(desk, complaining.ticket)

    await desk.conclude(first, answered(first.turn), SAID, SOON)
    await desk.conclude(second, handed_over(second.turn, Priority.P1), NOTICE, SOON)

    one, other = [await desk.ticket(received.ticket, DEFAULT_BRAND) for received in (asking, complaining)]
    assert (one.status, one.priority, one.handed_over_at) == ("pending", "P3", None)
    assert (other.status, other.priority, other.handed_over_at) == ("open", "P1", SOON)
    assert await desk.count_open() == 2


async def test_an_answer_stops_the_response_clock_and_leaves_the_resolution_running(desk: Desk) -> None:
    received = await ask(desk)
    attempt = await begin(desk, received.ticket)

    await desk.conclude(attempt, answered(attempt.turn), SAID, SOON)

    stopped = {clock.kind: clock.stopped_at for clock in await desk.clocks(received.ticket)}
    assert stopped == {"first_response": SOON, "resolution": None}


async def test_a_handover_leaves_the_clocks_running_towards_the_targets_of_its_priority(desk: Desk) -> None:
    received = await ask(desk)
    attempt = await begin(desk, received.ticket)

    await desk.conclude(attempt, handed_over(attempt.turn, Priority.P1), NOTICE, SOON)

    due = {clock.kind: clock.due_at - NOW for clock in await desk.clocks(received.ticket) if not clock.stopped_at}
    assert due == {"first_response": timedelta(hours=1), "resolution": timedelta(hours=4)}


async def test_the_customers_next_message_starts_the_next_response_clock(desk: Desk) -> None:
    received = await ask(desk)
    attempt = await begin(desk, received.ticket)
    await desk.conclude(attempt, answered(attempt.turn), SAID, SOON)

    await ask(desk, "And my name?", received.ticket)
    await ask(desk, "And my mail?", received.ticket)

    running = [clock.kind for clock in await desk.clocks(received.ticket) if clock.stopped_at is None]
    assert sorted(running) == ["next_response", "resolution"]


async def test_events_tell_the_story_without_the_customers_words(desk: Desk) -> None:
    received = await ask(desk, "canary-4711")
    attempt = await begin(desk, received.ticket)
    await desk.conclude(attempt, handed_over(attempt.turn, Priority.P1), NOTICE, SOON)

    story = await desk.events(received.ticket)

    assert [event.kind for event in story] == [
        "ticket_opened",
        "message_received",
        "case_started",
        "case_decided",
        "handed_over",
        "priority_changed",
        "team_changed",
        "assignment_waits",
        "alert_raised",
    ]
    assert "canary-4711" not in str(story)


async def test_a_message_to_an_unknown_brand_leaves_nothing_behind(desk: Desk, database: Database) -> None:
    with pytest.raises(UnknownBrand, match="no brand 'acme': add it with `deskhand brands add acme`"):
        await desk.receive(Incoming(BrandId("acme"), "Hello", "chat"), NOW)

    assert await job_count(database) == 0


async def test_another_brands_ticket_is_unknown(desk: Desk) -> None:
    received = await ask(desk)
    await desk.add_brand(BrandId("acme"), "Acme", NOW)

    with pytest.raises(UnknownTicket, match=r"brand 'acme' has no ticket 'tic_"):
        await desk.receive(Incoming(BrandId("acme"), "Hello", "chat", received.ticket), NOW)

    assert len(await desk.messages(received.ticket)) == 1


async def test_the_same_customer_id_in_two_brands_is_two_customers(desk: Desk) -> None:
    await desk.add_brand(BrandId("acme"), "Acme", NOW)

    ours = await desk.receive(Incoming(DEFAULT_BRAND, "Hello", "chat", customer=CustomerId("42")), NOW)
    theirs = await desk.receive(Incoming(BrandId("acme"), "Hello", "chat", customer=CustomerId("42")), NOW)

    assert (await desk.ticket(ours.ticket, DEFAULT_BRAND)).customer == "42"
    assert (await desk.ticket(theirs.ticket, BrandId("acme"))).customer == "42"


async def test_a_message_that_cannot_be_stored_leaves_neither_ticket_nor_job(desk: Desk, database: Database) -> None:
    with pytest.raises(DBAPIError):
        await ask(desk, "a NUL \0 is more than PostgreSQL takes")

    assert await desk.count_open() == 0
    assert await job_count(database) == 0


async def test_a_rollback_drops_the_job_with_its_row(desk: Desk, database: Database, queue: Queue) -> None:
    received = await ask(desk)
    before = await job_count(database)

    async with database.engine.connect() as connection:
        await connection.execute(messages.update().values(text="changed"))
        await queue.defer(connection, "deliver", lock="x", message="msg_1")
        await connection.rollback()

    assert await job_count(database) == before
    assert [message.text for message in await desk.messages(received.ticket)] == ["How do I change my address?"]


async def test_a_message_goes_out_once(desk: Desk, database: Database) -> None:
    received = await ask(desk)
    attempt = await begin(desk, received.ticket)
    await desk.conclude(attempt, answered(attempt.turn), SAID, SOON)
    async with database.engine.connect() as connection:
        message = MessageId((await connection.execute(select(outbox.c.message))).scalar_one())

    delivery = await desk.outgoing(message)
    await desk.sent(message, SOON)
    await desk.sent(message, SOON)

    assert delivery is not None
    assert (delivery.text, delivery.destination, delivery.kind) == (REPLY, "chat", "reply")
    assert await desk.outgoing(message) is None
    assert [event.kind for event in await desk.events(received.ticket)].count("message_delivered") == 1


async def test_the_database_itself_refuses_a_second_reply_to_a_turn(desk: Desk, database: Database) -> None:
    received = await ask(desk)
    attempt = await begin(desk, received.ticket)
    await desk.conclude(attempt, answered(attempt.turn), SAID, SOON)

    with pytest.raises(DBAPIError, match="uq_messages_one_a_turn"):
        async with database.engine.begin() as connection:
            await connection.execute(
                text(
                    "INSERT INTO messages SELECT 'msg_2', ticket, 99, author, kind, 'again', \"case\", answers, "
                    "created_at FROM messages WHERE author = 'bot'"
                )
            )

    async with database.engine.connect() as connection:
        assert (await connection.execute(select(func.count()).select_from(messages))).scalar_one() == 2


async def test_mail_waits_until_the_burst_is_over(desk: Desk, database: Database) -> None:
    received = await desk.receive(Incoming(DEFAULT_BRAND, "Hello", "email"), NOW)
    await desk.receive(Incoming(DEFAULT_BRAND, "I moved.", "email", received.ticket), NOW + 6 * SECOND)

    early = await desk.begin(received.ticket, NOW + 13 * SECOND)
    await desk.sweep(NOW + 13 * SECOND)
    jobs_before = await job_count(database)
    await desk.sweep(NOW + 14 * SECOND)
    jobs_after = await job_count(database)
    attempt = await desk.begin(received.ticket, NOW + 14 * SECOND)

    assert (early, jobs_before, jobs_after) == (None, 0, 1)
    assert attempt is not None
    assert attempt.turn.text == "Hello\n\nI moved."


async def test_silence_after_the_bots_answer_counts_as_solved_and_says_so(desk: Desk) -> None:
    received = await ask(desk)
    attempt = await begin(desk, received.ticket)
    await desk.conclude(attempt, answered(attempt.turn), SAID, SOON)

    await desk.sweep(SOON + timedelta(hours=71))
    waiting = (await desk.ticket(received.ticket, DEFAULT_BRAND)).status
    await desk.sweep(SOON + timedelta(hours=72))
    await desk.sweep(SOON + timedelta(hours=73))

    assert (waiting, (await desk.ticket(received.ticket, DEFAULT_BRAND)).status) == ("pending", "solved")
    solved = [event.data for event in await desk.events(received.ticket) if event.kind == "ticket_solved"]
    assert solved == [{"by": "desk"}]


async def test_silence_solves_nothing_once_a_teammate_has_written(desk: Desk) -> None:
    received = await ask(desk)
    attempt = await begin(desk, received.ticket)
    await desk.conclude(attempt, answered(attempt.turn), SAID, SOON)
    await desk.write(received.ticket, "I look into it.", SOON)

    await desk.sweep(SOON + timedelta(days=5))

    assert (await desk.ticket(received.ticket, DEFAULT_BRAND)).status == "pending"


@pytest.mark.parametrize(("days", "same"), [(13, True), (15, False)])
async def test_a_customer_who_comes_back_reopens_the_ticket_or_long_after_opens_one_that_continues_it(
    desk: Desk, days: int, same: bool
) -> None:
    received = await ask(desk)
    attempt = await begin(desk, received.ticket)
    await desk.conclude(attempt, answered(attempt.turn), SAID, SOON)
    await desk.confirm(received.ticket, DEFAULT_BRAND, SOON)

    again = Incoming(DEFAULT_BRAND, "It is wrong again.", "chat", received.ticket)
    back = await desk.receive(again, SOON + timedelta(days=days))

    before, after = [await desk.ticket(one.ticket, DEFAULT_BRAND) for one in (received, back)]
    assert (back.ticket == received.ticket) is same
    assert (before.status, after.continues) == (("open", None) if same else ("solved", received.ticket))
    assert after.waiting


async def test_a_suggestion_in_the_chat_that_nobody_decides_on_becomes_a_handover(desk: Desk) -> None:
    received = await ask(desk)
    attempt = await begin(desk, received.ticket)
    await desk.conclude(attempt, suggested(attempt.turn, Priority.P1), (Outgoing("notice", "Checking."),), SOON)

    await desk.sweep(NOW + timedelta(minutes=59))
    before = await desk.handovers(received.ticket)
    await desk.sweep(NOW + timedelta(minutes=60))
    await desk.sweep(NOW + timedelta(minutes=61))

    (packet,) = await desk.handovers(received.ticket)
    assert before == []
    assert (packet.reason, packet.proposed_reply) == ("low_confidence", answered(attempt.turn).reply)
    assert (await desk.ticket(received.ticket, DEFAULT_BRAND)).team == packet.team


async def test_that_somebody_checks_a_reply_is_said_once_a_ticket(desk: Desk) -> None:
    received = await ask(desk)
    for _ in range(2):
        attempt = await begin(desk, received.ticket)
        await desk.conclude(attempt, suggested(attempt.turn), (Outgoing("notice", "Checking."),), SOON)
        await ask(desk, "And my name?", received.ticket)

    assert await bot_messages(desk, received.ticket) == ["Checking."]
