"""A first suite from a table: what `deskhand eval init` does with a CSV file."""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from evals.errors import DataMissing, SuiteUnreadable
from evals.examples import Kind

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "number", "ticket"),
    "question": ("question", "query", "message", "customer", "ask"),
    "text": ("text", "utterance"),
    "answer": ("answer", "reply", "response"),
    "context": ("context", "passage", "evidence"),
    "relevant_ids": ("relevant_ids", "relevant", "articles", "article", "article_id", "specific_ids"),
    "label": ("label", "intent", "category", "class"),
    "must_include": ("must_include", "must include", "includes"),
    "must_not_include": ("must_not_include", "must not include", "excludes"),
    "outcome": ("outcome",),
    "priority": ("priority",),
    "split": ("split",),
}
LISTS = ("relevant_ids", "must_include", "must_not_include")
SHAPES: Sequence[tuple[Kind, tuple[str, ...], tuple[str, ...]]] = (
    ("retrieval", ("question", "relevant_ids"), ()),
    ("grounding", ("context", "answer", "label"), ()),
    ("replies", ("question",), ("must_include", "must_not_include", "outcome", "priority")),
    ("intents", ("text", "label"), ()),
    ("given", ("question", "answer"), ()),
)
FIRST_GATES: Mapping[Kind, tuple[str, float]] = {
    "retrieval": ("hit@5", 0.5),
    "intents": ("accuracy", 0.7),
    "grounding": ("auroc", 0.7),
    "replies": ("passed", 0.6),
    "given": ("completeness", 0.5),
}
HEAD = """\
# Made from {table}. Read it over, set the gates, then run: deskhand eval {suite}
"""


def start(table: Path, folder: Path | None = None) -> Path:
    """Write a suite and its rows from a CSV file, and return the suite's path.

    The header says what the table holds: question and relevant, text and label, question and must_include or outcome,
    question and answer. Lists are parted by semicolons. Raises SuiteUnreadable for another table, or rather than
    write over a file.
    """
    header, lines = _read(table)
    names = _names(header)
    kind = _kind(table, header, names)
    rows = [_row(names, line) for line in lines]
    place = folder or table.parent
    suite, data = place / f"{table.stem}.yaml", place / f"{table.stem}.jsonl"
    for path in (suite, data):
        if path.exists():
            raise SuiteUnreadable(f"{path} is there already; move it away, or give another folder")
    place.mkdir(parents=True, exist_ok=True)
    data.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    said = yaml.safe_dump(_suite(kind, table.stem, data.name, rows), sort_keys=False, allow_unicode=True)
    suite.write_text(HEAD.format(table=table.name, suite=suite.name) + said, "utf-8")
    return suite


def _read(table: Path) -> tuple[list[str], list[list[str]]]:
    try:
        text = table.read_text("utf-8-sig")
    except FileNotFoundError as exc:
        raise DataMissing(f"no table at {str(table)!r}; give the path of a CSV file") from exc
    except UnicodeDecodeError as exc:
        raise SuiteUnreadable(f"{table}: not UTF-8 text; export the table as CSV in UTF-8") from exc
    head = text.partition("\n")[0]
    comma = ";" if head.count(";") > head.count(",") else ","
    lines = [line for line in csv.reader(text.splitlines(keepends=True), delimiter=comma) if "".join(line).strip()]
    if len(lines) < 2:
        raise SuiteUnreadable(f"{table}: holds no rows; the first line names the columns, each further one is a row")
    return lines[0], lines[1:]


def _names(header: Sequence[str]) -> dict[int, str]:
    """Return which of our names each known column has; an unknown column keeps its own."""
    known = {outside: ours for ours, outsiders in COLUMNS.items() for outside in outsiders}
    cleaned = [name.strip().lower() for name in header]
    return {place: known.get(name, name) for place, name in enumerate(cleaned) if name}


def _kind(table: Path, header: Sequence[str], names: Mapping[int, str]) -> Kind:
    held = set(names.values())
    if "label" in held and "question" in held and "text" not in held and not {"answer", "context"} & held:
        held.add("text")
    for kind, needed, one_of in SHAPES:
        if held.issuperset(needed) and (not one_of or held & set(one_of)):
            return kind
    raise SuiteUnreadable(
        f"{table}: the columns {', '.join(header)} make no suite; name them question and relevant (articles), text and "
        "label (intents), question and must_include, outcome or priority (replies), or question and answer (given)"
    )


def _row(names: Mapping[int, str], line: Sequence[str]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for place, name in names.items():
        value = line[place].strip() if place < len(line) else ""
        if name in LISTS:
            row[name] = [part.strip() for part in value.split(";") if part.strip()]
        elif value:
            row[name] = value
    return row


def _suite(kind: Kind, name: str, data: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    suite: dict[str, Any] = {"name": name, "kind": kind, "data": [data]}
    if kind == "intents":
        suite |= _parting(rows)
        suite |= {"fields": {"text": "question"}} if "text" not in rows[0] else {}
    scorer, line = FIRST_GATES[kind]
    return suite | {"gates": {scorer: {"min": line}}}


def _parting(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Learn from the rows that say so; where none does, from four fifths of them at a time."""
    return {"train": {"split": ["train"]}} if any(row.get("split") == "train" for row in rows) else {"folds": 5}
