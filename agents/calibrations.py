"""The calibrations there are: those that are shipped, and those that a brand learned from its own graded examples."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from agents.gate import Sending
from domain.calibration import Calibration
from domain.ids import BrandId

Own = Callable[[BrandId], Calibration | None]

SHIPPED = Path(__file__).with_name("calibrations.json")
_CALIBRATION = TypeAdapter(Calibration)


@dataclass(frozen=True)
class Shipped:
    """The file of shipped calibrations: what they were learned from, and one an engine and embedder."""

    card: str
    calibrations: tuple[Calibration, ...]


_SHIPPED = TypeAdapter(Shipped)


class Calibrations:
    """Says what may be sent for each brand, as this embedder sees its articles; `own` is what it learned itself."""

    def __init__(self, embedder: str, engine: str, demo: bool, own: Own) -> None:
        self._embedder = embedder
        self._engine = engine
        self._demo = demo
        self._own = own

    def __call__(self, brand: BrandId) -> Sending:
        """Return what may be sent to customers of a brand."""
        return Sending(self._own(brand) or shipped(self._embedder, self._engine), self._demo)


def nobodys(brand: BrandId) -> None:
    """Return nothing: where no brand has graded examples of its own."""


@cache
def shipped(embedder: str, engine: str) -> Calibration | None:
    """Return what is shipped for an embedder and engine, None where nothing was measured."""
    known: Sequence[Calibration] = _SHIPPED.validate_json(SHIPPED.read_bytes()).calibrations if SHIPPED.exists() else ()
    return next((one for one in known if (one.embedder, one.engine) == (embedder, engine)), None)


def read(data: bytes) -> Calibration:
    """Return a calibration as it was kept."""
    return _CALIBRATION.validate_json(data)


def dump(calibration: Calibration) -> bytes:
    """Return a calibration as it is kept."""
    return _CALIBRATION.dump_json(calibration)


def write(card: str, calibrations: Sequence[Calibration], file: Path = SHIPPED) -> None:
    """Write calibrations to be shipped, each measured number on a line of its own."""
    file.write_bytes(_SHIPPED.dump_json(Shipped(card, tuple(calibrations)), indent=1) + b"\n")
