"""A card number or key that a customer sends goes no further, and the customer is asked once not to send it."""

import pytest

from agents import flags, handover, notices, secrets
from domain.drafts import Draft, Sentence
from domain.ids import BrandId, CaseId
from domain.turns import Turn, Utterance
from engines import redaction
from prompts import policy

POLICY = policy.load()
CARD = "My card 4111 1111 1111 1111 was declined."
KEY = "Is ghp_abcdefghijklmnop1234 still valid?"


def turn(text: str, *history: Utterance) -> Turn:
    return secrets.kept_out(Turn(CaseId("case_1"), BrandId("default"), text, history))


@pytest.mark.parametrize(("text", "kept"), [(CARD, "My card [card] was declined."), (KEY, "Is [key] still valid?")])
def test_a_secret_is_marked_before_anything_reads_the_turn(text: str, kept: str) -> None:
    assert turn(text).text == kept
    assert turn("And now?", Utterance("customer", text)).history[0].text == kept


@pytest.mark.parametrize("text", [CARD, KEY])
def test_a_secret_raises_the_flag_for_private_details(text: str) -> None:
    assert "pii" in flags.raised(text)
    assert "pii" in flags.raised(turn(text).text)


@pytest.mark.parametrize("text", ["My card was declined", "Where is order 10023456?", "Write to ann@example.com"])
def test_what_a_person_needs_to_help_stays(text: str) -> None:
    assert turn(text).text == text
    assert "pii" not in flags.raised(text)


def test_the_packet_of_a_handover_holds_no_card_number() -> None:
    packet = handover.hand_over(turn(CARD), "low_confidence", POLICY)

    assert "4111" not in str(packet)


def test_the_customer_is_asked_once_not_to_send_it() -> None:
    draft = Draft((Sentence("Try another card.", "fact"),), ())
    warning = POLICY.speak("en").no_secrets

    first = notices.reply(turn(CARD), POLICY, None, draft, None, None)
    again = notices.reply(turn(CARD, Utterance("bot", f"Hello. {warning}")), POLICY, None, draft, None, None)
    without = notices.reply(turn("My card was declined."), POLICY, None, draft, None, None)

    assert first
    assert first.text.endswith(warning)
    assert again == without


@pytest.mark.parametrize("language", ["en", "es", "de", "fr", "pt"])
def test_every_language_can_ask_for_it(language: str) -> None:
    assert POLICY.speak(language).no_secrets
    assert not redaction.holds_secrets(POLICY.speak(language).no_secrets)
