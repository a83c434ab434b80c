"""Is a reply clear? Pairs that differ in one thing, and replies in which nothing is in the way."""

import pytest

from engines.embedded import clarity

PAIRS = [
    ("Open Settings. Then choose Billing.", "Open Settings. Then see below."),
    ("Choose Export in the Reports menu.", "Click here."),
    ("The invoice arrives on Monday.", "This is sent on Monday."),
    ("The discount applies to yearly plans.", "It applies to yearly plans."),
    ("You can pay by card.", "You cannot not pay without a card."),
    ("The VPN blocks the app.", "The NGFW blocks the app."),
    ("Ask the network firewall (NGFW) team. The NGFW blocks it.", "Ask your team. Your NGFW blocks it."),
    ("Press Save.", "Press Save and choose the"),
    ("These are the steps: open Settings, press Save.", "Here are the steps:"),
    ("Refunds take five days.", "As described above, refunds take five days."),
    (
        "We refund the first payment. Ask within 14 days. Use the form in Settings.",
        "We refund the first payment if you ask within 14 days by means of the form that you find in Settings when you "
        "have signed in as the owner of the account for which the payment that you want back was made by you.",
    ),
    (
        "Your bank sends the money back in five days or so.",
        "Reimbursement processing necessitates comprehensive verification procedures regarding correspondent banks.",
    ),
    (
        "The plan has three parts. Each is billed monthly.",
        "The plan, which, as agreed, has parts, three of them, each, if used, billed, as said, monthly.",
    ),
]
CLEAR = [
    ["Open Settings.", "Choose Billing.", "Select Cancel plan."],
    ["1. Open Settings.", "2. Choose Billing.", "1. On a phone, open the menu first."],
    ["You cannot change the address yourself.", "It takes us one day to change it."],
    ["Solo includes one seat, Team three seats, and Studio twelve seats."],
    ["Vous pouvez changer votre adresse dans les réglages."],
    ["Die Rechnung kommt am Montag.", "Sie finden sie unter Abrechnung."],
]


@pytest.mark.parametrize(("clear", "unclear"), PAIRS)
def test_of_two_replies_the_one_with_something_in_the_way_scores_lower(clear: str, unclear: str) -> None:
    better, worse = (clarity.score(clarity.unclear(text.split(". "))) for text in (clear, unclear))

    assert worse < better


@pytest.mark.parametrize("sentences", CLEAR)
def test_nothing_is_found_where_nothing_is_in_the_way(sentences: list[str]) -> None:
    assert clarity.unclear(sentences) == ()


def test_what_is_found_names_its_sentence_and_what_would_mend_it() -> None:
    (found,) = clarity.unclear(["1. Open Settings.", "3. Press Save."])

    assert found.sentence == 1
    assert found.advice == "step 3 follows step 1: put the steps in order"


def test_what_the_customer_says_needs_no_explaining() -> None:
    reply = ["your NGFW blocks the app."]

    assert clarity.unclear(reply) != ()
    assert clarity.unclear(reply, "Why does our NGFW block the app?") == ()
