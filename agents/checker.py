"""Judge a draft before a customer sees it: exact rules first, then the engine's scores."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from agents import courtesies
from agents.triager import Engines
from domain.budget import Budget
from domain.drafts import Draft, Sentence, quoted_heading
from domain.policy import Policy
from domain.search import Evidence
from domain.text import figures, folded, plain, words
from domain.triage import Ask, Triage
from domain.verdicts import Check, Fault, Verdict
from engines import details, language, tone
from engines.embedded import clarity, contradictions
from engines.tasks import CheckAnswer, CheckTask
from engines.tone import Mark

SUPPORTED = 0.5  # an engine's score from which a sentence counts as borne out by its quotes
COURTESY_WORDS = 25
MUDDLED = 0.35  # a sentence of our own that is less clear than this has to be said anew
FLAWED = 0.2  # a part of the tone below this is a fault: of 1,500 sentences of real articles one in eighty sounds so

_CLAIMS = ("fact", "step")
_PROMISE = re.compile(
    r"\b(?:(?:we|i|someone|somebody|a colleague|our team|they)(?: will|'ll| shall| are going to| am going to)|"
    r"(?:wir|ich) werden?|nous (?:vous )?(?:allons|rappellerons)|(?:le|te) (?:llamaremos|enviaremos|contactaremos))\b"
)
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]+", re.IGNORECASE)


@dataclass(frozen=True)
class _Read:
    """A sentence as the checker reads it: its place in the draft, what it quotes, and whether it says just that.

    `owed` says whether it promises something that somebody has taken on.
    """

    number: int
    sentence: Sentence
    quotes: str
    verbatim: bool
    owed: bool

    @classmethod
    def of(cls, number: int, sentence: Sentence, owed: bool) -> "_Read":
        quotes = "\n".join(plain(citation.quote) for citation in sentence.citations)
        verbatim = bool(sentence.citations) and " ".join(words(sentence.text)) in " ".join(words(quotes))
        return cls(number, sentence, quotes, verbatim, owed)

    @property
    def claims(self) -> bool:
        """Say whether something has to bear it out: facts, steps, and whatever else cites an article."""
        return self.sentence.kind in _CLAIMS or bool(self.sentence.citations)


async def check(
    draft: Draft, triage: Triage, evidence: Sequence[Evidence], engines: Engines, policy: Policy, budget: Budget
) -> Verdict:
    """Return the verdict: no model is asked about a draft that the rules or the embedded engine already refuse."""
    owed = {promise.text for promise in draft.promises if promise.owner and promise.due > budget.now()}
    read = [_Read.of(number, sentence, sentence.text in owed) for number, sentence in enumerate(draft.sentences)]
    heard, task = _heard(read, triage, policy), _task(draft, read, triage, policy)
    muddled, clear = _unclear(read, triage)
    rules = (*_faults(draft, read, triage, evidence, policy), *_flaws(heard), *muddled)
    alone = engines.best is engines.embedded
    if rules and alone:
        return _refused(draft, rules)
    floor = _verdict(draft, read, await engines.embedded.answer(task, budget))
    if faults := (*rules, *floor.faults):
        return _refused(draft, faults)
    scored = floor if alone else _verdict(draft, read, await engines.best.answer(task, budget))
    ours = tone.overall([mark for _, mark in heard])
    # What stands word for word in an article is not for the checker to reword.
    quoted = all(one.verbatim for one in read if one.sentence.kind in _CLAIMS)
    heard_well = ours if quoted else min(ours, scored.tone)
    return replace(scored, grounding=min(scored.grounding, floor.grounding), tone=heard_well, clarity=clear)


def _refused(draft: Draft, faults: tuple[Fault, ...]) -> Verdict:
    clean = 1 - len({fault.sentence for fault in faults}) / max(1, len(draft.sentences))
    return Verdict(grounding=clean, completeness=0.0, tone=0.0, policy=0.0, faults=faults)


def _heard(read: Sequence[_Read], triage: Triage, policy: Policy) -> list[tuple[int | None, Mark]]:
    """Return how a draft sounds where its words are its own, each mark with the place of its sentence."""
    own = [one for one in read if not one.verbatim]
    marks = tone.marks([one.sentence.text for one in own], triage.sentiment, policy.tones)
    return [(None if mark.sentence is None else own[mark.sentence].number, mark) for mark in marks]


def _flaws(heard: Sequence[tuple[int | None, Mark]]) -> Iterator[Fault]:
    for number, mark in heard:
        if mark.score < FLAWED and number is not None:
            yield Fault("tone", f"sentence {number + 1}: {mark.advice}", number)


def _unclear(read: Sequence[_Read], triage: Triage) -> tuple[list[Fault], float]:
    """Return what must be said anew, and how clear a draft is where its words are its own."""
    own = [one for one in read if not one.verbatim]
    found = clarity.unclear([one.sentence.text for one in own], " ".join(ask.text for ask in triage.asks))
    numbered = [(own[one.sentence].number, one) for one in found]
    faults = [
        Fault("clarity", f"sentence {number + 1} is unclear: {one.advice}", number)
        for number, one in numbered
        if one.left < MUDDLED
    ]
    return faults, clarity.score(found)


def _task(draft: Draft, read: Sequence[_Read], triage: Triage, policy: Policy) -> CheckTask:
    return CheckTask(
        claims=tuple((one.sentence.text, one.quotes) for one in read if one.claims),
        answers=tuple((ask.text, _said(draft, ask.id)) for ask in _answered(draft)),
        sentiment=triage.sentiment,
        policy=policy,
    )


def _answered(draft: Draft) -> list[Ask]:
    return [ask for ask in draft.asks if ask.state in ("answered", "clarified")]


def _verdict(draft: Draft, read: Sequence[_Read], scores: CheckAnswer) -> Verdict:
    claims, answered = [one.number for one in read if one.claims], _answered(draft)
    support = [*scores.support, *[0.0] * len(claims)][: len(claims)]
    completeness = [*scores.completeness, *[0.0] * len(answered)][: len(answered)]
    faults = tuple(
        Fault("support", f"sentence {number + 1} is not borne out by what it cites", number)
        for number, score in zip(claims, support, strict=True)
        if score < SUPPORTED
    )
    return Verdict(
        grounding=min(support, default=1.0),
        completeness=min(completeness, default=0.0),
        tone=scores.tone,
        policy=1.0,
        faults=faults,
    )


def _said(draft: Draft, ask: str) -> str:
    return " ".join(sentence.text for sentence in draft.sentences if sentence.ask == ask)


def _faults(
    draft: Draft, read: Sequence[_Read], triage: Triage, evidence: Sequence[Evidence], policy: Policy
) -> Iterator[Fault]:
    if not draft.sentences:
        yield Fault("empty", "the draft says nothing")
    for ask in draft.asks:
        if ask.state == "open":
            yield Fault("open_ask", f"the ask {ask.text!r} is still open")
    own = {sentence for phrases in policy.phrases.values() for sentence in phrases.sentences}
    own |= {quoted_heading(found.passage.heading_path) for found in evidence if found.passage.heading_path}
    for one in read:
        if one.sentence.text not in own:
            for check, message in _wrong(one, triage, evidence, policy):
                yield Fault(check, f"sentence {one.number + 1} {message}", one.number)


def _wrong(read: _Read, triage: Triage, evidence: Sequence[Evidence], policy: Policy) -> Iterator[tuple[Check, str]]:
    """Yield what the rules find wrong with one sentence."""
    sentence, quotes, verbatim = read.sentence, read.quotes, read.verbatim
    yield from _citations(sentence, evidence)
    if sentence.citations:
        yield from ((found.kind, found.message) for found in contradictions.found(sentence.text, quotes))
    elif missing := figures(sentence.text):
        yield "figures", f"names {sorted(missing)} and cites nothing"
    for url in _URL.findall(sentence.text):
        if url not in quotes and not _allowed(url, policy.link_hosts):
            yield "links", f"links to {url!r}, which is neither cited nor an allowed host"
    promises = sentence.kind == "promise" or (not verbatim and _PROMISE.search(folded(sentence.text)))
    if promises and not read.owed:
        yield "promise", "promises something that nobody has taken on"
    if any(found.text not in quotes for found in details.found(sentence.text)):
        yield "secret", "carries personal data or a secret that its citation does not"
    if not sentence.citations and len(words(sentence.text)) > COURTESY_WORDS:
        yield "citation", f"is too long for a {sentence.kind} and cites nothing"
    elif not (sentence.citations or read.owed) and (strange := courtesies.strange(sentence.text, triage.asks, policy)):
        yield "citation", f"speaks of {', '.join(strange)} and cites nothing"
    spoken = language.detect(sentence.text, policy.languages)
    if not verbatim and spoken and spoken != triage.language:
        yield "language", f"is in {spoken!r}, not in {triage.language!r}"


def _citations(sentence: Sentence, evidence: Sequence[Evidence]) -> Iterator[tuple[Check, str]]:
    passages = {found.passage.id: found.passage for found in evidence}
    if sentence.kind in _CLAIMS and not sentence.citations:
        yield "citation", "states something and cites nothing"
    for citation in sentence.citations:
        passage = passages.get(citation.passage)
        if passage is None:
            yield "citation", f"cites {citation.passage!r}, which was not found"
        elif passage.text[citation.start - passage.start : citation.end - passage.start] != citation.quote:
            yield "citation", f"quotes words that do not stand in {citation.passage!r}"
        elif passage.visibility != "public":
            yield "visibility", f"cites {citation.article!r}, which is internal"


def _allowed(url: str, hosts: Sequence[str]) -> bool:
    host = re.sub(r"^(?:https?://)?", "", url, flags=re.IGNORECASE).split("/")[0].split(":")[0].lower()
    return any(host == allowed or host.endswith(f".{allowed}") for allowed in hosts)
