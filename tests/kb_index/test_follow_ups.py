"""Questions that follow others: with the topic carried on, and dropped where it changes."""

from concurrent.futures import Executor
from pathlib import Path

import pytest

from domain.search import Query
from domain.turns import Utterance
from embedding.minilm import MiniLM
from kb_index import follow_ups
from kb_index.index import Index
from kb_index.one_shot import open_folder

PAGES = {
    "refunds": "# Refunds\n\nWe refund a payment within 14 days. The money is back on your card after 5 days.",
    "shipping": "# Shipping of card readers\n\nA parcel takes 3 days. Express delivery costs 9 EUR.",
    "seats": "# Seats for your team\n\nThe owner adds a colleague under Team. A seat costs 4 EUR a month.",
    "password": "# Passwords\n\nPress Forgot password. The link that we send you works for an hour.",
}
ASKED = Utterance("customer", "Can I get a refund for my subscription?")
ANSWERED = Utterance("bot", "We refund a payment within 14 days. Please write to us.")


@pytest.fixture
def index(tmp_path: Path, minilm: MiniLM, pool: Executor) -> Index:
    folder = tmp_path / "pages"
    folder.mkdir()
    for name, text in PAGES.items():
        (folder / f"{name}.md").write_text(text, "utf-8")
    return open_folder(folder, tmp_path / "cache", minilm, pool)


def context(question: str, *history: Utterance) -> list[tuple[str, float]]:
    return list(follow_ups.context(Query(question, history=history)))


def test_a_first_question_stands_alone() -> None:
    assert context("And how long does it take?") == []


def test_a_follow_up_leans_on_the_last_two_turns_and_the_first_sentence_of_the_last_answer() -> None:
    earlier = Utterance("customer", "Do you sell readers?")
    before = context("And how long does it take?", earlier, Utterance("bot", "Yes."), ASKED, ANSWERED)

    assert before == [
        ("Can I get a refund for my subscription?", 0.2),
        ("Do you sell readers?", 0.1),
        ("We refund a payment within 14 days.", 0.3),
    ]


def test_a_long_question_leans_less() -> None:
    long = "How long does it take until the money that you owe me since last week is back on my card?"

    assert context(long, ASKED)[0][1] == pytest.approx(0.1)


def test_an_empty_message_lends_nothing() -> None:
    assert context("And how long?", Utterance("customer", "  "), Utterance("bot", "")) == []


async def test_a_follow_up_is_found_by_what_it_follows(index: Index) -> None:
    alone = await index.search(Query("How many days does it take?"))
    followed = await index.search(Query("How many days does it take?", history=(ASKED, ANSWERED)))

    assert alone.hits[0].article == "shipping"
    assert followed.hits[0].article == "refunds"


@pytest.mark.parametrize(
    "question", ["I forgot my password", "How long does a parcel with a card reader take?", "How much is a seat?"]
)
async def test_a_question_on_another_topic_is_found_as_if_nothing_had_been_said(index: Index, question: str) -> None:
    alone = await index.search(Query(question))
    after = await index.search(Query(question, history=(ASKED, ANSWERED)))

    assert after == alone
