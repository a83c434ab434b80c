"""Decide whether a checked draft may reach the customer without a person.

Confidence here is an uncalibrated score and says so; `deskhand calibrate` will replace it with a probability.
"""

from collections.abc import Sequence
from statistics import fmean

from agents.retriever import Found
from domain.decisions import Gate, HandoverReason
from domain.drafts import Draft
from domain.policy import Policy
from domain.search import Evidence
from domain.text import words
from domain.triage import Ask, Priority, Triage
from domain.turns import Turn
from domain.verdicts import Verdict
from engines.embedded.wording import content

STORY_WORDS = 40  # read on 1,618 real questions: of longer ones a third of the confident answers missed the point
STRANGE_COSTS = 0.4  # of the confidence, when no word of an ask was met; less in proportion


def decide(
    turn: Turn, triage: Triage, found: Found, draft: Draft, verdict: Verdict, policy: Policy, sends: bool
) -> Gate:
    """Return the outcome of a checked draft; `sends` says whether this installation answers without a person."""
    refused = _refused(triage, draft, policy, found.indexed)
    if not verdict.passes:
        reason, why = refused or ("low_confidence", f"the checker refused the draft: {verdict.faults[0].message}")
        return Gate("handed_over", None, (why,), reason)
    confidence = _confidence(draft, found.evidence, verdict)
    kept_back = _kept_back(turn, triage, found, draft, policy, sends, confidence)
    if refused:
        reason, why = refused
        partial = reason in ("knowledge_missing", "out_of_scope") and kept_back is None
        return Gate("handed_over", confidence, (why,), reason, partial)
    answered = [ask.id for ask in draft.asks if ask.state == "answered"]
    told = [found.answerability[ask].reasons[:1] for ask in answered if ask in found.answerability]
    reasons = (f"confidence {confidence:.2f} is an uncalibrated score", *(said for reason in told for said in reason))
    if kept_back is None:
        return Gate("answered", confidence, reasons)
    if turn.channel == "chat":
        why = f"a person must look at the draft, and a chat cannot wait: {kept_back}"
        return Gate("handed_over", confidence, (*reasons, why), "low_confidence")
    return Gate("suggested", confidence, (*reasons, f"a person decides: {kept_back}"))


def _refused(triage: Triage, draft: Draft, policy: Policy, indexed: int) -> tuple[HandoverReason, str] | None:
    """Return why this draft may not even be suggested, whatever the checker found; None when it may."""
    unanswered = [ask for ask in draft.asks if ask.state in ("open", "handed_over")]
    intent = policy.intent(triage.intent)
    if intent and intent.handling == "human" and triage.confidence >= policy.thresholds.triage_sure:
        return "policy", f"the policy gives {intent.name!r} to a person"
    if indexed == 0:
        return "no_articles", "the index is empty: `deskhand index PATH` fills it"
    if unanswered and "out_of_scope" in triage.flags:
        return "out_of_scope", "the request is outside what this desk answers"
    if unanswered:
        return "knowledge_missing", f"{len(unanswered)} of {len(draft.asks)} asks found no reliable answer"
    return None


def _kept_back(
    turn: Turn, triage: Triage, found: Found, draft: Draft, policy: Policy, sends: bool, confidence: float
) -> str | None:
    """Return why a good draft is only suggested, None when it may be sent."""
    languages = {piece.passage.id: piece.passage.language for piece in found.evidence}
    cited = {languages[citation.passage] for sentence in draft.sentences for citation in sentence.citations}
    intent = policy.intent(triage.intent)
    if not sends:
        return "nothing is sent without a person until confidence is calibrated (only demo mode sends)"
    if intent and intent.handling == "draft":
        return f"the policy wants a person to send {intent.name!r}"
    if len(words(turn.text)) > STORY_WORDS:
        return "the customer tells a long story, and an answer to its question may miss its point"
    if triage.priority in (Priority.P0, Priority.P1):
        return f"{triage.priority} is never answered without a person"
    if cited - {triage.language}:
        return (
            f"it quotes {', '.join(sorted(cited - {triage.language}))!r} to a customer who writes {triage.language!r}"
        )
    if confidence < policy.thresholds.send:
        return f"confidence is below the policy's {policy.thresholds.send}"
    return next((why for ask in draft.asks if ask.state == "answered" and (why := _unsure(ask, found))), None)


def _unsure(ask: Ask, found: Found) -> str | None:
    """Return why it is not sure enough that what was found answers an ask, None when it is."""
    told = found.answerability.get(ask.id)
    if told is None:
        return "nothing tells yet how surely this help center answers what it finds"
    return None if told.answerable else "what was found may not answer what is asked"


def _confidence(draft: Draft, evidence: Sequence[Evidence], verdict: Verdict) -> float:
    """Mix how well the cited passages match, how complete the answer looks, and what of the ask was never met."""
    closeness = {found.passage.id: found.dense for found in evidence}
    cited = [closeness[citation.passage] for sentence in draft.sentences for citation in sentence.citations]
    match = max(0.0, min(1.0, fmean(cited))) if cited else 0.0
    strange = max((_strange(ask, evidence) for ask in draft.asks if ask.state == "answered"), default=0.0)
    return round(verdict.grounding * (0.5 * match + 0.5 * verdict.completeness) * (1 - STRANGE_COSTS * strange), 4)


def _strange(ask: Ask, evidence: Sequence[Evidence]) -> float:
    """Return the share of an ask's words that no passage found for it has: what the help center may never mention."""
    asked = set(content(ask.text))
    known = {word for found in evidence if found.ask == ask.id for word in content(found.passage.embedded_text)}
    return len(asked - known) / len(asked) if asked else 0.0
