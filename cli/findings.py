"""What a doctor finds out."""

from dataclasses import dataclass
from typing import Literal

State = Literal["good", "note", "fix"]


@dataclass(frozen=True)
class Finding:
    """What the doctor found out about one thing; `fix` means that something does not work."""

    name: str
    state: State
    message: str
