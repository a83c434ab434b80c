"""A task, put into words for a model: its prompt, within the room there is, and the schema of its answer.

Whatever a customer or an article says is fenced with a code that does not occur in it, made from its own words, so that
the same task is worded the same way. What a customer says passes the redaction first; articles are public already.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from domain.search import Evidence
from domain.triage import Flag
from domain.turns import Utterance
from engines.redaction import Redaction
from engines.tasks import AnswerT, CheckTask, DraftTask, RewriteTask, Task, TriageTask
from prompts import Prompt, render

Size = Literal["small", "large"]

_BYTES_PER_TOKEN = 3.6  # of UTF-8: letters of other scripts, which cost more, have two or three
_EARLIER = 6
_EARLIER_SIGNS = 400
_EARLIER_TO_REWRITE = 4
_MOST = {
    "asks": 8,
    "questions": 8,
    "flags": 9,
    "reasons": 4,
    "sentences": 16,
    "evidence": 4,
    "answered": 8,
    "clarified": 8,
    "declined": 8,
    "support": 16,
    "completeness": 8,
}


@dataclass(frozen=True)
class Wording:
    """What is sent for a task: the prompt, its tokens as estimated, which model, how many tokens it may answer with."""

    prompt: Prompt
    tokens: int
    size: Size
    answer_tokens: int


def word(task: Task[AnswerT], redaction: Redaction, room: int) -> Wording:
    """Return the task in words; a draft drops the evidence that scores lowest until it fits `room` prompt tokens."""
    match task:
        case TriageTask():
            return _wording(_triage(task, redaction), "small", 500)
        case RewriteTask():
            return _wording(_rewrite(task, redaction), "small", 300)
        case DraftTask():
            return _wording(_draft(task, redaction, room), "large", 1000)
        case CheckTask():
            return _wording(_check(task, redaction), "small", 600)
    raise TypeError(f"No prompt is written for a {type(task).__name__}; add one to prompts/ and word it here")


def mend(task: Task[AnswerT], answer: str, fault: str) -> Prompt:
    """Return the words that ask for an answer in the right form, without the task itself."""
    answer = _clean(answer)
    form = json.dumps(schema(task), separators=(",", ":"))
    return render("repair", fence=_code([answer, fault]), form=form, answer=answer, fault=fault)


def schema(task: Task[AnswerT]) -> dict[str, Any]:
    """Return the JSON schema of the task's answer, every list with a longest length.

    It depends on the policy and on how many asks there are, never on their words: servers compile a schema once and
    are slow at each new one.
    """
    described = task.answer.model_json_schema()
    _limit(described)
    if isinstance(task, TriageTask):
        described["properties"]["intent"]["enum"] = [intent.name for intent in task.policy.intents]
        described["properties"]["flags"]["items"]["enum"] = list(get_args(Flag))
    if isinstance(task, DraftTask):
        described["$defs"]["DraftedSentence"]["properties"]["ask"] |= {"minimum": 0, "maximum": len(task.asks)}
    return described


def estimate(*texts: str) -> int:
    """Return about how many tokens the texts have."""
    return round(sum(len(text.encode("utf-8", "replace")) for text in texts) / _BYTES_PER_TOKEN)


def shown(evidence: Sequence[Evidence]) -> dict[int, Evidence]:
    """Return the evidence by its number, each passage once, under its first number."""
    numbered: dict[int, Evidence] = {}
    passages = set()
    for number, found in enumerate(evidence, start=1):
        if found.passage.id not in passages:
            passages.add(found.passage.id)
            numbered[number] = found
    return numbered


def _wording(prompt: Prompt, size: Size, answer_tokens: int) -> Wording:
    return Wording(prompt, estimate(prompt.system, prompt.user), size, answer_tokens)


def _triage(task: TriageTask, redaction: Redaction) -> Prompt:
    history, text = _history(task.history, redaction), redaction.hide(_clean(task.text))
    return render(
        task.prompt,
        scope=task.policy.scope,
        intents="\n".join(f"- {intent.name}: {intent.description}" for intent in task.policy.intents),
        fence=_code([history, text]),
        language=task.language or "unknown",
        history=history,
        text=text,
    )


def _rewrite(task: RewriteTask, redaction: Redaction) -> Prompt:
    history = _history(task.history[-_EARLIER_TO_REWRITE:], redaction)
    asks = _numbered(redaction.hide(_line(ask)) for ask in task.asks)
    return render(task.prompt, fence=_code([history, asks]), history=history, asks=asks)


def _draft(task: DraftTask, redaction: Redaction, room: int) -> Prompt:
    history = _history(task.history, redaction)
    asks = _numbered(redaction.hide(_line(ask.text)) for ask in task.asks)
    faults = _numbered(redaction.hide(_line(fault)) for fault in task.faults)

    def worded(evidence: dict[int, Evidence]) -> Prompt:
        passages = {number: _passage(found) for number, found in evidence.items()}
        fence = _code([history, asks, faults, *passages.values()])
        return render(
            task.prompt,
            scope=task.policy.scope,
            tone=task.policy.tone,
            fence=fence,
            language=task.language,
            sentiment=task.sentiment,
            history=history,
            asks=asks,
            evidence=_marked(passages, fence),
            faults=faults,
        )

    return _within(room, shown(task.evidence), worded)


def _within(room: int, evidence: dict[int, Evidence], worded: Callable[[dict[int, Evidence]], Prompt]) -> Prompt:
    """Word it with all the evidence that fits; the best passage stays, even if it does not."""
    kept, prompt = dict(evidence), worded(evidence)
    for number in reversed(_by_worth(evidence)[1:]):
        if estimate(prompt.system, prompt.user) <= room:
            break
        del kept[number]
        prompt = worded(kept)
    return prompt


def _by_worth(evidence: dict[int, Evidence]) -> list[int]:
    """Return the numbers in the order to keep them: the best passage of every ask, then the others by score."""
    by_score = sorted(evidence, key=lambda number: (-evidence[number].score, number))
    best = {evidence[number].ask: number for number in reversed(by_score)}
    return sorted(by_score, key=lambda number: number not in best.values())


def _check(task: CheckTask, redaction: Redaction) -> Prompt:
    claims = {n: _pair("Claim", said, "Quotes", by, redaction) for n, (said, by) in enumerate(task.claims, start=1)}
    answers = {n: _pair("Ask", ask, "Sentences", by, redaction) for n, (ask, by) in enumerate(task.answers, start=1)}
    fence = _code([*claims.values(), *answers.values()])
    return render(
        task.prompt,
        tone=task.policy.tone,
        fence=fence,
        sentiment=task.sentiment,
        count_claims=str(len(claims)),
        count_answers=str(len(answers)),
        claims=_marked(claims, fence),
        answers=_marked(answers, fence),
    )


def _pair(first: str, said: str, second: str, by: str, redaction: Redaction) -> str:
    return f"{first}: {redaction.hide(_line(said))}\n{second}: {redaction.hide(_clean(by)) or '(none)'}"


def _passage(found: Evidence) -> str:
    return f"{' > '.join((found.passage.title, *found.passage.heading_path))}\n{_clean(found.passage.text)}"


def _history(history: Sequence[Utterance], redaction: Redaction) -> str:
    """Return the last things said, each hidden before it is cut, so that no half of a number slips through."""
    said = (
        f"{earlier.author}: {redaction.hide(_line(earlier.text))[:_EARLIER_SIGNS]}" for earlier in history[-_EARLIER:]
    )
    return "\n".join(said) or "(none)"


def _numbered(lines: Iterable[str]) -> str:
    return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, start=1)) or "(none)"


def _marked(pieces: dict[int, str], fence: str) -> str:
    """Join pieces under marks that carry the fence's code: a text cannot pretend to be another piece."""
    return "\n\n".join(f"[{number} {fence}] {piece}" for number, piece in pieces.items()) or "(none)"


def _code(texts: Sequence[str]) -> str:
    """Return eight signs that occur in none of the texts and are the same for the same texts."""
    data = "\0".join(texts)
    code = hashlib.sha256(data.encode()).hexdigest()[:8]
    while code in data:
        code = hashlib.sha256(f"{code}{data}".encode()).hexdigest()[:8]
    return code


def _line(text: str) -> str:
    return " ".join(_clean(text).split())


def _clean(text: str) -> str:
    """Return the text without lone surrogates, which no JSON body can carry."""
    return text.encode("utf-8", "replace").decode()


def _limit(node: Any) -> None:
    """Write the longest length of every list into a schema; small models go on for ever without."""
    if isinstance(node, dict):
        for name, described in node.get("properties", {}).items():
            if described.get("type") == "array":
                described["maxItems"] = _MOST[name]
        for inner in node.values():
            _limit(inner)
