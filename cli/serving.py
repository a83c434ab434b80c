"""`deskhand serve` and `deskhand work`: the processes that stay."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext, suppress
from datetime import timedelta

import typer

import services
import settings
from cli import running
from cli.loop import run
from cli.refusal import Refusal
from services import Services, open_services
from services.access import demo_link
from settings import Settings
from worker import Work, run_worker

BACKLOG = 256
ENOUGH = 1
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def serve(workers: int, **passed: object) -> None:
    """Run the API, the chat page and a worker until Ctrl-C or SIGTERM, then finish what is under way."""
    read = settings.read(**passed)
    if workers != ENOUGH:
        raise Refusal(_one_worker(workers, read))
    with _listening(read.host, read.port) as listener:
        run(_serve(read, listener), level=read.log_level)


def work(port: int | None, **passed: object) -> None:
    """Run a worker until Ctrl-C or SIGTERM, then finish what is under way; at `port` it says how it does."""
    read = settings.read(**passed)
    if not read.shared:
        raise Refusal(
            "`deskhand work` shares its stores with other processes, so it needs servers of your own: set "
            "DESKHAND_DATABASE_URL and DESKHAND_CHROMA_URL; without them `deskhand serve` has a worker inside"
        )
    with nullcontext() if port is None else _listening(read.host, port) as listener:
        run(_work(read, listener), level=read.log_level)


async def _serve(read: Settings, listener: socket.socket) -> None:
    from api.admission import AtOnce
    from api.app import create_app
    from api.server import serving

    async with open_services(read) as opened, _worker(opened) as worker:
        app = create_app(opened, AtOnce(read.requests_at_once, read.streams_at_once, read.turns_waiting))
        server = serving(app, read.host, listener.getsockname()[1], read.drain_s, read.proxies or ())
        server.capture_signals = nullcontext  # type: ignore[method-assign,assignment]  # this command has the signals
        _on_signals(lambda: setattr(server, "should_exit", True))
        worker.add_done_callback(lambda _: setattr(server, "should_exit", True))
        link = await demo_link(opened.doors, services.now()) if read.demo else None
        with _announced(read, opened, listener, link):
            await server.serve(sockets=[listener])
        if not server.started:
            raise Refusal("the server did not start; the lines above say why")


async def _work(read: Settings, listener: socket.socket | None) -> None:
    from api import door

    stop = asyncio.Event()
    _on_signals(stop.set)
    async with (
        open_services(read) as opened,
        _worker(opened) as worker,
        door.opened(opened, listener) if listener else nullcontext(),
    ):
        typer.echo(f"A worker runs on {read.tickets_at_once} tickets at once. Ctrl-C stops it.")
        worker.add_done_callback(lambda _: stop.set())
        await stop.wait()


@asynccontextmanager
async def _worker(opened: Services) -> AsyncIterator["asyncio.Task[None]"]:
    """Run the worker beside; at the end let it finish what it began, and raise what it died of."""
    tasks = Work(
        opened.desk,
        opened.respond,
        opened.give_up,
        opened.connectors,
        services.now,
        opened.publisher.publish,
        opened.mailing.visit,
        opened.doors.rights.sweep,
    )
    read = opened.settings
    if read.database_url is None and read.chroma_url is None:  # nobody else can work on this data directory
        await opened.queue.rescue(timedelta())
        await opened.requests.release()
    opened.worker = asyncio.create_task(run_worker(opened.queue, tasks, read.tickets_at_once, read.drain_s))
    warming = asyncio.create_task(opened.warm_up())
    try:
        yield opened.worker
    finally:
        for task in (warming, opened.worker):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


def _on_signals(stop: Callable[[], None]) -> None:
    """Let both signals stop this process.

    So does one that came while it started: `asyncio.wait_for` of Python 3.11 can swallow what that cancelled.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        stop()


@contextmanager
def _announced(read: Settings, opened: Services, listener: socket.socket, link: str | None) -> Iterator[None]:
    """Tell the person where to look and sign in, and other commands where to find this server."""
    port = listener.getsockname()[1]
    host = ANYWHERE.get(read.host, read.host)
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    running.announce(read.data, url, opened.run_key)
    typer.echo(f"Deskhand is at {url}  (API: {url}/docs)")
    typer.echo(f"Data lies in {read.data}")
    typer.echo("Demo mode: no key needed, checked replies are sent." if read.demo else _first_key())
    if link:
        typer.echo(f"Sign in as the demo's admin, once, within a day: {url}/sign-in#{link}")
    typer.echo("Ctrl-C stops it.")
    try:
        yield
    finally:
        running.withdraw(read.data)


def _first_key() -> str:
    return (
        "Every request needs a key: `deskhand keys create NAME` makes one. The first person to sign in is made by\n"
        "`deskhand teammates create ADDRESS --name NAME --role admin`."
    )


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """Yield a socket that listens, so that a busy port is known before anything is opened."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
        # An answer goes out in two parts; asyncio keeps the second waiting 40 ms where it is given the socket.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as error:
        raise Refusal(
            f"cannot listen on {host}:{port} ({error.strerror}): "
            f"stop what uses it, or take another port with --port, such as --port {port + 1}"
        ) from error
    with listener:
        yield listener


def _one_worker(workers: int, read: Settings) -> str:
    """Say how to run more than one, which is never this option."""
    if read.shared:
        return f"--workers is {workers}, but each `deskhand serve` is one: start it {workers} times behind a proxy"
    return (
        f"--workers is {workers}, but the stores in {str(read.data)!r} belong to one process: set "
        "DESKHAND_DATABASE_URL and DESKHAND_CHROMA_URL to servers of your own, then start `deskhand serve` "
        "or `deskhand work` as often as you like"
    )
