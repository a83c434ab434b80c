from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from agents import entities, facts, flags, handover, notices, priorities
from domain.decisions import Handover, HandoverReason
from domain.ids import BrandId, CaseId
from domain.triage import Ask, Priority, Triage
from domain.turns import Turn, Utterance
from prompts import policy

POLICY = policy.load()
PACKET: TypeAdapter[Handover] = TypeAdapter(Handover)


def turn(text: str, *history: Utterance, handed_over: bool = False) -> Turn:
    return Turn(CaseId("case_1"), BrandId("default"), text, history, already_handed_over=handed_over)


def triaged(text: str, intent: str) -> Triage:
    raised = flags.raised(text)
    priority, reasons = priorities.rank(text, intent, raised)
    return Triage(
        asks=(Ask("a1", text, "handed_over"),),  # type: ignore[arg-type]  # an id is a string here
        intent=intent,
        priority=priority,
        sentiment="neutral",
        language="en",
        entities=entities.named(text),
        skills=("general",),
        flags=raised,
        confidence=0.9,
        reasons=reasons,
    )


def packet(
    text: str, intent: str = "complaint", reason: HandoverReason = "low_confidence", *, sure: bool = True
) -> Handover:
    return handover.hand_over(turn(text), reason, POLICY, triaged(text, intent) if sure else None)


@pytest.mark.parametrize(
    ("text", "intent", "reason", "owner", "told"),
    [
        ("Every time I open the calendar it crashes", "problem", "low_confidence", "engineering", {"qa"}),
        ("The calendar crashes", "problem", "low_confidence", "tier_2", set()),
        ("Please add dark mode", "feature_request", "policy", "product", set()),
        ("Someone hacked my account", "security_incident", "policy", "security", {"coordination"}),
        ("I was charged twice on invoice #88213", "billing", "low_confidence", "billing", set()),
        ("Does it run on Linux? We are a school", "sales", "low_confidence", "sales", set()),
        ("How do I export my rota?", "how_to", "knowledge_missing", "tier_2", {"marketing"}),
        ("How do I export my rota?", "how_to", "low_confidence", "tier_2", set()),
        ("We are switching to your competitor", "complaint", "low_confidence", "tier_2", {"success"}),
        ("Nobody can pay, every shop is down", "outage", "low_confidence", "tier_2", {"coordination"}),
    ],
)
def test_a_handover_goes_to_its_owner_and_is_told_to_those_who_must_hear(
    text: str, intent: str, reason: HandoverReason, owner: str, told: set[str]
) -> None:
    briefs = packet(text, intent, reason).briefs

    assert (briefs[0].destination, briefs[0].owns) == (owner, True)
    assert {brief.destination for brief in briefs[1:]} == told
    assert all(brief.why and not brief.owns for brief in briefs[1:])


def test_engineering_gets_the_facts_to_reproduce_a_bug_and_the_questions_that_are_left() -> None:
    text = "Every time I open the calendar on my iPhone, version 6.2.1, it crashes. It should show my bookings."

    brief = packet(text, "problem").briefs[0]

    assert brief.facts["version"] == "6.2.1"
    assert brief.facts["expected"] == "It should show my bookings."
    assert "iPhone" in brief.facts["platform"]
    assert brief.questions == ("Is there an error code or message?",)


def test_every_p0_is_told_to_central_coordination_whatever_else_it_is() -> None:
    for text, intent in (("Our data was leaked", "security_incident"), ("Nobody can log in, all is down", "outage")):
        found = packet(text, intent)

        assert found.priority == Priority.P0
        assert "coordination" in {brief.destination for brief in found.briefs}


def test_a_case_that_was_never_triaged_still_has_an_owner_a_clock_and_a_reason() -> None:
    found = packet("Hello, anybody there?", reason="fault", sure=False)

    assert found.briefs[0].destination == "tier_2"
    assert [target.minutes for target in found.clocks] == [240, 1440]
    assert found.reasons


@pytest.mark.parametrize(
    "text",
    [
        "I already restarted the reader twice.",
        "I have tried another browser, no luck.",
        "Reinstalling did not help.",
        "Ya he reiniciado el lector.",
        "Ich habe die App schon neu installiert.",
        "J'ai déjà essayé avec un autre câble.",
        "Já reiniciei o leitor.",
    ],
)
def test_what_a_customer_tried_already_is_in_the_packet(text: str) -> None:
    assert facts.attempts(turn(f"Hello. {text} What now?")) == (text,)


@pytest.mark.parametrize(
    "text", ["How do I restart the reader?", "What happens when I reinstall it?", "Can I try Pro?"]
)
def test_a_question_about_a_step_is_no_attempt(text: str) -> None:
    assert facts.attempts(turn(text)) == ()


def test_the_summary_tells_the_whole_thread_in_few_lines() -> None:
    said = [Utterance("customer", f"message {number}") for number in range(10)]
    thread = [one for said_by_customer in said for one in (said_by_customer, Utterance("bot", "Did that help?"))]

    lines = handover.summary(turn("It still fails", *thread), None).splitlines()

    assert "It still fails" in lines[0]
    assert "message 0" in lines[1]
    assert "message 9" in lines[-2]
    assert len(lines) <= 8


@pytest.mark.parametrize(
    ("text", "intent", "aim"),
    [
        ("Nobody can pay, every shop is down", "outage", "within 30 minutes"),
        ("I was charged twice", "billing", "within 60 minutes"),
        ("How do I print?", "how_to", "within 8 working hours"),
    ],
)
def test_the_customer_is_told_once_that_a_person_takes_over_and_by_when(text: str, intent: str, aim: str) -> None:
    found = packet(text, intent)

    told = notices.reply(turn(text), POLICY, triaged(text, intent), None, None, found)
    again = notices.reply(turn(text, handed_over=True), POLICY, triaged(text, intent), None, None, found)

    assert told
    assert aim in told.text
    assert again
    assert "within" not in again.text


@pytest.mark.parametrize("language", POLICY.languages)
def test_whom_nothing_could_reach_is_asked_for_an_address(language: str) -> None:
    asked = turn("I want a person")
    found, read = packet(asked.text), replace(triaged(asked.text, "complaint"), language=language)

    told = notices.reply(replace(asked, unreachable=True), POLICY, read, None, None, found)
    reachable = notices.reply(asked, POLICY, read, None, None, found)

    assert told
    assert reachable
    assert told.text.removeprefix(reachable.text).strip() == POLICY.speak(language).ask_address != ""


@pytest.mark.parametrize("language", POLICY.languages)
def test_whoever_waits_for_a_reply_to_be_checked_is_asked_for_an_address_too(language: str) -> None:
    asked = replace(turn("How do I pay?"), language=language, channel="chat")

    told = notices.checking(replace(asked, unreachable=True), None, POLICY)

    assert told == f"{notices.checking(asked, None, POLICY)} {POLICY.speak(language).ask_address}"
    assert notices.checking(replace(asked, channel="email"), None, POLICY) is None


@given(st.text(max_size=200), st.sampled_from([intent.name for intent in POLICY.intents]))
def test_whatever_is_written_the_packet_fits_its_schema_and_has_one_owner(text: str, intent: str) -> None:
    found = packet(text, intent)

    assert PACKET.validate_json(PACKET.dump_json(found)) == found
    assert [brief.owns for brief in found.briefs].count(True) == 1
