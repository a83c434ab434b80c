"""`deskhand kb tune`: learn from accepted questions and articles, keep it if it is better, and take it back.

It needs the database only, so it works beside a running server, which searches with what was adopted within seconds.
"""

import json
import shutil
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import typer
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, field_validator
from rich.console import Console
from rich.table import Table

import services
import settings
from cli.loop import run
from cli.progress import Bar, Building
from cli.refusal import Refusal
from domain.ids import ArticleId, BrandId
from evals import evaluation, rows, suites
from evals.errors import SuiteError
from evals.suites import Skipped
from kb_index import fine_tuning, tuning
from kb_index.fine_tuning import Course
from kb_index.learning import Learning
from kb_index.pairs import Pair
from kb_index.tuning import Report, Trial

NOT_ADOPTED = 1
SHOWN = (("first", "hit_1"), ("among five", "hit_5"), ("MRR@10", "mrr_10"))
Work = Callable[[Learning], Awaitable[dict[str, Any]]]


@dataclass(frozen=True)
class Asked:
    """What was typed: whose articles, and the graded pairs to learn from instead of the ticket memory's."""

    brand: str
    kb: Path | None
    pairs: Path | None
    suite: str | None


class Graded(BaseModel):
    """A row of a file of pairs."""

    model_config = ConfigDict(frozen=True)

    question: str = Field(min_length=1)
    articles: frozenset[ArticleId] = Field(validation_alias=AliasChoices("relevant_ids", "articles"))
    asked_at: datetime | None = Field(None, validation_alias=AliasChoices("asked_at", "created"))

    @field_validator("asked_at")
    @classmethod
    def _aware(cls, value: datetime | None) -> datetime | None:
        return value.replace(tzinfo=UTC) if value and value.tzinfo is None else value


def tune(asked: Asked, dry: bool, as_json: bool, **passed: object) -> None:
    """Print what an adapter is worth, and adopt it where it is better; the exit code is 1 where it is not."""
    given = _given(asked)
    bar = Bar("learning")

    async def work(learning: Learning) -> dict[str, Any]:
        pairs = given if given is not None else await _remembered(learning, BrandId(asked.brand))
        bar.start()
        report, adapter = await tuning.tune(learning.bench, pairs, bar.reach)
        bar.stop()
        told: dict[str, Any] = {"adopted": None, "dry_run": dry, **report.document()}
        if report.better and not dry:
            fit = await learning.fits.adopt(learning.subject, adapter.dump(), report.document(), services.now())
            told["adopted"] = fit.version
        if not as_json:
            _show(report, told["adopted"], dry)
        return told

    told = _opened(asked, passed, work)
    if as_json:
        _print(told)
    if not told["better"]:
        raise typer.Exit(NOT_ADOPTED)


@dataclass(frozen=True)
class Training:
    """How a model is fine-tuned: what it begins with, None for the embedder in use, and in how many steps."""

    base: str | None
    steps: int


def fine_tune(asked: Asked, training: Training, dry: bool, as_json: bool, **passed: object) -> None:
    """Print what a fine-tuned model is worth, and keep it where it is better; the exit code is 1 where it is not."""
    given = _given(asked)
    read = settings.read(**passed)
    folder = read.data / "models" / f"tuned-{services.now():%Y%m%d-%H%M%S}"
    course = Course(_base(training, read.embedder), training.steps, folder)
    bars: dict[str, Bar] = {}

    def say(what: str, done: int, total: int) -> None:
        for bar in bars.values() if what not in bars else ():
            bar.stop()
        if what not in bars:
            bars[what] = Bar(what)
            bars[what].start()
        bars[what].reach(done, total)

    async def work(learning: Learning) -> dict[str, Any]:
        pairs = given if given is not None else await _remembered(learning, BrandId(asked.brand))
        report = await fine_tuning.fine_tune(learning.bench, pairs, course, say)
        for bar in bars.values():
            bar.stop()
        if not as_json:
            _show(report, None, dry)
        return {"model": str(folder) if report.better and not dry else None, "dry_run": dry, **report.document()}

    kept = None
    try:
        told = _opened(asked, passed, work)
        kept = told["model"]
    finally:
        if kept is None:
            shutil.rmtree(folder, ignore_errors=True)
    if as_json:
        _print(told)
    elif kept:
        typer.echo(
            f"The model lies in {folder}. To search with it set DESKHAND_EMBEDDER=sentence-transformers:{folder} and "
            "start Deskhand again: its index is built beside, and the embedder of now answers until it is whole."
        )
    if not told["better"]:
        raise typer.Exit(NOT_ADOPTED)


def _base(training: Training, embedder: str) -> str:
    kind, _, model = embedder.partition(":")
    if training.base:
        return training.base
    if kind == "sentence-transformers" and model:
        return model
    raise Refusal(
        f"the embedder {embedder!r} cannot be trained further: name the model to begin with, such as "
        "--base sentence-transformers/all-MiniLM-L6-v2, or the path of its folder"
    )


def roll_back(asked: Asked, as_json: bool, **passed: object) -> None:
    """Take the adapter in use out of use, and put the one before it back in its place."""

    async def work(learning: Learning) -> dict[str, Any]:
        gone = await learning.fits.roll_back(learning.subject, services.now())
        if gone is None:
            raise Refusal("there is nothing to roll back: no adapter is in use")
        current = await learning.fits.current(learning.subject)
        return {"rolled_back": gone.version, "in_use": current.version if current else None}

    told = _opened(asked, passed, work)
    if as_json:
        _print(told)
        return
    now = f"version {told['in_use']} is in use again" if told["in_use"] else "questions are searched as they are"
    typer.echo(f"Version {told['rolled_back']} is out of use; {now}.")


def _opened(asked: Asked, passed: dict[str, object], work: Work) -> dict[str, Any]:
    building = Building()

    async def opened() -> dict[str, Any]:
        async with services.open_learning(
            settings.read(**passed), BrandId(asked.brand), asked.kb, building
        ) as learning:
            building.end()
            return await work(learning)

    return run(opened())


def _given(asked: Asked) -> list[Pair] | None:
    """Return the graded pairs that were named, None where none were."""
    if asked.pairs and asked.suite:
        raise Refusal("give --pairs or --suite, not both")
    try:
        if asked.pairs:
            return list(_read(asked.pairs))
        if asked.suite:
            return [pair for path in evaluation.find(asked.suite) for pair in _of_suite(path, asked.kb)]
    except SuiteError as error:
        raise Refusal(str(error)) from error
    return None


def _read(file: Path) -> Iterator[Pair]:
    for row in rows.read(file):
        try:
            graded = Graded.model_validate(row.fields)
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"]))
            raise Refusal(
                f"{row.place}: {place}: {first['msg']}; a row is "
                '{"question": "...", "relevant_ids": ["article", ...], "asked_at"?: "2026-11-20T12:00:00Z"}'
            ) from error
        yield Pair(graded.question, graded.articles, graded.asked_at)


def _of_suite(path: Path, kb: Path | None) -> list[Pair]:
    """Return the examples of a suite that stand alone: a follow-up teaches little without what came before."""
    suite = suites.load(path, kb)
    if isinstance(suite, Skipped):
        raise Refusal(f"suite {suite.name!r} cannot be read here: {suite.reason}")
    found = [one.row for one in suite.examples if one.row.kind == "retrieval"]
    if not found:
        raise Refusal(f"suite {suite.file.name!r} is of kind {suite.file.kind}; tuning learns from retrieval suites")
    return [
        Pair(row.question, frozenset(map(ArticleId, row.relevant)), row.asked_at) for row in found if not row.history
    ]


async def _remembered(learning: Learning, brand: BrandId) -> Sequence[Pair]:
    if learning.pairs is None:
        raise Refusal("there is nothing to learn from: give --pairs FILE or --suite SUITE beside --kb")
    return await learning.pairs.of(brand)


def _show(report: Report, version: int | None, dry: bool) -> None:
    console = Console()
    console.print(f"{report.pairs} pairs, {report.unusable} left out; held out: the {_HELD_OUT[report.held_out]}.")
    _table("questions held out", report.known, console)
    _table("the same, had nothing been accepted for their articles", report.untaught, console)
    console.print(report.verdict, style="bold" if report.better else "bold red", highlight=False)
    if version:
        console.print(f"Adopted as version {version}. Take it back with: deskhand kb tune --rollback")
    elif dry and report.better:
        console.print("Nothing is changed by --dry-run; without it this would be adopted.")


_HELD_OUT = {"latest": "latest questions", "chance": "ones drawn by chance"}


def _table(title: str, trial: Trial, console: Console) -> None:
    console.print(f"\n{title}: {trial.questions}", style="bold", highlight=False)
    table = Table("", "before", "after", "change", "95 %", box=None, pad_edge=False)
    for name, field in SHOWN:
        before, after = getattr(trial.before, field), getattr(trial.after, field)
        spread = f"{trial.low:+.3f} to {trial.high:+.3f}" if field == "mrr_10" else ""
        table.add_row(name, f"{before:.3f}", f"{after:.3f}", f"{after - before:+.3f}", spread)
    console.print(table)


def _print(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")
