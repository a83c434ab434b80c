"""Compose a reply from extracts: an opening, what answers each ask, a closing."""

import re
from collections.abc import Sequence
from dataclasses import replace

from domain.drafts import quoted_heading
from domain.search import Evidence
from domain.text import plain, spans, words
from domain.triage import Ask
from embedding.embedder import Embedder
from engines.embedded import clarifying, conversation, extracts, polarity, premises
from engines.embedded.asks import focus
from engines.embedded.extracts import Extract
from engines.embedded.tables import Row
from engines.embedded.units import Unit
from engines.tasks import DraftAnswer, DraftedSentence, DraftTask

_TAGS = (
    "a|b|br|code|details|div|em|figcaption|figure|h[1-6]|hr|i|iframe|img|kbd|li|ol|p|pre|small|source|span|strong|sub|"
    "summary|sup|table|tbody|t[dhr]|thead|u|ul|video"
)  # what else stands in angle brackets is for the reader to fill in
_MARKS = re.compile(
    rf"<(?P<block>figure|style|script)\b.*?(?:</(?P=block)>|$)|<!--.*?-->|</?(?:{_TAGS})\b[^<>]*(?:>|$)|^[^<>]*\"\s*/?>|"
    r"!\[.*?\]\([^)\s]*\)|\{[.#][\w-]+\}|\[![A-Z]+\]\s*>?\s*|\[\^\d+\]:?",
    re.DOTALL,
)  # what an article says to its layout
_LONE = re.compile(r"(?<=\w)\s+(?=[,.](?:\s|$))")  # where an icon stood
_GLUED = re.compile(r"(?<=[a-z]{2}\.)(?=[A-Z][a-z]+ )")
_SURE = re.compile(
    r"(?:\b(?:right|correct|isn t it|aren t (?:we|they|you)|don t (?:i|we|you|they)|doesn t it|can t (?:i|we|you)|"
    r"verdad|no es asi|oder|richtig|nicht wahr|stimmt s)|^(?:but )?you (?:said|say|told|promised|advertise)\b.*)$"
)


def draft(task: DraftTask, embedder: Embedder) -> DraftAnswer:
    """Return a reply that quotes, for every ask that the evidence answers, the part that answers it."""
    body: list[DraftedSentence] = []
    answered: list[int] = []
    clarified: list[int] = []
    for number, ask in enumerate(task.asks, 1):
        found = _evidence(task, ask)
        extract = extracts.find(ask.text, found, embedder, conversation.about(ask.text, task.history, found))
        if extract is None or extract.score < task.policy.thresholds.answerable:
            continue
        if not clarified and (question := _asked_back(extract, number, task)):
            clarified.append(number)
            body.extend([*_addressed(number, ask, extract, task), *question])
            continue
        answered.append(number)
        word = _word(extract, ask, task)
        told = replace(extract, units=_best_first(extract)) if word else extract
        quoted = _news(_quoted(told, number, task), {sentence.text for sentence in body})
        body.extend([*_addressed(number, ask, extract, task), *([_courtesy(word, number)] if word else []), *quoted])
    opening = [] if not body else _opening(task)
    closing = [] if not answered else [_courtesy(task.policy.speak(task.language).closing)]
    return DraftAnswer(sentences=[*opening, *body, *closing], answered=answered, clarified=clarified, declined=[])


def _evidence(task: DraftTask, ask: Ask) -> Sequence[tuple[int, Evidence]]:
    return [(number, found) for number, found in enumerate(task.evidence, 1) if found.ask == ask.id]


def _asked_back(extract: Extract, number: int, task: DraftTask) -> list[DraftedSentence]:
    """Return the question which of a table's rows is meant, and the rows by name; once in a conversation."""
    question = task.policy.speak(task.language).clarify
    if not question or clarifying.asked(task.history, question):
        return []
    rows = clarifying.alternatives(task.asks[number - 1].text, extract, task.evidence)
    lines = [
        DraftedSentence(text=f"- {Row.of(row).label}", kind="fact", ask=number, evidence=[row.evidence]) for row in rows
    ]
    return [DraftedSentence(text=question, kind="question", ask=number, evidence=[]), *lines] if rows else []


def _opening(task: DraftTask) -> list[DraftedSentence]:
    phrases = task.policy.speak(task.language)
    if task.sentiment == "angry":
        return [_courtesy(phrases.upset)]
    if task.sentiment == "negative":
        return [_courtesy(phrases.sorry)]
    return [] if task.history else [_courtesy(phrases.greeting)]


def _word(extract: Extract, ask: Ask, task: DraftTask) -> str | None:
    """Return the yes or no, in the desk's words, that follows from the best sentence alone; mostly nothing does."""
    best, phrases = extract.best, task.policy.speak(task.language)
    foreign = task.evidence[best.evidence - 1].passage.language != task.language
    if best.shape != "sentence" or foreign or _believes(ask.text):
        return None
    question = spans(focus(ask.text))[-1].text
    return {"yes": phrases.affirm, "no": phrases.deny}.get(polarity.settled(question, best.text) or "")


def _best_first(extract: Extract) -> tuple[Unit, ...]:
    return (extract.best, *(unit for unit in extract.units if unit != extract.best))


def _addressed(number: int, ask: Ask, extract: Extract, task: DraftTask) -> list[DraftedSentence]:
    """Return the line that says which of several questions is answered next, or how exactly a belief is met."""
    phrases = task.policy.speak(task.language)
    if len(task.asks) > 1:
        return [_courtesy(point, number) for point in phrases.points[number - 1 : number]]
    corrects = any(premises.corrected(ask.text, unit.text) for unit in extract.units if unit.shape != "steps")
    return [_courtesy(phrases.exactly, number)] if corrects or _believes(ask.text) else []


def _believes(ask: str) -> bool:
    """Say whether an ask states something and only wants it confirmed."""
    return any(_SURE.search(" ".join(words(span.text)).replace("'", " ")) for span in spans(ask))


def _quoted(extract: Extract, ask: int, task: DraftTask) -> list[DraftedSentence]:
    source = task.evidence[extract.units[0].evidence - 1].passage
    foreign = source.language != task.language
    sentences = [_courtesy(task.policy.speak(task.language).other_language, ask)] if foreign else []
    before: Unit | None = None
    introduced: set[str] = set()
    for unit in extract.units:
        opening = [line for line in _introduced(unit, before, ask, task) if line.text not in introduced]
        introduced |= {line.text for line in opening}
        sentences.extend([*opening, *_sentences(unit, ask, task)])
        before = unit
    return sentences


def _news(quoted: list[DraftedSentence], said: set[str]) -> list[DraftedSentence]:
    """Return what was not said before, points of a list aside; all of it where another ask got the very same answer."""
    news: list[DraftedSentence] = []
    for one in quoted:
        listed = one.kind == "step" or one.text.startswith("- ")
        if listed or (one.text not in said and one not in news):
            news.append(one)
    return news if any(sentence.evidence for sentence in news) else quoted


def _introduced(unit: Unit, before: Unit | None, ask: int, task: DraftTask) -> list[DraftedSentence]:
    """Return the line without which a list hangs in the air: its own lead-in, else the heading it stands under."""
    if unit.shape not in ("bullet", "steps") or (before and _same_list(before, unit)):
        return []
    if unit.lead:
        return [DraftedSentence(text=_clean(unit.lead.text), kind="fact", ask=ask, evidence=[unit.evidence])]
    path = task.evidence[unit.evidence - 1].passage.heading_path
    return [_courtesy(quoted_heading(path), ask)] if path else []


def _same_list(before: Unit, unit: Unit) -> bool:
    return (before.evidence, before.shape, before.lead) == (unit.evidence, unit.shape, unit.lead)


def _sentences(unit: Unit, ask: int, task: DraftTask) -> list[DraftedSentence]:
    if unit.shape == "row":
        line = Row.of(unit).line(task.asks[ask - 1].text)
        return [DraftedSentence(text=_clean(line), kind="fact", ask=ask, evidence=[unit.evidence])]
    return [
        DraftedSentence(
            text=f"- {_clean(part.text)}" if unit.shape == "bullet" else _clean(part.text),
            kind="step" if unit.shape == "steps" and len(unit.parts) > 1 else "fact",
            ask=ask,
            evidence=[unit.evidence],
        )
        for part in unit.parts
    ]


def _clean(text: str) -> str:
    """Return a piece of an article as it reads in a letter, without what icons and layout left behind."""
    return _GLUED.sub(" ", _LONE.sub("", plain(_MARKS.sub("", text))))


def _courtesy(text: str, ask: int = 0) -> DraftedSentence:
    return DraftedSentence(text=text, kind="courtesy", ask=ask, evidence=[])
