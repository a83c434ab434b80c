"""Open the desk's database: the embedded server's or yours, with every table as this version needs it."""

import asyncio
import logging
import select
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import psycopg
from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import Dialect, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from database.embedded import EmbeddedServer
from database.errors import DatabaseUnreachable, MigrationFailed, ServerFailed

NAME = "deskhand"
CONNECT_TIMEOUT_S = 10
CONNECTIONS = 15  # at most, in one process; none is opened anew while there is work
PREPARED = 400  # statements that a connection keeps prepared: more than the desk has
IDLE_S = 1.0  # how long a connection may lie unused before it is asked whether it still holds
WATCH_S = 0.5
MIGRATIONS = Path(__file__).parent / "migrations"
logger = logging.getLogger(__name__)
_ALEMBIC = threading.Lock()  # Alembic's context is one for the whole process


@dataclass(frozen=True)
class Database:
    """An open database: the engine for our own tables, and how libpq reaches it."""

    engine: AsyncEngine
    conninfo: str


@asynccontextmanager
async def open_database(url: str | None, data: Path) -> AsyncIterator[Database]:
    """Yield the database of `url`, or without one that of a server embedded in `data`, with all its tables.

    Raises DatabaseError when it cannot be reached or brought up to date.
    """
    async with _given(url) if url else _embedded(data) as conninfo:
        await asyncio.to_thread(migrate, conninfo)
        engine = create_engine(conninfo)
        try:
            yield Database(engine, conninfo)
        finally:
            await engine.dispose()


@asynccontextmanager
async def _embedded(data: Path) -> AsyncIterator[str]:
    server = EmbeddedServer(data / "postgres")
    try:
        await asyncio.to_thread(server.start)
        await asyncio.to_thread(create, server.conninfo("postgres"), NAME)
        watching = asyncio.create_task(_keep_alive(server), name="watch over the embedded server")
        try:
            yield server.conninfo(NAME)
        finally:
            watching.cancel()
            await asyncio.wait((watching,))
    finally:
        await asyncio.to_thread(server.stop)


async def _keep_alive(server: EmbeddedServer) -> None:
    """Start the server again whenever it died: nobody else watches over it."""
    while True:
        await asyncio.sleep(WATCH_S)
        if server.alive:
            continue
        logger.error("PostgreSQL in %r died, starting it again", str(server.home))
        try:
            await asyncio.to_thread(server.revive)
        except ServerFailed as exc:
            logger.error("%s", exc)


@asynccontextmanager
async def _given(url: str) -> AsyncIterator[str]:
    conninfo = conninfo_of(url)
    await asyncio.to_thread(_check, conninfo)
    yield conninfo


def conninfo_of(url: str) -> str:
    """Return a database URL as libpq reads it; `postgresql+psycopg://` is understood too."""
    plain = url.replace("postgresql+psycopg://", "postgresql://", 1)
    try:
        given = conninfo_to_dict(plain)
    except psycopg.ProgrammingError as exc:
        raise DatabaseUnreachable(
            "the database URL is not of the form postgresql://user:password@host:port/name"
        ) from exc
    return make_conninfo("", **{"connect_timeout": CONNECT_TIMEOUT_S, **given})


def _check(conninfo: str) -> None:
    try:
        psycopg.connect(conninfo).close()
    except psycopg.OperationalError as exc:
        raise DatabaseUnreachable(
            f"the database {_described(conninfo)} does not answer: {exc}\nCheck DESKHAND_DATABASE_URL, "
            "or leave it out to use the embedded server"
        ) from exc


def _described(conninfo: str) -> str:
    given = conninfo_to_dict(conninfo)
    return repr({key: given[key] for key in ("host", "port", "user", "dbname") if key in given})


def create(conninfo: str, name: str) -> None:
    """Create a database unless it exists."""
    with psycopg.connect(conninfo, autocommit=True) as connection:
        if connection.execute("SELECT FROM pg_database WHERE datname = %s", (name,)).rowcount:
            return
        try:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            return


def create_engine(conninfo: str, **options: object) -> AsyncEngine:
    """Return an engine whose connections are those of `conninfo`; one that lay idle is checked before it is used."""
    engine = create_async_engine(
        "postgresql+psycopg://",
        connect_args=conninfo_to_dict(conninfo),
        hide_parameters=True,  # they are customers' words, and errors are logged
        **{"pool_size": CONNECTIONS, "max_overflow": 0, **options},
    )
    event.listen(engine.sync_engine, "connect", _keep_prepared)
    dialect = engine.dialect
    event.listen(engine.sync_engine, "checkin", _put_back)
    event.listen(engine.sync_engine, "checkout", lambda raw, record, _: _check_idle(dialect, raw, record))
    return engine


def single(engine: AsyncEngine) -> AsyncEngine:
    """Return the engine for statements that stand alone: each is a transaction, with none begun or ended around it.

    That saves two of three round trips. Its connections are those of the engine given.
    """
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def _keep_prepared(raw: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    driver = raw.driver_connection
    assert driver is not None
    driver.prepared_max = PREPARED


def _put_back(raw: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    record.info["idle_since"] = monotonic()


def _check_idle(dialect: Dialect, raw: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    """Have the pool open another connection for one that the server has ended since it was last used."""
    since = record.info.get("idle_since")
    if since is None:
        return
    if (monotonic() - since > IDLE_S or _has_word(raw)) and not _holds(dialect, raw):
        raise InvalidatePoolError


def _has_word(raw: DBAPIConnection) -> bool:
    """Say whether the server has sent something to a connection that asks nothing: mostly that it is over."""
    driver = raw.driver_connection
    assert driver is not None
    if driver.closed:
        return True
    waiting = select.poll()
    waiting.register(driver.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def _holds(dialect: Dialect, raw: DBAPIConnection) -> bool:
    try:
        return dialect.do_ping(raw)
    except dialect.loaded_dbapi.Error:
        return False


def migrations(conninfo: str) -> Config:
    """Return Alembic's configuration for a database."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["conninfo"] = conninfo
    return config


def migrate(conninfo: str) -> None:
    """Bring the tables up to date; whoever comes at the same time waits and finds it done.

    Raises MigrationFailed when a newer version of Deskhand, or something else, has changed them.
    """
    try:
        with _ALEMBIC:
            command.upgrade(migrations(conninfo), "head")
    except (CommandError, DBAPIError) as exc:
        raise MigrationFailed(
            f"the tables of {_described(conninfo)} cannot be brought up to date: {exc}\n"
            "Was it used by a newer version of Deskhand? Use that version, or another database"
        ) from exc
