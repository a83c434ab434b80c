"""How long words are kept before they go by themselves."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Retention:
    """After how many days words go, by what holds them; None keeps them.

    `tickets` counts since one that is done was last changed, `files`, `searches` and `memories` since they came, and
    `customers` since somebody was first known who has no ticket.
    """

    tickets: int | None = None
    files: int | None = None
    searches: int | None = None
    memories: int | None = None
    customers: int | None = None
