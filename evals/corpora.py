"""The articles a suite is asked over."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from domain.articles import Article
from evals.errors import DataMissing, RowBroken
from evals.examples import digest
from kb_index import reading
from kb_index.errors import SourceError
from kb_index.reading import BadArticle

# Nothing here depends on an article's language, and one to choose from spares telling it.
LANGUAGES = ("en",)


@dataclass(frozen=True)
class Corpus:
    """Articles, where they were read from, and a short hash of all of them; `unread` are ids that no index can hold."""

    path: Path
    articles: tuple[Article, ...]
    digest: str
    unread: frozenset[str] = frozenset()

    @cached_property
    def ids(self) -> frozenset[str]:
        """Return the ids of all articles, those that cannot be read among them: they are never found."""
        return frozenset(article.id for article in self.articles) | self.unread


def load(path: Path) -> Corpus:
    """Read a folder or JSONL file of articles, those that cannot be read left out as the index leaves them out.

    Raises DataMissing, or RowBroken naming the first few where none can be read.
    """
    try:
        found = list(reading.read([path], LANGUAGES))
    except SourceError as exc:
        raise DataMissing(f"the corpus cannot be read: {exc}") from exc
    articles = [one for one in found if isinstance(one, Article)]
    bad = [one for one in found if isinstance(one, BadArticle)]
    if not articles:
        broken = "; ".join(f"{one.place}: {one.reason}" for one in bad[:5])
        raise RowBroken(f"{broken}: no article of the corpus can be read; mend them, or name another corpus")
    unread = frozenset(_ids(path, bad)) if path.is_file() else frozenset()
    return Corpus(path, tuple(articles), digest([asdict(article) for article in articles]), unread)


def _ids(path: Path, bad: Sequence[BadArticle]) -> Iterator[str]:
    """Yield the ids that rows name although they are no articles."""
    lines = path.read_bytes().split(b"\n") if bad else []
    for number in {int(one.place.rpartition(":")[2]) for one in bad if one.place.rpartition(":")[2].isdigit()}:
        try:
            row = json.loads(lines[number - 1])
        except ValueError:
            continue
        if isinstance(row, dict) and "id" in row:
            yield str(row["id"])
