"""`deskhand kb preflight`: what an edit changes before it is published.

It reads the database only and indexes in this process's memory, so it works beside a running server and changes
nothing.
"""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape

import services
import settings
from cli import rows
from cli.loop import run
from cli.progress import Bar, Building
from cli.refusal import Refusal
from domain.articles import Article, Passage
from domain.ids import ArticleId, BrandId
from domain.search import Asked, Query
from domain.text import plain
from kb_index import edits, reading
from kb_index.edits import Edit, State
from kb_index.preflight import LOOK, ORDER, Effect
from settings import Settings

WORTH_A_LOOK = 1
EXCERPT = 160
AROUND = 5  # words shown on either side of a difference
SHOWN = 4  # passages of an effect

SAID = {
    "worse": "a right article is found later",
    "moved": "another article comes first",
    "better": "a right article is found earlier",
    "reordered": "other articles follow the first",
    "reworded": "the same articles in other words",
}


@dataclass(frozen=True)
class Wanted:
    """What was typed: the files to publish, the articles to delete, whose they are, and the questions to try."""

    files: Sequence[Path]
    deleted: Sequence[str]
    brand: str
    kb: Path | None
    questions: Path | None
    newest: int


@dataclass(frozen=True)
class Result:
    """What an edit is made of, how many questions were tried, and what it changes."""

    states: dict[ArticleId, State]
    tried: int
    effects: Sequence[Effect]


def preflight(wanted: Wanted, as_json: bool, **passed: object) -> None:
    """Print the questions for which an edit changes what is found, those that matter most first.

    The exit code is 1 when a right article is found later, or another article comes first and nobody knows whether
    it is right.
    """
    read = settings.read(**passed)
    result = run(_result(read, wanted, _edit(wanted, read.languages)))
    if as_json:
        sys.stdout.write(json.dumps(_document(result), ensure_ascii=False, indent=2) + "\n")
    else:
        _show(result, Console())
    if any(effect.kind in LOOK for effect in result.effects):
        raise typer.Exit(WORTH_A_LOOK)


def _edit(wanted: Wanted, languages: Sequence[str]) -> Edit:
    """Return what is to be published.

    Raises Refusal when that is nothing, or when a file holds something that is no article.
    """
    found = list(reading.read(wanted.files, languages)) if wanted.files else []
    bad = [f"{row.place}: {row.reason}" for row in found if not isinstance(row, Article)]
    if bad:
        raise Refusal("\n".join(bad))
    if not (found or wanted.deleted):
        raise Refusal("there is nothing to publish: name files or folders of articles, or --delete with an id")
    deleted = tuple(ArticleId(name) for name in wanted.deleted)
    return Edit(tuple(row for row in found if isinstance(row, Article)), deleted)


async def _result(read: Settings, wanted: Wanted, edit: Edit) -> Result:
    brand = BrandId(wanted.brand)
    building = Building()
    async with services.open_preflight(read, brand, wanted.newest, wanted.kb, building) as (tried, stored):
        building.end()
        states = edits.states(tried.contents, edit)
        if unknown := [name for name, state in states.items() if state == "unknown"]:
            raise Refusal(
                f"there is no article {unknown[0]!r} to delete: `deskhand kb preflight` takes ids of articles"
            )
        questions = _distinct([*(_given(wanted.questions, brand) if wanted.questions else ()), *stored])
        if not questions:
            raise Refusal("there is no question to try: give some with --questions, or import tickets")
        with Bar("asking", len(questions)) as bar:
            return Result(states, len(questions), await tried.effects(edit, questions, bar.reach))


def _given(file: Path, brand: BrandId) -> list[Asked]:
    return [
        Asked(str(row.id), "file", Query(row.question, brand, history=row.history), row.relevant)
        for row in rows.read(file)
    ]


def _distinct(questions: Sequence[Asked]) -> list[Asked]:
    """Return the questions, each once; the first to ask it is kept."""
    return list({(asked.query.text, asked.query.history): asked for asked in reversed(questions)}.values())[::-1]


def _document(result: Result) -> dict[str, Any]:
    counts = {kind: sum(effect.kind == kind for effect in result.effects) for kind in ORDER}
    return {
        "articles": [{"article": name, "state": state} for name, state in result.states.items()],
        "questions": result.tried,
        "counts": counts,
        "effects": [_row(effect) for effect in result.effects],
    }


def _row(effect: Effect) -> dict[str, Any]:
    return {
        "id": effect.asked.id,
        "source": effect.asked.source,
        "question": effect.asked.query.text,
        "kind": effect.kind,
        "right": sorted(effect.asked.right),
        "before": effect.before,
        "after": effect.after,
        "gone": [_passage(passage) for passage in effect.gone],
        "come": [_passage(passage) for passage in effect.come],
    }


def _passage(passage: Passage) -> dict[str, Any]:
    return {"article": passage.article, "passage": passage.id, "text": passage.text}


def _show(result: Result, console: Console) -> None:
    for name, state in result.states.items():
        console.print(f"[dim]{state:>9}[/]  {escape(name)}")
    console.print()
    for place, effect in enumerate(result.effects, 1):
        _show_effect(place, effect, console)
    same = result.tried - len(result.effects)
    console.print(f"{len(result.effects)} of {result.tried} questions find something else; {same} do not change.")


def _show_effect(place: int, effect: Effect, console: Console) -> None:
    console.print(
        f"[bold]{place}. {effect.kind}[/] ({SAID[effect.kind]})  “{escape(_excerpt(effect.asked.query.text))}”"
    )
    if effect.before != effect.after:
        console.print(f"   [dim]before:[/] {escape(_names(effect.before))}")
        console.print(f"   [dim]after: [/] {escape(_names(effect.after))}")
    for line in _differences(effect)[:SHOWN]:
        console.print(f"   {escape(line)}", highlight=False)


def _names(articles: Sequence[ArticleId]) -> str:
    return ", ".join(articles) or "nothing"


def _differences(effect: Effect) -> list[str]:
    """Return what goes (-) and what comes (+), and what was changed (~) where one passage took another's place."""
    come = list(effect.come)
    lines: list[str] = []
    for passage in effect.gone:
        others = ((it, _changed(plain(passage.text), plain(it.text))) for it in come if it.article == passage.article)
        other, changed = next((pair for pair in others if pair[1]), (None, None))
        if other:
            come.remove(other)
        lines.append(f"~ {passage.article}: {changed}" if changed else f"- {passage.article}: {_excerpt(passage.text)}")
    return lines + [f"+ {passage.article}: {_excerpt(passage.text)}" for passage in come]


def _changed(old: str, new: str) -> str | None:
    """Return the words that differ, `[-old-]{+new+}`, with a few around them; None for texts of little in common."""
    before, after = old.split(), new.split()
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < 0.5:
        return None
    pieces: list[str] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            kept = before[a:b]
            long = len(kept) > 2 * AROUND
            pieces += [*kept[:AROUND], "…", *kept[-AROUND:]] if long else kept
            continue
        pieces += [f"[-{' '.join(before[a:b])}-]"] if b > a else []
        pieces += [f"{{+{' '.join(after[c:d])}+}}"] if d > c else []
    return " ".join(pieces)


def _excerpt(markdown: str) -> str:
    line = plain(markdown)
    return line if len(line) <= EXCERPT else f"{line[:EXCERPT].rsplit(' ', 1)[0]} …"
