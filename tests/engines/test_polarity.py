"""When a yes or a no follows from an article's sentence, and what a customer takes for granted."""

import pytest

from engines.embedded import polarity, premises

REFUND = "You can ask for a refund within 30 days."


@pytest.mark.parametrize(
    ("question", "sentence", "word"),
    [
        ("Can I get a refund after 40 days?", REFUND, "no"),
        ("Can I ask for a refund after 10 days?", REFUND, "yes"),
        ("Can I book for 8 people?", "You can book for up to 6 people.", "no"),
        ("Can I extend the trial?", "The trial cannot be extended in the settings.", "no"),
        ("Does Basic come with the API?", "The API is not available on Basic.", "no"),
        ("Do variable products work?", "Variable products and subscriptions are not supported.", "no"),
        ("Can I pause my subscription?", "You can pause your subscription.", "yes"),
    ],
)
def test_a_word_is_said_where_it_follows(question: str, sentence: str, word: str) -> None:
    assert polarity.settled(question, sentence) == word


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Can I pause my subscription?", "You can pause your subscription if you pay yearly."),
        ("Can I export my data as PDF?", "You can export your data."),
        ("Can customers refund staff?", "Staff can refund customers."),
        ("Can't I extend the trial?", "The trial cannot be extended."),
        ("How do I extend the trial?", "The trial cannot be extended."),
        ("Can I pay the deposit after 40 days?", REFUND),
        ("Can I get a refund after 40 days?", "Refunds are paid 30 days after the request."),
        ("Is the label free from Norway?", "The label is free within the EU."),
        ("Can I cancel the booking?", "You cannot cancel a booking unless it is paid."),
        ("Can I use it while my plan is paused?", "You cannot use it."),
    ],
)
def test_no_word_is_said_where_it_does_not_follow(question: str, sentence: str) -> None:
    assert polarity.settled(question, sentence) is None


@pytest.mark.parametrize(
    ("ask", "sentence", "corrected"),
    [
        ("Since refunds take 90 days, where can I complain?", "Refunds take up to 10 days.", True),
        ("Team allows 25 seats, so why can't I add another?", "A Team account has at most 10 seats.", True),
        ("Water damage is covered by the warranty. How do I claim?", "Water damage is not covered.", True),
        ("Refunds take 10 days, so when is mine here?", "Refunds take up to 10 days.", False),
        ("I waited 90 days for my refund. Where is it?", "Refunds take up to 10 days.", False),
        ("How do I get a refund?", "Refunds take up to 10 days.", False),
    ],
)
def test_what_is_wrongly_taken_for_granted_is_noticed(ask: str, sentence: str, corrected: bool) -> None:
    assert premises.corrected(ask, sentence) is corrected
