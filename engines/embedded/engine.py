"""The embedded engine: the port, the pool, and which function answers which task."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, cast

from domain.budget import Budget
from domain.decisions import EngineUse
from domain.policy import Policy
from embedding.embedder import Embedder
from engines import tone
from engines.embedded import checking, drafting
from engines.embedded.triaging import Triager
from engines.tasks import Answer, AnswerT, CheckTask, DraftTask, RewriteAnswer, RewriteTask, Task, TriageTask


class Embedded:
    """Answers every task from examples, passages and rules; it costs no model call and needs no network.

    It cannot put a question into other words: each stays as it is.
    """

    def __init__(self, embedder: Embedder, pool: Executor) -> None:
        self._embedder = embedder
        self._pool = pool
        self._triager = Triager(embedder)
        self._answers: dict[type[Task[Any]], Callable[[Any], Answer]] = {
            TriageTask: self._triager.triage,
            RewriteTask: lambda task: RewriteAnswer(questions=list(task.asks)),
            DraftTask: lambda task: drafting.draft(task, embedder),
            CheckTask: lambda task: checking.check(task, embedder),
        }

    def prepare(self, policy: Policy) -> None:
        """Learn a policy's examples now, about a second's work, so that the first task does not wait for it."""
        self._triager.learn(policy)
        tone.learn(policy.tones)

    async def answer(self, task: Task[AnswerT], budget: Budget) -> AnswerT:
        """Return the answer, worked out in the pool so that the event loop stays free."""
        found = await asyncio.get_running_loop().run_in_executor(self._pool, self._answers[type(task)], task)
        budget.answered_by.append(EngineUse("embedded", self._embedder.id, None))
        return cast(AnswerT, found)
