"""Turn a page of HTML into the Markdown of its content."""

import re
from dataclasses import dataclass

from bs4 import BeautifulSoup, Comment, Tag
from markdownify import ATX, MarkdownConverter

from kb_index import hidden

DROPPED = [
    *("script", "style", "template", "noscript", "head", "nav", "footer", "dialog"),
    *("button", "input", "select", "textarea", "iframe", "object", "svg", "canvas"),
]
HIDDEN = (
    "[hidden], [aria-hidden=true], [style*='display:none'], [style*='display: none'], [style*='visibility:hidden'],"
    "[style*='visibility: hidden'], [role=navigation], [role=search], [role=contentinfo], [role=banner]"
)
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|(?:opacity|font-size)\s*:\s*0(?![.\d]*[1-9])", re.I)
_BLOCKS = "p|div|h[1-6]|ul|ol|li|table|section|article|main|body|html|blockquote|pre|dl|figure"
_STARTS = re.compile(rf"\s*(?:<!--.*?-->\s*)*<(?:!doctype|(?:{_BLOCKS}|span|strong|em|b|a|br|img)\b)", re.I | re.DOTALL)
_ENDS = re.compile(rf"</(?:{_BLOCKS})\s*>", re.I)


class TooDeep(ValueError):
    """Elements are nested too deeply to be a page that somebody wrote."""


@dataclass(frozen=True)
class Page:
    """What a page says: its content as Markdown, and its title, address and language where it names them."""

    body: str
    title: str | None
    url: str | None
    language: str | None


def looks_like(text: str) -> bool:
    """Say whether a text is HTML rather than Markdown or plain text."""
    return bool(_ENDS.search(text)) and (bool(_STARTS.match(text)) or "\n\n" not in text)


def read(text: str) -> Page:
    """Return what a page says, without scripts, navigation, footers, buttons and whatever is hidden.

    Raises TooDeep.
    """
    try:
        return _read(text)
    except RecursionError as exc:
        raise TooDeep("its elements are nested too deeply") from exc


def _read(text: str) -> Page:
    soup = BeautifulSoup(hidden.clean(text), "html.parser")
    url, language, named = _canonical(soup), _language(soup), _text(soup.title)
    for comment in soup.find_all(string=lambda string: isinstance(string, Comment)):
        comment.extract()
    for element in [*soup.find_all(DROPPED), *soup.select(HIDDEN), *soup.find_all(style=_HIDING)]:
        element.decompose()
    heading = soup.h1
    title = _text(heading) or named
    content = soup.find("main") or soup.find("article") or soup.body or soup
    if heading:
        heading.decompose()
    return Page(_markdown(content), title, url, language)


def _markdown(content: Tag) -> str:
    converter = MarkdownConverter(
        heading_style=ATX,
        bullets="-",
        strip=["img"],
        escape_misc=False,
        escape_asterisks=False,
        escape_underscores=False,
    )
    markdown = re.sub(
        r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in converter.convert_soup(content).split("\n"))
    )
    return markdown.strip()


def _canonical(soup: BeautifulSoup) -> str | None:
    link = soup.find("link", rel="canonical", href=True)
    return str(link["href"]) if isinstance(link, Tag) and str(link["href"]).startswith("http") else None


def _language(soup: BeautifulSoup) -> str | None:
    root = soup.find("html", lang=True)
    return str(root["lang"]) if isinstance(root, Tag) else None


def _text(element: Tag | None) -> str | None:
    text = " ".join(element.get_text(" ").split()) if element else ""
    return text or None
