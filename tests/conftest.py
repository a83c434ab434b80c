"""What every room's tests share: a real PostgreSQL, a fresh database, and no network beyond this machine."""

import ipaddress
import itertools
import sys
from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest
from psycopg import sql

from database.database import Database, create, create_engine, migrate
from database.embedded import EmbeddedServer
from desk.desk import Desk
from desk.queue import Queue

TEMPLATE = "template_desk"
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
names = itertools.count()


class NetworkTouched(AssertionError):
    """A test reached beyond this machine."""


def guard(event: str, arguments: tuple[object, ...]) -> None:
    """Stop whatever Python code would talk to another machine; this interpreter keeps the hook until it ends."""
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if host is not None and not is_here(host):
        raise NetworkTouched(f"a test wants to reach {host!r}: the network is off in tests")


def is_here(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in ("", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


sys.addaudithook(guard)


@pytest.fixture(scope="session")
def pg(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """A running server of the test session, with a migrated template."""
    server = EmbeddedServer(tmp_path_factory.mktemp("pg"), QUICK)
    server.start()
    try:
        create(server.conninfo("postgres"), TEMPLATE)
        migrate(server.conninfo(TEMPLATE))
        yield server
    finally:
        server.stop()


@pytest.fixture
async def database(pg: EmbeddedServer) -> AsyncIterator[Database]:
    """A database of this test alone, with all tables and the brand `default`."""
    name = f"test_{next(names)}"
    with psycopg.connect(pg.conninfo("postgres"), autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE))
        )
    engine = create_engine(pg.conninfo(name))
    try:
        yield Database(engine, pg.conninfo(name))
    finally:
        await engine.dispose()
        with psycopg.connect(pg.conninfo("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
async def queue(database: Database) -> AsyncIterator[Queue]:
    """An open queue on this test's database."""
    async with Queue(database.conninfo) as opened:
        yield opened


@pytest.fixture
def desk(database: Database, queue: Queue) -> Desk:
    """A desk on this test's database."""
    return Desk(database.engine, queue)
