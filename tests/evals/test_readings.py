"""What counts as going well, and how failures are told."""

from math import isnan
from typing import Any

import pytest

from evals import failures
from evals.results import Case
from evals.scorers import registry
from evals.scorers.readings import broken_rules, says
from tests.evals.making import case, example, searched


def decision(text: str | None, outcome: str = "answered", **more: Any) -> dict[str, Any]:
    reply = None if text is None else {"text": text, "sentences": []}
    usage = {"model_calls": 2, "prompt_tokens": 900, "completion_tokens": 80}
    return {"outcome": outcome, "confidence": 0.8, "reply": reply, "usage": usage} | more


def replied(document: dict[str, Any] | None, **rules: Any) -> Case:
    outcome = rules.get("outcome")
    positive = None if outcome is None else outcome != "handed_over"
    return case(example("replies", positive=positive, question="Can I get a refund?", **rules), document)


def value(name: str, *cases: Case) -> float:
    return float(registry.named(name, cases[0].example.row.kind).observe(cases)[:, 0].mean())


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("You have been **cancelled**.", "cancel", True),
        ("There is no issue.", "sue", False),
        ("Within\n14 days.", "14 days", True),
        ("Within 114 days.", "14 days", False),
        ("It costs 140.", "14", False),
        ("It costs 14.50.", "14", False),
        ("It costs 2.14.", "14", False),
        ("It costs €14.", "€14", True),
        ("Öffnen Sie das Café.", "offnen sie das cafe", True),
        ("See [Refunds](https://x.test/r).", "refunds", True),
    ],
)
def test_words_are_found_as_a_reader_would(text: str, words: str, said: bool) -> None:
    assert says(text, words) is said


def test_every_broken_rule_is_told() -> None:
    wrong = replied(
        decision("We refund within 30 days, guaranteed.", triage={"priority": "P3"}),
        must_include=["14 days", ["credit", "original payment"]],
        must_not_include=["guarantee"],
        outcome="handed_over",
        priority=["P1", "P2"],
    )

    assert broken_rules(wrong) == [
        "lacks '14 days'",
        "lacks 'credit' or 'original payment'",
        "says 'guarantee'",
        "is answered, expected handed_over",
        "has priority P3, expected P1 or P2",
    ]


def test_rules_are_scored_one_by_one() -> None:
    half = replied(
        decision("Within 14 days."), must_include=["14 days", "form"], must_not_include=["no"], outcome="answered"
    )

    scores = {name: value(name, half) for name in ("passed", "must_include", "must_not_include", "outcome", "answered")}

    assert scores == {"passed": 0, "must_include": 0.5, "must_not_include": 1, "outcome": 1, "answered": 1}


def test_handing_everything_over_shows_beside_what_is_wrong() -> None:
    cases = [
        replied(decision(None, "handed_over"), outcome="answered"),
        replied(decision(None, "handed_over"), outcome="handed_over"),
        replied(decision("Yes."), outcome="answered", must_include=["no"]),
    ]

    assert value("answered", cases[0], cases[2]) == 0.5
    assert value("handed_over", cases[1]) == 1
    assert value("wrong_answered", cases[2]) == 1


def test_a_reply_cites_rightly_when_one_of_its_articles_is_right() -> None:
    sentences = [{"text": "In 14 days.", "citations": [{"article": "refunds"}, {"article": "cards"}]}]
    document = decision("In 14 days.") | {"reply": {"text": "In 14 days.", "sentences": sentences}}

    assert value("cited", replied(document, relevant=["refunds"])) == 1
    assert value("cited", replied(document, relevant=["logins"])) == 0


def quoting(article: str, outcome: str = "answered", **more: Any) -> dict[str, Any]:
    sentences = [{"text": "In 14 days.", "citations": [{"article": article}]}]
    return decision("In 14 days.", outcome) | {"reply": {"text": "In 14 days.", "sentences": sentences}} | more


def test_what_articles_answer_is_counted_apart_from_what_needs_a_person() -> None:
    rules: dict[str, Any] = {"relevant": ["refunds"], "must_include": ["14 days"], "outcome": ["answered", "suggested"]}
    right = replied(quoting("refunds"), **rules)
    strange = replied(quoting("logins", "suggested"), **rules)
    kept = replied(decision(None, "handed_over"), **rules)
    failed = replied(None, **rules)
    for_a_person = replied(decision(None, "handed_over"), outcome="handed_over")

    answerable = (right, strange, kept, failed)

    assert [value("right", one) for one in answerable] == [1, 0, 0, 0]
    assert [value("sent", one) for one in answerable] == [1, 0, 0, 0]
    assert [value("needless", one) for one in answerable] == [0, 0, 1, 0]
    assert all(isnan(value(name, for_a_person)) for name in ("right", "sent", "needless"))


def test_a_priority_that_is_off_makes_no_reply_wrong() -> None:
    ranked = quoting("refunds", triage={"priority": "P3"})
    off = replied(ranked, relevant=["refunds"], outcome=["answered"], priority=["P1"])

    assert [value(name, off) for name in ("passed", "priority", "wrong_answered", "right")] == [0, 0, 0, 1]


def test_a_failed_system_breaks_the_rules() -> None:
    failed = replied(None, must_include=["14 days"], must_not_include=["no"], outcome="answered")

    assert broken_rules(failed) == ["failed: no answer"]
    assert [value(name, failed) for name in ("passed", "must_include", "must_not_include", "outcome")] == [0, 0, 0, 0]


def test_what_a_turn_cost_is_read_from_its_decision() -> None:
    assert [value(name, replied(decision("Yes."))) for name in ("calls", "prompt_tokens")] == [2, 900]


def test_a_checkers_marks_are_judged_scores() -> None:
    marked = replied(decision("Yes.", verdict={"grounding": 0.9, "completeness": 0.7, "tone": 0.8}))

    assert value("grounding", marked) == 0.9
    assert registry.named("grounding", "replies").judged
    assert not registry.named("must_include", "replies").judged


def test_given_replies_are_scored_in_parts() -> None:
    given = case(
        example("given", question="How?", answer="Just do it."),
        {"completeness": 0.4, "tone": {"empathetic": 0.2, "professional": 0.8}, "marks": []},
    )

    assert [value(name, given) for name in ("completeness", "tone", "tone@empathetic")] == [0.4, 0.5, 0.2]
    assert failures.failures([given])[0].reason == "completeness 0.40, empathetic 0.20"


def test_failures_come_gravest_first_with_reason_and_evidence() -> None:
    evidence = [{"title": "Refunds", "text": "Refunds take 14 days.", "score": 0.9}]
    late = searched(["right"], ["a", "b", "c", "d", "e", "right"], "late")
    lost = searched(["right"], ["a"], "lost")
    wrong = replied(decision("In 30 days.", evidence=evidence), must_include=["14 days"])

    found = failures.failures([late, searched(["right"], ["right"], "fine"), lost, wrong])

    assert [(one.example, one.reason) for one in found] == [
        ("one", "lacks '14 days'"),
        ("lost", "no right article was found"),
        ("late", "the first right article stands at 6"),
    ]
    assert found[0].evidence[0].text == "Refunds take 14 days."
    assert found[0].expected == "must include: 14 days"
    assert "In 30 days." in found[0].given


def test_a_judge_far_from_people_is_a_failure() -> None:
    cases = [
        case(
            example("ratings", f"{place}", answer=f"answer {place}", ratings={"tone": rating}), {"scores": {"tone": s}}
        )
        for place, (rating, s) in enumerate([(1, 0.9), (2, 0.2), (3, 0.3), (4, 0.4)])
    ]

    found = failures.failures(cases)

    assert [one.example for one in found] == ["0"]
    assert found[0].reason == "tone judged 0.90, rated 1.00: 75% of the ranks apart"
