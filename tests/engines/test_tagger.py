"""Names that nothing announces are found by what the packaged model makes of each word."""

import time

import pytest

from embedding.minilm import MiniLM
from engines import details
from engines.redaction import Redaction
from engines.tagger import Tagger

TAGGER = Tagger(MiniLM())
NAMES = [
    "Since Monday [Berta Kowalczyk] cannot sign in.",
    "Please move the seat from [Jonas Albrecht] to [Ingrid Solberg].",
    "The invoice for [Teresa Quintana] never arrived in Oslo.",
    "Is there a reason why [Miroslav Havel] sees no bookings?",
    "La factura de [Lucía Ferrer] está mal.",
    "Die Buchung von [Annika Behrens] fehlt.",
]
NOBODY = [
    "How do I export the Calendar to Outlook?",
    "Open Settings, choose Billing and press Save.",
    "Does the Studio plan include Reports and Payments?",
    "Why Does The Import Stop At Eighty Percent",
    "Wo finde ich die Rechnung und die Einstellungen?",
    "Is the shop in Hamburg open on Friday?",
    "THE PRINT BUTTON DOES NOT WORK",
]


@pytest.mark.parametrize("marked", NAMES)
def test_a_name_that_nothing_announces_leaves_as_a_placeholder_and_comes_back(marked: str) -> None:
    redaction = Redaction(TAGGER)
    text = marked.replace("[", "").replace("]", "")
    names = [piece.split("]")[0] for piece in marked.split("[")[1:]]

    hidden = redaction.hide(text)

    assert [name for name in names if name in hidden] == []
    assert hidden.count("[name_") == len(names)
    assert redaction.restore(hidden) == text


@pytest.mark.parametrize("text", NOBODY)
def test_words_with_a_capital_are_not_taken_for_people(text: str) -> None:
    assert Redaction(TAGGER).hide(text) == text


def test_without_a_tagger_only_announced_names_are_hidden() -> None:
    assert Redaction().hide("Nobody told Berta Kowalczyk.") == "Nobody told Berta Kowalczyk."


def test_a_name_far_down_in_a_long_text_is_found() -> None:
    text = "the page does not load and " * 200 + "that is what Berta Kowalczyk told me."

    assert [found.text for found in details.found(text, TAGGER)] == ["Berta Kowalczyk"]


def test_an_address_is_one_detail_although_a_name_stands_in_it() -> None:
    kinds = [found.kind for found in details.found("Write to Berta.Kowalczyk@mail.example please.", TAGGER)]

    assert kinds == ["email"]


@pytest.mark.parametrize("text", ["", " ", "A", "A" * 5_000, "Berta " * 400, "É\u0301 Ω Ж 中文 🙂 " * 50])
def test_any_text_is_read_in_reasonable_time(text: str) -> None:
    started = time.process_time()

    list(TAGGER.found(text))

    assert time.process_time() - started < 5
