"""Private details leave as placeholders and come back whole."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines import details
from engines.redaction import Redaction

SAMPLES = [
    ("key", "sk-proj-abcdefghij1234567890"),
    ("key", "ghp_abcdefghijklmnop1234"),
    ("key", "d41d8cd98f00b204e9800998ecf8427e"),
    ("key", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmN"),
    ("email", "jana.muster+x@mail.example.org"),
    ("iban", "DE89 3704 0044 0532 0130 00"),
    ("iban", "GB82WEST12345698765432"),
    ("card", "4111 1111 1111 1111"),
    ("card", "5500-0055-5555-5559"),
    ("ip", "192.168.0.17"),
    ("ip", "2001:db8::8a2e:370:7334"),
    ("phone", "+49 30 1234567"),
    ("phone", "(030) 123456"),
    ("phone", "555-123-4567"),
    ("phone", "+1 (415) 555-2671"),
    ("phone", "01.23.45.67.89"),
    ("phone", "+1-415-555-2671x204"),
    ("url", "https://www.example.org/a?b=c"),
    ("id", "219-09-9999"),
]
ANNOUNCED = [
    ("phone", "Can somebody call me on [555 0142]?"),
    ("phone", "Mobile: [723 555 266], I am in until noon"),
    ("phone", "Mi teléfono es [612 555 678]"),
    ("phone", "[28-55-66-98] office"),
    ("card", "My card [501800000009] was declined"),
    ("name", "My name is [Berta Szöllössy] and I wait"),
    ("name", "Hello, this is [Dustin Wirth]. Who are you?"),
    ("name", "Please ask Dr. [von Rhein] about it"),
    ("name", "It is broken.\n\nKind regards,\n[Naomi]"),
    ("name", "Dear [Naomi],\n\nhere is the invoice"),
    ("name", "Ich heiße [Jana van der Berg], guten Tag"),
]
HARMLESS = [
    "Order 10023456 of 2024-05-01 at 10:30:00",
    "Version 1.2.3 costs 1,500.00 EUR",
    "4111 1111 1111 1112 fails the check of a card",
    "DE89 3704 0044 0532 0130 02 fails the check of an IBAN",
    "how-to-recover-your-account-after-a-lockout-2024",
    "Error E-1042 after 30 of 100 files",
    "My account has 612 345 678 rows",
    "The parcel 501800000009 has not arrived",
]


@pytest.mark.parametrize(("kind", "detail"), SAMPLES)
def test_a_detail_leaves_as_a_placeholder_and_comes_back(kind: str, detail: str) -> None:
    redaction = Redaction()
    text = f"Hello, it is {detail} and please be quick."

    hidden = redaction.hide(text)

    assert hidden == f"Hello, it is [{kind}_1] and please be quick."
    assert redaction.restore(hidden) == text


@pytest.mark.parametrize(("kind", "marked"), ANNOUNCED)
def test_a_number_is_what_the_word_beside_it_says(kind: str, marked: str) -> None:
    text = marked.replace("[", "").replace("]", "")

    (found,) = details.found(text)

    assert found.kind == kind
    assert f"[{found.text}]" in marked


@pytest.mark.parametrize("text", HARMLESS)
def test_what_only_looks_like_a_detail_stays(text: str) -> None:
    assert Redaction().hide(text) == text


def test_the_same_detail_has_the_same_placeholder_in_every_text_of_a_request() -> None:
    redaction = Redaction()

    hidden = [redaction.hide("I am a@x.org"), redaction.hide("b@x.org wrote to a@x.org")]

    assert hidden == ["I am [email_1]", "[email_2] wrote to [email_1]"]


def test_a_placeholder_that_a_customer_writes_does_not_stand_for_another_detail() -> None:
    redaction = Redaction()

    hidden = redaction.hide("Send [email_1] to a@x.org")

    assert hidden == "Send [placeholder_1] to [email_1]"
    assert redaction.restore(hidden) == "Send [email_1] to a@x.org"


def test_a_placeholder_that_stands_for_nothing_is_named() -> None:
    redaction = Redaction()
    redaction.hide("a@x.org")

    assert redaction.unknown("Write to [Email_1]") is None
    assert redaction.unknown("Write to [email_1] or [phone_2]") == "[phone_2]"


@given(st.lists(st.one_of(st.text(), st.sampled_from([sample for _, sample in SAMPLES] + ["[key_1]"])), max_size=8))
def test_any_text_comes_back_as_it_was(pieces: list[str]) -> None:
    redaction = Redaction()
    text = " ".join(pieces)

    hidden = redaction.hide(text)

    assert redaction.restore(hidden) == text


@pytest.mark.parametrize("piece", ["a", "a@", "eyJ-", "1:", "+49 ", "(030) 123456 ", "AB12 ", "a1-", "4111 ", "a@b."])
def test_a_hostile_text_takes_no_longer_than_another(piece: str) -> None:
    text = piece * (20_000 // len(piece))
    started = time.process_time()

    details.found(text)

    assert time.process_time() - started < 0.5
