"""Cut text into sentences and words, and find the figures in it: pure functions that every room agrees on."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_LINE_START = re.compile(r"^[ \t]*(?:(?P<step>\d{1,2}[.)])|(?P<bullet>[-*+•])|(?P<heading>#{1,6})|(?P<quote>>))[ \t]+")
_SENTENCE_END = re.compile(
    r"[.!?…]+[\"'”’)\]*_]*(?=\s+[\"'“‘(\[*_¿¡]*[A-Z0-9À-Þ¿¡])|[!?]+[\"'”’)\]*_]*(?=\s)|[.!?…]+[\"'”’)\]*_]*\s*$"
)
_ABBREVIATIONS = "e.g|i.e|etc|vs|approx|incl|no|nr|mr|mrs|ms|dr|st|z.b|d.h|bzw|ca|usw|p. ej|p.ej|sr|sra|ud|uds".replace(
    ".", r"\."
)
_ABBREVIATION = re.compile(rf"(?:\b(?:{_ABBREVIATIONS})|\b[A-Za-z])\.$", re.IGNORECASE)
_WORD = re.compile(r"\w+(?:['’-]\w+)*", re.UNICODE)
_FIGURE = re.compile(r"(?<![\d.,])\d+(?:[.,:]\d+)*(?:\s?%)?")


SpanKind = Literal["sentence", "step", "bullet", "row", "heading"]


@dataclass(frozen=True)
class Span:
    """A sentence, list item, table row or heading of a text: what stands at `start` to `end`, without its marker."""

    text: str
    start: int
    end: int
    kind: SpanKind


def spans(text: str) -> list[Span]:
    """Cut Markdown, in order, into its sentences; a list item or table row stays whole."""
    found: list[Span] = []
    for kind, start, end in _blocks(text):
        found.extend(_sentences(text, start, end) if kind == "sentence" else _span(text, start, end, kind))
    return found


def _blocks(text: str) -> Iterator[tuple[SpanKind, int, int]]:
    """Yield (kind, start, end) of each list item, row, heading or paragraph; a wrapped line continues its block."""
    current: tuple[SpanKind, int, int] | None = None
    position = 0
    for line in text.splitlines(keepends=True):
        start, position = position, position + len(line)
        blank = not line.strip() or set(line.strip()) <= set("|-: =*_")
        kind, indent = _kind(line)
        starts = blank or kind != "sentence" or current is None or current[0] in ("heading", "row")
        if starts and current:
            yield current
        if blank:
            current = None
            continue
        if starts or current is None:
            current = (kind, start + indent, start)
        current = (current[0], current[1], start + len(line.rstrip()))
    if current:
        yield current


def _kind(line: str) -> tuple[SpanKind, int]:
    """Return what a line starts, and how many characters its marker takes."""
    if line.lstrip().startswith("|"):
        return "row", len(line) - len(line.lstrip())
    marker = _LINE_START.match(line)
    if marker is None:
        return "sentence", len(line) - len(line.lstrip())
    kinds: dict[str, SpanKind] = {"step": "step", "bullet": "bullet", "heading": "heading"}
    return kinds.get(marker.lastgroup or "", "sentence"), marker.end()


def _sentences(text: str, start: int, end: int) -> Iterator[Span]:
    block = text[start:end]
    cut = 0
    for match in _SENTENCE_END.finditer(block):
        if _ABBREVIATION.search(block[cut : match.end()]):
            continue
        yield from _span(text, start + cut, start + match.end(), "sentence")
        cut = match.end()
    yield from _span(text, start + cut, end, "sentence")


def _span(text: str, start: int, end: int, kind: SpanKind) -> Iterator[Span]:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        offset = start + piece.index(stripped)
        yield Span(stripped, offset, offset + len(stripped), kind)


def words(text: str) -> list[str]:
    """Return the words of a text, lower case, accents folded, in order."""
    return [match.group().replace("’", "'") for match in _WORD.finditer(folded(text))]


def folded(text: str) -> str:
    """Return the text in lower case without accents, for comparing."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def figures(text: str) -> set[str]:
    """Return the numbers, amounts, versions and times in a text, written alike: `1,500.00 EUR` and `1500` agree."""
    return {_plain(match.group()) for match in _FIGURE.finditer(text)}


def _plain(figure: str) -> str:
    bare = figure.strip("€$£% \u00a0")
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", bare):
        bare = bare.replace(",", "")
    elif re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", bare):
        bare = bare.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"\d+,\d{1,2}", bare):
        bare = bare.replace(",", ".")
    if re.fullmatch(r"\d+\.\d+", bare) and bare.count(".") == 1:
        bare = bare.rstrip("0").rstrip(".")
    return bare + ("%" if "%" in figure else "")


def plain(markdown: str) -> str:
    """Return a piece of Markdown as a reader sees it: link text without its address, no emphasis marks."""
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", markdown)
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1", r"\2", text)
    text = re.sub(r"(?<![\w*])[*_](?=\S)([^*_]+?)(?<=\S)[*_](?![\w*])", r"\1", text)
    text = re.sub(r"`([^`]*)`", r"\1", text)
    text = re.sub(r"\\([\\`*_{}\[\]()#+\-.!|<>~])", r"\1", text)
    return re.sub(r"\s+", " ", text).strip()
