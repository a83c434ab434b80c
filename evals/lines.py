"""How well what a help center answers is told from the rest, measured with its own questions: a line for each suite."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from agents import retriever
from domain.ids import DEFAULT_BRAND, ArticleId, AskId, CaseId
from domain.search import Hit, Query
from domain.triage import Ask
from domain.turns import Turn
from evals import suites
from evals.errors import SuiteUnreadable
from evals.examples import AbstentionRow, Example, RetrievalRow
from evals.suites import Suite
from evals.systems import histories
from evals.systems.indexes import Indexes
from kb_index import answerability, fitting
from kb_index.answerability import Line, Shape
from kb_index.fitting import FEWEST, Examples, Report
from kb_index.index import Index
from kb_index.ranking import Candidate, Signals
from services import Tools


@dataclass(frozen=True)
class Fitted:
    """The line of a suite's questions, and how such a line does on those of them that were held out."""

    suite: str
    line: Line
    report: Report


class Watching:
    """Judges nothing, and remembers the shape of the last search."""

    def __init__(self) -> None:
        self.shape: Shape | None = None

    def judge(self, query: Query, candidates: Sequence[Candidate], signals: Signals, hits: Sequence[Hit]) -> None:
        """Look at a search."""
        self.shape = answerability.shape(candidates, signals)


async def fit(path: Path, tools: Tools, keep: float) -> Fitted:
    """Fit a line to a suite's questions, each asked as it is and with its articles hidden.

    Questions whose article is not among those the product would read say nothing and are left out. Raises SuiteError.
    """
    suite = suites.load(path)
    if not isinstance(suite, Suite):
        raise SuiteUnreadable(f"{path}: {suite.reason}")
    watching = Watching()
    index = await Indexes(tools, judge=watching).of(suite.searched())
    pairs = [pair for one in suite.examples if (pair := await _asked(one, index, watching))]
    if len(pairs) < FEWEST:
        raise SuiteUnreadable(
            f"{path}: {len(pairs)} questions find their article, and a line needs {FEWEST}: add more questions"
        )
    examples = Examples(tuple(there for there, _ in pairs), tuple(gone for _, gone in pairs), "questions")
    return Fitted(suite.file.name, fitting.fit(examples, keep), fitting.report(examples, keep))


async def _asked(example: Example, index: Index, watching: Watching) -> tuple[Shape, Shape] | None:
    row = example.row
    if not isinstance(row, RetrievalRow | AbstentionRow) or not row.relevant:
        return None
    turn = Turn(CaseId(example.id), DEFAULT_BRAND, row.question, histories.read(row.history))
    query = retriever.query(turn, Ask(AskId("a1"), row.question), None)
    hits = (await index.search(query)).hits
    there = watching.shape
    await index.search(replace(query, without=frozenset(ArticleId(name) for name in row.relevant)))
    found = any(hit.article in row.relevant for hit in hits)
    return (there, watching.shape) if found and there and watching.shape else None
