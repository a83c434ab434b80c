"""What the tokens of models cost, in whatever currency the operator counts."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from domain.decisions import Usage

_PER = 1_000_000  # tokens, as every provider states its prices


@dataclass(frozen=True)
class Price:
    """What a million tokens of one model cost: read, written, and read again from the server's cache."""

    read: float
    written: float
    cached: float | None = None

    def of(self, used: Usage) -> Usage:
        """Return the usage with what it cost."""
        again = self.read if self.cached is None else self.cached
        fresh = used.prompt_tokens - used.cached_tokens
        cost = fresh * self.read + used.cached_tokens * again + used.completion_tokens * self.written
        return replace(used, cost=cost / _PER)


def parse(table: str) -> Mapping[str, Price]:
    """Return the prices in a text such as `small=0.25/2, large=1.25/10/0.125`: read, written, from the cache.

    Raises ValueError naming the part that is none.
    """
    return dict(_row(part.strip()) for part in table.split(",") if part.strip())


def _row(part: str) -> tuple[str, Price]:
    model, _, figures = part.rpartition("=")
    numbers = [_number(figure) for figure in figures.split("/")]
    if not model.strip() or None in numbers or len(numbers) not in (2, 3):
        raise ValueError(f"wants prices of a million tokens like 'small=0.25/2, large=1.25/10/0.125', not {part!r}")
    return model.strip(), Price(*(number for number in numbers if number is not None))


def _number(figure: str) -> float | None:
    try:
        number = float(figure)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
