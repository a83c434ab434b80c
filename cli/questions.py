"""`deskhand search` and `deskhand ask`: one question, or a file of them."""

import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar, get_args

from rich.console import Console

import settings
from api.outputs import Found
from cli import answering, display, rows
from cli.answering import Answering
from cli.documents import plain
from cli.loop import in_order, run
from cli.refusal import Refusal
from cli.rows import Row
from domain import ids
from domain.articles import Audience
from domain.decisions import Decision
from domain.ids import BrandId, CaseId
from domain.search import Query
from domain.turns import Turn

DocumentT = TypeVar("DocumentT", Found, Decision)


@dataclass(frozen=True)
class Scope:
    """Where a question is asked: whose articles, who may read the answer, how many articles."""

    brand: str
    audience: str = "customer"
    limit: int = 10


@dataclass(frozen=True)
class Asked:
    """What was typed: the questions, and how the answers are to be printed."""

    rows: Sequence[Row]
    many: bool
    as_json: bool


def search(
    query: str | None, file: Path | None, kb: Path | None, scope: Scope, as_json: bool, **passed: object
) -> None:
    """Print the articles found for each question."""
    audience = _audience(scope.audience)

    async def work(answers: Answering, row: Row) -> Found:
        return await answers.search(
            Query(row.question, BrandId(scope.brand), audience, limit=scope.limit, history=row.history)
        )

    _answer(_asked(query, file, as_json), kb, scope, work, display.show_search, passed)


def ask(text: str | None, file: Path | None, kb: Path | None, scope: Scope, as_json: bool, **passed: object) -> None:
    """Print the decision for each question."""

    async def work(answers: Answering, row: Row) -> Decision:
        case = CaseId(ids.new("case"))
        return await answers.ask(Turn(case, BrandId(scope.brand), row.question, row.history, "cli"))

    _answer(_asked(text, file, as_json), kb, scope, work, display.show_decision, passed)


def _asked(text: str | None, file: Path | None, as_json: bool) -> Asked:
    if file and text is None:
        return Asked(rows.read(file), many=True, as_json=True)
    if text is not None and not file:
        return Asked([Row("", rows.text(text, "the question"))], many=False, as_json=as_json)
    raise Refusal('give one question in quotes, such as "How do I get a refund?", or --file with many; not both')


def _audience(name: str) -> Audience:
    for audience in get_args(Audience):
        if audience == name:
            return audience  # type: ignore[no-any-return]  # a member of the literal, as the loop shows
    raise Refusal(f"--audience is {name!r}; it is customer or teammate")


def _answer(
    asked: Asked,
    kb: Path | None,
    scope: Scope,
    work: Callable[[Answering, Row], Awaitable[DocumentT]],
    show: Callable[[DocumentT, Console], None],
    passed: dict[str, object],
) -> None:
    """Answer every row in order and print each as soon as it is there."""
    read = settings.read(**passed)

    async def answered() -> None:
        async with answering.opened(read, kb, BrandId(scope.brand)) as answers:
            async for row, document in in_order(asked.rows, partial(work, answers), read.threads):
                if asked.as_json:
                    _print_json(document, row if asked.many else None)
                else:
                    show(document, Console())

    run(answered())


def _print_json(document: Found | Decision, row: Row | None) -> None:
    values = ({"id": row.id} if row else {}) | plain(document)
    sys.stdout.write(json.dumps(values, ensure_ascii=False, indent=None if row else 2) + "\n")
    sys.stdout.flush()
