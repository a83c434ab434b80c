"""Keep to what the desk answers: an ask outside gets no opinion; it is declined beside answers, else a person's."""

from dataclasses import replace

from domain.drafts import Draft, Sentence
from domain.policy import Policy
from domain.triage import Ask, Triage
from engines.embedded.triaging import Heard
from engines.tasks import TriageAnswer


def marked(triage: Triage, first: TriageAnswer, last: TriageAnswer) -> Triage:
    """Return the triage with the asks that are outside, as the embedded engine heard them first."""
    strange = set(first.outside) if isinstance(first, Heard) else set()
    every = set(first.asks) <= strange or (last is not first and "out_of_scope" in last.flags)
    outside = tuple(ask.id for ask in triage.asks if every or ask.text in strange)
    named = tuple(f"outside what the desk answers: {ask.text!r}" for ask in triage.asks if ask.id in outside)
    return replace(triage, outside=outside, reasons=(*triage.reasons, *named))


def inside(triage: Triage) -> tuple[Ask, ...]:
    """Return the asks that a draft may answer."""
    return tuple(ask for ask in triage.asks if ask.id not in triage.outside)


def settled(draft: Draft, triage: Triage, policy: Policy) -> Draft:
    """Return the draft of the inside asks with those outside added: declined where something is answered."""
    if not triage.outside:
        return draft
    known = {ask.id: ask for ask in draft.asks}
    answers = any(ask.state in ("answered", "clarified") for ask in draft.asks)
    asks = tuple(
        known.get(ask.id) or replace(ask, state="declined" if answers else "handed_over") for ask in triage.asks
    )
    if not answers:
        return replace(draft, asks=asks)
    phrases = policy.speak(triage.language)
    own = [Sentence(phrases.declined, "courtesy", ask=one) for one in triage.outside]
    ends = [one for one in draft.sentences if one.text == phrases.closing]
    said = [one for one in draft.sentences if one.text != phrases.closing]
    return replace(draft, sentences=(*said, *own[:1], *ends), asks=asks)
