"""The composition root: everything opened once, in order, for one process at a time."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

import services
import settings
from database.database import Database
from desk.audit import OPERATOR
from domain.articles import Article
from domain.decisions import Decision, EngineUse, Reply, Usage
from domain.drafts import Citation, Sentence
from domain.ids import DEFAULT_BRAND, ArticleId, CaseId, PassageId
from domain.search import Query
from domain.turns import Turn
from prompts import policy as pages
from services import DataDirectoryBusy
from services.access import open_access
from settings import Settings

OWNER = """
import fcntl, os, pathlib, sys, time
data = pathlib.Path(sys.argv[1])
data.mkdir()
lock = open(data / sys.argv[2], "w")
fcntl.flock(lock, fcntl.LOCK_EX)
lock.write(str(os.getpid()))
lock.flush()
print("owned", flush=True)
time.sleep(60)
"""
REFUNDS = Article(
    ArticleId("refunds"),
    "Refunds",
    "## How long a refund takes\n\nA refund takes 5 working days. Open Billing and choose Refund to ask for one.",
    url="https://help.example/refunds",
)
CITED = Citation(ArticleId("refunds"), PassageId("refunds#1"), "A refund takes 5 working days.", 0, 30)


@pytest.fixture
def read(tmp_path: Path, database: Database) -> Settings:
    return settings.read(data=tmp_path / "data", cache=tmp_path / "cache", database_url=database.conninfo)


@pytest.fixture
def owner(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that owns the stores of the data directory."""
    command = [sys.executable, "-c", OWNER, str(tmp_path / "data"), services.LOCK]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "owned\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


async def test_a_data_directory_in_use_names_the_process_and_the_way_out(
    read: Settings, owner: subprocess.Popen[str]
) -> None:
    with pytest.raises(DataDirectoryBusy, match=rf"in use by process {owner.pid}: wait until it ends") as busy:
        async with services.open_services(read):
            pass

    assert str(read.data) in str(busy.value)


async def test_the_directory_is_free_again_however_its_owner_ended(
    read: Settings, owner: subprocess.Popen[str]
) -> None:
    owner.send_signal(signal.SIGKILL)

    async with services.owned(read.data, patience_s=10):
        assert (read.data / services.LOCK).read_text() == str(os.getpid())


async def test_a_data_directory_that_cannot_be_made_says_what_to_set(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(services.DataDirectoryUnusable, match="set DESKHAND_DATA to a folder of yours"):
        async with services.owned(tmp_path / "file" / "data"):
            pass


async def test_everything_opens_answers_and_closes(read: Settings) -> None:
    turn = Turn(CaseId("cas_1"), DEFAULT_BRAND, "How long does a refund take?")
    in_chat = replace(turn, channel="chat", unreachable=True)
    noted: list[str] = []

    async def note(status: str) -> None:
        noted.append(status)

    async with services.open_services(read) as opened:
        empty = await opened.respond(turn, note)
        await opened.indexer.put(DEFAULT_BRAND, [REFUNDS], services.now())
        full = await opened.respond(turn, note)
        chatted = await opened.respond(in_chat, note)

    assert empty.decision.handover is not None
    assert empty.decision.handover.reason == "no_articles"
    assert [said.kind for said in empty.outgoing] == ["notice"]
    assert full.decision.outcome == "suggested"
    assert full.decision.reply is not None
    assert "5 working days" in full.decision.reply.text
    assert [said.text for said in chatted.outgoing] == [pages.load().speak("en").checking]  # no address: no mail is set
    assert set(noted) == {"reading", "searching", "writing", "checking"}


async def test_what_was_indexed_is_found_by_the_next_process(read: Settings) -> None:
    async with services.open_services(read) as first:
        await first.indexer.put(DEFAULT_BRAND, [REFUNDS], services.now())

    started = time.monotonic()
    async with services.open_services(read) as second:
        found = await second.context.index.search(Query("How long does a refund take?"))

    assert [hit.article for hit in found.hits] == ["refunds"]
    assert time.monotonic() - started < 10


async def test_a_turn_that_killed_its_worker_twice_goes_to_a_person_without_the_hub(read: Settings) -> None:
    turn = Turn(CaseId("cas_1"), DEFAULT_BRAND, "How long does a refund take?", channel="chat")

    async with services.open_services(read) as opened:
        given_up = opened.give_up(turn)

    assert given_up.decision.outcome == "handed_over"
    assert given_up.decision.usage == Usage()
    assert [said.kind for said in given_up.outgoing] == ["notice"]


async def test_the_desk_opens_beside_whoever_owns_the_stores(read: Settings, owner: subprocess.Popen[str]) -> None:
    async with open_access(read) as doors:
        _, secret = await doors.keys.create(DEFAULT_BRAND, "website", ["chat"], OPERATOR, services.now())
    async with services.open_desk(read) as desk:
        known = await desk.check_key(secret, services.now())

    assert known is not None
    assert known.scopes == ("chat",)


async def test_one_shot_needs_no_data_directory_and_keeps_internal_articles_from_customers(
    read: Settings, tmp_path: Path
) -> None:
    corpus = tmp_path / "kb"
    corpus.mkdir()
    (corpus / "refunds.md").write_text(f"# Refunds\n\n{REFUNDS.body}")
    (corpus / "fraud.md").write_text("---\nvisibility: internal\n---\n# Fraud\n\nRefunds over 900 EUR are checked.")

    async with services.one_shot(corpus, read) as context:
        customer = await context.index.search(Query("refund"))
        teammate = await context.index.search(Query("refund", audience="teammate"))

    assert {hit.article for hit in customer.hits} == {"refunds"}
    assert {hit.article for hit in teammate.hits} == {"refunds", "fraud"}
    assert not read.data.exists()


@pytest.mark.parametrize(
    ("outcome", "sentences", "told"),
    [
        ("answered", (Sentence("A refund takes 5 working days.", "fact", None, (CITED,)),), ["reply"]),
        ("answered", (Sentence("Which plan are you on?", "question"),), ["reply"]),
        ("handed_over", (Sentence("A colleague takes over.", "courtesy"),), ["notice"]),
        ("handed_over", (Sentence("A refund takes 5 working days.", "fact", None, (CITED,)),), ["reply"]),
        ("suggested", (Sentence("A refund takes 5 working days.", "fact", None, (CITED,)),), []),
    ],
)
def test_the_customer_is_told_a_reply_a_notice_or_nothing(
    outcome: str, sentences: tuple[Sentence, ...], told: list[str]
) -> None:
    concluded = services.concluded(decision(outcome, sentences))

    assert [said.kind for said in concluded.outgoing] == told


def decision(outcome: str, sentences: tuple[Sentence, ...]) -> Decision:
    return Decision(
        case=CaseId("cas_1"),
        ticket=None,
        outcome=outcome,  # type: ignore[arg-type]  # one of the outcomes, from the table
        confidence=None,
        reply=Reply(" ".join(said.text for said in sentences), sentences),
        asks=(),
        promises=(),
        triage=None,
        evidence=(),
        verdict=None,
        handover=None,
        reasons=(),
        engine=EngineUse("scripted", None, None),
        versions={},
        usage=Usage(),
        timings_ms={},
        decided_at=datetime(2026, 5, 4, tzinfo=UTC),
    )
