import pytest

from domain.policy import Tone, TonePart
from engines import tone
from prompts import policy

TONES = policy.load().tones


def heard(*sentences: str, sentiment: str = "neutral") -> dict[TonePart, tone.Mark]:
    return {mark.part: mark for mark in tone.marks(sentences, sentiment, TONES)}


@pytest.mark.parametrize(
    ("part", "flawed", "sentiment"),
    [
        ("professional", "Lol, that is so easy, dude!!", "neutral"),
        ("empathetic", "There is no reason to make such a fuss.", "angry"),
        ("solution_focused", "There is nothing that we can do.", "neutral"),
        ("no_blame", "You should have read the article first.", "neutral"),
        ("no_filler", "Please be advised that we value your business.", "neutral"),
        ("matched", "Awesome, what a great day!", "angry"),
        ("matched", "I am so terribly sorry, please accept my deepest apologies.", "neutral"),
    ],
)
def test_a_flaw_costs_its_own_part_and_names_the_sentence(part: TonePart, flawed: str, sentiment: str) -> None:
    plain = ["I am sorry for the trouble.", "Open Settings, then select Billing."]

    spoiled, fine = heard(*plain, flawed, sentiment=sentiment), heard(*plain, sentiment=sentiment)

    assert spoiled[part].score < 0.5 < fine[part].score
    assert spoiled[part].sentence == 2
    assert spoiled[part].advice


def test_a_flaw_in_a_long_sentence_is_heard() -> None:
    long = "To see the report, open Settings, choose the month and press Show, which you should have tried earlier."

    assert (
        heard(long)["no_blame"].score
        < heard(long.replace(", which you should have tried earlier", ""))["no_blame"].score
    )


def test_an_upset_customer_is_owed_one_acknowledgement_and_a_calm_one_none() -> None:
    step = "Open Settings, then select Billing."

    assert heard(step, sentiment="angry")["empathetic"].score < 0.5
    assert heard("I am sorry for the trouble.", step, sentiment="angry")["empathetic"].score > 0.9
    assert heard(step)["empathetic"].score == 1.0


def test_an_apology_again_and_again_is_too_much_for_a_calm_customer() -> None:
    once = heard("I am sorry about that.", "Open Settings.")
    twice = heard("I am sorry about that.", "Open Settings.", "Sorry again.")

    assert twice["matched"].score < once["matched"].score
    assert twice["matched"].sentence == 2


@pytest.mark.parametrize("sentence", TONES.acknowledging)
def test_what_the_policy_calls_an_acknowledgement_is_heard_as_one(sentence: str) -> None:
    assert heard(sentence, sentiment="negative")["empathetic"].score > 0.6


def test_without_examples_nothing_is_held_against_a_reply() -> None:
    assert all(mark.score == 1.0 for mark in tone.marks(["You fool!!!"], "angry", Tone((), (), ())))


def test_the_same_reply_sounds_the_same_twice() -> None:
    said = ("Oops, my bad!!!", "Please restart the app.")

    assert tone.marks(said, "angry", TONES) == tone.marks(said, "angry", TONES)
