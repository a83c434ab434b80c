"""Cut an article into passages: section by section, whole paragraphs and list items, with their exact place."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from markdown_it import MarkdownIt
from markdown_it.token import Token

from domain.articles import Article, Passage
from domain.ids import PassageId
from domain.text import folded, plain, spans

VERSION = "2"
TARGET_WORDS = 130
MOST_WORDS = 190
LIST_WORDS = 240  # a list up to this size stays whole: half a procedure helps nobody
LEAD_IN_WORDS = 40
HEADING_WORDS = 14
QUESTION_WORDS = 20

_MARKDOWN = MarkdownIt("commonmark").enable("table")
_LINE_END = re.compile(r"\r\n|\n|\r")
_MARKER = re.compile(r"\s*(?:[-*+•]|\d{1,9}[.)])\s+")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Block:
    """A heading, paragraph, list item, table or the like: `body[start:end]`; `level` is a heading's, 0 for the rest.

    `whole` is a list that is not to be cut.
    """

    start: int
    end: int
    level: int = 0
    lead_in: bool = False
    whole: bool = False


def cut(article: Article) -> tuple[Passage, ...]:
    """Return the passages of an article in order; only one without any words has none.

    A piece holds about 130 words of one section; headings stand in `heading_path`, not in the text.
    """
    pieces = [
        (path, piece)
        for path, blocks in _sections(article, _blocks(article.body))
        for piece in _pieces(article.body, blocks)
    ]
    if not pieces and article.body.strip():
        pieces = [((), _stripped(article.body, 0, len(article.body)))]
    return _named([_passage(article, path, piece) for path, piece in pieces])


def _passage(article: Article, path: tuple[str, ...], piece: Block) -> Passage:
    return Passage(
        id=PassageId(""),
        article=article.id,
        title=article.title,
        url=article.url,
        heading_path=path,
        text=article.body[piece.start : piece.end],
        start=piece.start,
        end=piece.end,
        language=article.language,
        visibility=article.visibility,
        updated_at=article.updated_at,
    )


def _named(passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Name each passage after its words, so that an edit elsewhere in the article changes nothing here."""
    seen: Counter[str] = Counter()
    named = []
    for passage in passages:
        name = f"{passage.article}#{hashlib.sha256(passage.embedded_text.encode()).hexdigest()[:10]}"
        seen[name] += 1
        named.append(replace(passage, id=PassageId(name if seen[name] == 1 else f"{name}-{seen[name]}")))
    return tuple(named)


def _blocks(body: str) -> list[Block]:
    lines = [0, *(match.end() for match in _LINE_END.finditer(body)), len(body)]
    tokens = _MARKDOWN.parse(body)
    blocks = [block for token in tokens if (block := _block(token, body, lines)) and block.end > block.start]
    blocks = [replace(block, lead_in=_leads(body, block, after)) for block, after in _pairs(blocks)]
    if not any(block.level for block in blocks):
        blocks = _with_plain_headings(body, blocks)
    return _without_contents(body, blocks)


def _block(token: Token, body: str, lines: Sequence[int]) -> Block | None:
    """Return the block a token opens: a top-level one, or an item of a top-level list."""
    in_list = token.type == "list_item_open" and token.level == 1
    whole = token.level == 0 and token.nesting >= 0 and token.type not in ("bullet_list_open", "ordered_list_open")
    if token.map is None or token.type in ("inline", "hr") or not (in_list or whole):
        return None
    first, last = token.map
    level = int(token.tag[1]) if token.type == "heading_open" else 0
    return replace(_stripped(body, lines[first], lines[min(last, len(lines) - 1)]), level=level)


def _stripped(body: str, start: int, end: int) -> Block:
    text = body[start:end]
    return Block(start + len(text) - len(text.lstrip()), start + len(text.rstrip()))


def _pairs(blocks: Sequence[Block]) -> "zip_longest[tuple[Block, Block | None]]":
    return zip_longest(blocks, blocks[1:])


def _leads(body: str, block: Block, after: Block | None) -> bool:
    """Say whether a paragraph introduces the list that follows it."""
    if after is None or block.level or not _MARKER.match(body, after.start) or _MARKER.match(body, block.start):
        return False
    return body[block.end - 1] in ":：" or _size(body[block.start : block.end]) <= LEAD_IN_WORDS


def _with_plain_headings(body: str, blocks: Sequence[Block]) -> list[Block]:
    """Take short lone lines for headings, in a text that has none marked as such."""
    return [
        replace(block, level=2, lead_in=False) if after and _heads(body, block, after) else block
        for block, after in _pairs(blocks)
    ]


def _heads(body: str, block: Block, after: Block) -> bool:
    line = body[block.start : block.end]
    words = plain(line).split()
    lone = not _LINE_END.search(line) and not _MARKER.match(line) and line[0] not in "|>`<!"
    if not lone or not words or words[-1][-1] in ".:;,!：。！":
        return False
    text = body[after.start : after.end]
    followed = bool(_MARKER.match(text)) or _size(text) > 3 or text[-1] in ".:!。"
    return followed and len(words) <= (QUESTION_WORDS if words[-1][-1] in "?？" else HEADING_WORDS)


def _without_contents(body: str, blocks: Sequence[Block]) -> list[Block]:
    """Drop a table of contents: list items that only repeat the headings."""
    headings = {_heading(body, block) for block in blocks if block.level}
    return [block for block in blocks if block.level or _entry(body, block) not in headings]


def _heading(body: str, block: Block) -> str:
    return plain(body[block.start : block.end].strip("#=-\r\n\t "))


def _entry(body: str, block: Block) -> str | None:
    marker = _MARKER.match(body, block.start, block.end)
    return re.sub(r"^[\d.]+\s+", "", plain(body[marker.end() : block.end])) if marker else None


def _sections(article: Article, blocks: Sequence[Block]) -> Iterator[tuple[tuple[str, ...], list[Block]]]:
    """Yield each section's heading path, without the article's title, and its blocks."""
    path: list[tuple[int, str]] = []
    section: list[Block] = []
    for block in blocks:
        if not block.level:
            section.append(block)
            continue
        if section:
            yield _names(article, path), section
        section = []
        path = [*(above for above in path if above[0] < block.level), (block.level, _heading(article.body, block))]
    if section:
        yield _names(article, path), section


def _names(article: Article, path: Sequence[tuple[int, str]]) -> tuple[str, ...]:
    names = tuple(name for _, name in path if name)
    return names[1:] if names and folded(names[0]) == folded(article.title) else names


def _pieces(body: str, blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield the section in pieces of whole blocks; a lead-in goes with its list, or the first item of a long one."""
    piece: list[Block] = []
    for block in (small for gathered in _gathered(body, blocks) for small in _small(body, gathered)):
        if piece and _size(body[piece[0].start : block.end]) > TARGET_WORDS:
            carried = piece[-1:] if piece[-1].lead_in else []
            if rest := piece[: len(piece) - len(carried)]:
                yield Block(rest[0].start, rest[-1].end)
            piece = carried
        piece.append(block)
    if piece:
        yield Block(piece[0].start, piece[-1].end)


def _gathered(body: str, blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield the blocks, each list that is not too long as one, its lead-in with it."""
    runs: list[list[Block]] = []
    for block in blocks:
        before = runs[-1][-1] if runs else None
        if before and _MARKER.match(body, block.start) and (before.lead_in or _MARKER.match(body, before.start)):
            runs[-1].append(block)
        else:
            runs.append([block])
    for run in runs:
        if len(run) > 1 and _size(body[run[0].start : run[-1].end]) <= LIST_WORDS:
            yield Block(run[0].start, run[-1].end, whole=True)
        else:
            yield from run


def _small(body: str, block: Block) -> Iterator[Block]:
    """Yield a block, cut at sentence ends where it is too long for one piece, and between words where they are too."""
    if block.whole or _size(body[block.start : block.end]) <= MOST_WORDS:
        yield block
        return
    marker = _MARKER.match(body, block.start, block.end)
    inside = marker.end() if marker else block.start
    start = end = block.start
    for span in spans(body[inside : block.end]):
        if end > start and _size(body[start : inside + span.end]) > TARGET_WORDS:
            yield Block(start, end)
            start = inside + span.start
        end = inside + span.end
        if _size(body[start:end]) > MOST_WORDS:
            yield from _between_words(body, start, end)
            start = end
    yield from _between_words(body, start, block.end)


def _between_words(body: str, start: int, end: int) -> Iterator[Block]:
    if _size(body[start:end]) <= MOST_WORDS:
        if body[start:end].strip():
            yield _stripped(body, start, end)
        return
    middle = _gap(body, start, end)
    yield from _between_words(body, start, middle)
    yield from _between_words(body, middle, end)


def _gap(body: str, start: int, end: int) -> int:
    """Return the place nearest the middle, from the left, where a word ends."""
    middle = (start + end) // 2
    for place in range(middle, start, -1):
        if body[place].isspace():
            return place
    return middle


def _size(text: str) -> int:
    """Count words; where few blanks stand, eight characters count as one."""
    return max(len(_WORD.findall(text)), len(text.strip()) // 8)
