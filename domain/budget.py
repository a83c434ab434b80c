"""What may be spent on models: by one case before it must end another way, and by all cases in a day."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from domain.decisions import EngineUse, Usage


@dataclass
class Budget:
    """The allowance of one case, and its ledger: the only mutable thing a case carries.

    Limits: `calls` model calls, `prompt_tokens` in all, and `deadline`, an aware time on the clock of `now`.
    """

    now: Callable[[], datetime]
    deadline: datetime
    calls: int = 3
    prompt_tokens: int = 3500
    spent: list[Usage] = field(default_factory=list)
    answered_by: list[EngineUse] = field(default_factory=list)

    def seconds_left(self) -> float:
        """Return the seconds until the deadline, never below zero."""
        return max(0.0, (self.deadline - self.now()).total_seconds())

    def allows(self, prompt_tokens: int) -> bool:
        """Say whether one more model call of this size is within the allowance."""
        used = self.usage()
        return (
            used.model_calls < self.calls
            and used.prompt_tokens + prompt_tokens <= self.prompt_tokens
            and self.seconds_left() > 0
        )

    def portion(self, prompt_tokens: int, seconds: float) -> "Budget":
        """Return one call's worth of this allowance for a task that the case can do without.

        What it spends is spent here; who answers it, or does not, says nothing of who answers the case.
        """
        used = self.usage()
        return Budget(
            now=self.now,
            deadline=min(self.deadline, self.now() + timedelta(seconds=seconds)),
            calls=min(self.calls, used.model_calls + 1),
            prompt_tokens=min(self.prompt_tokens, used.prompt_tokens + prompt_tokens),
            spent=self.spent,
        )

    def usage(self) -> Usage:
        """Return everything spent so far."""
        return together(self.spent)

    def engine(self, writer: str = "") -> EngineUse:
        """Return what answered last, of this name if any is given, with the first reason for falling back, if any."""
        named = [use for use in self.answered_by if writer in ("", use.name)]
        if not named:
            return EngineUse("none", None, None)
        fallback = next((use.fallback for use in self.answered_by if use.fallback), None)
        return EngineUse(named[-1].name, named[-1].model, fallback)


class Ledger(Protocol):
    """Where it is written down what models cost, by day of UTC."""

    async def spent(self, day: date) -> Usage:
        """Return what was spent on a day."""
        ...

    async def note(self, spent: Usage, day: date) -> None:
        """Write down what a call has cost."""
        ...


@dataclass
class OwnLedger:
    """The ledger of this process alone, of the newest day alone."""

    _day: date = field(default=date.min, init=False)
    _spent: Usage = field(default=Usage(), init=False)

    async def spent(self, day: date) -> Usage:
        """Return what this process spent on a day."""
        return self._spent if day == self._day else Usage()

    async def note(self, spent: Usage, day: date) -> None:
        """Write down what a call has cost."""
        self._day, self._spent = day, together((await self.spent(day), spent))


@dataclass(frozen=True)
class Allowance:
    """What all cases together may spend on models in a day of UTC, `None` without limit; a ledger beside it.

    Only what is finished counts: calls that are under way when a limit is reached go beyond it.
    """

    tokens: int | None = None
    cost: float | None = None
    ledger: Ledger = field(default_factory=OwnLedger)

    async def spent(self, now: datetime) -> Usage:
        """Return what was spent since midnight."""
        return await self.ledger.spent(now.astimezone(UTC).date())

    async def note(self, spent: Usage, now: datetime) -> None:
        """Write down what a call has cost."""
        await self.ledger.note(spent, now.astimezone(UTC).date())

    async def used_up(self, now: datetime) -> str | None:
        """Say which limit of the day is reached, None while there is something left."""
        if self.tokens is None and self.cost is None:
            return None
        spent = await self.spent(now)
        tokens = spent.prompt_tokens + spent.completion_tokens
        if self.tokens is not None and tokens >= self.tokens:
            return f"{tokens} of {self.tokens} tokens a day are used"
        if self.cost is not None and (spent.cost or 0) >= self.cost:
            return f"{spent.cost or 0:.2f} of {self.cost:.2f} a day are spent"
        return None


def together(every: Iterable[Usage]) -> Usage:
    """Return the sum of what was spent; its cost is unknown where one of them is, and nothing costs nothing."""
    spent = list(every)
    costs = [each.cost for each in spent if each.cost is not None]
    return Usage(
        model_calls=sum(each.model_calls for each in spent),
        prompt_tokens=sum(each.prompt_tokens for each in spent),
        completion_tokens=sum(each.completion_tokens for each in spent),
        cached_tokens=sum(each.cached_tokens for each in spent),
        cost=round(sum(costs), 8) if len(costs) == len(spent) else None,
    )
