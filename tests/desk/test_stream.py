import asyncio
from collections.abc import AsyncGenerator

import pytest
from sqlalchemy import text

from connectors.chat import Chat
from database.database import Database
from desk import reading as door
from desk.cases import Outgoing
from desk.desk import Desk
from desk.outbox import Delivery
from desk.stream import StreamRow
from domain.ids import TicketId
from domain.triage import Priority
from tests.desk.decisions import NOW, REPLY, answered, handed_over
from tests.desk.test_turns import NOTICE, SAID, SOON, ask, begin

PATIENCE_S = 20


async def deliveries(desk: Desk, ticket: TicketId) -> list[Delivery]:
    found = [await desk.outgoing(message.id) for message in await desk.messages(ticket)]
    return [delivery for delivery in found if delivery is not None]


async def send_all(desk: Desk, ticket: TicketId) -> None:
    chat = Chat(desk, lambda: SOON)
    for delivery in await deliveries(desk, ticket):
        await chat.send(delivery)


async def first(rows: AsyncGenerator[StreamRow]) -> StreamRow:
    return await asyncio.wait_for(anext(rows), PATIENCE_S)


async def test_watchers_see_the_work_then_the_reply_with_its_sources_then_the_end(desk: Desk) -> None:
    received = await ask(desk)
    attempt = await begin(desk, received.ticket)
    await desk.note(attempt, "reading", SOON)
    await desk.note(attempt, "writing", SOON)
    await desk.conclude(attempt, answered(attempt.turn), SAID, SOON)
    await send_all(desk, received.ticket)

    rows = await desk.rows(received.ticket)

    assert [row.kind for row in rows] == ["status", "status", "reply", "done"]
    assert [row.data["status"] for row in rows[:2]] == ["reading", "writing"]
    assert rows[2].data["text"] == REPLY
    assert rows[2].data["sentences"][0]["citations"][0]["quote"] == "under Profile"
    assert rows[2].data["articles"] == {"profile": {"title": "Profile", "url": "https://help.example/p"}}
    assert rows[3].data == {"outcome": "answered"}


async def test_a_handover_is_told_in_words_without_its_reasons(desk: Desk) -> None:
    received = await ask(desk)
    attempt = await begin(desk, received.ticket)
    await desk.conclude(attempt, handed_over(attempt.turn, Priority.P1), NOTICE, SOON)
    await send_all(desk, received.ticket)

    rows = await desk.rows(received.ticket)

    assert [row.kind for row in rows] == ["handed_over", "done"]
    assert rows[0].data["text"] == NOTICE[0].text
    assert "asked_for_person" not in str(rows)


async def test_a_case_is_done_after_the_last_of_its_messages(desk: Desk) -> None:
    received = await ask(desk)
    attempt = await begin(desk, received.ticket)
    both = (Outgoing("reply", REPLY), *NOTICE)
    await desk.conclude(attempt, handed_over(attempt.turn), both, SOON)
    reply, notice = await deliveries(desk, received.ticket)

    await desk.show(reply, SOON)
    halfway = [row.kind for row in await desk.rows(received.ticket)]
    await desk.show(notice, SOON)

    assert halfway == ["reply"]
    assert [row.kind for row in await desk.rows(received.ticket)] == ["reply", "handed_over", "done"]


async def test_a_case_without_words_is_done_at_once(desk: Desk) -> None:
    received = await ask(desk)
    attempt = await begin(desk, received.ticket)

    await desk.conclude(attempt, handed_over(attempt.turn), (), SOON)

    assert [row.kind for row in await desk.rows(received.ticket)] == ["done"]


async def test_sending_twice_shows_once(desk: Desk) -> None:
    received = await ask(desk)
    attempt = await begin(desk, received.ticket)
    await desk.conclude(attempt, answered(attempt.turn), SAID, SOON)

    await send_all(desk, received.ticket)
    await send_all(desk, received.ticket)

    assert [row.kind for row in await desk.rows(received.ticket)] == ["reply", "done"]


async def test_a_stream_resumes_after_the_last_row_seen(desk: Desk) -> None:
    received = await ask(desk)
    attempt = await begin(desk, received.ticket)
    await desk.note(attempt, "reading", SOON)
    await desk.note(attempt, "searching", SOON)
    seen = (await desk.rows(received.ticket))[0].id

    rest = await desk.rows(received.ticket, after=seen)

    assert [row.data for row in rest] == [{"status": "searching"}]


async def test_followers_hear_of_new_rows_without_waiting_for_the_poll(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "POLL_S", 10 * PATIENCE_S)
    received = await ask(desk)
    attempt = await begin(desk, received.ticket)
    one, two = desk.follow(received.ticket), desk.follow(received.ticket)
    await desk.note(attempt, "reading", SOON)
    heard = [(await first(rows)).data["status"] for rows in (one, two)]

    coming = [asyncio.create_task(first(rows)) for rows in (one, two)]
    await asyncio.sleep(0.05)
    await desk.note(attempt, "searching", SOON)
    heard += [row.data["status"] for row in await asyncio.gather(*coming)]

    assert heard == ["reading", "reading", "searching", "searching"]
    await asyncio.gather(one.aclose(), two.aclose())


async def test_all_followers_share_one_connection_and_none_of_the_pool(desk: Desk, database: Database) -> None:
    received = await ask(desk)
    attempt = await begin(desk, received.ticket)
    await desk.note(attempt, "reading", SOON)
    followers = [desk.follow(received.ticket) for _ in range(20)]

    await asyncio.gather(*(first(rows) for rows in followers))
    waiting = [asyncio.create_task(first(rows)) for rows in followers]
    await asyncio.sleep(0.1)
    held = await listening(database)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    assert held == 1
    await none_listens(database)


async def test_a_lost_listening_connection_comes_back(desk: Desk, database: Database) -> None:
    received = await ask(desk)
    attempt = await begin(desk, received.ticket)
    rows = desk.follow(received.ticket)
    await desk.note(attempt, "reading", SOON)
    await first(rows)

    async with database.engine.begin() as connection:
        await connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM {LISTENING}"))
    await desk.note(attempt, "searching", SOON)
    row = await asyncio.wait_for(anext(rows), PATIENCE_S)

    assert row.data == {"status": "searching"}
    await rows.aclose()


async def test_a_case_that_has_ended_adds_no_status(desk: Desk) -> None:
    received = await ask(desk)
    late = await begin(desk, received.ticket)
    await begin(desk, received.ticket)

    await desk.note(late, "writing", NOW)

    assert await desk.rows(received.ticket) == []


LISTENING = "pg_stat_activity WHERE query LIKE 'LISTEN desk_stream%' AND datname = current_database()"


async def listening(database: Database) -> int:
    async with database.engine.connect() as connection:
        count: int = (await connection.execute(text(f"SELECT count(*) FROM {LISTENING}"))).scalar_one()
        return count


async def none_listens(database: Database) -> None:
    """Wait for the server to notice that the listener hung up."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if not await listening(database):
                return
            await asyncio.sleep(0.02)
