"""`deskhand calibrate`: learn from graded examples what may be sent without a person, and show the price of it."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

import services
import settings
from agents import calibrations
from cli.loop import run
from cli.refusal import Refusal
from cli.watching import Watch
from domain import calibration
from domain.calibration import Calibration, Graded, Threshold
from domain.ids import BrandId
from domain.policy import Risk
from evals import calibrating, evaluation
from evals.calibrating import Source
from evals.errors import SuiteError
from kb_index.fits import Subject

STEPS = 10  # rows of the table of risk and coverage
OF_AN_INTENT = 30  # graded drafts of an intent from which on it gets a row of its own
CARD = (
    "Confidence of drafts, learned from the graded questions over the help center of the demo: one half of its "
    "articles to learn from, the other half held out. Features are computed from scores, never words. Made by "
    "`deskhand calibrate demo-dev --held-out demo-test --output agents/calibrations.json`."
)


@dataclass(frozen=True)
class Asked:
    """What was typed: the suites, the accepted error, and where the result goes."""

    suite: str
    held_out: str | None
    brand: str
    accepted: float | None
    confidence: float | None
    output: Path | None
    keep: bool


def calibrate(asked: Asked, as_json: bool, **passed: object) -> None:
    """Learn, print the table of risk and coverage, and keep what was learned where that is asked for."""
    read = settings.read(**passed)
    watch = Watch()
    try:
        path = evaluation.find(asked.suite)[0]
        held_out = evaluation.find(asked.held_out)[0] if asked.held_out else None
        with services.open_tools(read) as tools:
            source: Source = "demo" if asked.output else "own"
            made = run(calibrating.calibrate(path, held_out, tools, source, partial(watch.run, asked.suite, "graded")))
            usual = tools.policy.risk
    except SuiteError as error:
        raise Refusal(str(error)) from error
    finally:
        watch.end()
    risk = Risk(asked.accepted or usual.accepted, asked.confidence or usual.confidence)
    if asked.output:
        calibrations.write(CARD, [made], asked.output)
    if asked.keep:
        run(_kept(made, BrandId(asked.brand), read))
    if as_json:
        sys.stdout.write(json.dumps(_document(made, risk), ensure_ascii=False) + "\n")
        return
    _shown(made, risk, asked)


async def _kept(made: Calibration, brand: BrandId, read: settings.Settings) -> None:
    """Put a calibration in use for a brand; a running server follows within seconds."""
    async with services.open_fits(read, brand) as fits:
        subject = Subject(brand, made.embedder, "confidence")
        await fits.adopt(subject, calibrations.dump(made), made.report, services.now())


def _document(made: Calibration, risk: Risk) -> dict[str, Any]:
    threshold = made.threshold(risk.accepted, risk.confidence)
    return {
        "engine": made.engine,
        "embedder": made.embedder,
        "accepted": risk.accepted,
        "confidence": risk.confidence,
        "threshold": asdict(threshold) if threshold else None,
        "needed": _needed(threshold, risk),
        "report": dict(made.report),
        "weights": {name: known.weight for name, known in made.weights.items()},
        "table": [_row(made, sent, risk) for sent in _sizes(made)],
        "intents": {
            intent: asdict(_of(those, risk))
            for intent, those in calibrating.by_intent(made.held_out, OF_AN_INTENT).items()
        },
    }


def _sizes(made: Calibration) -> list[int]:
    graded = len(made.held_out)
    return sorted({max(1, round(graded * step / STEPS)) for step in range(1, STEPS + 1)}) if graded else []


def _row(made: Calibration, sent: int, risk: Risk) -> dict[str, float]:
    found = calibration.at(made.surest_first, sent, risk.accepted, risk.confidence)
    return {
        "threshold": found.least,
        "sent": sent,
        "wrong": found.wrong,
        "error": round(found.wrong / sent, 4),
        "bound": found.bound,
        "coverage": round((sent - found.wrong) / made.answerable, 4) if made.answerable else 0.0,
    }


def _of(those: Sequence[Graded], risk: Risk) -> Threshold:
    """Return what sending every graded draft of an intent would have meant."""
    pairs = sorted(((one.probability, one.right) for one in those), reverse=True)
    return calibration.at(pairs, len(pairs), risk.accepted, risk.confidence)


def _needed(threshold: Threshold | None, risk: Risk) -> int:
    """Return how many more graded drafts, all of them right, would bear the accepted error out."""
    if threshold is None:
        return calibration.needed(risk.accepted, risk.confidence)
    return max(0, calibration.needed(risk.accepted, risk.confidence, threshold.wrong) - threshold.sent)


def _shown(made: Calibration, risk: Risk, asked: Asked) -> None:
    console = Console()
    table = Table("threshold", "sent", "wrong", "error", "at most", "answered rightly", box=None, pad_edge=False)
    for row in (_row(made, sent, risk) for sent in _sizes(made)):
        shares = (f"{row['error']:.1%}", f"{row['bound']:.1%}", f"{row['coverage']:.1%}")
        table.add_row(f"{row['threshold']:.2f}", f"{row['sent']:.0f}", f"{row['wrong']:.0f}", *shares)
    console.print(table)
    for intent, those in calibrating.by_intent(made.held_out, OF_AN_INTENT).items():
        wrong = sum(not one.right for one in those)
        console.print(f"{intent}: {len(those)} drafts, {wrong} wrong", highlight=False)
    console.print(_verdict(made, risk), highlight=False)
    console.print(_suggesting(made), highlight=False)
    if asked.keep:
        console.print(f"In use for brand {asked.brand!r}.", highlight=False)
    elif asked.output:
        console.print(f"Written to {str(asked.output)!r}.", highlight=False)
    else:
        console.print("Nothing was kept: --keep puts it in use.", highlight=False)


def _suggesting(made: Calibration) -> str:
    """Say which threshold a policy should have for suggesting, and what it would mean."""
    least, needless, spared = (made.report[name] for name in ("suggest", "needless", "spared"))
    return (
        f"Worth suggesting: `suggest: {least:.2f}` among the thresholds of desk.yaml hands over {needless:.1%} of what "
        f"could be answered and {spared:.1%} of what could not, foretold of articles left out."
    )


def _verdict(made: Calibration, risk: Risk) -> str:
    threshold = made.threshold(risk.accepted, risk.confidence)
    told = f"AUROC of right against wrong, on {len(made.held_out)} drafts held out: {made.report.get('auroc', 0):.2f}."
    if threshold is None:
        return f"{told} No draft was held out, so nothing is sent."
    share = (threshold.sent - threshold.wrong) / made.answerable if made.answerable else 0.0
    seen = f"{threshold.wrong} of {threshold.sent} wrong"
    bound = f"{seen}, at most {threshold.bound:.1%} with {risk.confidence:.0%} confidence"
    if threshold.holds:
        return f"{told} Sent from {threshold.least:.2f} on: {bound}; {share:.0%} of the answerable are answered."
    more = f"{_needed(threshold, risk)} more graded drafts, all right, would bear it out; until then nothing is sent."
    best = f"The best bound, from {threshold.least:.2f}: {bound}."
    return f"{told} At most {risk.accepted:.1%} wrong is not borne out. {best} {more}"
