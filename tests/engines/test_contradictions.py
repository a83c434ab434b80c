"""What likeness cannot see: a claim that differs from its quote in a figure, a sign or a name."""

import pytest

from engines.embedded import contradictions, quantities
from evals import planted

PLANS = "Solo costs 9 EUR a month, Team costs 24 EUR. Gifts are not refunded."


@pytest.mark.parametrize(
    ("claim", "quotes"),
    [
        ("The link works for an hour.", "The link works for 60 minutes."),
        ("The warranty lasts two years.", "The warranty lasts 24 months."),
        ("You get 1,500 credits.", "You get 1500 credits."),
        ("Team costs 24 EUR.", PLANS),
        ("There is no refund of gifts.", PLANS),
        ("Refunds are not possible.", "Refunds are impossible."),
        ("Go to Settings and press Save.", "Press **Save** under Settings."),
    ],
)
def test_an_honest_rewording_contradicts_nothing(claim: str, quotes: str) -> None:
    assert contradictions.found(claim, quotes) == []


@pytest.mark.parametrize(
    ("claim", "quotes", "kind"),
    [
        ("The link works for 60 hours.", "The link works for 60 minutes.", "figures"),
        ("You get three seats.", "You get two seats.", "figures"),
        ("You get 5 projects.", "You get 5 seats and 10 projects.", "figures"),
        ("Gifts are refunded.", "Gifts are not refunded.", "negation"),
        ("VAT is excluded from the price.", "VAT is included in the price.", "negation"),
        ("refund gifts.", "We do not refund gifts.", "negation"),
        ("Team costs 9 EUR.", PLANS, "names"),
        ("Parcels go to Porto by ship.", "Parcels go to Lisbon by ship.", "names"),
        ("Only a viewer may delete a project.", "Only an owner may delete a project.", "names"),
    ],
)
def test_a_changed_figure_sign_or_name_is_found_and_named(claim: str, quotes: str, kind: str) -> None:
    assert kind in [found.kind for found in contradictions.found(claim, quotes)]


def test_figures_are_read_in_words_and_units() -> None:
    read = quantities.read("half an hour, two weeks, 1 GB and 5 seats")

    assert [(found.kind, found.value) for found in read] == [
        ("time", 1800.0),
        ("time", 1_209_600.0),
        ("size", 1e6),
        ("seat", 5.0),
    ]


def test_a_day_is_a_time_however_many_there_are() -> None:
    days, weeks, hours = quantities.read("30 days, 2 weeks, 48 hrs")

    assert [found.kind for found in (days, weeks, hours)] == ["time", "time", "time"]
    assert quantities.alike(weeks, *quantities.read("14 days"))
    assert quantities.astray("You have 3 weeks.", "You have 14 days.") == ["3"]


def test_the_planted_claims_are_those_of_their_frames() -> None:
    assert planted.CLAIMS.read_text(encoding="utf-8") == planted.written()


def test_what_is_planted_in_the_frames_for_tuning_is_found_and_nothing_else() -> None:
    rows = [row for row in planted.rows() if row["split"] == "dev"]

    wrong = [
        row["id"]
        for row in rows
        if bool(contradictions.found(row["answer"], row["context"])) == (row["planted"] == "clean")
    ]
    assert wrong == []
