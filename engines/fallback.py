"""Asks one engine until it fails, then another, and says why."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from domain.budget import Budget
from engines.engine import AnswerWithheld, BudgetExhausted, Engine, EngineError
from engines.tasks import AnswerT, Task


@dataclass
class Breaker:
    """Remembers an engine that keeps failing: open after `failures` in a row, until `cool_down` has passed.

    Then one case may try it, while the others still pass it by; its luck closes the breaker or opens it again.
    """

    failures: int = 3
    cool_down: timedelta = timedelta(seconds=30)
    _failed: int = field(default=0, init=False)
    _opened_at: datetime | None = field(default=None, init=False)
    _trying: bool = field(default=False, init=False)

    def admits(self, now: datetime) -> bool:
        """Say whether the engine may be asked; whoever is let in reports `worked`, `failed` or `left`."""
        if self._opened_at is None:
            return True
        if self._trying or now < self._opened_at + self.cool_down:
            return False
        self._trying = True
        return True

    def worked(self) -> None:
        """Note an answer."""
        self._failed, self._opened_at, self._trying = 0, None, False

    def failed(self, now: datetime) -> None:
        """Note that there was none."""
        self._failed += 1
        if self._trying or self._failed >= self.failures:
            self._opened_at, self._trying = now, False

    def left(self) -> None:
        """Note that it stays open whether the engine works: called off, out of budget, or it would not answer this."""
        self._trying = False


class Fallback:
    """An engine that asks `first` until it fails, then `second`; a case that fell back stays with `second`.

    `closing` ends what the first holds open.
    """

    def __init__(
        self,
        first: Engine,
        second: Engine,
        breaker: Breaker | None = None,
        closing: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        self._first = first
        self._second = second
        self._breaker = breaker or Breaker()
        self._closing = closing

    async def close(self) -> None:
        """Close the connections of the first engine."""
        if self._closing:
            await self._closing()

    async def answer(self, task: Task[AnswerT], budget: Budget) -> AnswerT:
        """Return the answer of the first engine, else of the second with the reason noted in `budget`.

        Raises EngineError when the second has none either.
        """
        if fallen := next((use.fallback for use in budget.answered_by if use.fallback), None):
            return await self._fall_back(task, budget, fallen)
        if not self._breaker.admits(budget.now()):
            return await self._fall_back(task, budget, "The model failed several times in a row and rests")
        try:
            return await self._try(task, budget)
        except EngineError as error:
            return await self._fall_back(task, budget, str(error) or type(error).__name__)

    async def _try(self, task: Task[AnswerT], budget: Budget) -> AnswerT:
        """Ask the first engine and let the breaker know how it went, also when the case is called off meanwhile."""
        report: Callable[[], None] = self._breaker.left
        try:
            answer = await self._first.answer(task, budget)
            report = self._breaker.worked
            return answer
        except (AnswerWithheld, BudgetExhausted):
            raise
        except EngineError:
            report = partial(self._breaker.failed, budget.now())
            raise
        finally:
            report()

    async def _fall_back(self, task: Task[AnswerT], budget: Budget, reason: str) -> AnswerT:
        answer = await self._second.answer(task, budget)
        budget.answered_by[-1] = replace(budget.answered_by[-1], fallback=reason)
        return answer
