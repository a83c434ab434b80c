"""Does a decision obey the rules of its example, and what do checkers think of the reply?"""

import numpy as np

from evals import results
from evals.examples import Kind
from evals.results import Case
from evals.scorers.readings import broken_by_reply, broken_rules, missing, says
from evals.scorers.scorer import Observation, Scorer, each, family, single

REPLIES: tuple[Kind, ...] = ("replies",)
MARKED: tuple[Kind, ...] = ("replies", "given")
NOTHING = results.Decided(outcome="failed")


def _included(case: Case) -> Observation:
    row = case.example.row
    return 1 - len(missing(case)) / len(row.must_include) if row.kind == "replies" and row.must_include else None


def _excluded(case: Case) -> Observation:
    row, decided = case.example.row, case.read(results.Decided)
    if row.kind != "replies" or not row.must_not_include:
        return None
    return float(decided is not None and not any(says(decided.text, word) for word in row.must_not_include))


def _outcome(case: Case) -> Observation:
    row, decided = case.example.row, case.read(results.Decided)
    return (
        float(decided is not None and decided.outcome in row.outcome) if row.kind == "replies" and row.outcome else None
    )


def _priority(case: Case) -> Observation:
    row, decided = case.example.row, case.read(results.Decided)
    if row.kind != "replies" or not row.priority:
        return None
    return float(decided is not None and decided.triage.priority in row.priority)


def _answered(case: Case) -> Observation:
    decided = case.read(results.Decided)
    return float(decided is not None and decided.outcome != "handed_over") if case.example.positive else None


def _replied(case: Case) -> Observation:
    decided = case.read(results.Decided)
    return float(decided is not None and decided.outcome != "handed_over")


def _kept_back(case: Case) -> Observation:
    decided = case.read(results.Decided)
    return float(decided is not None and decided.outcome == "handed_over") if case.example.positive is False else None


def _cited(case: Case) -> Observation:
    row, decided = case.example.row, case.read(results.Decided)
    if row.kind != "replies" or not row.relevant or decided is None or decided.reply is None:
        return None
    return float(not decided.reply.cited.isdisjoint(row.relevant))


def _wrong(case: Case) -> Observation:
    decided = case.read(results.Decided)
    return float(bool(broken_by_reply(case))) if decided and decided.outcome == "answered" else None


def _answerable(case: Case) -> results.Decided | None:
    """Return what was decided where articles answer the question and nothing else calls for a person."""
    row = case.example.row
    if row.kind != "replies" or not row.relevant or not row.outcome or "handed_over" in row.outcome:
        return None
    return case.read(results.Decided) or NOTHING


def _right(case: Case) -> Observation:
    decided = _answerable(case)
    return None if decided is None else float(_cited(case) == 1 and not broken_by_reply(case))


def _sent(case: Case) -> Observation:
    decided = _answerable(case)
    return None if decided is None else float(decided.outcome == "answered")


def _needless(case: Case) -> Observation:
    decided = _answerable(case)
    return None if decided is None else float(decided.outcome == "handed_over")


def _mark(case: Case, name: str) -> Observation:
    match case.document:
        case results.Decided(verdict=verdict):
            mark: float | None = getattr(verdict, name)
            return mark
        case results.Checked(completeness=completeness) if name == "completeness":
            return completeness
        case results.Checked(grounding=grounding) if name == "grounding":
            return grounding
        case results.Checked(tone=tone) if name == "tone" and tone:
            return float(np.mean(list(tone.values())))
    return None


def tone_of(part: str) -> Scorer:
    """Ask how good one part of the tone is."""

    def mark(case: Case) -> Observation:
        checked = case.read(results.Checked)
        return checked.tone.get(part) if checked else None

    return Scorer(f"tone@{part}", f"How {part} do replies sound?", "score", "higher", each(mark), judged=True)


def _judged(name: str, question: str) -> Scorer:
    return Scorer(name, question, "score", "higher", each(lambda case: _mark(case, name)), judged=True)


PASSED = Scorer(
    "passed", "How many decisions obey every rule?", "share", "higher", each(lambda case: float(not broken_rules(case)))
)
MUST_INCLUDE = Scorer(
    "must_include", "What share of what a reply must say does it say?", "share", "higher", each(_included)
)
MUST_NOT_INCLUDE = Scorer(
    "must_not_include", "How many replies say nothing that they must not?", "share", "higher", each(_excluded)
)
OUTCOME = Scorer("outcome", "How many turns end as they should?", "share", "higher", each(_outcome))
PRIORITY = Scorer("priority", "How many turns get the priority they should?", "share", "higher", each(_priority))
ANSWERED = Scorer(
    "answered",
    "Of the turns that can be answered, how many are answered or suggested?",
    "share",
    "higher",
    each(_answered),
)
REPLIED = Scorer("replied", "How many turns end with a reply, sent or suggested?", "share", "higher", each(_replied))
HANDED_OVER = Scorer(
    "handed_over", "Of the turns that need a person, how many are handed over?", "share", "higher", each(_kept_back)
)
CITED = Scorer("cited", "Of the replies, how many cite a right article?", "share", "higher", each(_cited))
RIGHT = Scorer(
    "right",
    "Of the questions that articles answer, how many get a reply that cites one of them and says what it must?",
    "share",
    "higher",
    each(_right),
)
SENT = Scorer(
    "sent",
    "Of the questions that articles answer, how many are answered without a teammate?",
    "share",
    "higher",
    each(_sent),
)
NEEDLESS = Scorer(
    "needless",
    "Of the questions that articles answer, how many are handed over all the same?",
    "share",
    "lower",
    each(_needless),
)
WRONG = Scorer(
    "wrong_answered", "Of the replies sent, how many are wrong, their priority aside?", "share", "lower", each(_wrong)
)
FAMILIES = (
    *(single(one, REPLIES) for one in (PASSED, MUST_INCLUDE, MUST_NOT_INCLUDE, OUTCOME, PRIORITY)),
    *(single(one, REPLIES) for one in (REPLIED, ANSWERED, HANDED_OVER, CITED)),
    *(single(one, REPLIES) for one in (RIGHT, SENT, NEEDLESS, WRONG)),
    single(_judged("grounding", "How well is every sentence supported by what it cites?"), MARKED),
    single(_judged("completeness", "How completely is every ask answered?"), MARKED),
    single(_judged("tone", "How right is the tone?"), MARKED),
    family("tone", ("given",), tone_of, "a part of the tone such as empathetic"),
)
