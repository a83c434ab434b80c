"""What reads, judges and answers, apart from any store of the desk: for one-shot commands and for evaluations."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Executor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from agents import calibrations
from agents.calibrations import Calibrations, Own
from domain.budget import Allowance, Ledger, OwnLedger
from domain.policy import Policy
from embedding import loading, tokens
from embedding.embedder import Embedder
from embedding.minilm import MiniLM
from embedding.pool import Pool
from embedding.remembering import Remembering
from engines.embedded.engine import Embedded
from engines.engine import Engine
from engines.fallback import Fallback
from engines.tagger import Tagger
from engines.watching import Watch
from kb_index import fits
from kb_index.adapters import Adapter
from kb_index.fits import FolderFits
from kb_index.index import Index
from kb_index.learned import NOTHING, Learned, Reranker
from kb_index.one_shot import Tell, ignore, open_folder, read_folder
from kb_index.reranking import ReadingReranker
from prompts import policy as policies
from settings import Settings

if TYPE_CHECKING:
    from graph import Context
    from kb_index.contents import Contents


def now() -> datetime:
    """Return the time: the one clock, which everything below is given."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Tools:
    """What reads, judges and answers, apart from any store of the desk; `judge` is the embedder of all judgement.

    `models` names what answers in full, so that equal names mean equal answers; `kept` is where results of evaluations
    lie, `suites` where the operator's own suites do. `watch` sees what models are called for.
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
    watch: Watch

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
    def writer(self) -> str:
        """Name the engine that drafts, as decisions do; what was graded of one says nothing of another."""
        return "embedded" if self.engine is self.embedded else "openai_compatible"

    @property
    def searching(self) -> str:
        """Name the models that search: of equal names the same articles are found."""
        return f"{self.embedder.id} {self.reranker.id}" if self.reranker else self.embedder.id

    def context(self, index: Index, own: Own = calibrations.nobodys) -> Context:
        """Return the hub's ports over an index; `own` is what brands learned from their own graded examples."""
        from graph import Context

        sending = Calibrations(self.embedder.id, self.writer, self.sends, own)
        return Context(index, self.engine, self.embedded, self.policy, now, sending, self.watch.tracer)


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
            await release(context.engine)


@contextmanager
def open_tools(settings: Settings) -> Iterator[Tools]:
    """Yield what reads, judges and answers, without desk, PostgreSQL, Chroma or any article."""
    policy = policies.load(settings.policy)
    embedder = Remembering(loading.load(settings.embedder))
    with pool_of(settings) as pool:
        yield tools(settings, policy, embedder, pool)


def tools(
    settings: Settings,
    policy: Policy,
    embedder: Embedder,
    pool: Executor,
    ledger: Ledger | None = None,
    watch: Watch | None = None,
) -> Tools:
    """Return the tools; judgement always uses the packaged MiniLM, whatever retrieval uses.

    Models are counted in the ledger, by default in one of this process alone, and seen by `watch`, by default nobody.
    """
    watch = watch or Watch()
    judge = embedder if embedder.id == MiniLM.id else Remembering(MiniLM())
    embedded = Embedded(judge, pool)
    named = (settings.model_url, settings.model_small, settings.model_large)
    return Tools(
        policy=policy,
        embedder=embedder,
        reranker=reranker(settings),
        judge=judge,
        pool=pool,
        embedded=embedded,
        engine=_engine(settings, embedded, judge, ledger or OwnLedger(), watch),
        models=" ".join(filter(None, named)) or "embedded",
        cache=settings.cache,
        languages=settings.languages,
        sends=settings.demo,
        kept=settings.data / "evals",
        suites=settings.suites,
        watch=watch,
    )


def reranker(settings: Settings) -> Reranker | None:
    """Return the model that reads the best few again, None where none is configured."""
    return ReadingReranker(loading.load_reader(settings.reranker)) if settings.reranker else None


def _engine(settings: Settings, embedded: Engine, judge: Embedder, ledger: Ledger, watch: Watch) -> Engine:
    """Return what answers: the configured model with the embedded engine behind it, else that engine alone."""
    large, small = settings.model_large, settings.model_small
    if settings.model_url is None or not (large or small):
        return embedded
    from engines.openai_compatible import Endpoint, OpenAICompatible

    key = settings.model_key.get_secret_value() if settings.model_key else None
    models = (small or large or "", large or small or "")
    endpoint = Endpoint(settings.model_url, key, *models, settings.model_timeout_s, settings.model_prices or {})
    allowance = Allowance(settings.model_tokens_a_day, settings.model_cost_a_day, ledger)
    seen = tokens.door(judge)
    model = OpenAICompatible(endpoint, allowance, Tagger(seen) if seen else None, watch)
    return Fallback(model, embedded, closing=model.close)


async def release(engine: Engine) -> None:
    """Close the connections to a model server, where there is one."""
    if isinstance(engine, Fallback):
        await engine.close()


def pool_of(settings: Settings) -> Pool:
    """Return the threads that embed and judge."""
    return Pool(settings.threads)
