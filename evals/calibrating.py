"""Learn from graded examples how often a draft would be right if it were sent as it is.

Every example goes through the whole hub as if confidence kept nothing back. Examples about one article stay together:
some articles are learned from, the others only tell how well that carries over, and set the threshold for sending.
From when a draft is worth suggesting is told by the drafts learned from, each as those of other articles foretell it.
"""

import asyncio
import hashlib
import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from pydantic import TypeAdapter

import graph
from agents.gate import Sending
from domain.calibration import Calibration, Graded, Weight
from domain.decisions import Decision
from domain.ids import DEFAULT_BRAND, BrandId, CaseId
from domain.turns import Turn
from evals import results, suites
from evals.errors import SuiteUnreadable
from evals.examples import Example
from evals.results import Case, Result
from evals.scorers.ranks import auroc
from evals.scorers.readings import broken_by_reply
from evals.statistics import Array
from evals.suites import Suite
from evals.systems import histories
from evals.systems.indexes import Indexes
from kb_index import logistic
from services import Tools

FEWEST = 40  # graded drafts to learn from, and of each kind at least FEWEST_OF_A_KIND
FEWEST_OF_A_KIND = 8
STRENGTHS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)  # of the pull towards knowing nothing, one of which is chosen by trying
FOLDS = 5
SAFE = 0.99  # share of the graded turns whose length counts as usual
AT_ONCE = 4
NEEDLESS = 0.1  # share of what could be answered that may be handed over for being unsure

Told = Callable[[int, int], None]
Source = Literal["demo", "own"]
_DECISION = TypeAdapter(Decision)


@dataclass(frozen=True)
class Draft:
    """A graded draft: its features, and whether sending it would have been right.

    Drafts of one `group` (an article) are learned from together or not at all; those of one `seed` are wordings of the
    same question, of which only one counts as evidence. A draft that is not `sent` waits for a person however sure it
    is: it is learned from, and says nothing of those that are sent. `answerable` is what the example is.
    """

    features: Mapping[str, float]
    right: bool
    group: str
    seed: str
    intent: str
    words: int
    sent: bool = True
    answerable: bool = True


@dataclass(frozen=True)
class Silence:
    """An example that was handed over without a draft worth grading."""

    group: str
    seed: str
    answerable: bool


@dataclass(frozen=True)
class Drafts:
    """What became of the examples of a suite: a draft each, or none."""

    drafts: tuple[Draft, ...]
    silences: tuple[Silence, ...] = ()

    @property
    def every(self) -> tuple[Draft | Silence, ...]:
        """Return all that became of them."""
        return (*self.drafts, *self.silences)

    @property
    def answerable(self) -> int:
        """Count the examples that could be answered, wordings of a question as one."""
        return len({one.seed for one in self.every if one.answerable})

    @property
    def examples(self) -> int:
        """Count the examples, wordings of a question as one."""
        return len({one.seed for one in self.every})


@dataclass(frozen=True)
class Suggesting:
    """From when a draft is worth suggesting, as `thresholds` in `desk.yaml` has it.

    Then `needless` of the answerable examples and `spared` of those that nothing answers are handed over: 0..1, each
    wording counted, as the drafts of other articles foretell it.
    """

    suggest: float
    needless: float
    spared: float


async def calibrate(
    path: Path, held_out: Path | None, tools: Tools, source: Source = "own", told: Told | None = None
) -> Calibration:
    """Return what a suite of replies teaches; without a suite to hold out, half of the articles are held out.

    Raises SuiteError, also where there is too little to learn from.
    """
    learned = await graded(path, tools, told)
    if held_out:
        tried = await graded(held_out, tools, told)
    else:
        learned, tried = halves(learned)
    _enough(path, learned)
    return learn(path.stem, learned, tried, tools, source)


async def graded(path: Path, tools: Tools, told: Told | None = None) -> Drafts:
    """Take every example of a suite of replies through the hub and grade what would be sent."""
    suite = suites.load(path)
    if not isinstance(suite, Suite):
        raise SuiteUnreadable(f"{path}: {suite.reason}")
    if suite.file.kind != "replies":
        raise SuiteUnreadable(f"{path}: holds {suite.file.kind}; only replies say what would be right to send")
    index = await Indexes(tools).of(suite.searched())
    context = replace(tools.context(index), sending=_everything(tools))
    places = asyncio.Semaphore(AT_ONCE)
    done = 0

    async def one(example: Example) -> Draft | Silence:
        nonlocal done
        async with places:
            graded = _graded(example, await graph.handle(_turn(example), context))
        done += 1
        if told:
            told(done, len(suite.examples))
        return graded

    found = await asyncio.gather(*(one(example) for example in suite.examples))
    return Drafts(
        tuple(one for one in found if isinstance(one, Draft)), tuple(one for one in found if isinstance(one, Silence))
    )


def _everything(tools: Tools) -> Callable[[BrandId], Sending]:
    """Send whatever only confidence could keep back."""
    sure = (Graded(0.0, True),) * 10_000
    sending = Sending(Calibration(tools.writer, tools.embedder.id, "own", 30.0, {}, sure, 0, 10**9))
    return lambda brand: sending


def _turn(example: Example) -> Turn:
    row = example.row
    if row.kind != "replies":
        raise SuiteUnreadable(f"example {example.id!r} is no reply")
    return Turn(CaseId(example.id), DEFAULT_BRAND, row.question, histories.read(row.history), "cli", row.language)


def _graded(example: Example, decision: Decision) -> Draft | Silence:
    """Return the draft as if it were sent, graded by the rules of its example, unless it is not even suggested."""
    row = example.row
    if row.kind != "replies":
        raise SuiteUnreadable(f"example {example.id!r} is no reply")
    group = row.relevant[0] if row.relevant else row.question
    if decision.outcome == "handed_over" or decision.reply is None:
        return Silence(group, _seed(example), bool(example.positive))
    sent = replace(decision, outcome="answered")
    document = results.Decided.model_validate(_DECISION.dump_python(sent, mode="json"))
    case = Case(example, Result(example.id, 0, None, 0.0), document)
    cited = {citation.article for said in decision.reply.sentences for citation in said.citations}
    right = not broken_by_reply(case) and (not row.relevant or not cited.isdisjoint(row.relevant))
    intent = decision.triage.intent if decision.triage else ""
    length, goes_out = len(row.question.split()), decision.outcome == "answered"
    return Draft(decision.features, right, group, _seed(example), intent, length, goes_out, bool(example.positive))


def _seed(example: Example) -> str:
    return (example.row.seed if example.row.kind == "replies" else None) or example.id


def halves(drafts: Drafts) -> tuple[Drafts, Drafts]:
    """Return two halves, each with everything of its articles."""

    def half(first: bool) -> Drafts:
        def own(one: Draft | Silence) -> bool:
            return (hashlib.sha256(one.group.encode()).digest()[0] < 128) is first

        return Drafts(tuple(filter(own, drafts.drafts)), tuple(filter(own, drafts.silences)))

    return half(True), half(False)


def _enough(path: Path, learned: Drafts) -> None:
    right = sum(draft.right for draft in learned.drafts)
    wrong = len(learned.drafts) - right
    if len(learned.drafts) < FEWEST or min(right, wrong) < FEWEST_OF_A_KIND:
        raise SuiteUnreadable(
            f"{path}: {right} drafts would be right and {wrong} wrong; to learn from takes {FEWEST}, at least "
            f"{FEWEST_OF_A_KIND} of either: add examples, also such that nothing answers"
        )


def learn(suite: str, learned: Drafts, tried: Drafts, tools: Tools, source: Source) -> Calibration:
    """Return what the first drafts teach, tried on the others."""
    names = sorted({name for draft in learned.drafts for name in draft.features})
    rows, right = _matrix(learned.drafts, names), np.array([draft.right for draft in learned.drafts], np.float64)
    middle, spread = rows.mean(axis=0), rows.std(axis=0)
    spread = np.where(spread > 1e-9, spread, 1.0)
    scaled = (rows - middle) / spread
    strength, left_out = _chosen(scaled, right, [draft.group for draft in learned.drafts])
    offset, weights = _fitted(scaled, right, strength)
    known = {
        name: Weight(round(float(weight), 5), round(float(mid), 5), round(float(wide), 5))
        for name, weight, mid, wide in zip(names, weights, middle, spread, strict=True)
    }
    longest = int(np.quantile([draft.words for draft in learned.drafts], SAFE))
    made = Calibration(
        tools.writer, tools.embedder.id, source, round(float(offset), 5), known, (), tried.answerable, longest, suite
    )
    sent = _apart([one for one in tried.drafts if one.sent])
    held_out = tuple(Graded(made.probability(one.features), one.right, one.intent) for one in sent)
    report = _report(left_out, right, held_out, learned, tried, strength)
    return replace(made, held_out=held_out, report=report | asdict(worth_suggesting(learned, left_out)))


def worth_suggesting(learned: Drafts, foretold: Array, needless: float = NEEDLESS) -> Suggesting:
    """Return the highest threshold that hands over no more of the answerable than this, and what it would mean."""
    sure = [(float(one), draft.answerable) for one, draft in zip(foretold, learned.drafts, strict=True)]
    sure += [(0.0, silence.answerable) for silence in learned.silences]
    answerable = sorted(one for one, could in sure if could)
    hopeless = [one for one, could in sure if not could]
    spared = min(int(needless * len(answerable)), len(answerable) - 1)
    least = math.floor(100 * answerable[spared]) / 100 if answerable else 0.0
    return Suggesting(
        suggest=least,
        needless=round(sum(one < least for one in answerable) / max(1, len(answerable)), 4),
        spared=round(sum(one < least for one in hopeless) / max(1, len(hopeless)), 4),
    )


def _apart(drafts: Sequence[Draft]) -> list[Draft]:
    """Return one draft of each seed: wordings of one question fail together, and would count the same luck twice."""
    return list({draft.seed: draft for draft in reversed(drafts)}.values())


def _report(
    left_out: Array, right: Array, held_out: Sequence[Graded], learned: Drafts, tried: Drafts, strength: float
) -> dict[str, float]:
    stated = np.array([one.probability for one in held_out])
    came_true = np.array([one.right for one in held_out], np.float64)
    return {
        "learned_from": len(learned.drafts),
        "strength": strength,
        "auroc_left_out": round(auroc(np.column_stack([left_out, right])), 4),
        "auroc": round(auroc(np.column_stack([stated, came_true])), 4),
        "brier": round(float(np.mean((stated - came_true) ** 2)), 4) if len(stated) else math.nan,
        "held_out": len(held_out),
        "right": round(float(came_true.mean()), 4) if len(stated) else math.nan,
        "answerable": tried.answerable,
        "examples": tried.examples,
    }


def _matrix(drafts: Sequence[Draft], names: Sequence[str]) -> Array:
    return np.array([[draft.features.get(name, 0.0) for name in names] for draft in drafts], np.float64)


def _chosen(rows: Array, right: Array, groups: Sequence[str]) -> tuple[float, Array]:
    """Return the strength that foretells left out groups best, and what it foretold of each row."""
    fold = np.array([hashlib.sha256(f"fold {group}".encode()).digest()[0] % FOLDS for group in groups])
    tried: list[tuple[float, float, Array]] = []
    for strength in STRENGTHS:
        foretold = np.full(len(right), right.mean())
        for number in range(FOLDS):
            inside = fold != number
            if inside.any() and 0 < right[inside].sum() < inside.sum():
                offset, weights = _fitted(rows[inside], right[inside], strength)
                foretold[~inside] = logistic.likely(offset + rows[~inside] @ weights)
        loss = float(-np.mean(right * np.log(foretold + 1e-12) + (1 - right) * np.log(1 - foretold + 1e-12)))
        tried.append((loss, strength, foretold))
    _, strength, foretold = min(tried, key=lambda one: one[0])
    return strength, foretold


def _fitted(rows: Array, right: Array, strength: float) -> tuple[float, Array]:
    """Return the offset and weights of a logistic regression, pulled to nothing by `strength`."""
    columns = np.hstack([np.ones((len(rows), 1)), rows])
    held = np.diag([0.0, *[strength * len(rows) / 10] * rows.shape[1]]) + 1e-9 * np.eye(columns.shape[1])
    found = logistic.fit(columns, right, held)
    return float(found[0]), found[1:]


def by_intent(held_out: Sequence[Graded], fewest: int) -> dict[str, tuple[Graded, ...]]:
    """Return the held out examples of each intent that has enough of them."""
    found: dict[str, list[Graded]] = defaultdict(list)
    for one in held_out:
        found[one.intent].append(one)
    return {intent: tuple(those) for intent, those in sorted(found.items()) if len(those) >= fewest}
