import pytest

from agents import rarity

SAYS = ("Connect the reader to your phone over Bluetooth.", "The reader charges in two hours.")


@pytest.mark.parametrize(("rare", "common"), [("klarna", "overtime"), ("overtime", "payment"), ("payment", "money")])
def test_a_rarer_word_weighs_more(rare: str, common: str) -> None:
    assert 0 <= rarity.rarity(common) < rarity.rarity(rare) <= 1


def test_what_is_said_is_not_missed_even_misspelt_or_bent() -> None:
    assert rarity.unmet("How do I connect the reader and my phone by bluetoth?", SAYS) < 0.2
    assert rarity.unmet("Do the readers charge?", SAYS) == 0.0


def test_a_name_that_nothing_says_is_missed_most() -> None:
    named, plain = rarity.unmet("Does the reader take Klarna?", SAYS), rarity.unmet("Does the reader work well?", SAYS)

    assert named > 2 * plain


def test_nothing_asked_misses_nothing() -> None:
    assert rarity.unmet("", SAYS) == 0.0
