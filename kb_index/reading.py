"""Read articles from folders of Markdown and HTML and from JSONL, and name what cannot be read."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from domain.articles import Article
from kb_index import fields, html
from kb_index.errors import SourceError
from kb_index.fields import ArticleFields

MAX_BYTES = 1_000_000
MARKDOWN = {".md", ".markdown"}
HTML = {".html", ".htm"}
ROWS = {".jsonl"}
_FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n(?P<fields>.*?)(?:\r?\n)?^---[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class BadArticle:
    """What could not be read: `place` is a file and a line, `help.jsonl:12`, or the file alone."""

    place: str
    reason: str


class _Unreadable(Exception):
    """A file or row is no article; the message says why."""


def read(paths: Sequence[Path], languages: Sequence[str]) -> Iterator[Article | BadArticle]:
    """Yield every article under the paths, in a fixed order, and for what is none a BadArticle.

    A language that is not given is told from the text, as one of `languages`; without an id the path is one. Left out
    are READMEs and what begins with a dot. Raises SourceError, before anything is read, for a path that does not
    exist or holds no file of the right kind.
    """
    found = [(path, file) for path in paths for file in _files(path)]
    return _distinct(chain.from_iterable(_articles(file, _root(path), languages) for path, file in found))


def files(paths: Sequence[Path]) -> list[Path]:
    """Return the files that `read` would read, in its order."""
    return [file for path in paths for file in _files(path)]


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise SourceError(f"{str(path)!r} does not exist. Name a folder of .md or .html files, or a .jsonl file.")
    kinds = MARKDOWN | HTML | ROWS
    candidates = sorted(path.rglob("*")) if path.is_dir() else [path]
    chosen = [file for file in candidates if file.suffix.lower() in kinds and file.is_file() and _meant(path, file)]
    if not chosen:
        raise SourceError(f"{str(path)!r} holds no article. Articles are .md, .html and .jsonl files.")
    return chosen


def _meant(root: Path, file: Path) -> bool:
    inside = file.relative_to(root).parts if root.is_dir() else ()
    return not any(part.startswith(".") for part in inside) and not (inside and file.stem.lower() == "readme")


def _root(path: Path) -> Path:
    return path if path.is_dir() else path.parent


def _distinct(rows: Iterator[tuple[str, Article | BadArticle]]) -> Iterator[Article | BadArticle]:
    places: dict[str, str] = {}
    for place, row in rows:
        if isinstance(row, BadArticle):
            yield row
        elif row.id in places:
            yield BadArticle(place, f"the id {row.id!r} was already used at {places[row.id]}")
        else:
            places[row.id] = place
            yield row


def _articles(file: Path, root: Path, languages: Sequence[str]) -> Iterator[tuple[str, Article | BadArticle]]:
    for place, source in _sources(file, root):
        try:
            if isinstance(source, _Unreadable):
                raise source
            yield place, ArticleFields.model_validate(source).article(languages)
        except _Unreadable as exc:
            yield place, BadArticle(place, str(exc))
        except ValidationError as exc:
            yield place, BadArticle(place, fields.reason(exc))


def _sources(file: Path, root: Path) -> Iterator[tuple[str, Mapping[str, Any] | _Unreadable]]:
    """Yield the place of each article in a file with its raw fields, or why there are none."""
    if file.suffix.lower() in ROWS:
        yield from _rows(file)
        return
    name = file.relative_to(root)
    try:
        text = _text(file)
        page = _html_page(text) if file.suffix.lower() in HTML else _markdown_page(text)
        yield str(file), {**_defaults(name), **page}
    except _Unreadable as exc:
        yield str(file), exc


def _rows(file: Path) -> Iterator[tuple[str, Mapping[str, Any] | _Unreadable]]:
    try:
        with file.open("rb") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield f"{file}:{number}", _row(line)
    except OSError as exc:
        yield str(file), _Unreadable(f"it cannot be read: {exc.strerror}")


def _row(line: bytes) -> Mapping[str, Any] | _Unreadable:
    if len(line) > MAX_BYTES:
        return _Unreadable(f"it has {len(line):,} bytes, more than {MAX_BYTES:,}")
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as exc:
        return _Unreadable(f"it is not UTF-8: byte {exc.start} is {line[exc.start]:#04x}")
    except (ValueError, RecursionError) as exc:
        return _Unreadable(f"it is not JSON: {exc}")
    return (
        row if isinstance(row, dict) else _Unreadable(f"it is {type(row).__name__}, not an object with id, title, body")
    )


def _text(file: Path) -> str:
    try:
        content = file.read_bytes() if (size := file.stat().st_size) <= MAX_BYTES else b""
    except OSError as exc:
        raise _Unreadable(f"it cannot be read: {exc.strerror}") from exc
    if size > MAX_BYTES:
        raise _Unreadable(f"it has {size:,} bytes, more than {MAX_BYTES:,}")
    if not content.strip():
        raise _Unreadable("it is empty")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
        raise _Unreadable(f"it is not UTF-8: byte {content[exc.start]:#04x} in line {line}") from exc


def _defaults(name: Path) -> dict[str, Any]:
    slug = re.sub(r"[^\w]+", "-", str(name.with_suffix("")).lower()).strip("-_")
    return {"id": slug, "title": re.sub(r"[-_\s]+", " ", name.stem).strip().capitalize()}


def _html_page(text: str) -> dict[str, Any]:
    try:
        page = html.read(text)
    except html.TooDeep as exc:
        raise _Unreadable(str(exc)) from exc
    named = {"title": page.title, "url": page.url, "language": page.language}
    return {"body": page.body, **{key: value for key, value in named.items() if value}}


def _markdown_page(text: str) -> dict[str, Any]:
    match = _FRONT_MATTER.match(text)
    body = text[match.end() :] if match else text
    heading = fields.first_heading(body)
    return {
        **({"title": heading} if heading else {}),
        **(_front_matter(match["fields"]) if match else {}),
        "body": body,
    }


def _front_matter(text: str) -> dict[str, Any]:
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as exc:
        mark = getattr(exc, "problem_mark", None)
        where = f" in line {mark.line + 2}" if mark else ""
        raise _Unreadable(f"its front matter is not YAML{where}: {getattr(exc, 'problem', exc)}") from exc
    if not isinstance(found, dict | None):
        raise _Unreadable("its front matter is not a list of 'name: value' lines")
    return {str(key): value for key, value in (found or {}).items() if value is not None}
