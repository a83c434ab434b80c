"""Find the links of articles that lead to other articles, and say which lead nowhere."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from domain.articles import Article

PAGES = ("", ".md", ".markdown", ".html", ".htm")
_NUMBERED = re.compile(r"(\d{5,})-.+")  # an article's number with its title behind it, which may have changed since
_LINK = re.compile(r"(?<!!)\[(?P<text>[^\]\n]*)\]\(\s*<?(?P<target>[^)\s>]+)[^)\n]*\)")
_CODE = re.compile(r"^(`{3,}|~{3,}).*?^\1|`[^`\n]+`", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class BrokenLink:
    """A link of an article, as it stands there in Markdown; `hidden` says that only teammates can open its target."""

    article: Article
    target: str
    quote: str
    hidden: bool


def broken(articles: Sequence[Article]) -> Iterator[BrokenLink]:
    """Yield the links to articles that do not exist, and those of public articles to internal ones.

    A link is one to an article when it is relative, or when articles have addresses in its folder.
    """
    everything = [(name, article) for article in articles for name in _names(article)]
    visible = {name for name, article in everything if article.visibility == "public"}
    living = {name for name, _ in everything}
    folders = {_folder(article.url) for article in articles if article.url}
    for article in articles:
        for match in _LINK.finditer(_CODE.sub("", article.body)):
            name = _name(match["target"], folders)
            if name and name not in (visible if article.visibility == "public" else living):
                yield BrokenLink(article, match["target"], match.group(), name in living)


def _names(article: Article) -> set[str]:
    """Return what a link may call an article: its id, or the last part of its address."""
    return {article.id.casefold(), *([_last(urlsplit(article.url).path)] if article.url else [])}


def _name(target: str, folders: set[str]) -> str | None:
    """Return the name of the article that a link leads to, None for a link to anything else."""
    parts = urlsplit(target)
    elsewhere = parts.scheme not in ("", "http", "https") or PurePosixPath(parts.path).suffix.lower() not in PAGES
    absolute = bool(parts.netloc) or parts.path.startswith("/")
    if elsewhere or not parts.path.strip("/.") or (absolute and not _inside(target, folders)):
        return None
    return _last(parts.path)


def _inside(target: str, folders: set[str]) -> bool:
    folder = _folder(target)
    return folder in folders or (target.startswith("/") and any(known.endswith(folder) for known in folders if folder))


def _folder(url: str) -> str:
    """Return the host and path of an address, without its last part."""
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path.rstrip('/').rpartition('/')[0]}".casefold()


def _last(path: str) -> str:
    name = unquote(path).rstrip("/").rpartition("/")[2]
    suffix = PurePosixPath(name).suffix.lower()
    bare = name[: -len(suffix)] if suffix and suffix in PAGES else name
    return _NUMBERED.sub(r"\1", bare).casefold()
