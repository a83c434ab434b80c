"""A model's words are read leniently in form and strictly in content."""

import json

import pytest

from engines.engine import AnswerUnusable
from engines.reading import read
from engines.redaction import Redaction
from engines.tasks import RewriteTask
from tests.engines.given import check_task, draft_task, triage_task

TRIAGE = {
    "asks": ["Why?"],
    "intent": "billing",
    "sentiment": "neutral",
    "flags": [],
    "language": "en",
    "confidence": 0.9,
    "reasons": ["An invoice is named"],
}
DRAFT = {
    "sentences": [{"text": "Open Settings.", "kind": "step", "ask": 1, "evidence": [1]}],
    "answered": [1],
    "clarified": [],
    "declined": [],
}
CHECK = {"support": [1.0], "completeness": [0.5], "tone": 0.9, "reasons": []}


@pytest.mark.parametrize(
    "content",
    [
        "{}",
        "Sure! {} I hope this helps {or not}.",
        "```json\n{}\n```",
        '<think>\nShould I say {{"intent": 1}}?\n</think>\n{}',
        "{{not json}} {}",
    ],
)
def test_what_stands_around_the_answer_does_not_matter(content: str) -> None:
    written = content.replace("{}", json.dumps(TRIAGE)).replace("{{", "{").replace("}}", "}")

    assert read(written, triage_task(), Redaction()).intent == "billing"


@pytest.mark.parametrize("content", ["", "I do not know.", "{", '{"a": ' * 2000, "[" * 100_000])
def test_words_without_an_object_are_not_used(content: str) -> None:
    with pytest.raises(AnswerUnusable, match="The answer holds no JSON object"):
        read(content, triage_task(), Redaction())


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"intent": None}, "intent: Input should be a valid string"),
        ({"sentiment": "furious"}, "sentiment: Input should be"),
        ({"confidence": 1.5}, "confidence: Input should be less than or equal to 1"),
        ({"mood": "sunny"}, "mood: Extra inputs are not permitted"),
        ({"intent": "poetry"}, "intent 'poetry' is not in the list"),
        ({"flags": ["rude"]}, "flag 'rude' is not in the list"),
    ],
)
def test_a_triage_that_is_not_of_the_policy_is_not_used(change: dict[str, object], fault: str) -> None:
    with pytest.raises(AnswerUnusable, match=fault):
        read(json.dumps({**TRIAGE, **change}), triage_task(), Redaction())


def test_a_draft_that_claims_an_ask_too_many_is_used() -> None:
    answer = read(json.dumps({**DRAFT, "answered": [1, 2], "declined": [0]}), draft_task(), Redaction())

    assert [sentence.text for sentence in answer.sentences] == ["Open Settings."]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"sentences": [{"text": "X.", "kind": "fact", "ask": 3, "evidence": [1]}]}, "there is no ask number 3"),
        ({"sentences": [{"text": "X.", "kind": "fact", "ask": 1, "evidence": [7]}]}, "there is no evidence number 7"),
        ({"sentences": [{"text": "X.", "kind": "fact", "ask": 1}]}, "sentences.0.evidence: Field required"),
    ],
)
def test_a_draft_that_points_at_nothing_is_not_used(change: dict[str, object], fault: str) -> None:
    with pytest.raises(AnswerUnusable, match=fault):
        read(json.dumps({**DRAFT, **change}), draft_task(), Redaction())


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"support": []}, "support needs 1 scores, one a claim, and has 0"),
        ({"completeness": [1.0, 1.0]}, "completeness needs 1 scores, one an ask, and has 2"),
        ({"support": [1.2]}, "every score lies between 0 and 1"),
        ({"support": [float("nan")]}, "every score lies between 0 and 1"),
    ],
)
def test_a_check_whose_scores_do_not_match_is_not_used(change: dict[str, object], fault: str) -> None:
    with pytest.raises(AnswerUnusable, match=fault):
        read(json.dumps({**CHECK, **change}), check_task(), Redaction())


def test_courtesy_may_belong_to_no_ask() -> None:
    courtesy = {"text": "Hello!", "kind": "courtesy", "ask": 0, "evidence": []}

    answer = read(json.dumps({**DRAFT, "sentences": [courtesy]}), draft_task(), Redaction())

    assert answer.sentences[0].ask == 0


def test_private_details_come_back_wherever_they_stand() -> None:
    redaction = Redaction()
    redaction.hide("I am a@x.org, or jana@example.org")
    sentence = {"text": "We wrote to [email_2].", "kind": "fact", "ask": 1, "evidence": [1]}

    answer = read(json.dumps({**DRAFT, "sentences": [sentence]}), draft_task(), redaction)

    assert answer.sentences[0].text == "We wrote to jana@example.org."


def test_a_placeholder_that_the_model_made_up_is_not_shown_to_anybody() -> None:
    sentence = {"text": "Call [phone_1].", "kind": "fact", "ask": 1, "evidence": [1]}

    with pytest.raises(AnswerUnusable, match=r"'\[phone_1\]' stands for nothing"):
        read(json.dumps({**DRAFT, "sentences": [sentence]}), draft_task(), Redaction())


def test_a_fault_never_repeats_what_was_said() -> None:
    with pytest.raises(AnswerUnusable) as caught:
        read(json.dumps({**TRIAGE, "confidence": "my card is 4111"}), triage_task(), Redaction())

    assert "4111" not in str(caught.value)


def test_every_ask_is_put_into_other_words() -> None:
    task = RewriteTask(("And there?", "And then?"), ())

    assert read('{"questions": ["Where?", "When?"]}', task, Redaction()).questions == ["Where?", "When?"]
    with pytest.raises(AnswerUnusable, match="questions needs 2, one an ask, and has 1"):
        read('{"questions": ["Where?"]}', task, Redaction())
