import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

import worker
from connectors.chat import Chat
from connectors.connector import Connector, ConnectorError, Sends, Undeliverable
from database.database import Database
from desk.backoff import DELAYS
from desk.cases import Concluded, Outgoing
from desk.desk import Desk, Incoming
from desk.outbox import Delivery
from desk.queue import Queue
from domain.ids import DEFAULT_BRAND, TicketId
from domain.turns import Turn
from tests.desk.decisions import NOW, REPLY, answered, handed_over
from worker import Note, Work

SORRY = "A colleague will take over."


@dataclass
class Time:
    """A clock that the test moves."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Refusing:
    """A channel that takes no message before its time."""

    until: int
    sent: list[Delivery] = field(default_factory=list)
    tries: int = 0
    sends: Sends = "keyed"

    async def send(self, delivery: Delivery) -> None:
        self.tries += 1
        if self.tries <= self.until:
            raise ConnectorError("the channel answered 503")
        self.sent.append(delivery)


async def reply(turn: Turn, note: Note) -> Concluded:
    await note("reading")
    return Concluded(answered(turn), (Outgoing("reply", REPLY),))


async def fail(turn: Turn, note: Note) -> Concluded:
    raise RuntimeError("the hub broke")


def give_up(turn: Turn) -> Concluded:
    return Concluded(handed_over(turn), (Outgoing("notice", SORRY),))


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def work(desk: Desk, time: Time) -> Work:
    return Work(desk, reply, give_up, {"chat": Chat(desk, time)}, time)


async def ask(work: Work, words: str = "How?", ticket: TicketId | None = None) -> TicketId:
    return (await work.desk.receive(Incoming(DEFAULT_BRAND, words, "chat", ticket), work.now())).ticket


async def run(queue: Queue, work: Work) -> None:
    """Run a worker until no job is left."""
    running = asyncio.create_task(worker.run_worker(queue, work))
    async with asyncio.timeout(20):
        while True:
            jobs = await queue.app.job_manager.list_jobs_async()
            if not any(job.status in ("todo", "doing") and job.task_name != "sweep" for job in jobs):
                break
            await asyncio.sleep(0.02)
    await stop(running)


async def stop(running: asyncio.Task[None]) -> None:
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def shown(work: Work, ticket: TicketId) -> list[str]:
    return [row.kind for row in await work.desk.rows(ticket)]


async def done(work: Work, ticket: TicketId) -> None:
    async with asyncio.timeout(20):
        async for row in work.desk.follow(ticket):
            if row.kind == "done":
                return


async def test_a_message_is_answered_in_its_chat(queue: Queue, work: Work) -> None:
    ticket = await ask(work)

    await run(queue, work)

    assert await shown(work, ticket) == ["status", "reply", "done"]


async def test_a_job_that_comes_twice_gives_one_reply(queue: Queue, work: Work) -> None:
    ticket = await ask(work)

    await asyncio.gather(*(worker.handle_turn(work, ticket) for _ in range(2)))
    await run(queue, work)

    assert (await shown(work, ticket)).count("reply") == 1
    assert [message.author for message in await work.desk.messages(ticket)] == ["customer", "bot"]


async def test_many_tickets_with_bursts_each_get_one_reply(queue: Queue, work: Work) -> None:
    tickets = [await ask(work, "Hello") for _ in range(5)]
    for ticket in tickets * 2:
        await ask(work, "Still there?", ticket)

    await run(queue, work)

    assert [(await shown(work, ticket)).count("reply") for ticket in tickets] == [1] * 5


async def test_a_turn_that_breaks_the_hub_twice_goes_to_a_person(queue: Queue, work: Work) -> None:
    broken = Work(work.desk, fail, give_up, work.connectors, work.now)
    ticket = await ask(work)

    for _ in range(2):
        with pytest.raises(RuntimeError, match="the hub broke"):
            await worker.handle_turn(broken, ticket)
    await worker.handle_turn(broken, ticket)
    await run(queue, broken)

    assert await shown(work, ticket) == ["handed_over", "done"]


async def test_a_refused_message_is_sent_again_later_and_later(work: Work, queue: Queue, time: Time) -> None:
    refusing = Refusing(until=2)
    slow = Work(work.desk, reply, give_up, {"chat": refusing}, time)
    ticket = await ask(work)
    await worker.handle_turn(slow, ticket)
    message = (await work.desk.messages(ticket))[-1].id
    await worker.deliver(slow, message)

    await worker.sweep(slow)
    await run(queue, slow)
    after_no_time = refusing.tries
    for delay in DELAYS[:2]:
        time.at += delay
        await worker.sweep(slow)
        await run(queue, slow)

    assert after_no_time == 2
    assert [delivery.message for delivery in refusing.sent] == [message]


async def test_a_message_that_is_always_refused_is_given_up_and_recorded(work: Work) -> None:
    refusing = Refusing(until=100)
    hopeless = Work(work.desk, reply, give_up, {"chat": refusing}, work.now)
    ticket = await ask(work)
    await worker.handle_turn(hopeless, ticket)
    message = (await work.desk.messages(ticket))[-1].id

    for _ in range(20):
        await worker.deliver(hopeless, message)

    assert refusing.tries == len(DELAYS) + 1
    failed = [event.data for event in await work.desk.events(ticket) if event.kind == "delivery_failed"]
    assert failed == [{"message": message, "channel": "chat", "attempts": len(DELAYS) + 1, "cause": "given_up"}]


async def test_a_message_that_can_never_be_sent_is_told_to_people_at_once(work: Work) -> None:
    class Unreachable(Refusing):
        async def send(self, delivery: Delivery) -> None:
            self.tries += 1
            raise Undeliverable("there is no such address")

    unreachable = Unreachable(until=0)
    ticket = await ask(work)
    await worker.handle_turn(work, ticket)
    message = (await work.desk.messages(ticket))[-1].id

    for _ in range(2):
        await worker.deliver(Work(work.desk, reply, give_up, {"chat": unreachable}, work.now), message)

    kinds = [event.kind for event in await work.desk.events(ticket)]
    assert unreachable.tries == 1
    assert kinds[-2:] == ["delivery_failed", "alert_raised"]


async def test_mail_that_cannot_be_fetched_is_fetched_the_next_time(work: Work) -> None:
    answers: list[Exception | None] = [ConnectorError("the server is away"), None]

    async def fetch() -> None:
        if answer := answers.pop(0):
            raise answer

    fetching = replace(work, fetch_mail=fetch)
    for _ in range(2):
        await worker.fetch_mail(fetching)
    await worker.fetch_mail(work)

    assert answers == []


async def test_a_channel_without_a_connector_is_a_failed_delivery(work: Work, database: Database) -> None:
    nowhere: dict[str, Connector] = {}
    ticket = await ask(work)
    await worker.handle_turn(work, ticket)

    await worker.deliver(Work(work.desk, reply, give_up, nowhere, work.now), (await work.desk.messages(ticket))[-1].id)

    async with database.engine.connect() as connection:
        row = (await connection.execute(text("SELECT attempts, error FROM outbox"))).one()
    assert tuple(row) == (1, "no connector sends to 'chat'")


async def test_lost_jobs_are_found_by_the_sweep(work: Work, queue: Queue, database: Database, time: Time) -> None:
    answered_ticket, waiting_ticket = await ask(work), await ask(work)
    await worker.handle_turn(work, answered_ticket)
    async with database.engine.begin() as connection:
        await connection.execute(text("DELETE FROM procrastinate_jobs"))

    time.at += timedelta(minutes=2)
    await worker.sweep(work)
    await run(queue, work)

    assert await shown(work, answered_ticket) == ["status", "reply", "done"]
    assert await shown(work, waiting_ticket) == ["status", "reply", "done"]


async def test_jobs_of_a_dead_worker_are_taken_over(work: Work, queue: Queue, database: Database) -> None:
    ticket = await ask(work)
    async with database.engine.begin() as connection:
        dead = await connection.execute(
            text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '16 s') RETURNING id")
        )
        await connection.execute(
            text("UPDATE procrastinate_jobs SET status = 'doing', worker_id = :worker"), {"worker": dead.scalar_one()}
        )

    await worker.sweep(work)
    await run(queue, work)

    assert await shown(work, ticket) == ["status", "reply", "done"]


async def test_a_worker_outlives_its_database_connections(work: Work, queue: Queue, database: Database) -> None:
    running = asyncio.create_task(worker.run_worker(queue, work))
    await done(work, await ask(work))
    async with database.engine.connect() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )

    ticket = await ask(work)
    await done(work, ticket)
    await stop(running)

    assert await shown(work, ticket) == ["status", "reply", "done"]


async def test_a_worker_that_is_stopped_finishes_what_it_began(work: Work, queue: Queue, database: Database) -> None:
    began = asyncio.Event()

    async def think(turn: Turn, note: Note) -> Concluded:
        began.set()
        await asyncio.sleep(0.3)
        return await reply(turn, note)

    ticket = await ask(work)
    running = asyncio.create_task(worker.run_worker(queue, Work(work.desk, think, give_up, work.connectors, work.now)))
    await asyncio.wait_for(began.wait(), 10)

    await stop(running)

    assert [message.author for message in await work.desk.messages(ticket)] == ["customer", "bot"]


@pytest.mark.parametrize("who", ["customer", "teammate"])
async def test_whoever_writes_ends_a_running_case_at_once(work: Work, who: str) -> None:
    began = asyncio.Event()
    ended: list[str] = []

    async def think(turn: Turn, note: Note) -> Concluded:
        began.set()
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(turn.text)
        return await reply(turn, note)

    ticket = await ask(work)
    slow = Work(work.desk, think, give_up, work.connectors, work.now)
    running = asyncio.create_task(worker.handle_turn(slow, ticket))
    await asyncio.wait_for(began.wait(), 10)

    if who == "customer":
        await ask(work, "Forget it.", ticket)
    else:
        await work.desk.write(ticket, "This is Ana.", work.now())
    await asyncio.wait_for(running, 10)

    assert ended == ["How?"]
    assert [case.state for case in await work.desk.cases(ticket)] == ["superseded"]
    assert [message.author for message in await work.desk.messages(ticket)] == ["customer", who]
