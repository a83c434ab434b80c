"""Turn evidence into a draft whose every citation points at the words it rests on."""

from collections.abc import Sequence
from dataclasses import replace

from agents import scope
from domain.articles import Passage
from domain.budget import Budget
from domain.drafts import Citation, Draft, Sentence
from domain.policy import Policy
from domain.search import Evidence
from domain.text import Span, plain, spans, words
from domain.triage import Ask, AskState, Triage
from domain.turns import Turn
from domain.verdicts import Verdict
from engines.engine import Engine, EngineError
from engines.tasks import DraftAnswer, DraftedSentence, DraftTask

QUOTES_PER_SENTENCE = 3


async def draft(
    turn: Turn, triage: Triage, evidence: Sequence[Evidence], engine: Engine, policy: Policy, budget: Budget
) -> Draft:
    """Write a first draft from the evidence; without any, no engine is asked and every ask goes to a person."""
    if not evidence or not scope.inside(triage):
        return Draft((), tuple(replace(ask, state="handed_over") for ask in triage.asks))
    task = _task(turn, triage, evidence, policy)
    return await _written(task, triage, engine, policy, budget)


async def redraft(
    turn: Turn,
    triage: Triage,
    evidence: Sequence[Evidence],
    before: tuple[Draft, Verdict],
    engine: Engine,
    policy: Policy,
    budget: Budget,
) -> Draft:
    """Mend a draft: a model that wrote it is told its faults while the budget allows, else what is wrong is cut."""
    last, verdict = before
    written_by_model = budget.usage().model_calls > 0 and budget.engine().fallback is None
    if written_by_model and budget.allows(1):
        task = replace(_task(turn, triage, evidence, policy), faults=tuple(fault.message for fault in verdict.faults))
        try:
            return await _written(task, triage, engine, policy, budget)
        except EngineError:
            return cut(last, verdict)
    return cut(last, verdict)


def cut(draft: Draft, verdict: Verdict) -> Draft:
    """Return the draft without its faulty sentences; an ask that loses all its cited ones goes to a person."""
    faulty = {fault.sentence for fault in verdict.faults}
    kept = tuple(sentence for number, sentence in enumerate(draft.sentences) if number not in faulty)
    asks = tuple(_settled(ask, kept, ask.state) for ask in draft.asks)
    spoken_for = {ask.id for ask in asks if ask.state not in ("handed_over", "open")}
    said = tuple(sentence for sentence in kept if sentence.ask is None or sentence.ask in spoken_for)
    promises = tuple(promise for promise in draft.promises if promise.text in {sentence.text for sentence in said})
    return Draft(said, asks, promises, draft.writer)


async def _written(task: DraftTask, triage: Triage, engine: Engine, policy: Policy, budget: Budget) -> Draft:
    drafted = _resolved(await engine.answer(task, budget), task)
    return replace(scope.settled(drafted, triage, policy), writer=budget.engine().name)


def _task(turn: Turn, triage: Triage, evidence: Sequence[Evidence], policy: Policy) -> DraftTask:
    return DraftTask(
        asks=scope.inside(triage),
        evidence=tuple(evidence),
        history=turn.history,
        language=triage.language,
        sentiment=triage.sentiment,
        policy=policy,
    )


def _resolved(answer: DraftAnswer, task: DraftTask) -> Draft:
    """Return the draft an engine meant: numbers become asks and citations, unanswered asks go to a person."""
    sentences = tuple(_sentence(drafted, task) for drafted in answer.sentences if drafted.text.strip())
    states: dict[int, AskState] = {
        **dict.fromkeys(answer.declined, "declined"),
        **dict.fromkeys(answer.clarified, "clarified"),
        **dict.fromkeys(answer.answered, "answered"),
    }
    asks = tuple(_settled(ask, sentences, states.get(number, "handed_over")) for number, ask in enumerate(task.asks, 1))
    return Draft(sentences, asks)


def _settled(ask: Ask, sentences: Sequence[Sentence], claimed: AskState) -> Ask:
    """Return the ask in the state claimed for it, or with a person when no sentence bears the claim out."""
    own = [sentence for sentence in sentences if sentence.ask == ask.id]
    borne_out = {
        "answered": any(sentence.citations for sentence in own),
        "clarified": any(sentence.kind == "question" for sentence in own),
        "declined": bool(own),
    }.get(claimed, True)
    return replace(ask, state=claimed if borne_out else "handed_over")


def _sentence(drafted: DraftedSentence, task: DraftTask) -> Sentence:
    ask = task.asks[drafted.ask - 1].id if 1 <= drafted.ask <= len(task.asks) else None
    cited = [
        task.evidence[number - 1] for number in dict.fromkeys(drafted.evidence) if 1 <= number <= len(task.evidence)
    ]
    text = drafted.text.strip()
    return Sentence(text=text, kind=drafted.kind, ask=ask, citations=cite(text, cited))


def cite(text: str, cited: Sequence[Evidence]) -> tuple[Citation, ...]:
    """Return the fewest spans of the cited passages that cover the words of a sentence."""
    open_words = set(words(text))
    left = [(found.passage, span) for found in cited for span in spans(found.passage.text)]
    chosen: list[tuple[Passage, Span]] = []
    while left and len(chosen) < QUOTES_PER_SENTENCE:
        best = max(left, key=lambda pair: _overlap(open_words, pair[1]))
        gained = open_words & set(words(plain(best[1].text)))
        if not gained or (chosen and len(gained) < 2):
            break
        chosen.append(best)
        left.remove(best)
        open_words -= gained
    return tuple(
        Citation(passage.article, passage.id, span.text, passage.start + span.start, passage.start + span.end)
        for passage, span in chosen
    )


def _overlap(wanted: set[str], span: Span) -> tuple[int, float]:
    """Rank a span by the words it shares, then by how little else it says."""
    said = set(words(plain(span.text)))
    shared = len(wanted & said)
    return shared, shared / (len(said) or 1)
