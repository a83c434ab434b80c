"""The composition root: settings in, the whole of Deskhand out, opened in order and closed in reverse.

Its doors are here; `owning` keeps a data directory to one process, `toolbox` works without any store.

What is heavy (LangGraph, SQLAlchemy, Alembic, procrastinate, Chroma, openai) is imported by the function that needs it:
a one-shot question must not wait for stores that it does not have, nor the list of keys for the hub.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import Executor
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from agents import calibrations, thanks
from database.errors import DatabaseError
from desk.errors import DeskError
from domain.budget import Ledger
from domain.decisions import Decision
from domain.ids import DEFAULT_BRAND, BrandId, CaseId, new
from domain.policy import Policy
from domain.search import Asked
from domain.turns import Turn
from embedding import loading
from embedding.embedder import Embedder, EmbedderError
from embedding.remembering import Remembering
from kb_index.errors import KnowledgeError, UnknownBrand
from kb_index.fits import InUse
from kb_index.one_shot import Tell, ignore
from prompts import policy as pages
from prompts.policy import PolicyError
from services.accounts import Accounts
from services.doors import Doors
from services.governing import Governing
from services.mailing import Mailing
from services.owning import LOCK, DataDirectoryBusy, DataDirectoryUnusable, ServicesError, owned
from services.toolbox import Tools, now, one_shot, open_tools, pool_of, release, reranker, tools
from settings import Settings, SettingsError

if TYPE_CHECKING:
    from connectors.connector import Connector
    from connectors.outbound import Outbound
    from database.database import Database
    from database.evals import EvalRuns
    from database.requests import Requests
    from desk.cases import Concluded
    from desk.desk import Desk
    from desk.history import History
    from desk.policies import Policies
    from desk.queue import Queue
    from domain.calibration import Calibration
    from embedding.pool import Pool
    from engines.watching import Watch
    from graph import Context
    from insights.measuring import Insights
    from kb_index.contents import Contents
    from kb_index.editions import Building, Editions
    from kb_index.indexing import Indexer
    from kb_index.learning import Learning
    from kb_index.postgres_fits import PostgresFits
    from kb_index.postgres_memory import PostgresMemory
    from kb_index.preflight import Preflight
    from kb_index.served import Served
    from kb_index.store import PostgresKnowledge
    from services.measures import Measures
    from services.publishing import Publisher

__all__ = [
    "ERRORS",
    "LOCK",
    "DataDirectoryBusy",
    "DataDirectoryUnusable",
    "Past",
    "Services",
    "ServicesError",
    "Tools",
    "concluded",
    "contents",
    "now",
    "one_shot",
    "open_desk",
    "open_fits",
    "open_insights",
    "open_learning",
    "open_past",
    "open_policies",
    "open_preflight",
    "open_services",
    "open_tools",
    "owned",
    "tools",
]

ERRORS = (ServicesError, SettingsError, DatabaseError, DeskError, KnowledgeError, EmbedderError, PolicyError)
STATUSES = {"triage": "reading", "retrieve": "searching", "draft": "writing", "check": "checking"}
Note = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class _Stored:
    """What one database holds."""

    database: Database
    policies: Policies
    desk: Desk
    queue: Queue


@dataclass(frozen=True)
class Past:
    """What past tickets fill: the memory that search learns from, and the desk."""

    memory: PostgresMemory
    history: History


@dataclass
class Services:
    """Everything that works on one data directory.

    `context` goes by the usual policy, `ports` gives a brand's. `run_key` opens this process to the operator's own
    commands; `worker` is its worker, None where workers run elsewhere.
    """

    settings: Settings
    queue: Queue
    desk: Desk
    doors: Doors
    policies: Policies
    governing: Governing
    requests: Requests
    articles: PostgresKnowledge
    indexer: Indexer
    context: Context
    connectors: Mapping[str, Connector]
    embedder: Embedder
    eval_runs: EvalRuns
    memory: PostgresMemory
    index: Editions
    ledger: Ledger
    outbound: Outbound
    publisher: Publisher
    mailing: Mailing
    accounts: Accounts | None
    measures: Measures
    watch: Watch
    run_key: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    worker: asyncio.Task[None] | None = None

    @property
    def demo(self) -> bool:
        """Say whether callers on this machine need no key to search, draft and chat."""
        return self.settings.demo

    @property
    def public_url(self) -> str | None:
        """Return where browsers reach this server, None where that is its own address."""
        return self.settings.public_url

    def tools(self, pool: Executor, brand: BrandId) -> Tools:
        """Return what a brand's evaluations are made of, thinking in a pool of their own; the weights are shared."""
        return tools(self.settings, self.governing.held(brand), self.embedder, pool, self.ledger, self.watch)

    async def ports(self, brand: BrandId) -> Context:
        """Return the ports of the hub for a brand, which goes by its policy in force."""
        return replace(self.context, policy=await self.governing.policy(brand))

    async def building(self) -> Building | None:
        """Return how far the index of a new embedder is, None when there is nothing to wait for."""
        return await self.index.building()

    def worker_alive(self) -> bool:
        """Say whether this process's worker runs; true where workers run elsewhere."""
        return self.worker is None or not self.worker.done()

    async def respond(self, turn: Turn, note: Note) -> Concluded:
        """Take a customer's turn through the hub, tell `note` how far it is, and return what the customer is told."""

        import graph
        from agents import notices

        async def reached(node: str) -> None:
            if node in STATUSES:
                await note(STATUSES[node])

        ports, asking = await self.ports(turn.brand), self.mailing.asking(turn)
        decision = await graph.handle(asking, ports, reached)
        self.measures.decided(decision)
        return concluded(decision, notices.checking(asking, decision.triage, ports.policy))

    async def warm_up(self) -> None:
        """Take a turn through the hub for nothing, so that no customer waits for what loads at first use."""
        import graph

        for brand in await self.desk.brands():
            await self.governing.policy(brand.id)
        dry = replace(self.context, engine=self.context.embedded)
        await graph.handle(Turn(CaseId(new("case")), DEFAULT_BRAND, "How do I begin?"), dry)

    def give_up(self, turn: Turn) -> Concluded:
        """Hand over a turn that stopped its worker more than once, without trying it again."""
        import graph

        ports = replace(self.context, policy=self.governing.held(turn.brand))
        decision = graph.give_up(turn, ports, "the worker died of this turn more than once")
        self.measures.decided(decision)
        return concluded(decision)


def concluded(decision: Decision, checking: str | None = None) -> Concluded:
    """Return a decision with what the customer is told: an answer is a reply, mere word of a handover a notice.

    What is only suggested waits for a teammate: who sits and waits is told that somebody is `checking` it.
    """
    from desk.cases import Concluded, Outgoing

    if decision.outcome == "suggested":
        return Concluded(decision, (Outgoing("notice", checking),) if checking else ())
    if decision.reply is None:
        return Concluded(decision, ())
    answers = decision.outcome == "answered" or any(said.citations for said in decision.reply.sentences)
    return Concluded(decision, (Outgoing("reply" if answers else "notice", decision.reply.text),))


@asynccontextmanager
async def open_services(settings: Settings, patience_s: float = 0) -> AsyncIterator[Services]:
    """Yield everything that works on the data directory of these settings, and close it in reverse.

    Raises DataDirectoryBusy when another process owns the embedded stores for longer than `patience_s` seconds, and
    the other ERRORS for what cannot be opened.
    """
    from connectors.outbound import Outbound
    from connectors.webhooks import Sender
    from database.evals import EvalRuns
    from database.requests import Requests
    from database.spending import PostgresLedger
    from kb_index.store import PostgresKnowledge
    from services.publishing import Publisher
    from services.watching import watched

    async with AsyncExitStack() as stack:
        if settings.chroma_url is None:
            await stack.enter_async_context(owned(settings.data, patience_s))
        pool = stack.enter_context(pool_of(settings))
        stored = await stack.enter_async_context(_desk(settings))
        database, desk = stored.database, stored.desk
        embedder = loading.load(settings.embedder)
        quick = Remembering(embedder)
        served = await stack.enter_async_context(_served(settings, database, (embedder, quick), pool))
        own = await stack.enter_async_context(_graded(database, embedder))
        ledger = PostgresLedger(database.engine)
        measures, watch = await stack.enter_async_context(watched(settings))
        used = tools(settings, stored.policies.usual, quick, pool, ledger, watch)
        context = used.context(served.index, own.get)
        stack.push_async_callback(release, context.engine)
        outbound = Outbound(settings.allowed_hosts or ())
        stack.push_async_callback(outbound.close)
        doors = Doors.on(database.engine, stored.queue, stored.policies, served.indexer, outbound)
        mailing = Mailing.of(settings, doors.mails, now)
        yield Services(
            settings=settings,
            queue=stored.queue,
            desk=desk,
            doors=doors,
            policies=stored.policies,
            governing=Governing(stored.policies, used.embedded.prepare),
            requests=Requests(database.engine),
            articles=PostgresKnowledge(database.engine),
            indexer=served.indexer,
            context=context,
            connectors=mailing.connectors(desk, now),
            embedder=embedder,
            eval_runs=EvalRuns(database.engine),
            memory=served.memory,
            index=served.index,
            ledger=ledger,
            outbound=outbound,
            mailing=mailing,
            accounts=Accounts.of(settings, outbound, now),
            measures=measures,
            watch=watch,
            publisher=Publisher(doors.webhooks, Sender(outbound), doors.insights, stored.policies, now),
        )


def _served(
    settings: Settings, database: Database, embedders: tuple[Embedder, Embedder], pool: Pool
) -> AbstractAsyncContextManager[Served]:
    """Open what searches; the second of the embedders remembers, for questions."""
    from kb_index.served import Stores, Wanted, open_served

    stores = Stores(database.engine, settings.data / "chroma", settings.chroma_url)
    return open_served(stores, Wanted(settings.embedder, *embedders), pool, now, reranker(settings))


@asynccontextmanager
async def _graded(database: Database, embedder: Embedder) -> AsyncIterator[InUse[Calibration]]:
    """Yield what brands learned from their own graded examples, kept up to date."""
    from kb_index.following import kept_up
    from kb_index.postgres_fits import PostgresFits

    own = InUse(PostgresFits(database.engine), embedder.id, "confidence", calibrations.read)
    async with kept_up(own):
        yield own


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[Desk]:
    """Yield the desk alone, as keys and brands need it: beside a running server as well as without one."""
    async with _desk(settings) as stored:
        yield stored.desk


@asynccontextmanager
async def open_policies(settings: Settings, brand: BrandId) -> AsyncIterator[Policies]:
    """Yield the policies alone, for a brand: beside a running server, which goes by every change at once, or without.

    Raises UnknownBrand.
    """
    async with _stored(settings, brand) as stored:
        yield stored.policies


@asynccontextmanager
async def open_insights(settings: Settings, brand: BrandId) -> AsyncIterator[tuple[Insights, Policy]]:
    """Yield the numbers of a brand and the policy that says what they should be: beside a running server, or without.

    Raises UnknownBrand.
    """
    from insights.measuring import Insights

    async with _stored(settings, brand) as stored:
        yield Insights(stored.database.engine), await stored.policies.in_force(brand)


async def contents(settings: Settings, brand: BrandId) -> Contents:
    """Return everything stored of a brand: beside a running server as well as without one.

    While the embedder changes, its vectors are those of the one that answers. Raises UnknownBrand.
    """
    from kb_index import embedders

    async with _database_of(settings, brand) as database:
        known = await embedders.adopted(database.engine)
        return await _contents(database, brand, known.id if known else loading.load(settings.embedder).id)


async def _contents(database: Database, brand: BrandId, embedder: str) -> Contents:
    from desk import asked
    from kb_index.contents import of_brand
    from kb_index.store import PostgresKnowledge

    async with database.engine.connect() as connection:
        uses = await asked.uses(connection, brand)
    return await of_brand(PostgresKnowledge(database.engine), brand, embedder, uses)


@asynccontextmanager
async def open_learning(
    settings: Settings, brand: BrandId, kb: Path | None = None, tell: Tell = ignore
) -> AsyncIterator[Learning]:
    """Yield a brand, or a folder or file of articles, to learn from: beside a running server as well as without one.

    Raises UnknownBrand, and as `one_shot` does.
    """
    from kb_index import learning

    with open_tools(settings) as opened:
        if kb:
            found = await asyncio.to_thread(opened.contents, kb, tell)
            yield learning.of_folder(found, opened.embedder, opened.pool, opened.fits(kb))
            return
        async with _database_of(settings, brand) as database:
            yield await learning.of_brand(database.engine, brand, opened.embedder, opened.pool)


@asynccontextmanager
async def open_preflight(
    settings: Settings, brand: BrandId, newest: int, kb: Path | None = None, tell: Tell = ignore
) -> AsyncIterator[tuple[Preflight, list[Asked]]]:
    """Yield a brand, or a folder or file of articles, to try edits on, and the newest questions that customers asked.

    Raises UnknownBrand, and as `one_shot` does.
    """
    from desk import asked
    from kb_index import preflight

    with open_tools(settings) as opened:
        if kb:
            found = await asyncio.to_thread(opened.contents, kb, tell)
            yield preflight.Preflight(found, opened.embedder, opened.pool, learned=opened.learned(kb)), []
            return
        async with _database_of(settings, brand) as database:
            found = await _contents(database, brand, opened.embedder.id)
            tried, tickets = await preflight.of_brand(
                database.engine, brand, found, opened.embedder, opened.pool, newest, opened.reranker
            )
            async with database.engine.connect() as connection:
                yield tried, [*await asked.questions(connection, brand, newest), *tickets]


@asynccontextmanager
async def open_fits(settings: Settings, brand: BrandId) -> AsyncIterator[PostgresFits]:
    """Yield what was learned of a brand: beside a running server as well as without one. Raises UnknownBrand."""
    from kb_index.postgres_fits import PostgresFits

    async with _database_of(settings, brand) as database:
        yield PostgresFits(database.engine)


@asynccontextmanager
async def open_past(settings: Settings, brand: BrandId) -> AsyncIterator[Past]:
    """Yield what past tickets fill, for a brand: beside a running server as well as without one.

    Raises UnknownBrand.
    """
    from desk.history import History
    from kb_index.postgres_memory import PostgresMemory

    with pool_of(settings) as pool:
        async with _database_of(settings, brand) as database:
            memory = PostgresMemory(database.engine, loading.load(settings.embedder), pool, pool)
            yield Past(memory, History(database.engine))


@asynccontextmanager
async def _database_of(settings: Settings, brand: BrandId) -> AsyncIterator[Database]:
    async with _stored(settings, brand) as stored:
        yield stored.database


@asynccontextmanager
async def _stored(settings: Settings, brand: BrandId) -> AsyncIterator[_Stored]:
    async with _desk(settings) as stored:
        if brand not in {known.id for known in await stored.desk.brands()}:
            raise UnknownBrand(f"there is no brand {brand!r}: `deskhand brands list` shows those there are")
        yield stored


@asynccontextmanager
async def _desk(settings: Settings) -> AsyncIterator[_Stored]:
    from database.database import open_database
    from desk.desk import Desk
    from desk.policies import Policies
    from desk.queue import Queue

    usual = pages.texts(settings.policy)
    pages.parse(usual)  # what does not fit is told before anything is opened
    url = settings.database_url.get_secret_value() if settings.database_url else None
    async with open_database(url, settings.data) as database, Queue(database.conninfo) as queue:
        policies = Policies(database.engine, usual)
        yield _Stored(database, policies, Desk(database.engine, queue, policies, thanks.heard), queue)
