import pytest

from embedding.minilm import MiniLM
from embedding.remembering import Remembering
from engines.embedded import asks
from tests.engines.asking import TURNS

EMBEDDER = Remembering(MiniLM())


@pytest.mark.parametrize(("turn", "marks"), TURNS, ids=[turn[:40] for turn, _ in TURNS])
def test_a_turn_is_split_into_what_it_asks(turn: str, marks: tuple[str, ...]) -> None:
    found = asks.split(turn, EMBEDDER)

    assert [mark in ask for ask, mark in zip(found, marks, strict=True)] == [True] * len(marks)
