"""Choose what is said beside the best piece of an article: what is almost as good, or says what that leaves out."""

from collections.abc import Sequence

from engines.embedded.aptness import Wanted
from engines.embedded.asks import asks_how
from engines.embedded.candidates import Candidate
from engines.embedded.tables import Row, most
from engines.embedded.units import heading, sends_elsewhere

UNITS_TAKEN = 3
WORDS_TAKEN = 150  # from which no further unit is added
ALMOST_AS_GOOD = 0.88  # a further unit of the same article is taken when its score is this share of the best one's
GOOD_ENOUGH, GAINED = 0.75, 0.1  # or a lower one, when it says at least this share of what is asked that was left out
STEPS_ENOUGH = 0.7  # the same for numbered steps, when the customer asks how


def chosen(ask: str, wanted: Wanted, best: Candidate, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return the best candidate and others of its article, almost as good or telling what it leaves out, in order."""
    taken = [best]
    for other in _others(wanted, best, candidates):
        enough = len(taken) == UNITS_TAKEN or sum(len(kept.unit.text.split()) for kept in taken) >= WORDS_TAKEN
        if not enough and _adds(wanted, other, taken) and _tells(ask, other, taken):
            taken.append(other)
    return sorted(taken, key=lambda candidate: candidate.place)


def _tells(ask: str, other: Candidate, taken: Sequence[Candidate]) -> bool:
    """Say whether a unit is no mere neighbour in a table: few of its rows are told, and only those that are named."""
    if other.unit.shape != "row":
        return True
    rows = [Row.of(one.unit) for one in taken if one.unit.shape == "row"]
    return len(rows) < most(ask) and (Row.of(other.unit).named(ask) or not any(row.named(ask) for row in rows))


def _others(wanted: Wanted, best: Candidate, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return what else the best one's article says, the likeliest first; who asks how is told the steps before all."""
    article = best.found.passage.article
    how = best.unit.shape != "steps" and asks_how(wanted.question)
    others = [one for one in candidates if one is not best and one.found.passage.article == article]
    others.sort(key=lambda candidate: -candidate.score)
    steps = [one for one in others if one.unit.shape == "steps"][:1]
    first = [one for one in steps if how and one.score >= STEPS_ENOUGH * best.score]
    return [*first, *(one for one in others if one not in first)]


def _adds(wanted: Wanted, other: Candidate, taken: Sequence[Candidate]) -> bool:
    """Say whether a unit belongs beside those taken: nearly as apt, or apt enough and with more of what is asked."""
    best = taken[0]
    if sends_elsewhere(other.unit):
        return False
    if other.unit.shape == "steps":
        how = best.unit.shape != "steps" and asks_how(wanted.question)
        return other.score >= (STEPS_ENOUGH if how else ALMOST_AS_GOOD) * best.score
    told = best.unit.shape == "steps" and asks_how(wanted.question)
    if not told and other.score >= ALMOST_AS_GOOD * best.score:
        return True
    said = " ".join(candidate.unit.text for candidate in taken)
    above = heading(best.found)
    gained = wanted.share(f"{said} {other.unit.text}", above) - wanted.share(said, above)
    return other.score >= GOOD_ENOUGH * best.score and gained >= GAINED
