"""Decide whether a checked draft may reach the customer without a person.

Confidence is a probability learned from graded examples. The operator states how many wrong replies among those sent
are accepted; the threshold follows from the examples, with its bound. Without enough of them the gate only suggests,
except in demo mode, which sends at the best bound there is and says so.
"""

from dataclasses import dataclass

from agents import confidence
from agents.retriever import Found
from domain.calibration import Calibration, Threshold
from domain.decisions import Gate, HandoverReason
from domain.drafts import Draft
from domain.ids import BrandId
from domain.policy import Policy
from domain.text import words
from domain.triage import Ask, Priority, Triage
from domain.turns import Turn
from domain.verdicts import Verdict


@dataclass(frozen=True)
class Sending:
    """What this installation may send: the calibration of the brand, if any, and whether this is demo mode."""

    calibration: Calibration | None
    demo: bool = False


def nothing(brand: BrandId) -> Sending:
    """Send nothing, whatever the brand: the default of whoever was given no calibration."""
    return Sending(None)


@dataclass(frozen=True)
class _Case:
    turn: Turn
    triage: Triage
    found: Found
    draft: Draft
    policy: Policy


def decide(
    turn: Turn,
    triage: Triage,
    found: Found,
    draft: Draft,
    verdict: Verdict,
    policy: Policy,
    sending: Sending,
) -> Gate:
    """Return the outcome of a checked draft."""
    case = _Case(turn, triage, found, draft, policy)
    refused = _refused(case)
    if not verdict.passes:
        reason, why = refused or ("low_confidence", f"the checker refused the draft: {verdict.faults[0].message}")
        return Gate("handed_over", None, (why,), reason)
    measured = confidence.features(turn, triage, found, draft, verdict)
    known = sending.calibration if sending.calibration and sending.calibration.engine == draft.writer else None
    sure = known.probability(measured) if known else None
    told = confidence.told(measured)
    kept_back = _kept_back(case, sure, known, sending.demo)
    if refused:
        reason, why = refused
        partial = reason in ("knowledge_missing", "out_of_scope") and kept_back is None
        return Gate("handed_over", sure, (why,), reason, partial, told)
    reasons = (_said(sure, known, draft.writer), *_doubts(case))
    if sure is not None and sure < policy.thresholds.suggest and not _only_asks_back(draft):
        why = f"of drafts as unsure as this fewer than {policy.thresholds.suggest:.0%} are right"
        return Gate("handed_over", sure, (*reasons, why), "low_confidence", features=told)
    if kept_back is None:
        return Gate("answered", sure, (*reasons, _borne_out(case, known)), features=told)
    return Gate("suggested", sure, (*reasons, f"a person decides: {kept_back}"), features=told)


def _refused(case: _Case) -> tuple[HandoverReason, str] | None:
    """Return why this draft may not even be suggested, whatever the checker found; None when it may."""
    asks = case.draft.asks
    unanswered = [ask for ask in asks if ask.state in ("open", "handed_over")]
    intent = case.policy.intent(case.triage.intent)
    if intent and intent.handling == "human" and case.triage.confidence >= case.policy.thresholds.triage_sure:
        return "policy", f"the policy gives {intent.name!r} to a person"
    if case.policy.channels.get(case.turn.channel) == "human":
        return "policy", f"the policy gives everything on {case.turn.channel!r} to a person"
    if case.found.indexed == 0:
        return "no_articles", "the index is empty: `deskhand index PATH` fills it"
    if unanswered and "out_of_scope" in case.triage.flags:
        return "out_of_scope", "the request is outside what this desk answers"
    if unanswered:
        return "knowledge_missing", f"{len(unanswered)} of {len(asks)} asks found no reliable answer"
    return None


def _kept_back(case: _Case, sure: float | None, known: Calibration | None, demo: bool) -> str | None:
    """Return why a good draft is only suggested, None when it may be sent."""
    return _by_policy(case) or _by_kind(case) or _by_confidence(case, sure, known, demo)


def _by_policy(case: _Case) -> str | None:
    intent = case.policy.intent(case.triage.intent)
    if intent and intent.handling == "draft":
        return f"the policy wants a person to send {intent.name!r}"
    if case.policy.channels.get(case.turn.channel) == "draft":
        return f"the policy wants a person to send everything on {case.turn.channel!r}"
    if case.triage.priority in (Priority.P0, Priority.P1):
        return f"{case.triage.priority} is never answered without a person"
    return None


def _by_kind(case: _Case) -> str | None:
    languages = {piece.passage.id: piece.passage.language for piece in case.found.evidence}
    cited = {languages[citation.passage] for said in case.draft.sentences for citation in said.citations}
    if other := cited - {case.triage.language}:
        return f"it quotes {', '.join(sorted(other))!r} to a customer who writes {case.triage.language!r}"
    return next((why for ask in case.draft.asks if ask.state == "answered" and (why := _unsure(ask, case.found))), None)


def _by_confidence(case: _Case, sure: float | None, known: Calibration | None, demo: bool) -> str | None:
    if sure is None or known is None:
        return "nothing tells yet how often such drafts are right: `deskhand calibrate` learns it from graded examples"
    if known.learned_from == "demo" and not demo:
        return "only examples of the demo were graded, none of this brand's: `deskhand calibrate` learns from its own"
    if len(words(case.turn.text)) > known.words:
        return f"the customer writes more than {known.words} words, unlike anything graded so far"
    risk = case.policy.risk
    threshold = known.threshold(risk.accepted, risk.confidence)
    if threshold is None or not (threshold.holds or demo):
        return f"too few graded examples for at most {risk.accepted:.0%} wrong: `deskhand calibrate` says how many more"
    if sure < threshold.least and not _only_asks_back(case.draft):
        return f"confidence is {sure:.2f}, and {threshold.least:.2f} is needed{_bound(threshold)}"
    return None


def _only_asks_back(draft: Draft) -> bool:
    """Say whether a draft answers no ask, and asks back about at least one: nothing in it can be wrong yet."""
    states = {ask.state for ask in draft.asks}
    return "clarified" in states and "answered" not in states


def _borne_out(case: _Case, known: Calibration | None) -> str:
    """Say what lets a reply be sent."""
    if _only_asks_back(case.draft):
        return "it only asks back, and claims nothing"
    risk = case.policy.risk
    threshold = known.threshold(risk.accepted, risk.confidence) if known else None
    return f"{threshold.least:.2f} is enough{_bound(threshold)}" if threshold else "sent"


def _bound(threshold: Threshold) -> str:
    stays = "" if threshold.holds else ", the best there is, in demo mode"
    return f": of {threshold.sent} as sure, {threshold.wrong} were wrong, so at most {threshold.bound:.1%}{stays}"


def _unsure(ask: Ask, found: Found) -> str | None:
    """Return why it is not sure enough that what was found answers an ask, None when it is."""
    told = found.answerability.get(ask.id)
    if told is None:
        return "nothing tells yet how surely this help center answers what it finds"
    return None if told.answerable else "what was found may not answer what is asked"


def _said(sure: float | None, known: Calibration | None, writer: str) -> str:
    if sure is None or known is None:
        return f"no confidence: nothing was graded that {writer!r} wrote"
    source = "the demo's graded examples, not this brand's" if known.learned_from == "demo" else "graded examples"
    return f"such drafts are right with probability {sure:.2f}, learned from {source}"


def _doubts(case: _Case) -> tuple[str, ...]:
    answered = [ask.id for ask in case.draft.asks if ask.state == "answered"]
    told = [case.found.answerability[ask].reasons[:1] for ask in answered if ask in case.found.answerability]
    return tuple(said for reasons in told for said in reasons)
