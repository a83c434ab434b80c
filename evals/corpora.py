"""The articles a suite is asked over."""

from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

from domain.articles import Article
from evals.errors import DataMissing, RowBroken
from evals.examples import digest
from kb_index import reading
from kb_index.errors import SourceError

# Nothing here depends on an article's language, and one to choose from spares telling it.
LANGUAGES = ("en",)


@dataclass(frozen=True)
class Corpus:
    """Articles, where they were read from, and a short hash of all of them."""

    path: Path
    articles: tuple[Article, ...]
    digest: str

    @cached_property
    def ids(self) -> frozenset[str]:
        """Return the ids of all articles."""
        return frozenset(article.id for article in self.articles)


def load(path: Path) -> Corpus:
    """Read a folder or JSONL file of articles; raises DataMissing, or RowBroken naming those that are not readable."""
    try:
        found = list(reading.read([path], LANGUAGES))
    except SourceError as exc:
        raise DataMissing(f"the corpus cannot be read: {exc}") from exc
    articles = [one for one in found if isinstance(one, Article)]
    broken = [f"{one.place}: {one.reason}" for one in found if isinstance(one, reading.BadArticle)]
    if broken:
        raise RowBroken(f"{'; '.join(broken[:5])}: mend or remove {len(broken)} broken articles of the corpus")
    return Corpus(path, tuple(articles), digest([asdict(article) for article in articles]))
