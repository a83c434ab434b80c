"""What one call of a model took, for whoever measures."""

from dataclasses import dataclass

from domain.decisions import Usage


@dataclass(frozen=True)
class ModelCall:
    """One request to a model server: for which task, how many seconds, what it cost; `error` names why it failed."""

    model: str
    task: str
    seconds: float
    usage: Usage
    error: str | None = None
