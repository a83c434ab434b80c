"""What did not go out, from the command line."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from database.database import open_database
from desk.desk import Desk, Incoming
from desk.outbox import Failure
from desk.queue import Queue
from domain.ids import DEFAULT_BRAND, MessageId
from tests.cli.conftest import Deskhand
from tests.desk.decisions import NOW

IN_DOUBT = Failure("the connection broke", "uncertain")
GIVEN_UP = Failure("smtp://mail.example:587 is down", "not_tried", timedelta(days=30))


async def fail(url: str, data: Path, failures: list[Failure]) -> list[MessageId]:
    """Write replies that fail like this."""
    async with open_database(url, data) as database, Queue(database.conninfo) as queue:
        desk = Desk(database.engine, queue)
        failed = []
        for failure in failures:
            ticket = (await desk.receive(Incoming(DEFAULT_BRAND, "When?", "email"), NOW)).ticket
            delivery = await desk.outgoing(await desk.write(ticket, "On Friday.", NOW))
            assert delivery is not None
            await desk.unsent(delivery, failure, NOW)
            failed.append(delivery.message)
        return failed


@pytest.fixture
def own(tmp_path: Path, database_url: str) -> dict[str, str]:
    """The variables of a command that has a database of its own."""
    return {"DESKHAND_DATA": str(tmp_path / "data"), "DESKHAND_DATABASE_URL": database_url}


def test_what_failed_is_listed_with_the_reason_and_sent_again_or_settled(
    typed: Deskhand, own: dict[str, str], tmp_path: Path, database_url: str
) -> None:
    lost, unclear = asyncio.run(fail(database_url, tmp_path / "data", [GIVEN_UP, IN_DOUBT]))

    listed = typed("deliveries", "list", **own)
    plain = typed("deliveries", "list", "--cause", "uncertain", "--json", **own)
    all_again = typed("deliveries", "replay", "--all", **own)
    settled = typed("deliveries", "arrived", unclear, "--json", **own)
    too_late = typed("deliveries", "replay", unclear, **own)
    nothing = typed("deliveries", "list", **own)

    assert lost in listed.stdout
    assert "smtp://mail.example:587 is down" in listed.stdout
    assert [one["message"] for one in json.loads(plain.stdout)] == [unclear]
    assert all_again.stdout == "Messages on their way again: 1. Tried now instead of later: 0.\n"
    assert json.loads(settled.stdout)["delivery"]["state"] == "sent"
    assert (too_late.returncode, "was sent at" in too_late.stderr) == (2, True)
    assert (nothing.stdout, nothing.stderr) == ("", "No message is failed.\n")


def test_what_nobody_named_is_not_sent_again(typed: Deskhand, own: dict[str, str]) -> None:
    nothing = typed("deliveries", "replay", **own)
    both = typed("deliveries", "replay", "msg_1", "--all", **own)
    unknown = typed("deliveries", "replay", "msg_1", **own)
    nobody = typed("deliveries", "replay", "sub_1", **own)

    assert [one.returncode for one in (nothing, both, unknown, nobody)] == [2, 2, 2, 2]
    assert "say --all" in nothing.stderr
    assert "sends no message 'msg_1'" in unknown.stderr
    assert "'sub_1'" in nobody.stderr
