import itertools
from collections.abc import AsyncIterator, Callable, Iterator
from email.headerregistry import Address

import pytest

from connectors.email.intake import Intake
from connectors.email.mailbox import Mailbox
from connectors.email.sending import Email
from connectors.email.servers import Server
from database.database import Database
from desk.deliveries import Deliveries
from desk.mails import Mails
from desk.policies import Policies
from desk.queue import Queue
from domain.ids import DEFAULT_BRAND
from tests.connectors.email import dovecot, post
from tests.connectors.email.post import Post
from tests.desk.decisions import NOW

numbers = itertools.count()
HELP = Address("Shop Help", addr_spec="help@shop.example")


@pytest.fixture
async def smtp() -> AsyncIterator[Post]:
    """A mail server that takes mail."""
    async with post.serving() as serving:
        yield serving


@pytest.fixture(scope="session")
def imap() -> Iterator[int]:
    """The port of a mail server that keeps mail."""
    if dovecot.program() is None:
        pytest.skip("no dovecot here: `apt-get install dovecot-imapd` brings it")
    with dovecot.serving() as port:
        yield port


@pytest.fixture
def account() -> str:
    """The name of somebody whose mail this test alone sees."""
    return f"account-{next(numbers)}"


@pytest.fixture
def mailbox(imap: int, account: str) -> Callable[..., Mailbox]:
    """The folders of that account."""

    def folder(name: str = "INBOX") -> Mailbox:
        return Mailbox(Server.at(f"imap://127.0.0.1:{imap}", account, dovecot.PASSWORD), name)

    return folder


@pytest.fixture
def mails(database: Database, queue: Queue) -> Mails:
    return Mails(database.engine, queue, Policies(database.engine), lambda text: None)


@pytest.fixture
def deliveries(database: Database, queue: Queue) -> Deliveries:
    return Deliveries(database.engine, queue)


@pytest.fixture
def email(mails: Mails, smtp: Post) -> Email:
    """What sends, without a folder of sent mail."""
    return Email(mails, DEFAULT_BRAND, HELP, Server.at(f"smtp://127.0.0.1:{smtp.port}"), lambda: NOW)


@pytest.fixture
def intake(mails: Mails) -> Intake:
    return Intake(mails, DEFAULT_BRAND, HELP.addr_spec, lambda: NOW)
