from domain.search import Query
from domain.turns import Utterance
from kb_index import follow_ups


def asked(*history: Utterance) -> tuple[tuple[str, float], ...]:
    return follow_ups.context(Query("And how long does it take?", history=history))


def test_a_first_question_stands_alone() -> None:
    assert asked() == ()


def test_a_follow_up_leans_on_the_last_turn_and_the_first_sentence_of_the_last_answer() -> None:
    context = asked(
        Utterance("customer", "Do you sell readers?"),
        Utterance("bot", "Yes."),
        Utterance("customer", "Can I return one?"),
        Utterance("teammate", "You can return a reader within 28 days. Keep the box."),
    )

    assert context == (("Can I return one?", 0.3), ("You can return a reader within 28 days.", 0.2))


def test_an_empty_message_lends_nothing() -> None:
    assert asked(Utterance("customer", "  "), Utterance("bot", "")) == ()
