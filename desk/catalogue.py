"""The catalogue of events: what each kind tells, and which facts it holds in which shape.

A fact is an id, one of a few words, a number, a yes or no, or a name that the operator gave to a thing of theirs (an
article's id, a team, a skill). What a person wrote fits none of these, so it cannot get into an event.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import get_args

from domain.decisions import HandoverReason, Outcome
from domain.triage import Priority
from domain.turns import Channel

Fact = str | int | float | bool | None
LONGEST_ID = 200  # characters
LONGEST_NAME = 300  # characters: as long as an article's id may be


@dataclass(frozen=True)
class Shape:
    """What a fact looks like, in words and as a check; an optional one may be null or left out.

    `json` is its type as JSON Schema names it, `words` all it may be where it is one of a few words.
    """

    says: str
    fits: Callable[[Fact], bool]
    optional: bool = False
    json: str = "string"
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Entry:
    """A kind of event: what it tells, and its facts by name."""

    says: str
    facts: Mapping[str, Shape]


class Misfit(TypeError):
    """An event does not fit the catalogue: the code that records it is wrong."""


def require(kind: str, data: Mapping[str, Fact]) -> None:
    """See that an event fits the catalogue.

    Raises Misfit.
    """
    entry = CATALOGUE.get(kind)
    if entry is None:
        raise Misfit(f"there is no kind of event {kind!r}: say in desk/catalogue.py what it tells")
    if unknown := sorted(data.keys() - entry.facts.keys()):
        raise Misfit(f"{kind!r} has no fact {unknown[0]!r}: it has {', '.join(entry.facts) or 'none'}")
    for name, shape in entry.facts.items():
        value = data.get(name)
        if not (shape.optional if value is None else shape.fits(value)):
            raise Misfit(f"{name} of {kind!r} is {value!r}: it must be {shape.says}")


def _is_name(value: Fact) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME


def _is_id(value: Fact) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\S+", value) is not None and len(value) <= LONGEST_ID


def _is_number(value: Fact) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _one_of(*words: str) -> Shape:
    return Shape(f"one of {', '.join(words)}", lambda value: value in words, words=words)


def _maybe(shape: Shape) -> Shape:
    return replace(shape, says=f"{shape.says}, or nothing", optional=True)


def _entry(says: str, **facts: Shape) -> Entry:
    return Entry(says, facts)


ID = Shape("an id", _is_id)
NAME = Shape("a name of the operator's", _is_name)
NUMBER = Shape("a number", _is_number, json="number")
FLAG = Shape("true or false", lambda value: isinstance(value, bool), json="boolean")
CHANNEL = _one_of(*get_args(Channel))
PRIORITY = _one_of(*(priority.value for priority in Priority))
CLOCK = _one_of("first_response", "next_response", "resolution")
ALARM = _one_of("half", "at_risk", "breached", "grave", "unanswered", "undelivered", "follow_up_due")
OWED = _one_of("grave", "promise", "teammate")
STATUS = _one_of("new", "open", "pending", "on_hold", "solved", "closed")
SEARCHER = _one_of("customer", "teammate")
UNSENT = ("given_up", "refused", "uncertain", "returned")
WAITS = ("nobody_in_team", "nobody_on_duty", "nobody_available", "everybody_full")
SPENT = {
    "model_calls": NUMBER,
    "prompt_tokens": NUMBER,
    "completion_tokens": NUMBER,
    "cost": _maybe(NUMBER),
}
NOT_KNOWN = {name: _maybe(NUMBER) for name in SPENT}
RINGS = {"clock": CLOCK, "number": NUMBER, "priority": PRIORITY, "team": _maybe(NAME), "by": ID}

CATALOGUE: Mapping[str, Entry] = {
    "ticket_opened": _entry(
        "A ticket began, by itself, as part of another or after one that is closed",
        channel=CHANNEL,
        by=_maybe(ID),
        split_from=_maybe(ID),
        continues=_maybe(ID),
    ),
    "ticket_reopened": _entry("A ticket that was done is worked on again", by=_maybe(ID)),
    "ticket_solved": _entry("A ticket was solved", by=ID),
    "ticket_dropped": _entry(
        "A ticket turned out to be none", how=_one_of("spam", "merged", "erased"), by=ID, into=_maybe(ID)
    ),
    "ticket_erased": _entry(
        "What was said in a ticket is gone, because its customer or the policy wants it so",
        by=ID,
        cause=_one_of("customer", "retention"),
    ),
    "ticket_merged": _entry("Another ticket goes on in this one", merged=ID, messages=NUMBER, by=ID),
    "ticket_split": _entry("A part of this ticket became another", split=ID, messages=NUMBER, by=ID),
    "status_changed": _entry("A teammate set the status", before=STATUS, after=STATUS, by=ID),
    "priority_changed": _entry("A ticket got another priority", before=PRIORITY, after=PRIORITY, by=_maybe(ID)),
    "team_changed": _entry("A ticket went to another team", before=_maybe(NAME), after=NAME, by=ID),
    "problem_changed": _entry(
        "A ticket waits for another problem, or none", before=_maybe(ID), after=_maybe(ID), by=ID
    ),
    "problem_solved": _entry("The problem behind a ticket is solved", problem=ID, before=STATUS, by=ID),
    "contacted_again": _entry("The customer asked the same again after it was solved", again=ID),
    "message_received": _entry(
        "The customer wrote, or a machine: by what sign it is `automatic`",
        message=ID,
        number=NUMBER,
        channel=CHANNEL,
        automatic=_maybe(_one_of("spam", "headers", "echo", "repeated", "quick", "rate")),
    ),
    "message_written": _entry("The bot or a teammate replied", message=ID, by=ID, case=_maybe(ID)),
    "note_written": _entry("A teammate left a note for the others", message=ID, by=ID),
    "file_attached": _entry("A file was kept with a ticket", attachment=ID, size=NUMBER, media_type=ID),
    "message_delivered": _entry(
        "A message reached its customer; `by` says who knows that it did where the desk does not",
        message=ID,
        channel=CHANNEL,
        by=_maybe(ID),
    ),
    "delivery_failed": _entry(
        "A message did not get through", message=ID, channel=CHANNEL, attempts=NUMBER, cause=_maybe(_one_of(*UNSENT))
    ),
    "delivery_replayed": _entry(
        "A message that did not get through is sent again", message=ID, channel=CHANNEL, cause=_one_of(*UNSENT), by=ID
    ),
    "case_started": _entry("The bot began to work on a turn", case=ID, attempt=NUMBER),
    "case_died": _entry("A worker died over a case", case=ID),
    "case_superseded": _entry("A case was over before it ended: its words were not sent", case=ID, **NOT_KNOWN),
    "case_decided": _entry(
        "A case ended in a decision",
        case=ID,
        attempt=NUMBER,
        outcome=_one_of(*get_args(Outcome)),
        confidence=_maybe(NUMBER),
        engine=NAME,
        **SPENT,
    ),
    "handed_over": _entry(
        "A ticket went to a person",
        case=_maybe(ID),
        by=ID,
        reason=_one_of(*get_args(HandoverReason)),
        team=_maybe(NAME),
        skill=_maybe(NAME),
    ),
    "handed_back": _entry("The bot may answer again", by=_maybe(ID)),
    "clock_stopped": _entry("A clock stopped", clock=CLOCK, late=FLAG, spent_s=NUMBER),
    "clock_half": _entry("A clock is half spent", **RINGS),
    "clock_at_risk": _entry("A fifth of a clock is left", **RINGS),
    "clock_breached": _entry("A clock ran out", **RINGS),
    "alert_raised": _entry("Somebody was told of a ticket", alert=NUMBER, cause=ALARM, step=NUMBER, by=ID),
    "alert_seen": _entry("A teammate has seen an alert", alert=NUMBER, cause=ALARM, by=ID),
    "suggestion_approved": _entry("A draft was approved as it was", case=ID, by=ID),
    "suggestion_edited": _entry(
        "A draft was edited; `kept` is the share of its words that stayed", case=ID, by=ID, kept=NUMBER
    ),
    "suggestion_rejected": _entry(
        "A draft was rejected",
        case=ID,
        by=ID,
        reason=_one_of("wrong", "incomplete", "tone", "unneeded", "other"),
    ),
    "suggestion_undone": _entry("A decision about a draft was taken back", case=ID, by=ID),
    "suggestion_superseded": _entry("A draft came too late", case=ID),
    "macro_used": _entry("A saved reply was filled in", macro=ID, by=ID),
    "csat_asked": _entry("The customer was asked for a mark"),
    "csat_given": _entry("The customer gave a mark, 1 to 5", mark=NUMBER),
    "csat_ignored": _entry("The customer gave no mark in time"),
    "ticket_focused": _entry("A teammate began to look at a ticket", by=ID),
    "ticket_left": _entry("A teammate looked away; so many seconds count", by=ID, seconds=NUMBER),
    "wrapped_up": _entry("A teammate wrapped a ticket up", by=ID, seconds=NUMBER),
    "search_made": _entry("Somebody searched", search=ID, by=SEARCHER, shown=NUMBER),
    "search_opened": _entry("A result was opened", search=ID, article=_maybe(NAME)),
    "search_answered": _entry("The answer was found", search=ID, article=_maybe(NAME)),
    "search_reformulated": _entry("Somebody searched in other words", search=ID, article=_maybe(NAME)),
    "search_given_up": _entry("Somebody stopped searching", search=ID, article=_maybe(NAME)),
    "article_viewed": _entry("Somebody read an article", article=NAME, by=SEARCHER, times=NUMBER),
    "article_voted": _entry("A reader found an article helpful or not", article=NAME, up=FLAG),
    "citation_shown": _entry("A reply showed what it rests on", message=ID, article=NAME),
    "citation_opened": _entry("A customer looked up what a reply rests on", article=NAME),
    "assigned": _entry(
        "A ticket was given to a teammate, by a rule with its points or by somebody",
        teammate=ID,
        before=_maybe(ID),
        team=_maybe(NAME),
        by=ID,
        cause=_one_of("handed_over", "waited", "unanswered", "left", "asked", "taken", "given"),
        load=NUMBER,
        capacity=NUMBER,
        score=_maybe(NUMBER),
        skill=_maybe(NUMBER),
        language=_maybe(NUMBER),
        tier=_maybe(NUMBER),
        duty=_maybe(NUMBER),
        room=_maybe(NUMBER),
    ),
    "assignment_waits": _entry("Nobody could take a ticket", reason=_one_of(*WAITS), team=_maybe(NAME), by=ID),
    "unassigned": _entry(
        "A ticket was taken from a teammate",
        teammate=ID,
        reason=_one_of(*WAITS, "left", "given_back"),
        by=ID,
    ),
    "shift_started": _entry("A teammate is there", by=ID),
    "break_started": _entry("A teammate takes a break", by=ID),
    "break_ended": _entry("A teammate is back", by=ID),
    "shift_ended": _entry("A teammate went home", by=ID),
    "follow_up_created": _entry(
        "Something is owed to a customer, due in so many hours",
        follow_up=ID,
        cause=OWED,
        owner=_maybe(ID),
        team=_maybe(NAME),
        hours=NUMBER,
        by=ID,
    ),
    "follow_up_done": _entry("What was owed is done", follow_up=ID, cause=OWED, late=FLAG, by=ID),
    "ticket_grave": _entry("A ticket is a P0: told once", priority=PRIORITY, team=_maybe(NAME)),
    "kpis_reported": _entry("The KPIs of a day are there", day=ID),
    "policy_changed": _entry("The policy has a new version", number=NUMBER, pages=NUMBER, by=NAME),
}
