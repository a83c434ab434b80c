"""Decide what a turn asks, what it is about and how urgent it is."""

from dataclasses import dataclass
from typing import get_args

from agents import entities, flags, priorities, scope
from domain.budget import Budget
from domain.ids import AskId
from domain.policy import Policy
from domain.triage import Ask, Flag, Triage
from domain.turns import Turn
from engines.embedded import sentiment
from engines.engine import Engine, EngineError
from engines.tasks import TriageAnswer, TriageTask

HAND_OVER_AT_ONCE: tuple[Flag, ...] = ("wants_person", "safety", "legal", "abuse")


@dataclass(frozen=True)
class Engines:
    """Who may be asked: `embedded` always answers at no cost, `best` is the configured one, perhaps the same."""

    embedded: Engine
    best: Engine


async def triage(turn: Turn, engines: Engines, policy: Policy, budget: Budget) -> Triage:
    """Triage a turn: the embedded engine first, the best one only where that is unsure; rules hold for both."""
    task = TriageTask(text=turn.text, history=turn.history, language=turn.language, policy=policy)
    answer = first = await engines.embedded.answer(task, budget)
    raised = flags.raised(turn.text)
    certain = any(flag in HAND_OVER_AT_ONCE for flag in raised)
    if answer.confidence < policy.thresholds.triage_sure and engines.best is not engines.embedded and not certain:
        answer = await _second_opinion(task, answer, engines.best, policy, budget)
    return scope.marked(_triage(turn, answer, raised, policy), first, answer)


async def _second_opinion(
    task: TriageTask, first: TriageAnswer, engine: Engine, policy: Policy, budget: Budget
) -> TriageAnswer:
    """Return the better engine's view, or the first one where it has none or names an intent we do not know."""
    try:
        second = await engine.answer(task, budget)
    except EngineError as error:
        return first.model_copy(update={"reasons": [*first.reasons, f"no second opinion: {error}"]})
    if policy.intent(second.intent) is None or not any(ask.strip() for ask in second.asks):
        return first.model_copy(update={"reasons": [*first.reasons, "the second opinion named no known intent or ask"]})
    return second


def _triage(turn: Turn, answer: TriageAnswer, raised: tuple[Flag, ...], policy: Policy) -> Triage:
    intent = policy.intent(answer.intent) or policy.intents[0]
    known: tuple[Flag, ...] = get_args(Flag)
    # An engine may only add flags that a person should see; those that end a case at once come from rules.
    suggested = {flag for flag in answer.flags if flag not in ("wants_person", "abuse")}
    outside = () if intent.in_scope else ("out_of_scope",)
    every = tuple(flag for flag in known if flag in {*raised, *suggested, *outside})
    sure = answer.confidence >= policy.thresholds.triage_sure
    priority, reasons = priorities.rank(turn.text, intent.name if sure else "", every)
    asks = list(dict.fromkeys(text.strip() for text in answer.asks if text.strip())) or [turn.text]
    return Triage(
        asks=tuple(Ask(AskId(f"a{number}"), text) for number, text in enumerate(asks, 1)),
        intent=intent.name,
        priority=priority,
        sentiment=answer.sentiment,
        frustration=sentiment.frustration(turn.text),
        language=answer.language if answer.language in policy.languages else policy.languages[0],
        entities=entities.named(turn.text),
        skills=(intent.skill,),
        flags=every,
        confidence=answer.confidence,
        reasons=(*answer.reasons, *reasons, *(f"flag {flag!r}" for flag in every)),
    )
