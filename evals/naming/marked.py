"""A text in which it is known where people's names stand."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Marked:
    """A text and the places (start, end) of the names in it; `kind` says where the text comes from."""

    text: str
    names: tuple[tuple[int, int], ...] = ()
    kind: str = "ours"
