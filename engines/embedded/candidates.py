"""The pieces of passages among which the answer to an ask is looked for."""

from dataclasses import dataclass

from domain.search import Evidence
from engines.embedded.units import Unit


@dataclass(frozen=True)
class Candidate:
    """A unit of a passage, and how well it answers, about 0..1."""

    unit: Unit
    found: Evidence
    score: float

    @property
    def place(self) -> int:
        """Return where it stands in its article, in characters."""
        return self.found.passage.start + self.unit.parts[0].start
