"""Articles on their way into the index, some batches at a time."""

import asyncio
from collections.abc import Sequence

from api.outputs import Acknowledgement
from cli.articles import AHEAD, _put_all
from domain.articles import Article
from domain.ids import ArticleId


class Door:
    """Takes batches in, and lets the later ones overtake the earlier."""

    def __init__(self) -> None:
        self.inside: list[str] = []
        self.seen: list[list[str]] = []

    async def put(self, batch: Sequence[Article]) -> list[Acknowledgement]:
        names = [article.id for article in batch]
        self.inside += names
        self.seen.append(sorted(self.inside))
        await asyncio.sleep(0.01 / len(self.seen))
        self.inside = [name for name in self.inside if name not in names]
        return [Acknowledgement(index=n, id=name, state="added") for n, name in enumerate(names)]


def batch(*names: str) -> list[Article]:
    return [Article(ArticleId(name), name, "Text.") for name in names]


async def test_batches_are_answered_in_order_while_a_few_are_under_way() -> None:
    door = Door()
    batches = [batch(f"a{number}") for number in range(12)]

    answered = [row.id async for rows in _put_all(door.put, batches) for row in rows]

    assert answered == [f"a{number}" for number in range(12)]
    assert max(len(names) for names in door.seen) == AHEAD + 1


async def test_an_article_that_comes_again_waits_for_its_turn() -> None:
    door = Door()
    batches = [batch("a", "b"), batch("c"), batch("b", "d"), batch("e")]

    answered = [row.id async for rows in _put_all(door.put, batches) for row in rows]

    assert answered == ["a", "b", "c", "b", "d", "e"]
    assert all(len(names) == len(set(names)) for names in door.seen)
