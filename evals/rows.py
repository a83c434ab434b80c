"""JSONL rows of any shape, turned into the examples of one kind."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from evals.errors import DataMissing, RowBroken
from evals.examples import ROWS, AnyRow, Example, Kind, Row, digest

Fields = Mapping[str, str | dict[str, str]]
Filter = Mapping[str, tuple[str, ...]]
SHOWN = 5


@dataclass(frozen=True)
class RawRow:
    """A row as the file has it, and where: `file:line`."""

    place: str
    fields: Mapping[str, Any]


def read(path: Path) -> list[RawRow]:
    """Read a JSONL file; raises DataMissing, or RowBroken naming every broken line up to the fifth."""
    if not path.is_file():
        raise DataMissing(f"no file {str(path)!r}; paths in a suite are relative to the suite's own folder")
    broken: list[str] = []
    found: list[RawRow] = []
    for number, line in enumerate(path.read_bytes().split(b"\n"), start=1):
        if line.strip():
            _read_line(f"{path}:{number}", line, found, broken)
    _raise_for(broken, "write one JSON object a line, in UTF-8")
    if not found:
        raise RowBroken(f"{path}: holds no row; write one JSON object a line")
    return found


def matches(fields: Mapping[str, Any], wanted: Filter) -> bool:
    """Say whether a row has one of the values wanted for every field; `*` wants any value that is not empty."""
    return all(
        bool(fields.get(name)) if values == ("*",) else _plain(fields.get(name)) in values
        for name, values in wanted.items()
    )


def _plain(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _read_line(place: str, line: bytes, found: list[RawRow], broken: list[str]) -> None:
    try:
        fields = json.loads(line.decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as exc:
        broken.append(f"{place}: {exc}")
        return
    if isinstance(fields, dict):
        found.append(RawRow(place, fields))
    else:
        broken.append(f"{place}: {type(fields).__name__} instead of an object")


def examples(
    raw: Sequence[RawRow],
    kind: Kind,
    fields: Fields,
    positive: Callable[[str], bool | None],
    slices: Sequence[str],
) -> tuple[Example, ...]:
    """Turn rows into examples of a kind; raises RowBroken naming the rows that are not, and what they lack.

    A row without an id is named by what it asks; where public sets use an id again, the later rows are numbered.
    """
    broken: list[str] = []
    found: list[Example] = []
    names: Counter[str] = Counter()
    for row, graded in _graded(raw, kind, fields, broken):
        name = graded.id or f"{kind}-{digest(graded.asked())[:10]}"
        names[name] += 1
        unique = name if names[name] == 1 else f"{name}-{names[name]}"
        parts = {field: _slice_of(row.fields.get(field)) for field in slices}
        found.append(Example(unique, graded, _positive(graded, positive), parts))
    shape = ", ".join(_outside(ROWS[kind], fields).values())
    _raise_for(broken, f"a {kind} row has {shape}; name other fields in the suite under fields")
    return tuple(found)


def _graded(raw: Sequence[RawRow], kind: Kind, fields: Fields, broken: list[str]) -> Iterator[tuple[RawRow, AnyRow]]:
    for row in raw:
        try:
            yield row, ROWS[kind].model_validate(_ours(row.fields, kind, fields))  # type: ignore[misc]  # ROWS holds exactly the shapes of AnyRow
        except ValidationError as exc:
            first = exc.errors()[0]
            ours = str(first["loc"][0]) if first["loc"] else ""
            theirs = _outside(ROWS[kind], fields).get(ours, ours)
            broken.append(f"{row.place}: {theirs}: {first['msg']}")


def _ours(row: Mapping[str, Any], kind: Kind, fields: Fields) -> dict[str, Any]:
    mapped: dict[str, Any] = {"kind": kind}
    for name in ROWS[kind].model_fields:
        if name == "kind":
            continue
        theirs = fields.get(name, ROWS[kind].outside.get(name, name))
        value = (
            {part: row.get(field) for part, field in theirs.items()} if isinstance(theirs, dict) else row.get(theirs)
        )
        if value is not None:
            mapped[name] = value
    return mapped


def _outside(shape: type[Row], fields: Fields) -> dict[str, str]:
    """Return what each of our names is called in the data."""
    names = {name: fields.get(name, shape.outside.get(name, name)) for name in shape.model_fields if name != "kind"}
    return {ours: theirs if isinstance(theirs, str) else "/".join(theirs.values()) for ours, theirs in names.items()}


def _slice_of(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "none" if value in (None, "", []) else str(value)


def _positive(row: AnyRow, positive: Callable[[str], bool | None]) -> bool | None:
    """Say whether an example is a positive case, from its label or, where the kind has none, from what is expected."""
    if row.kind == "retrieval":
        return bool(row.relevant)
    if row.kind == "replies":
        return set(row.outcome) != {"handed_over"} if row.outcome else None
    if row.kind == "given" or row.kind == "pairs":
        return None
    return None if row.label is None else positive(row.label)


def _raise_for(broken: list[str], way_out: str) -> None:
    if broken:
        more = f" and {len(broken) - SHOWN} more" if len(broken) > SHOWN else ""
        raise RowBroken(f"{'; '.join(broken[:SHOWN])}{more}. The way out: {way_out}.")
