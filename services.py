"""The composition root: settings in, the whole of Deskhand out, opened in order and closed in reverse.

ServicesError
 +- DataDirectoryBusy      another process owns the stores of this data directory
 +- DataDirectoryUnusable  the data directory cannot be made or written

What is heavy (LangGraph, SQLAlchemy, Alembic, procrastinate, Chroma, openai) is imported by the function that needs it:
a one-shot question must not wait for stores that it does not have, nor the list of keys for the hub.
"""

from __future__ import annotations

import asyncio
import fcntl
import importlib
import os
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from database.errors import DatabaseError
from desk.errors import DeskError
from domain.decisions import Decision
from domain.ids import DEFAULT_BRAND, BrandId, CaseId, new
from domain.policy import Policy
from domain.search import Asked
from domain.turns import Turn
from embedding import loading
from embedding.embedder import Embedder, EmbedderError
from embedding.minilm import MiniLM
from embedding.pool import Pool
from embedding.remembering import Remembering
from engines.embedded.engine import Embedded
from engines.engine import Engine
from engines.fallback import Fallback
from kb_index import fits
from kb_index.adapters import Adapter
from kb_index.errors import KnowledgeError, UnknownBrand
from kb_index.fits import FolderFits
from kb_index.index import Index
from kb_index.learned import NOTHING, Learned, Reranker
from kb_index.one_shot import Tell, ignore, open_folder, read_folder
from kb_index.reranking import ReadingReranker
from prompts import policy as policies
from prompts.policy import PolicyError
from settings import Settings, SettingsError

if TYPE_CHECKING:
    from connectors.connector import Connector
    from database.database import Database
    from database.evals import EvalRuns
    from database.requests import Requests
    from desk.cases import Concluded
    from desk.desk import Desk
    from desk.queue import Queue
    from graph import Context
    from kb_index.contents import Contents
    from kb_index.editions import Building, Editions
    from kb_index.indexing import Indexer
    from kb_index.learning import Learning
    from kb_index.postgres_memory import PostgresMemory
    from kb_index.preflight import Preflight
    from kb_index.store import PostgresKnowledge

LOCK = "owner.lock"
RETRY_S = 0.1


class ServicesError(Exception):
    """Deskhand cannot be put together from these settings."""


class DataDirectoryBusy(ServicesError):
    """The stores of a data directory belong to one process, and that is another one."""


class DataDirectoryUnusable(ServicesError):
    """The data directory cannot be made or written."""


ERRORS = (ServicesError, SettingsError, DatabaseError, DeskError, KnowledgeError, EmbedderError, PolicyError)
STATUSES = {"triage": "reading", "retrieve": "searching", "draft": "writing", "check": "checking"}
Note = Callable[[str], Awaitable[None]]


@dataclass(frozen=True)
class Tools:
    """What reads, judges and answers, apart from any store of the desk; `judge` is the embedder of all judgement.

    `models` names what answers in full, so that equal names mean equal answers; `kept` is where results of evaluations
    lie, `suites` where the operator's own suites do.
    """

    policy: Policy
    embedder: Embedder
    reranker: Reranker | None
    judge: Embedder
    pool: Executor
    embedded: Embedded
    engine: Engine
    models: str
    cache: Path
    languages: tuple[str, ...]
    sends: bool
    kept: Path
    suites: Path | None

    def index(self, kb: Path, tell: Tell = ignore, learned: Learned = NOTHING) -> Index:
        """Return the index of a folder or file of articles, built first if need be; this may take long."""
        learned = replace(learned, reranker=self.reranker)
        return open_folder(kb, self.cache, self.embedder, self.pool, tell, self.languages, learned)

    def contents(self, kb: Path, tell: Tell = ignore) -> Contents:
        """Return everything in a folder or file of articles, indexed first if need be; this may take long."""
        return read_folder(kb, self.cache, self.embedder, self.pool, tell, self.languages)

    def fits(self, kb: Path) -> FolderFits:
        """Return where what was learned of a folder or file of articles is kept."""
        return fits.of_folder(kb, self.cache)

    def learned(self, kb: Path) -> Learned:
        """Return what was learned of a folder or file of articles."""
        fit = self.fits(kb).read(self.embedder.id, "adapter")
        return Learned(adapters=Adapter.load(fit.data) if fit else None, reranker=self.reranker)

    @property
    def searching(self) -> str:
        """Name the models that search: of equal names the same articles are found."""
        return f"{self.embedder.id} {self.reranker.id}" if self.reranker else self.embedder.id

    def context(self, index: Index) -> Context:
        """Return the hub's ports over an index."""
        from graph import Context

        return Context(index, self.engine, self.embedded, self.policy, now, self.sends)


@dataclass
class Services:
    """Everything that works on one data directory.

    `run_key` opens this process to the operator's own commands; `worker` is its worker, None where workers run
    elsewhere.
    """

    settings: Settings
    queue: Queue
    desk: Desk
    requests: Requests
    articles: PostgresKnowledge
    indexer: Indexer
    context: Context
    connectors: Mapping[str, Connector]
    embedder: Embedder
    eval_runs: EvalRuns
    memory: PostgresMemory
    index: Editions
    run_key: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    worker: asyncio.Task[None] | None = None

    @property
    def demo(self) -> bool:
        """Say whether callers on this machine need no key to search, draft and chat."""
        return self.settings.demo

    def tools(self, pool: Executor) -> Tools:
        """Return what evaluations are made of, thinking in a pool of their own; the model's weights are shared."""
        return tools(self.settings, self.context.policy, self.embedder, pool)

    async def building(self) -> Building | None:
        """Return how far the index of a new embedder is, None when there is nothing to wait for."""
        return await self.index.building()

    def worker_alive(self) -> bool:
        """Say whether this process's worker runs; true where workers run elsewhere."""
        return self.worker is None or not self.worker.done()

    async def respond(self, turn: Turn, note: Note) -> Concluded:
        """Take a customer's turn through the hub, tell `note` how far it is, and return what the customer is told."""

        import graph

        async def reached(node: str) -> None:
            if node in STATUSES:
                await note(STATUSES[node])

        return concluded(await graph.handle(turn, self.context, reached))

    async def warm_up(self) -> None:
        """Take a turn through the hub for nothing, so that no customer waits for what loads at first use."""
        import graph

        dry = replace(self.context, engine=self.context.embedded)
        await graph.handle(Turn(CaseId(new("case")), DEFAULT_BRAND, "How do I begin?"), dry)

    def give_up(self, turn: Turn) -> Concluded:
        """Hand over a turn that stopped its worker more than once, without trying it again."""
        import graph

        return concluded(graph.give_up(turn, self.context, "the worker died of this turn more than once"))


def now() -> datetime:
    """Return the time: the one clock, which everything below is given."""
    return datetime.now(UTC)


def concluded(decision: Decision) -> Concluded:
    """Return a decision with what the customer is told: an answer is a reply, mere word of a handover a notice.

    What is only suggested waits for a teammate, so nothing is told.
    """
    from desk.cases import Concluded, Outgoing

    if decision.reply is None or decision.outcome == "suggested":
        return Concluded(decision, ())
    answers = decision.outcome == "answered" or any(said.citations for said in decision.reply.sentences)
    return Concluded(decision, (Outgoing("reply" if answers else "notice", decision.reply.text),))


@asynccontextmanager
async def open_services(settings: Settings, patience_s: float = 0) -> AsyncIterator[Services]:
    """Yield everything that works on the data directory of these settings, and close it in reverse.

    Raises DataDirectoryBusy when another process owns the embedded stores for longer than `patience_s` seconds, and
    the other ERRORS for what cannot be opened.
    """
    from connectors.chat import Chat
    from database.evals import EvalRuns
    from database.requests import Requests
    from kb_index.served import Stores, Wanted, open_served
    from kb_index.store import PostgresKnowledge

    async with AsyncExitStack() as stack:
        if settings.chroma_url is None:
            await stack.enter_async_context(owned(settings.data, patience_s))
        policy = policies.load(settings.policy)
        pool = stack.enter_context(_pool(settings))
        database, desk, queue = await stack.enter_async_context(_desk(settings, policy))
        embedder = loading.load(settings.embedder)
        quick = Remembering(embedder)
        articles = PostgresKnowledge(database.engine)
        stores = Stores(database.engine, settings.data / "chroma", settings.chroma_url)
        wanted = Wanted(settings.embedder, embedder, quick)
        served = await stack.enter_async_context(open_served(stores, wanted, pool, now, _reranker(settings)))
        context = tools(settings, policy, quick, pool).context(served.index)
        stack.push_async_callback(_release, context.engine)
        requests, eval_runs = Requests(database.engine), EvalRuns(database.engine)
        connectors = {"chat": Chat(desk, now)}
        yield Services(
            settings=settings,
            queue=queue,
            desk=desk,
            requests=requests,
            articles=articles,
            indexer=served.indexer,
            context=context,
            connectors=connectors,
            embedder=embedder,
            eval_runs=eval_runs,
            memory=served.memory,
            index=served.index,
        )


@asynccontextmanager
async def open_desk(settings: Settings) -> AsyncIterator[Desk]:
    """Yield the desk alone, as keys and brands need it: beside a running server as well as without one."""
    async with _desk(settings, policies.load(settings.policy)) as (_, desk, _):
        yield desk


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
async def open_memory(settings: Settings, brand: BrandId) -> AsyncIterator[PostgresMemory]:
    """Yield the ticket memory alone, for a brand: beside a running server as well as without one.

    Raises UnknownBrand.
    """
    from kb_index.postgres_memory import PostgresMemory

    with _pool(settings) as pool:
        async with _database_of(settings, brand) as database:
            yield PostgresMemory(database.engine, loading.load(settings.embedder), pool, pool)


@asynccontextmanager
async def _database_of(settings: Settings, brand: BrandId) -> AsyncIterator[Database]:
    async with _desk(settings, policies.load(settings.policy)) as (database, desk, _):
        if brand not in {known.id for known in await desk.brands()}:
            raise UnknownBrand(f"there is no brand {brand!r}: `deskhand brands list` shows those there are")
        yield database


@asynccontextmanager
async def one_shot(kb: Path, settings: Settings, tell: Tell = ignore) -> AsyncIterator[Context]:
    """Yield the hub's ports over a folder or file of articles, without desk, PostgreSQL or Chroma.

    `tell` hears how the index is built, and of every article that cannot be read. Raises KnowledgeError when all are.
    """
    with open_tools(settings) as opened:
        # The hub's import is Python, the rest mostly native code: together they take little longer than the import.
        index, *_ = await asyncio.gather(
            asyncio.to_thread(opened.index, kb, tell, opened.learned(kb)),
            asyncio.to_thread(opened.embedded.prepare, opened.policy),
            asyncio.to_thread(importlib.import_module, "graph"),
        )
        context = opened.context(index)
        try:
            yield context
        finally:
            await _release(context.engine)


@contextmanager
def open_tools(settings: Settings) -> Iterator[Tools]:
    """Yield what reads, judges and answers, without desk, PostgreSQL, Chroma or any article."""
    policy = policies.load(settings.policy)
    embedder = Remembering(loading.load(settings.embedder))
    with _pool(settings) as pool:
        yield tools(settings, policy, embedder, pool)


def tools(settings: Settings, policy: Policy, embedder: Embedder, pool: Executor) -> Tools:
    """Return the tools; judgement always uses the packaged MiniLM, whatever retrieval uses."""
    judge = embedder if embedder.id == MiniLM.id else Remembering(MiniLM())
    embedded = Embedded(judge, pool)
    named = (settings.model_url, settings.model_small, settings.model_large)
    return Tools(
        policy=policy,
        embedder=embedder,
        reranker=_reranker(settings),
        judge=judge,
        pool=pool,
        embedded=embedded,
        engine=_engine(settings, embedded),
        models=" ".join(filter(None, named)) or "embedded",
        cache=settings.cache,
        languages=settings.languages,
        sends=settings.demo,
        kept=settings.data / "evals",
        suites=settings.suites,
    )


def _reranker(settings: Settings) -> Reranker | None:
    return ReadingReranker(loading.load_reader(settings.reranker)) if settings.reranker else None


def _engine(settings: Settings, embedded: Engine) -> Engine:
    """Return what answers: the configured model with the embedded engine behind it, else that engine alone."""
    large, small = settings.model_large, settings.model_small
    if settings.model_url is None or not (large or small):
        return embedded
    from engines.openai_compatible import Endpoint, OpenAICompatible

    key = settings.model_key.get_secret_value() if settings.model_key else None
    models = (small or large or "", large or small or "")
    model = OpenAICompatible(Endpoint(settings.model_url, key, *models, settings.model_timeout_s))
    return Fallback(model, embedded, closing=model.close)


async def _release(engine: Engine) -> None:
    """Close the connections to a model server, where there is one."""
    if isinstance(engine, Fallback):
        await engine.close()


@asynccontextmanager
async def _desk(settings: Settings, policy: Policy) -> AsyncIterator[tuple[Database, Desk, Queue]]:
    from database.database import open_database
    from desk.desk import Desk
    from desk.queue import Queue

    url = settings.database_url.get_secret_value() if settings.database_url else None
    async with open_database(url, settings.data) as database, Queue(database.conninfo) as queue:
        yield database, Desk(database.engine, queue, policy.targets), queue


def _pool(settings: Settings) -> Pool:
    return Pool(settings.threads)


@asynccontextmanager
async def owned(data: Path, patience_s: float = 0) -> AsyncIterator[None]:
    """Own the embedded stores of a data directory; the kernel takes the lock back however the process ends.

    Raises DataDirectoryBusy when another process still owns them after `patience_s` seconds.
    """
    with _lock_file(data) as descriptor:
        deadline = asyncio.get_running_loop().time() + patience_s
        while not _locked(descriptor):
            if asyncio.get_running_loop().time() >= deadline:
                raise DataDirectoryBusy(_busy(data, descriptor))
            await asyncio.sleep(RETRY_S)
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield


@contextmanager
def _lock_file(data: Path) -> Iterator[int]:
    try:
        data.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(data / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise DataDirectoryUnusable(
            f"the data directory {str(data)!r} cannot be used ({error.strerror}): "
            "set DESKHAND_DATA to a folder of yours"
        ) from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _busy(data: Path, descriptor: int) -> str:
    owner = os.pread(descriptor, 20, 0).decode("ascii", "replace") or "unknown"
    return (
        f"the data directory {str(data)!r} is in use by process {owner}: wait until it ends, or stop it; "
        "while `deskhand serve` runs, the other commands go through it"
    )
