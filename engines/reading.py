"""A model's words, read as the answer to a task: leniently where the form is concerned, strictly in what it holds."""

import json
from collections.abc import Iterable
from typing import Any, cast, get_args

from pydantic import ValidationError

from domain.triage import Flag
from engines.engine import AnswerUnusable
from engines.redaction import Redaction
from engines.tasks import (
    Answer,
    AnswerT,
    CheckAnswer,
    CheckTask,
    DraftAnswer,
    DraftTask,
    RewriteAnswer,
    RewriteTask,
    Task,
    TriageAnswer,
    TriageTask,
)
from engines.wording import shown

_FLAGS = frozenset(get_args(Flag))


def read(content: str, task: Task[AnswerT], redaction: Redaction) -> AnswerT:
    """Return the answer in a model's words, private details restored.

    Raises AnswerUnusable with what is wrong, in words that help the model to do better.
    """
    try:
        answer = task.answer.model_validate(_json(content))
    except ValidationError as error:
        raise AnswerUnusable(f"The answer has the wrong shape: {_faults(error)}") from error
    if misfit := _misfit(task, answer) or _invented(answer, redaction):
        raise AnswerUnusable(f"The answer does not fit the task: {misfit}")
    return cast(AnswerT, task.answer.model_validate(_restored(answer.model_dump(), redaction)))


def _json(content: str) -> Any:
    """Return the first JSON object in a text that may carry thoughts, a code fence or chatter around it."""
    text = content.rpartition("</think>")[2]
    decoder = json.JSONDecoder()
    start = text.find("{")
    while start >= 0:
        try:
            return decoder.raw_decode(text, start)[0]
        except (ValueError, RecursionError):
            start = text.find("{", start + 1)
    raise AnswerUnusable("The answer holds no JSON object")


def _restored(value: Any, redaction: Redaction) -> Any:
    if isinstance(value, str):
        return redaction.restore(value)
    if isinstance(value, dict):
        return {key: _restored(inner, redaction) for key, inner in value.items()}
    return [_restored(inner, redaction) for inner in value] if isinstance(value, list) else value


def _faults(error: ValidationError) -> str:
    """Return where and what, without the values: they may be a customer's words."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'answer'}: {fault['msg']}" for fault in found[:5])


def _invented(answer: Answer, redaction: Redaction) -> str | None:
    """Name a placeholder that the model made up: nothing could be put in its place."""
    unknown = redaction.unknown(answer.model_dump_json())
    return unknown and f"{unknown!r} stands for nothing in the question"


def _misfit(task: Task[AnswerT], answer: Answer) -> str | None:
    match task, answer:
        case TriageTask(), TriageAnswer():
            return _misfit_triage(task, answer)
        case RewriteTask(), RewriteAnswer() if len(answer.questions) != len(task.asks):
            return f"questions needs {len(task.asks)}, one an ask, and has {len(answer.questions)}"
        case DraftTask(), DraftAnswer():
            return _misfit_draft(task, answer)
        case CheckTask(), CheckAnswer():
            return _misfit_check(task, answer)
    return None


def _misfit_triage(task: TriageTask, answer: TriageAnswer) -> str | None:
    if task.policy.intent(answer.intent) is None:
        return f"intent {answer.intent[:40]!r} is not in the list"
    if strange := sorted(set(answer.flags) - _FLAGS):
        return f"flag {strange[0][:40]!r} is not in the list"
    return None


def _misfit_draft(task: DraftTask, answer: DraftAnswer) -> str | None:
    """Name an ask or evidence that a sentence points at in vain; a list that claims too many asks does no harm."""
    asks = range(1, len(task.asks) + 1)
    return _outside("ask", (sentence.ask for sentence in answer.sentences), [0, *asks]) or _outside(
        "evidence", (n for sentence in answer.sentences for n in sentence.evidence), shown(task.evidence)
    )


def _outside(what: str, numbers: Iterable[int], known: Iterable[int]) -> str | None:
    strange = sorted(set(numbers) - set(known))
    return f"there is no {what} number {strange[0]}" if strange else None


def _misfit_check(task: CheckTask, answer: CheckAnswer) -> str | None:
    if len(answer.support) != len(task.claims):
        return f"support needs {len(task.claims)} scores, one a claim, and has {len(answer.support)}"
    if len(answer.completeness) != len(task.answers):
        return f"completeness needs {len(task.answers)} scores, one an ask, and has {len(answer.completeness)}"
    if not all(0 <= score <= 1 for score in [*answer.support, *answer.completeness]):
        return "every score lies between 0 and 1"
    return None
