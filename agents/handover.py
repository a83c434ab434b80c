"""Gather what a person needs to take a ticket over: pure Python, no model, so that it works when nothing else does."""

from collections.abc import Sequence
from dataclasses import replace

from domain.decisions import FoundPassage, Handover, HandoverReason, Reply
from domain.drafts import Draft, readable
from domain.policy import Policy
from domain.search import Evidence
from domain.triage import Ask, Priority, Triage
from domain.turns import Turn
from domain.verdicts import Verdict

SUMMARY_CHARACTERS = 600


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
    team, skill = _destination(reason, triage, policy)
    return Handover(
        reason=reason,
        summary=summary(turn, triage),
        asks=settled(asks),
        evidence=shown(evidence),
        tried=_tried(evidence, draft, verdict),
        missing=tuple(missing) + tuple(f"an answer to {ask.text!r}" for ask in asks if ask.state == "handed_over"),
        team=team,
        skill=skill,
        priority=triage.priority if triage else Priority.P2,
        sentiment=triage.sentiment if triage else "neutral",
        proposed_reply=Reply(readable(draft.sentences), draft.sentences) if draft and draft.sentences else None,
    )


def summary(turn: Turn, triage: Triage | None) -> str:
    """Return in a few lines who wants what, in the customer's own words."""
    told = len([said for said in turn.history if said.author == "customer"])
    head = f"{triage.priority} {triage.intent}, {triage.sentiment}, {triage.language}" if triage else "not triaged"
    before = f"; {told} earlier messages from the customer" if told else ""
    words = " ".join(turn.text.split())
    quoted = words if len(words) <= SUMMARY_CHARACTERS else words[: SUMMARY_CHARACTERS - 1].rsplit(" ", 1)[0] + "…"
    return f"{head}{before}. The customer writes: {quoted}"


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


def _destination(reason: HandoverReason, triage: Triage | None, policy: Policy) -> tuple[str, str]:
    """Return team and skill: of the intent where triage is sure of it, else whoever takes what nobody else does."""
    if reason == "safety":
        return "support", "safety"
    sure = triage is not None and triage.confidence >= policy.thresholds.triage_sure
    intent = policy.intent(triage.intent) if triage and sure else None
    return (intent.team, intent.skill) if intent else ("support", "general")


def _tried(evidence: Sequence[Evidence], draft: Draft | None, verdict: Verdict | None) -> tuple[str, ...]:
    """Return what the hub did before it gave up, one line each."""
    articles = list(dict.fromkeys(found.passage.title for found in evidence))
    tried = [f"searched the help center and read {', '.join(map(repr, articles))}"] if articles else []
    if draft and draft.sentences:
        tried.append("drafted the reply that is proposed")
    if verdict:
        tried.extend(f"the check found: {fault.message}" for fault in verdict.faults)
    return tuple(tried)
