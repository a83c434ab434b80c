"""Take out what a reader of the page would not see: a place to hide instructions, and never knowledge."""

import re
from bisect import bisect
from collections.abc import Iterator

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0e\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_JOINER = re.compile("(?<![^\x00-\u02ff])[\u200c\u200d]|[\u200c\u200d](?=[\x00-\u02ff\u200c\u200d]|$)")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_CODE = re.compile(
    r"^(`{3,}|~{3,})(?:.*?^\1|.*\Z)|(?<!`)(`{1,9})(?!`)(?:(?!\n\s*\n).)*?(?<!`)\2(?!`)", re.DOTALL | re.MULTILINE
)
_HIDING = (
    r"(?:style\s*=\s*(?P<quote>[\"'])(?:(?!(?P=quote)).){0,1000}?"
    r"(?:display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d]*[1-9])|font-size\s*:\s*0(?![.\d]*[1-9]))"
    r"(?:(?!(?P=quote)).){0,1000}(?P=quote)|(?<=\s)hidden(?=[\s=>/]))"
)
_OPENING = re.compile(
    rf"<(?P<tag>[a-z][a-z0-9-]*)\b[^<>]{{0,2000}}?{_HIDING}[^<>]{{0,2000}}>", re.IGNORECASE | re.DOTALL
)
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)


def clean(text: str) -> str:
    """Return the text with plain line ends and without control, zero-width, direction and tag characters."""
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _JOINER.sub("", _INVISIBLE.sub("", text))


def strip(markdown: str) -> str:
    """Return clean Markdown without HTML comments and hidden elements; what stands in code is visible, and stays."""
    markdown = clean(markdown)
    kept, position = [], 0
    for start, end in _cuts(markdown) if "<" in markdown else ():
        kept.append(markdown[position:start])
        position = end
    return "".join([*kept, markdown[position:]])


def _cuts(markdown: str) -> Iterator[tuple[int, int]]:
    """Yield what is hidden, in order; what lies inside of it is not looked at again."""
    code = [match.span() for match in _CODE.finditer(markdown)]
    found = sorted([*_COMMENT.finditer(markdown), *_OPENING.finditer(markdown)], key=re.Match.start)
    position = 0
    for match in found:
        before = bisect(code, (match.start(), len(markdown)))
        if match.start() < position or (before and match.start() < code[before - 1][1]):
            continue
        position = _closing(markdown, match) if match.re is _OPENING else match.end()
        yield match.start(), position


def _closing(markdown: str, opening: re.Match[str]) -> int:
    """Return where a hidden element ends: at its own closing tag, or where the text does."""
    tag = opening["tag"].lower()
    if tag in _VOID or opening.group().endswith("/>"):
        return opening.end()
    depth = 1
    for match in re.compile(rf"<(/?){tag}\b[^<>]*>", re.IGNORECASE).finditer(markdown, opening.end()):
        depth += -1 if match[1] else 1
        if not depth:
            return match.end()
    return len(markdown)
