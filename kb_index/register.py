"""Which passages there are, in memory: of which article, in which language, of which family."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from domain.ids import ArticleId, PassageId
from kb_index.ranking import Candidate


@dataclass(frozen=True, slots=True)
class Entry:
    """An article and its passages; translations of one text share a `family`."""

    article: ArticleId
    language: str
    family: ArticleId
    passages: tuple[PassageId, ...]


class Register:
    """The articles of one brand and visibility."""

    def __init__(self) -> None:
        self._articles: dict[ArticleId, Entry] = {}
        self._passages: dict[PassageId, Entry] = {}
        self._translations: dict[ArticleId, set[ArticleId]] = {}

    def put(self, entry: Entry) -> None:
        """Enter an article, in the place of what was known of it."""
        self.remove(entry.article)
        self._articles[entry.article] = entry
        self._passages.update(dict.fromkeys(entry.passages, entry))
        if entry.family != entry.article:
            self._translations.setdefault(entry.family, set()).add(entry.article)

    def remove(self, article: ArticleId) -> None:
        """Strike an article out; one that is unknown does no harm."""
        if entry := self._articles.pop(article, None):
            for name in entry.passages:
                del self._passages[name]
            if entry.family != article:
                self._translations[entry.family].discard(article)

    def count(self) -> int:
        """Return how many articles there are."""
        return len(self._articles)

    def candidates(self, passages: Collection[PassageId]) -> list[Candidate]:
        """Return those of the passages that are known."""
        found = ((name, self._passages.get(name)) for name in passages)
        return [_candidate(name, entry) for name, entry in found if entry]

    def translated(self, families: Collection[ArticleId], language: str) -> list[Candidate]:
        """Return all passages, in a language, of the articles of these families."""
        entries = (entry for family in families for entry in self._members(family))
        return [_candidate(name, entry) for entry in entries if entry.language == language for name in entry.passages]

    def _members(self, family: ArticleId) -> Iterator[Entry]:
        own = self._articles.get(family)
        if own and own.family == family:
            yield own
        for name in sorted(self._translations.get(family, ())):
            yield self._articles[name]


def _candidate(passage: PassageId, entry: Entry) -> Candidate:
    return Candidate(passage, entry.article, entry.language, len(entry.passages), entry.family)
