"""What is held of a customer, as whoever answers for it sees it."""

from collections.abc import Iterable
from typing import Any, Self

from pydantic import Field

from api.outputs import Output
from desk.rights.holdings import Fate, Held
from desk.rights.rights import Erased


class ShownHeld(Output):
    """How much of a kind is held, and what an erasure makes of it."""

    kind: str
    rows: int
    fate: Fate = Field(description="`emptied` stays without words or a name, `kept` holds none.")

    @classmethod
    def of(cls, held: Held) -> Self:
        """Return it as it is shown."""
        return cls(**vars(held))


class Holdings(Output):
    """What is held of a customer, by kind; what there is none of is left out."""

    holdings: list[ShownHeld]

    @classmethod
    def of(cls, held: Iterable[Held]) -> Self:
        """Return it as it is shown."""
        return cls(holdings=[ShownHeld.of(one) for one in held])


class Erasure(Holdings):
    """What an erasure made of what was held; the bytes that it leaves in files are written over within the hour."""

    erasure: str

    @classmethod
    def done(cls, erased: Erased) -> Self:
        """Return an erasure as it is shown."""
        return cls(erasure=erased.id, holdings=[ShownHeld.of(one) for one in erased.held])


HOLDINGS: dict[str, Any] = {
    "holdings": [
        {"kind": "files", "rows": 1, "fate": "erased"},
        {"kind": "messages", "rows": 12, "fate": "erased"},
        {"kind": "events", "rows": 40, "fate": "kept"},
        {"kind": "tickets", "rows": 3, "fate": "emptied"},
    ]
}
ERASURE: dict[str, Any] = {"erasure": "era_61c0", **HOLDINGS}
