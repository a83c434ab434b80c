"""Gather what a person needs to take a ticket over: pure Python, no model, so that it works when nothing else does."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from agents import destinations, drafter, facts
from domain.decisions import ClockTarget, FoundPassage, Handover, HandoverReason, Reply
from domain.drafts import Draft, readable
from domain.policy import Policy
from domain.search import Evidence
from domain.staffing import Target
from domain.triage import Ask, Priority, Triage
from domain.turns import Author, Turn, Utterance
from domain.verdicts import Verdict

SUMMARY_CHARACTERS = 600  # of the turn itself
THREAD_LINES, LINE_CHARACTERS = 6, 160  # of what was said before it
SPEAKS: dict[Author, str] = {"customer": "the customer wrote", "teammate": "a colleague wrote", "bot": "the bot wrote"}


def hand_over(
    turn: Turn,
    reason: HandoverReason,
    policy: Policy,
    triage: Triage | None = None,
    evidence: Sequence[Evidence] = (),
    draft: Draft | None = None,
    verdict: Verdict | None = None,
    missing: Sequence[str] = (),
) -> Handover:
    """Return the packet, filled as far as the case came."""
    asks = draft.asks if draft else triage.asks if triage else ()
    priority = triage.priority if triage else Priority.P2
    briefs = destinations.briefs(reason, triage, facts.told(turn, triage.entities if triage else ()), policy)
    team, skill = _destination(reason, triage, policy, briefs[0].team)
    return Handover(
        reason=reason,
        summary=summary(turn, triage),
        asks=settled(asks),
        evidence=shown(evidence),
        tried=_tried(evidence, draft, verdict),
        missing=tuple(missing) + tuple(f"an answer to {ask.text!r}" for ask in asks if ask.state == "handed_over"),
        team=team,
        skill=skill,
        priority=priority,
        sentiment=triage.sentiment if triage else "neutral",
        proposed_reply=_proposed(draft, verdict),
        attempts=facts.attempts(turn),
        reasons=triage.reasons if triage else ("not triaged: treated as P2 until somebody reads it",),
        clocks=_clocks(policy.target(priority, turn.tier)),
        briefs=briefs,
    )


def summary(turn: Turn, triage: Triage | None) -> str:
    """Return in a few lines who wants what, and what was said before, in the words that were used."""
    head = f"{triage.priority} {triage.intent}, {triage.sentiment}, {triage.language}" if triage else "not triaged"
    before = "".join(f"\n{line}" for line in _thread(turn.history))
    return f"{head}. The customer writes: {facts.shortened(turn.text, SUMMARY_CHARACTERS)}{before}"


def settled(asks: Sequence[Ask]) -> tuple[Ask, ...]:
    """Return the asks with every open one given to the person."""
    return tuple(replace(ask, state="handed_over") if ask.state == "open" else ask for ask in asks)


def shown(evidence: Sequence[Evidence]) -> tuple[FoundPassage, ...]:
    """Return evidence as it is shown in a decision."""
    return tuple(
        FoundPassage(
            ask=found.ask,
            article=found.passage.article,
            passage=found.passage.id,
            title=found.passage.title,
            url=found.passage.url,
            score=round(found.score, 4),
            text=found.passage.text,
        )
        for found in evidence
    )


def _proposed(draft: Draft | None, verdict: Verdict | None) -> Reply | None:
    """Return the draft without what the check refused: a tired teammate may send it as it stands."""
    if draft is None or verdict is None:
        return None
    sound = drafter.cut(draft, verdict).sentences
    return Reply(readable(sound), sound) if any(sentence.citations for sentence in sound) else None


def _thread(history: Sequence[Utterance]) -> list[str]:
    """Return who said what before, a line for each change of speaker: how it began, and the last few."""
    said = [(author, " ".join(one.text for one in run)) for author, run in groupby(history, lambda one: one.author)]
    lines = [f"Before, {SPEAKS[author]}: {facts.shortened(text, LINE_CHARACTERS)}" for author, text in said]
    if len(lines) <= THREAD_LINES:
        return lines
    skipped = len(lines) - THREAD_LINES
    return [lines[0], f"({skipped} more, in between)", *lines[1 - THREAD_LINES :]]


def _destination(reason: HandoverReason, triage: Triage | None, policy: Policy, team: str) -> tuple[str, str]:
    """Return the owner's team and the skill it takes: of the intent where triage is sure of it, else a general one."""
    if reason == "safety":
        return policy.destinations[-1].team, "safety"
    sure = triage is not None and triage.confidence >= policy.thresholds.triage_sure
    intent = policy.intent(triage.intent) if triage and sure else None
    return team, intent.skill if intent else "general"


def _clocks(target: Target) -> tuple[ClockTarget, ...]:
    return (
        ClockTarget("response", target.response, target.business_hours),
        ClockTarget("resolution", target.resolution, target.business_hours),
    )


def _tried(evidence: Sequence[Evidence], draft: Draft | None, verdict: Verdict | None) -> tuple[str, ...]:
    """Return what the hub did before it gave up, one line each."""
    articles = list(dict.fromkeys(found.passage.title for found in evidence))
    tried = [f"searched the help center and read {', '.join(map(repr, articles))}"] if articles else []
    if draft and draft.sentences:
        tried.append("drafted the reply that is proposed")
    if verdict:
        tried.extend(f"the check found: {fault.message}" for fault in verdict.faults if fault.check != "empty")
    return tuple(tried)
