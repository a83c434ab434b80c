"""Does an answer settle its ask? What is asked has to be met, and what the sources say about it told."""

from embedding.minilm import MiniLM
from embedding.remembering import Remembering
from engines.embedded import completeness

EMBEDDER = Remembering(MiniLM())
ASK = "How long do refunds take, and what do they cost?"
LENGTH = "A refund takes five working days."
COST = "Refunds cost you nothing."
PAGE = f"{LENGTH} {COST} Refunds go back to the card you paid with. We write to you when one was made."


def score(ask: str, answer: str, *sources: str) -> float:
    (found,) = completeness.scores([(ask, answer)], sources, EMBEDDER)
    return found


def test_an_answer_that_leaves_half_of_the_ask_open_is_less_complete() -> None:
    assert score(ASK, LENGTH) < score(ASK, f"{LENGTH} {COST}")


def test_an_answer_that_tells_more_of_what_the_sources_say_is_more_complete() -> None:
    assert score("Tell me about refunds.", LENGTH, PAGE) < score("Tell me about refunds.", PAGE, PAGE)


def test_an_answer_that_the_sources_do_not_hold_is_less_complete_with_them() -> None:
    assert score(ASK, "Ask your bank about it.", PAGE) < score(ASK, LENGTH, PAGE)


def test_an_empty_answer_settles_nothing() -> None:
    assert score(ASK, " ") == score(ASK, "", PAGE) == 0.0


def test_who_asks_for_a_way_and_is_told_nothing_to_do_has_no_complete_answer() -> None:
    ask = "How do I change my password?"

    assert score(ask, "Your password is changed in the settings.") < score(ask, "Change your password in the settings.")


def test_an_explanation_is_fuller_with_an_example() -> None:
    ask = "Why is my bill higher?"
    reason = "Your bill is higher because seats were added."

    assert score(ask, reason) < score(ask, f"{reason} For example, two seats in March add 14 EUR.")


def test_explaining_is_told_from_doing() -> None:
    explained = ["Why is it slow?", "How does billing work?", "Warum ist es langsam?", "¿Por qué tarda?"]
    done = ["How do I pay?", "Where is the menu?", "How much is Team?", "Wie zahle ich?"]

    assert [completeness.explains(ask) for ask in explained + done] == [True] * 4 + [False] * 4
