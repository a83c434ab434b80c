"""Which article a link leads to, by its id or by its address however that is written."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import unquote, urlsplit

from domain.ids import ArticleId

_LOCALE = re.compile(r"[a-z]{2}(?:[-_][a-z]{2,4})?")
_NUMBERED = re.compile(r"(\d{5,})-.+")


class Addresses:
    """The articles of a brand by everything that a link may call them."""

    def __init__(self, articles: Iterable[tuple[ArticleId, str | None]]) -> None:
        known = sorted(articles)
        self._ids = {name for name, _ in known}
        self._exact = _first((address(url), name) for name, url in known if url)
        self._neutral = _first((neutral(url), name) for name, url in known if url)

    def __eq__(self, other: object) -> bool:
        """Say whether every link leads to the same article in both."""
        return isinstance(other, Addresses) and (self._ids, self._exact) == (other._ids, other._exact)

    __hash__ = None  # type: ignore[assignment]  # compared, never kept in a set

    def article(self, link: str) -> ArticleId | None:
        """Return the article that an id or address leads to, None when it leads to none."""
        if link in self._ids:
            return ArticleId(link)
        return self._exact.get(address(link)) or self._neutral.get(neutral(link))

    def articles(self, links: Iterable[str]) -> tuple[ArticleId, ...]:
        """Return the articles that links lead to, each once."""
        return tuple(dict.fromkeys(name for link in links if (name := self.article(link))))


def address(url: str) -> str:
    """Return an address without what may differ between links to one page: scheme, `www.`, query, anchor, case."""
    try:
        parts = urlsplit(url.strip().casefold())
    except ValueError:  # no address at all, such as one with half of a bracket
        return url
    host = parts.netloc.rpartition("@")[2].removeprefix("www.")
    return f"{host}{unquote(parts.path).rstrip('/')}"


def neutral(url: str) -> str:
    """Return an address without its locale either, and with `/12345-a-title` cut to `/12345`."""
    host, *path = address(url).split("/")
    return "/".join([host, *(_NUMBERED.sub(r"\1", part) for part in path if not _LOCALE.fullmatch(part))])


def _first(pairs: Iterable[tuple[str, ArticleId]]) -> Mapping[str, ArticleId]:
    found: dict[str, ArticleId] = {}
    for name, article in pairs:
        found.setdefault(name, article)
    return found
