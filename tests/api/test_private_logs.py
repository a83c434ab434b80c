"""What customers tell of themselves stays out of the logs, also when everything fails and quotes it."""

import io
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace

import pytest
import structlog

from cli import logs
from domain.search import Query, Results
from engines.engine import EngineUnavailable
from engines.scripted import Scripted
from tests.api.conftest import House, calling
from tests.shelf import Shelf

DETAILS = ("jana.muster@mail.example.org", "4111 1111 1111 1111", "+49 30 1234567", "DE89 3704 0044 0532 0130 00")
TEXT = f"I am Jana Muster, write to {DETAILS[0]} or call {DETAILS[2]}. Card {DETAILS[1]}, account {DETAILS[3]}."


class Quoting(Shelf):
    """Fails, and quotes the question as it does."""

    async def search(self, query: Query) -> Results:
        raise RuntimeError(f"cannot search for {query.text!r}")


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What is written to stderr."""
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    root = logging.getLogger()
    before, root.handlers = root.handlers, []
    logs.configure("info")
    yield sys.stderr  # type: ignore[misc]  # just put there
    root.handlers = before
    structlog.reset_defaults()


async def test_a_turn_that_fails_quotes_no_detail_in_the_log(house: House, logged: io.StringIO) -> None:
    engine = Scripted([EngineUnavailable(f"the server could not read {TEXT!r}")] * 4)
    for shelf in (house.context.index, Quoting([])):
        failing = replace(house, context=replace(house.context, engine=engine, embedded=engine, index=shelf))
        async with calling(failing) as caller:
            answer = await caller.post("/v1/drafts", json={"text": TEXT})

        assert answer.status_code == 200

    logging.getLogger("library").warning("failed on %s", TEXT)
    written = logged.getvalue()
    assert '"route": "/v1/drafts"' in written
    assert "node failed" in written
    assert [detail for detail in DETAILS if detail in written] == []
    assert "failed on I am Jana Muster, write to [email] or call [phone]. Card [card], account [iban]." in written


def test_the_log_keeps_times_addresses_and_ids(logged: io.StringIO) -> None:
    structlog.get_logger("api").info(
        "request", id="cas_019a2b3c4d5e6f70", url="http://127.0.0.1:8123/v1/drafts", ms=1234.5
    )

    line = logged.getvalue()
    assert "cas_019a2b3c4d5e6f70" in line
    assert "http://127.0.0.1:8123/v1/drafts" in line
    assert "[" not in line
