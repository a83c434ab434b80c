"""Read the rows of a table: how well one fits an ask by its first cell and columns, and how it reads in a letter."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from domain.text import folded, plain
from engines.embedded.units import Unit
from engines.embedded.wording import content

FITS, STRANGE = 0.12, 0.05  # for a row whose first cell and column are named, and off where the first cell is not
MANY = 3  # columns from which only those are told that an ask names
ROWS = 2  # told at most, unless somebody asks for all
SHORT = 5  # words of a cell that needs no colon after its column's name
BEGINNING = 4  # letters of the shorter of two words by which they are forms of one: `year` and `yearly`

_AMOUNT = re.compile(r"\bhow much\b|\b(?:costs?|pay|charged?|cuesta|vale|kosten|kostet|combien|coute|custa)\b")
_AMOUNTS = frozenset(
    content("price cost fee charge rate precio coste comision preis kosten gebuhr prix frais preco taxa")
)
_ALL = re.compile(r"\b(?:all|every|each|list|which|compare|difference|todos|todas|alle|welche|tous|toutes|quels)\b")


@dataclass(frozen=True)
class Row:
    """A table's row: what it is about, and its other cells with the names of their columns."""

    label: str
    cells: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, unit: Unit) -> "Row":
        """Read a unit that is a row."""
        return _read((unit.lead or unit.parts[0]).text, unit.parts[0].text)

    def named(self, ask: str) -> bool:
        """Say whether an ask says some of its label's words."""
        return _share(self.label, _heard(ask)) > 0

    def fit(self, ask: str) -> float:
        """Return how well it fits an ask, to be added to how apt it is: one cell has both a row and a column."""
        named = _share(self.label, _heard(ask))
        column = max((_share(name, _heard(ask)) for name, _ in self.cells), default=0.0)
        return FITS * named * (1 + column) / 2 if named else -STRANGE

    def asked(self, ask: str) -> tuple[str, ...]:
        """Return the cells of the columns whose names share a word with an ask."""
        return tuple(cell for name, cell in self.cells if _share(name, _heard(ask)) > 0)

    def line(self, ask: str) -> str:
        """Return it as a line: its first cell, then the cells asked for, each behind its column's name."""
        asked = [pair for pair in self.cells if _share(pair[0], _heard(ask)) == 1]
        told = asked if asked and len(self.cells) >= MANY else self.cells
        if all(len(cell.split()) <= SHORT for _, cell in told):
            return f"- {': '.join(filter(None, (self.label, _short(told))))}"
        return f"- {self.label} – {'; '.join(f'{name}: {cell}' if name else cell for name, cell in told)}"


def _short(cells: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{name} {cell}".strip() for name, cell in cells)


def most(ask: str) -> int:
    """Return how many rows of a table may answer an ask."""
    return 10 * ROWS if wants_all(ask) else ROWS


def wants_all(ask: str) -> bool:
    """Say whether an ask wants to hear every row."""
    return bool(_ALL.search(folded(ask)))


def names(header: str) -> tuple[str, ...]:
    """Return the names of a table's columns."""
    return tuple(_cells(header))


@lru_cache(maxsize=4096)
def _read(header: str, row: str) -> Row:
    names, cells = (_cells(line) for line in (header, row))
    return Row(cells[0], tuple((name, cell) for name, cell in zip(names[1:], cells[1:], strict=False) if cell))


def _cells(row: str) -> list[str]:
    return [plain(cell) for cell in row.strip().strip("|").split("|")]


@lru_cache(maxsize=64)
def _heard(ask: str) -> frozenset[str]:
    return frozenset(content(ask)) | (_AMOUNTS if _AMOUNT.search(folded(ask)) else frozenset())


def _share(name: str, heard: frozenset[str]) -> float:
    words = set(content(name))
    return sum(any(_alike(word, other) for other in heard) for word in words) / len(words) if words else 0.0


def _alike(word: str, other: str) -> bool:
    short, long = sorted((word, other), key=len)
    return short == long or (len(short) >= BEGINNING and long.startswith(short[: BEGINNING + 1]))
