"""Say a follow-up so that it can be looked up without the conversation: only a model can do that well.

The customer's words stay the ask; what is returned here is merely searched for. Where there is no model, no time or no
fitting answer, the question is searched with what was said before it, as it is.
"""

import re
from collections.abc import Mapping, Sequence

from agents.triager import Engines
from domain.budget import Budget
from domain.ids import AskId
from domain.text import figures, words
from domain.triage import Ask
from domain.turns import Turn
from engines.engine import EngineError
from engines.tasks import RewriteTask

SHORT_WORDS = 12  # a longer ask says itself what it is about
MOST_WORDS = 45
PROMPT_TOKENS = 1000
SECONDS = 4.0

_BEGINNING = re.compile(r"(?:^|[.!?:]\s+)\W*[\w'’-]+")
_NAME = re.compile(r"(?<!\w)(?:[^\W\d_]{2}[\w-]*|[\w-]*\d[\w-]*)")


async def rewrite(turn: Turn, asks: Sequence[Ask], engines: Engines, budget: Budget) -> Mapping[AskId, str]:
    """Return what to search for in the place of those asks that follow what was said before; often nothing.

    It costs at most one call, and none where a model has read the turn already: draft and check come first.
    """
    short = [ask for ask in asks if len(words(ask.text)) <= SHORT_WORDS]
    asked_already = budget.usage().model_calls > 0 or budget.engine().fallback is not None
    if not turn.history or not short or engines.best is engines.embedded or asked_already:
        return {}
    try:
        task = RewriteTask(tuple(ask.text for ask in short), turn.history)
        answer = await engines.best.answer(task, budget.portion(PROMPT_TOKENS, SECONDS))
    except EngineError:
        return {}
    pairs = zip(short, (" ".join(question.split()) for question in answer.questions), strict=True)
    return {ask.id: question for ask, question in pairs if question != ask.text and _fits(question, ask.text, turn)}


def _fits(question: str, ask: str, turn: Turn) -> bool:
    """Say whether a rewritten question keeps what the ask names, and names no figure that nobody has said."""
    said = "\n".join([ask, *(earlier.text for earlier in turn.history)])
    kept = words(question)
    return (
        0 < len(kept) <= MOST_WORDS and figures(ask) <= figures(question) <= figures(said) and _names(ask) <= set(kept)
    )


def _names(text: str) -> set[str]:
    """Return the words of a text that are written like names or codes, such as `Team` or `QX-4127`.

    What begins a sentence is left out: it has its capital letter for that.
    """
    written = _NAME.findall(_BEGINNING.sub(" ", text))
    return {word for name in written if not name[0].islower() for word in words(name)}
