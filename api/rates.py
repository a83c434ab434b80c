"""How often callers may ask: each process counts for itself, in memory, so that a refusal costs next to nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

MINUTE_S = 60.0
AT_ONCE_S = 15.0  # of a minute's requests, a quarter may come at once
FORGETTING = 10_000  # callers; from then on, those that may ask as much as ever are forgotten now and then


@dataclass(frozen=True)
class Rate:
    """What one caller may ask in a minute; `limit` is how it is called, `name` tells callers apart."""

    limit: str
    name: str
    a_minute: int


@dataclass(frozen=True)
class Over:
    """The rate that a caller is over, and for how many seconds."""

    rate: Rate
    wait_s: float


class Rates:
    """Who has asked how much: for each caller the time at which all that was asked has been made up for."""

    def __init__(self) -> None:
        self._due: dict[tuple[str, str], float] = {}
        self._forget_at = FORGETTING

    def take(self, rates: Sequence[Rate], now: float) -> Over | None:
        """Count a request in every rate, or in none and return the one that it is over; `now` in seconds."""
        due = {}
        for rate in rates:
            if not rate.a_minute:
                continue
            each = MINUTE_S / rate.a_minute
            at = due[rate.limit, rate.name] = max(self._due.get((rate.limit, rate.name), now), now) + each
            if (wait := at - now - max(AT_ONCE_S, each)) > 0:
                return Over(rate, wait)
        self._due |= due
        if len(self._due) > self._forget_at:
            self._due = {name: at for name, at in self._due.items() if at > now}
            self._forget_at = max(FORGETTING, 2 * len(self._due))
        return None
