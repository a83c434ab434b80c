"""Figures are read as people mean them, and compared only when they measure the same."""

import pytest

from kb_index.figures import Figure, agree, comparable, read


def only(sentence: str) -> Figure:
    (figure,), _ = read(sentence)
    return figure


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Write to us within 14 days.", "Write to us within two weeks."),
        ("It takes 12 months.", "It takes a total of 1 year."),
        ("Pay 1,500.00 EUR.", "Pay 1500 euros."),
        ("Orders after 11 AM wait.", "Orders after 11:00 am wait."),
        ("It ends on January 5th, 2026.", "It ends on 2026-01-05."),
        ("You have between 3 and 5 business days.", "You have 4 business days."),
        ("Le quedan 3 días hábiles.", "You have 3 working days."),
    ],
)
def test_the_same_in_other_words_agrees(one: str, other: str) -> None:
    assert comparable(only(one), only(other))
    assert agree(only(one), only(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("within 14 days", "within 30 days"),
        ("It costs 9 EUR a month.", "It costs 12 EUR per month."),
        ("up to 5 GB", "up to 500 MB"),
        ("After 3 failed attempts it locks.", "After 5 attempts it locks."),
        ("open from 9:00", "open from 10:00"),
        ("until March 3", "until 4 March"),
    ],
)
def test_another_value_does_not_agree(one: str, other: str) -> None:
    assert comparable(only(one), only(other))
    assert not agree(only(one), only(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("It costs 9 EUR a month.", "It costs 90 EUR a year."),
        ("within 14 days", "14 photos"),
        ("3 days", "3 working days"),
        ("at least 8 characters", "at most 64 characters"),
        ("9 USD", "9 EUR"),
    ],
)
def test_what_measures_something_else_is_not_compared(one: str, other: str) -> None:
    assert not comparable(only(one), only(other))


@pytest.mark.parametrize(
    "sentence",
    ["See step 3.", "5 How do I pay?", "It needs Windows 10 here.", "Error 1203", "version 2.0.3", "in 2019"],
)
def test_a_name_with_a_number_is_no_figure(sentence: str) -> None:
    assert read(sentence)[0] == ()
