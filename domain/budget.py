"""What one case may spend on models before it must end another way."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

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
        return Usage(
            model_calls=sum(spent.model_calls for spent in self.spent),
            prompt_tokens=sum(spent.prompt_tokens for spent in self.spent),
            completion_tokens=sum(spent.completion_tokens for spent in self.spent),
        )

    def engine(self) -> EngineUse:
        """Return what answered last, with the first reason for falling back, if there was one."""
        if not self.answered_by:
            return EngineUse("none", None, None)
        fallback = next((use.fallback for use in self.answered_by if use.fallback), None)
        last = self.answered_by[-1]
        return EngineUse(last.name, last.model, fallback)
