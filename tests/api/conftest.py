"""A house with real stores and an engine that says what a test wants, and a server in front of it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

import graph
import services
import settings
from api.app import create_app
from api.ports import Services
from api.server import serving
from connectors.chat import Chat
from database.database import Database
from database.evals import EvalRuns
from database.requests import Requests
from desk.audit import OPERATOR
from desk.cases import Attempt, Outgoing
from desk.desk import Desk
from desk.policies import Policies
from desk.queue import Queue
from domain.decisions import Decision, EngineUse, FoundPassage, Reply, Usage
from domain.drafts import Citation, Sentence, readable
from domain.ids import DEFAULT_BRAND, ArticleId, AskId, BrandId, CaseId, PassageId, TicketId
from domain.triage import Ask
from embedding.minilm import MiniLM
from engines.scripted import Scripted
from kb_index.editions import Building
from kb_index.index import KnowledgeIndex, Shelves
from kb_index.index import Shelf as Served
from kb_index.indexing import Indexer
from kb_index.lexical import Lexical
from kb_index.store import PostgresKnowledge
from kb_index.vectors import ExactVectors
from prompts import policy
from services import Tools
from services.accounts import Accounts
from services.doors import Doors
from services.mailing import Mailing
from services.measures import Measures
from settings import Settings
from tests.shelf import REFUNDS, Shelf, article

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
RUN_KEY = "the-key-of-this-run"
SIGNING = "whsec_" + "A" * 32  # what posted mail is signed with
SHELF = [
    article("refunds", "Refunds", REFUNDS),
    article("staff", "Refund rules for staff", "Up to 50 EUR.", visibility="internal"),
]
MINILM = MiniLM()
ANSWER = "Fernway refunds a payment in full within 14 days."


@dataclass(frozen=True)
class House:
    """Everything the API needs: real stores, a plain index and a scripted engine."""

    desk: Desk
    doors: Doors
    context: graph.Context
    indexer: Indexer
    articles: PostgresKnowledge
    requests: Requests
    eval_runs: EvalRuns
    settings: Settings
    policies: Policies
    mailing: Mailing
    accounts: Accounts | None = None
    demo: bool = True
    run_key: str | None = RUN_KEY
    alive: bool = True
    new_embedder: Building | None = None
    measures: Measures = field(default_factory=Measures)

    @property
    def public_url(self) -> str | None:
        return self.settings.public_url

    def worker_alive(self) -> bool:
        return self.alive

    async def ports(self, brand: BrandId) -> graph.Context:
        return replace(self.context, policy=await self.policies.in_force(brand))

    async def building(self) -> Building | None:
        return self.new_embedder

    def tools(self, pool: Executor, brand: BrandId) -> Tools:
        """Return real tools: only the articles of this house are scripted."""
        return services.tools(self.settings, self.context.policy, MINILM, pool)

    async def key(self, *scopes: str, brand: str = DEFAULT_BRAND) -> dict[str, str]:
        """Return the header of a new key."""
        _, secret = await self.doors.keys.create(BrandId(brand), "a test", scopes, OPERATOR, NOW)
        return {"Authorization": f"Bearer {secret}"}

    async def work(self, ticket: str) -> Attempt:
        """Begin to work on a ticket, as the worker does."""
        attempt = await self.desk.begin(TicketId(ticket), NOW)
        assert attempt is not None
        for status in ("reading", "searching"):
            await self.desk.note(attempt, status, NOW)
        return attempt

    async def answer(self, ticket: str, text: str = ANSWER) -> None:
        """Answer a ticket with a reply that cites an article."""
        attempt = await self.work(ticket)
        decision = decided(attempt.case, text)
        assert decision.reply is not None
        await self.conclude(attempt, decision, Outgoing("reply", decision.reply.text))

    async def hand_over(self, ticket: str, text: str = "A colleague takes over.") -> None:
        """Hand a ticket over, and tell the customer so."""
        attempt = await self.work(ticket)
        decision = replace(decided(attempt.case, text), outcome="handed_over", reply=None)
        await self.conclude(attempt, decision, Outgoing("notice", text))

    async def conclude(self, attempt: Attempt, decision: Decision, said: Outgoing) -> None:
        """End a case and deliver what the customer is told."""
        assert await self.desk.conclude(attempt, decision, [said], NOW)
        await self.deliver(attempt.ticket)

    async def deliver(self, ticket: str) -> None:
        """Send what waits for the ticket's customer."""
        for message in await self.desk.messages(TicketId(ticket)):
            if delivery := await self.desk.outgoing(message.id):
                await Chat(self.desk, lambda: NOW).send(delivery)
                await self.desk.sent(message.id, NOW)


def decided(case: CaseId, text: str) -> Decision:
    """Return an answered case whose reply is a greeting and one cited sentence."""
    ask, refunds, passage = AskId("ask_1"), ArticleId("refunds"), PassageId("refunds#1")
    citation = Citation(refunds, passage, "Fernway refunds a payment **in full** within 14 days.", 0, 49)
    sentences = (Sentence("Hello.", "courtesy"), Sentence(text, "fact", ask, (citation,)))
    found = FoundPassage(ask, refunds, passage, "Refunds", "https://help.example/refunds", 0.9, citation.quote)
    return Decision(
        case=case,
        ticket=None,
        outcome="answered",
        confidence=0.8,
        reply=Reply(readable(sentences), sentences),
        asks=(Ask(ask, "Can I get a refund?", "answered"),),
        promises=(),
        triage=None,
        evidence=(found,),
        verdict=None,
        handover=None,
        reasons=(),
        engine=EngineUse("scripted", None, None),
        versions={},
        usage=Usage(),
        timings_ms={},
        decided_at=NOW,
    )


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    """A house in demo mode."""
    engine = Scripted(())
    context = graph.Context(Shelf(SHELF), engine, engine, policy.load(), lambda: NOW)
    articles = PostgresKnowledge(database.engine)
    async with Queue(database.conninfo) as queue:
        policies = Policies(database.engine)
        desk = Desk(database.engine, queue, policies)
        kept = Requests(database.engine), EvalRuns(database.engine)
        folders = {name: tmp_path / name for name in ("data", "cache", "suites")}
        read = settings.read(**folders, mail_address="help@shop.example", mail_webhook_secret=SIGNING)
        doors = Doors.on(database.engine, queue, policies)
        mailing = Mailing.of(read, doors.mails, lambda: NOW)
        yield House(desk, doors, context, None, articles, *kept, read, policies, mailing)  # type: ignore[arg-type]


@pytest.fixture
async def client(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A caller on this machine who has no key."""
    async with calling(house) as caller:
        yield caller


def calling(house: Services) -> httpx.AsyncClient:
    """Return a caller of an application that serves this house, without a socket between."""
    transport = httpx.ASGITransport(create_app(house), raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")


@asynccontextmanager
async def served(house: Services, port: int = 0) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a caller of a real server of this house; it ends its streams and stops when the test is through."""
    app = create_app(house)
    with socket.socket() as bound:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as `deskhand serve` does
        bound.bind(("127.0.0.1", port))
        server = serving(app, "127.0.0.1", port, drain_s=5)
        running = asyncio.create_task(server.serve([bound]))
        address = f"http://127.0.0.1:{bound.getsockname()[1]}"
        async with httpx.AsyncClient(base_url=address, timeout=10, trust_env=False) as caller:
            await server.listening.wait()
            yield caller
            server.should_exit = True
            await running


@pytest.fixture(scope="module")
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as executor:
        yield executor


@pytest.fixture(scope="module")
def embedder() -> MiniLM:
    return MiniLM()


@pytest.fixture
def stocked(house: House, database: Database, embedder: MiniLM, pool: ThreadPoolExecutor) -> House:
    """A house with the real index."""
    store = PostgresKnowledge(database.engine)
    shelves = Shelves(lambda brand, visibility: Served(ExactVectors(), Lexical()))
    index = KnowledgeIndex(embedder, shelves, store, pool)
    return replace(house, context=replace(house.context, index=index), indexer=Indexer(embedder, shelves, store, pool))


@pytest.fixture
async def writer(stocked: House) -> AsyncIterator[httpx.AsyncClient]:
    """A caller whose key may write articles and search."""
    async with calling(stocked) as caller:
        caller.headers.update(await stocked.key("articles", "search"))
        yield caller
