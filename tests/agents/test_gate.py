from dataclasses import replace

import pytest

from agents import gate
from agents.gate import Sending
from agents.retriever import Found
from domain.articles import Passage
from domain.calibration import Graded, Weight
from domain.decisions import Gate
from domain.drafts import Citation, Draft, Sentence
from domain.ids import DEFAULT_BRAND, ArticleId, AskId, CaseId, PassageId
from domain.policy import Handling, Policy
from domain.search import Answerability, Evidence
from domain.triage import Ask, Priority, Triage
from domain.turns import Turn
from domain.verdicts import Fault, Verdict
from prompts import policy
from tests.calibrated import calibration

ASK = Ask(AskId("a1"), "How long is the free trial?", "answered")
TEXT = "The free trial is 21 days long."
PASSAGE = Passage(PassageId("trial#1"), ArticleId("trial"), "Free trial", None, (), TEXT, 0, len(TEXT))
FOUND = Evidence(ASK.id, PASSAGE, score=1.0, dense=0.9, lexical=1.0)
SAID = Sentence(TEXT, "fact", ASK.id, (Citation(PASSAGE.article, PASSAGE.id, TEXT, 0, len(TEXT)),))
TURN = Turn(CaseId("case_1"), DEFAULT_BRAND, ASK.text)
TRIAGE = Triage((ASK,), "subscription", Priority.P3, "neutral", "en", (), (), (), 0.9, ())
VERDICT = Verdict(grounding=1.0, completeness=0.9, tone=1.0, policy=1.0)
POLICY = policy.load()
SENDS = Sending(calibration())
SURE = Answerability(0.9, True, ("answered with probability 0.90",))


def decide(
    turn: Turn = TURN,
    triage: Triage = TRIAGE,
    found: Evidence = FOUND,
    ask: Ask = ASK,
    verdict: Verdict = VERDICT,
    rules: Policy = POLICY,
    told: Answerability | None = SURE,
    sending: Sending = SENDS,
    writer: str = "embedded",
) -> Gate:
    basis = Found((found,), 10, {ask.id: told} if told else {})
    return gate.decide(turn, triage, basis, Draft((SAID,), (ask,), writer=writer), verdict, rules, sending)


def test_a_good_answer_to_a_direct_question_is_sent() -> None:
    assert decide().outcome == "answered"


def test_what_the_help_center_may_not_answer_waits_for_a_person() -> None:
    doubted = decide(told=replace(SURE, answerable=False, reasons=("answered with probability 0.12",)))

    assert doubted.outcome == "suggested"
    assert doubted.reasons[1:] == (
        "answered with probability 0.12",
        "a person decides: what was found may not answer what is asked",
    )


def test_where_no_line_tells_what_is_answered_a_person_decides() -> None:
    assert decide(told=None).outcome == "suggested"


@pytest.mark.parametrize("priority", [Priority.P0, Priority.P1])
def test_what_is_urgent_waits_for_a_person(priority: Priority) -> None:
    assert decide(triage=replace(TRIAGE, priority=priority)).outcome == "suggested"


def test_a_long_story_waits_for_a_person() -> None:
    told = decide(turn=replace(TURN, text=f"{'It began last year. ' * 12}{ASK.text}"))

    assert told.outcome == "suggested"
    assert "more than 40 words" in told.reasons[-1]


def test_an_article_in_another_language_waits_for_a_person() -> None:
    spanish = replace(FOUND, passage=replace(PASSAGE, language="es"))

    assert decide(found=spanish).outcome == "suggested"


def test_what_an_engine_drafts_that_was_never_graded_is_only_suggested_and_has_no_confidence() -> None:
    unknown = decide(writer="openai_compatible")

    assert (unknown.outcome, unknown.confidence) == ("suggested", None)


def test_a_brand_without_graded_examples_of_its_own_sends_in_demo_mode_only() -> None:
    shipped = calibration(learned_from="demo")

    assert decide(sending=Sending(shipped)).outcome == "suggested"
    assert decide(sending=Sending(shipped, demo=True)).outcome == "answered"
    assert "not this brand's" in decide(sending=Sending(shipped, demo=True)).reasons[0]


def test_what_is_less_sure_than_the_accepted_error_allows_waits_for_a_person() -> None:
    weak = calibration(weights={"said": Weight(0.5, 1.0, 1.0)}, held_out=(Graded(0.9, True),) * 200)

    told = decide(ask=replace(ASK, text="How long is a bitcoin wallet kept?"), sending=Sending(weak))

    assert told.outcome == "suggested"
    assert "0.90 is needed" in told.reasons[-1]


def test_a_draft_that_is_rarely_right_is_not_even_suggested() -> None:
    poor = calibration(offset=-2.0)

    told = decide(sending=Sending(poor))

    assert (told.outcome, told.handover) == ("handed_over", "low_confidence")
    assert told.confidence == 0.1192


def test_too_few_graded_examples_send_nothing_except_in_demo_mode_which_says_so() -> None:
    few = calibration(held_out=(Graded(0.5, True),) * 40, learned_from="demo")

    assert "too few graded examples" in decide(sending=Sending(replace(few, learned_from="own"))).reasons[-1]
    assert decide(sending=Sending(few, demo=True)).outcome == "answered"


@pytest.mark.parametrize(
    ("handling", "outcome"), [("auto", "answered"), ("draft", "suggested"), ("human", "handed_over")]
)
def test_a_channel_may_be_kept_for_people(handling: Handling, outcome: str) -> None:
    assert decide(rules=replace(POLICY, channels={"api": handling})).outcome == outcome


def test_the_decision_shows_what_its_confidence_was_worked_out_from() -> None:
    assert set(decide().features) >= {"match", "answerable", "said", "completeness"}


def test_an_intent_for_people_is_theirs_only_where_triage_is_sure_of_it() -> None:
    sure = decide(triage=replace(TRIAGE, intent="security_incident"))
    unsure = decide(triage=replace(TRIAGE, intent="security_incident", confidence=0.2))

    assert sure.handover == "policy"
    assert unsure.outcome == "answered"


def test_a_fault_keeps_a_draft_from_everybody() -> None:
    faulty = decide(verdict=replace(VERDICT, faults=(Fault("figures", "names 30", 0),)))

    assert faulty.outcome == "handed_over"
    assert faulty.confidence is None


def test_a_handed_over_ask_takes_the_case_with_it_and_leaves_the_rest_sayable() -> None:
    partly = gate.decide(
        TURN,
        TRIAGE,
        Found((FOUND,), 10, {ASK.id: SURE}),
        Draft((SAID,), (ASK, Ask(AskId("a2"), "And the price?", "handed_over")), writer="embedded"),
        VERDICT,
        POLICY,
        SENDS,
    )

    assert partly.outcome == "handed_over"
    assert partly.handover == "knowledge_missing"
    assert partly.partial
