"""The port every engine stands behind, and how one can fail.

EngineError
 +- EngineUnavailable   no answer: refused, timed out, rate limited, server error
 +- AnswerUnusable      an answer that is empty, cut off or not in the shape asked for
 |   +- AnswerWithheld  none, because of what was asked: the model refused, or a filter of its server cut in
 +- BudgetExhausted     the case may not spend more on models
"""

from typing import Protocol

from domain.budget import Budget
from engines.tasks import AnswerT, Task


class EngineError(Exception):
    """An engine did not answer a task."""


class EngineUnavailable(EngineError):
    """The engine gave no answer in time; asking another one may help."""


class AnswerUnusable(EngineError):
    """The engine answered, but not in the shape asked for."""


class AnswerWithheld(AnswerUnusable):
    """The engine would not answer this; it works, and may well answer another task."""


class BudgetExhausted(EngineError):
    """The case has used up its calls, tokens or time."""


class Engine(Protocol):
    """Anything that answers tasks."""

    async def answer(self, task: Task[AnswerT], budget: Budget) -> AnswerT:
        """Return the answer, and note in `budget` who gave it and what it cost.

        Raises EngineError when there is none.
        """
        ...
