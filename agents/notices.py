"""What the customer reads at the end of a case: the draft, or what was found and that a person takes over."""

from string import Template

from domain.decisions import ClockTarget, Gate, Handover, Reply, TriageSummary
from domain.drafts import Draft, Sentence, readable
from domain.policy import Phrases, Policy, Within
from domain.triage import Triage
from domain.turns import LIVE, Turn
from engines import redaction

MINUTES_UNTIL = 120  # from which hours are told
SAYS_NOTHING_WAS_FOUND = ("knowledge_missing", "no_articles")


def reply(
    turn: Turn, policy: Policy, triage: Triage | None, draft: Draft | None, gate: Gate | None, handover: Handover | None
) -> Reply | None:
    """Return the reply of a decided case: a handed over one carries the notice, and what may be said before it."""
    language = triage.language if triage else turn.language or policy.languages[0]
    phrases = policy.speak(language)
    warned = _warning(turn, phrases)
    if handover is None:
        if not draft or not draft.sentences:
            return None
        return Reply(readable((*draft.sentences, *warned)), (*draft.sentences, *warned))
    said = _partial(draft, phrases) if draft and gate and gate.partial else ()
    sentences = (*said, *(Sentence(text, "courtesy") for text in _notice(turn, handover, phrases, bool(said))), *warned)
    return Reply(readable(sentences), sentences)


def checking(turn: Turn, triage: TriageSummary | None, policy: Policy) -> str | None:
    """Return what the customer reads while a teammate looks at a suggested reply; None where nobody sits and waits."""
    if turn.channel not in LIVE:
        return None
    phrases = policy.speak(triage.language if triage else turn.language or policy.languages[0])
    return " ".join((phrases.checking, *_asking(turn, phrases)))


def _warning(turn: Turn, phrases: Phrases) -> tuple[Sentence, ...]:
    """Ask the customer, once a ticket, not to send card numbers or keys."""
    told = any(said.author == "bot" and phrases.no_secrets in said.text for said in turn.history)
    if told or not phrases.no_secrets or not redaction.holds_secrets(turn.text):
        return ()
    return (Sentence(phrases.no_secrets, "courtesy"),)


def _partial(draft: Draft, phrases: Phrases) -> tuple[Sentence, ...]:
    """Return the draft without its closing, when anything in it is an answer."""
    if not any(sentence.citations for sentence in draft.sentences):
        return ()
    return tuple(sentence for sentence in draft.sentences if sentence.text != phrases.closing)


def _notice(turn: Turn, handover: Handover, phrases: Phrases, partial: bool) -> tuple[str, ...]:
    if turn.already_handed_over:
        return (phrases.already_handed_over,)
    missing = phrases.no_answer_to_the_rest if partial else phrases.no_answer
    nothing = (missing,) if handover.reason in SAYS_NOTHING_WAS_FOUND else ()
    response = next((target for target in handover.clocks if target.clock == "response"), None)
    aim = (_aim(response, phrases.within),) if response else ()
    return (*nothing, phrases.handed_over, *aim, *_asking(turn, phrases))


def _asking(turn: Turn, phrases: Phrases) -> tuple[str, ...]:
    return (phrases.ask_address,) if turn.unreachable and phrases.ask_address else ()


def _aim(target: ClockTarget, within: Within) -> str:
    """Say by when a person is meant to answer: an aim, which the clock watches, and no promise."""
    if target.business_hours:
        return Template(within.business_hours).substitute(number=-(-target.minutes // 60))
    if target.minutes < MINUTES_UNTIL:
        return Template(within.minutes).substitute(number=target.minutes)
    return Template(within.hours).substitute(number=-(-target.minutes // 60))
