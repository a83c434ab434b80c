"""The articles a suite is asked over."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from domain.articles import Article
from domain.ids import ArticleId
from evals import rows
from evals.errors import DataMissing, RowBroken, SuiteUnreadable
from evals.examples import digest
from evals.rows import Filter, RawRow
from kb_index import fields, reading
from kb_index.errors import SourceError
from kb_index.fields import ArticleFields
from kb_index.reading import BadArticle

# Nothing here depends on an article's language, and one to choose from spares telling it.
LANGUAGES = ("en",)


@dataclass(frozen=True)
class Corpus:
    """Articles, where they were read from, and a short hash of all of them.

    `unread` are ids that no index can hold; `whole` is false where the file holds other articles as well.
    """

    path: Path
    articles: tuple[Article, ...]
    digest: str
    unread: frozenset[str] = frozenset()
    whole: bool = True

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


def choose(path: Path, where: Filter, names: Mapping[str, str]) -> Corpus:
    """Read the rows of a JSONL file that match as articles; `names` says what our fields are called in it.

    Raises DataMissing, SuiteUnreadable where nothing is left, and RowBroken naming rows that are no articles.
    """
    if path.suffix.lower() != ".jsonl":
        raise SuiteUnreadable(f"articles chooses rows of a .jsonl file, and {path} is none: leave articles out")
    kept = [row for row in rows.read(path) if rows.matches(row.fields, where)]
    if not kept:
        raise SuiteUnreadable(f"no article of {path} is left by articles.where: widen it, or check the names in it")
    articles: dict[ArticleId, Article] = {}
    for row in kept:
        article = _article(row, names)
        if article.id in articles:
            raise RowBroken(f"{row.place}: the id {article.id!r} is used twice: narrow articles.where")
        articles[article.id] = article
    found = tuple(articles.values())
    return Corpus(path, found, digest([asdict(article) for article in found]), whole=False)


def _article(row: RawRow, names: Mapping[str, str]) -> Article:
    mapped = {**row.fields, **{ours: row.fields.get(theirs) for ours, theirs in names.items()}}
    try:
        return ArticleFields.model_validate(mapped).article(LANGUAGES)
    except ValidationError as exc:
        raise RowBroken(f"{row.place}: {fields.reason(exc)}") from exc


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
