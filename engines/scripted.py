"""An engine that gives prepared answers, for tests and demonstrations."""

import asyncio
from collections.abc import Iterable
from typing import Any, cast

from domain.budget import Budget
from domain.decisions import EngineUse
from engines.engine import EngineError, EngineUnavailable
from engines.tasks import Answer, AnswerT, Task

NAME = "scripted"


class Scripted:
    """Answers each task with the next prepared answer of its shape, and keeps the tasks it was asked.

    An EngineError among the answers is raised when its turn comes. `delay` is seconds before every answer; none costs.
    """

    def __init__(self, answers: Iterable[Answer | EngineError] = (), delay: float = 0.0) -> None:
        self._answers = list(answers)
        self._delay = delay
        self.tasks: list[Task[Any]] = []

    async def answer(self, task: Task[AnswerT], budget: Budget) -> AnswerT:
        """Return the next prepared answer of the task's shape, or raise the error prepared before it.

        Raises EngineUnavailable when none is left.
        """
        self.tasks.append(task)
        await asyncio.sleep(self._delay)
        answer = self._next(task)
        if isinstance(answer, EngineError):
            raise answer
        budget.answered_by.append(EngineUse(NAME, None, None))
        return cast(AnswerT, answer)

    def _next(self, task: Task[AnswerT]) -> Answer | EngineError:
        for position, answer in enumerate(self._answers):
            if isinstance(answer, EngineError | task.answer):
                return self._answers.pop(position)
        left = [type(answer).__name__ for answer in self._answers]
        raise EngineUnavailable(f"No {task.answer.__name__} is prepared for task {len(self.tasks)}; left are {left}")
