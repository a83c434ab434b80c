"""The worker: what each job does, and the loop that runs jobs until it is cancelled."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from procrastinate import App, JobContext, RetryStrategy
from procrastinate.exceptions import ConnectorException
from procrastinate.worker import Worker

from connectors.connector import Connector, ConnectorError
from desk.cases import Attempt, Concluded
from desk.desk import Desk
from desk.outbox import Delivery
from desk.queue import SOON, URGENT, Queue
from desk.sweeping import STALLED_AFTER
from domain.ids import MessageId, TicketId
from domain.turns import Turn

HEARTBEAT_S = 3.0
POLL_S = 1.0
RESTART_S = 1.0
EVERY_FIVE_SECONDS = "* * * * * */5"
EVERY_TWENTY_SECONDS = "* * * * * */20"
EVERY_MINUTE = "* * * * *"
RETRY = RetryStrategy(max_attempts=5, exponential_wait=2)

Note = Callable[[str], Awaitable[None]]
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Work:
    """What jobs need: the desk, who decides a turn, who gives up on one, where messages go, and who tells others.

    `fetch_mail` takes what has arrived, None where no mailbox is set; `let_go` drops what is no longer to be kept.
    """

    desk: Desk
    handle: Callable[[Turn, Note], Awaitable[Concluded]]
    exhausted: Callable[[Turn], Concluded]
    connectors: Mapping[str, Connector]
    now: Callable[[], datetime]
    publish: Callable[[], Awaitable[None]] | None = None
    fetch_mail: Callable[[], Awaitable[None]] | None = None
    let_go: Callable[[datetime], Awaitable[None]] | None = None


async def handle_turn(work: Work, ticket: TicketId) -> None:
    """Take what the customer waits for through the hub, or to a person when that was tried often enough."""
    attempt = await work.desk.begin(ticket, work.now())
    if attempt is None:
        return
    concluded = work.exhausted(attempt.turn) if attempt.exhausted else await _think(work, attempt)
    if concluded is None:
        await work.desk.abandon(attempt, work.now())
    else:
        await work.desk.conclude(attempt, concluded.decision, concluded.outgoing, work.now())


async def _think(work: Work, attempt: Attempt) -> Concluded | None:
    """Return how a case ends; None as soon as nobody waits for that, because somebody has written."""

    async def note(status: str) -> None:
        await work.desk.note(attempt, status, work.now())

    thinking = asyncio.ensure_future(work.handle(attempt.turn, note))
    outdated = asyncio.ensure_future(work.desk.outdated(attempt.ticket, attempt.number))
    try:
        await asyncio.wait((thinking, outdated), return_when=asyncio.FIRST_COMPLETED)
        if not thinking.done() and outdated.exception() is None:
            return None
        return await thinking
    finally:
        thinking.cancel()
        outdated.cancel()
        await asyncio.gather(thinking, outdated, return_exceptions=True)


async def deliver(work: Work, message: MessageId) -> None:
    """Send a message to its channel unless it was sent."""
    delivery = await work.desk.outgoing(message)
    if delivery is None:
        return
    try:
        await _connector(work, delivery).send(delivery)
    except ConnectorError as exc:
        await work.desk.unsent(delivery, exc.failure, work.now())
    else:
        await work.desk.sent(message, work.now())


async def sweep(work: Work) -> None:
    """Do whatever is due by itself, and take up whatever fell down."""
    await work.desk.sweep(work.now())


async def publish(work: Work) -> None:
    """Tell other programs what happened."""
    if work.publish is not None:
        await work.publish()


async def fetch_mail(work: Work) -> None:
    """Take what has arrived in the mailbox; a server that cannot be reached is asked again the next time."""
    if work.fetch_mail is None:
        return
    try:
        await work.fetch_mail()
    except ConnectorError as exc:
        logger.warning("mail cannot be fetched: %s", exc)


async def let_go(work: Work) -> None:
    """Drop what the policies no longer keep, and write over what was erased."""
    if work.let_go is not None:
        await work.let_go(work.now())


def _connector(work: Work, delivery: Delivery) -> Connector:
    try:
        return work.connectors[delivery.destination]
    except KeyError:
        raise ConnectorError(f"no connector sends to {delivery.destination!r}") from None


async def run_worker(queue: Queue, work: Work, concurrency: int = 8, grace_s: float = 10.0) -> None:
    """Run jobs until cancelled, then let those under way end for up to `grace_s` seconds.

    What is not ended by then goes to another worker. A lost database is waited for, and then what was under way is
    taken up again.
    """
    register(queue.app)
    lost: int | None = None
    while True:
        running = _worker(queue.app, work, concurrency, grace_s)
        try:
            await queue.rescue(STALLED_AFTER, lost)
            await running.run()  # type: ignore[no-untyped-call]  # procrastinate gives it no type
        except ConnectorException as exc:
            if _cancelled():  # the database went first, or else it would have been told that this worker goes
                raise asyncio.CancelledError from exc
            logger.warning("the worker lost its database, trying again: %s", exc)
        lost = running.worker_id or lost
        await asyncio.sleep(RESTART_S)


def _worker(app: App, work: Work, concurrency: int, grace_s: float) -> Worker:
    return Worker(
        app,
        concurrency=concurrency,
        install_signal_handlers=False,
        shutdown_graceful_timeout=grace_s,
        fetch_job_polling_interval=POLL_S,
        update_heartbeat_interval=HEARTBEAT_S,
        stalled_worker_timeout=STALLED_AFTER.total_seconds(),
        delete_jobs="successful",
        additional_context={"work": work},
    )


def _cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def register(app: App) -> None:
    """Make the jobs known to a queue, once."""
    if "handle_turn" in app.tasks:
        return
    app.task(name="handle_turn", pass_context=True, retry=RETRY)(_handle_turn)
    app.task(name="deliver", pass_context=True, retry=RETRY)(_deliver)
    swept = app.task(name="sweep", pass_context=True, queueing_lock="sweep", priority=URGENT)(_sweep)
    app.periodic(cron=EVERY_FIVE_SECONDS)(swept)
    published = app.task(name="publish", pass_context=True, queueing_lock="publish", lock="publish", priority=SOON)(
        _publish
    )
    app.periodic(cron=EVERY_FIVE_SECONDS)(published)
    fetched = app.task(name="fetch_mail", pass_context=True, queueing_lock="fetch_mail", lock="fetch_mail")(_fetch_mail)
    app.periodic(cron=EVERY_TWENTY_SECONDS)(fetched)
    dropped = app.task(name="let_go", pass_context=True, queueing_lock="let_go", lock="let_go")(_let_go)
    app.periodic(cron=EVERY_MINUTE)(dropped)


async def _handle_turn(context: JobContext, ticket: str) -> None:
    await handle_turn(context.additional_context["work"], TicketId(ticket))


async def _deliver(context: JobContext, message: str) -> None:
    await deliver(context.additional_context["work"], MessageId(message))


async def _sweep(context: JobContext, timestamp: int) -> None:
    await sweep(context.additional_context["work"])


async def _publish(context: JobContext, timestamp: int) -> None:
    await publish(context.additional_context["work"])


async def _fetch_mail(context: JobContext, timestamp: int) -> None:
    await fetch_mail(context.additional_context["work"])


async def _let_go(context: JobContext, timestamp: int) -> None:
    await let_go(context.additional_context["work"])
