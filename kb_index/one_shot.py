"""An index of one folder or file, for a single command: built once, kept in a cache, searched exactly.

It is immutable and named by what it was made from, so any number of processes may open it, and a change makes a new
one. It needs no PostgreSQL and no Chroma.
"""

import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from domain.articles import VISIBLE_TO, Article, Audience, Passage, Visibility
from domain.ids import ArticleId, BrandId, PassageId
from embedding.embedder import Embedder, Vectors
from kb_index import passages, reading, titles
from kb_index.answerability import LINE, Line, LineJudge
from kb_index.contents import Contents
from kb_index.errors import SourceError
from kb_index.index import Index, KnowledgeIndex, Shelf, Shelves
from kb_index.learned import NOTHING, Learned
from kb_index.lexical import Lexical
from kb_index.ranking import Candidate
from kb_index.reading import BadArticle
from kb_index.register import Entry, Register
from kb_index.titles import Titles
from kb_index.vectors import ExactVectors

FORMAT = "5"
LANGUAGES = ("en", "es", "de", "fr", "pt")
EMBEDDED_AT_ONCE = 4


@dataclass(frozen=True)
class Kept:
    """A passage as the index's folder keeps it, beside the others of its article."""

    passage: Passage
    family: ArticleId


_KEPT = TypeAdapter(list[Kept])


@dataclass(frozen=True)
class Progress:
    """How many passages of a new index are embedded."""

    done: int
    total: int


@dataclass(frozen=True)
class About:
    """What an index says about itself: whose vectors it holds, and what could not be read."""

    embedder: str
    bad: tuple[BadArticle, ...]


_ABOUT = TypeAdapter(About)

Tell = Callable[[BadArticle | Progress], None]


def ignore(_: BadArticle | Progress) -> None:
    """Tell nobody."""


class FolderPassages:
    """The passages of a one-shot index: whatever brand is asked for, they are its."""

    def __init__(self, kept: dict[Visibility, list[Kept]]) -> None:
        self._kept = {name: {it.passage.id: it for it in found} for name, found in kept.items()}
        self._registers = {name: _register(found) for name, found in kept.items()}

    async def candidates(self, brand: BrandId, audience: Audience, ids: Collection[PassageId]) -> list[Candidate]:
        """Return those of the passages that this audience may see, without their words."""
        return [found for register in self._visible(audience) for found in register.candidates(sorted(ids))]

    async def live(self, brand: BrandId, audience: Audience, ids: Collection[PassageId]) -> dict[PassageId, Passage]:
        """Return those of the passages that this audience may see."""
        visible = [self._kept[visibility] for visibility in VISIBLE_TO[audience]]
        return {name: found[name].passage for found in visible for name in sorted(ids) if name in found}

    async def translated(
        self, brand: BrandId, audience: Audience, families: Collection[ArticleId], language: str
    ) -> list[Candidate]:
        """Return the passages, in a language, of the articles of these families that this audience may see."""
        return [found for register in self._visible(audience) for found in register.translated(families, language)]

    async def indexed(self, brand: BrandId, audience: Audience) -> int:
        """Return how many articles this audience may see."""
        return sum(register.count() for register in self._visible(audience))

    def _visible(self, audience: Audience) -> list[Register]:
        return [self._registers[visibility] for visibility in VISIBLE_TO[audience]]


def _register(kept: Sequence[Kept]) -> Register:
    register, articles = Register(), dict[ArticleId, list[Kept]]()
    for it in kept:
        articles.setdefault(it.passage.article, []).append(it)
    for name, pieces in articles.items():
        ids = tuple(it.passage.id for it in pieces)
        register.put(Entry(name, pieces[0].passage.language, pieces[0].family, ids))
    return register


def open_folder(
    kb: Path,
    cache: Path,
    embedder: Embedder,
    pool: Executor,
    tell: Tell = ignore,
    languages: Sequence[str] = LANGUAGES,
    learned: Learned = NOTHING,
) -> Index:
    """Return the index of a folder or JSONL file, built first if there is none of this content yet; this may take long.

    `tell` hears of every article that could not be read, each time, and of the progress of building. Raises
    SourceError when there is no article, EmbedderError when there is no embedder.
    """
    folder = _built(kb, cache, embedder, pool, tell, languages)
    kept = {visibility: _kept(folder / visibility) for visibility in VISIBLE_TO["teammate"]}
    shelves = {name: _shelf(folder / name, found) for name, found in kept.items()}
    line = _line(folder)
    judging = replace(learned, judge=learned.judge or LineJudge(embedder.id, lambda _: line))
    return KnowledgeIndex(embedder, Shelves(lambda _, name: shelves[name]), FolderPassages(kept), pool, judging)


def read_folder(
    kb: Path,
    cache: Path,
    embedder: Embedder,
    pool: Executor,
    tell: Tell = ignore,
    languages: Sequence[str] = LANGUAGES,
) -> Contents:
    """Return everything in a folder or JSONL file, with the vectors of its index; it works and fails as that does."""
    folder = _built(kb, cache, embedder, pool, tell, languages)
    found = {name: _kept(folder / name) for name in VISIBLE_TO["teammate"]}
    return Contents(
        tuple(row for row in reading.read([kb], languages) if isinstance(row, Article)),
        tuple(it.passage for kept in found.values() for it in kept),
        np.concatenate([np.load(folder / name / "vectors.npy") for name in found]),
    )


def _built(kb: Path, cache: Path, embedder: Embedder, pool: Executor, tell: Tell, languages: Sequence[str]) -> Path:
    """Return the folder of an index, built first if there is none of this content yet."""
    folder = cache / f"{_slug(kb)}-{_digest(kb, embedder, languages)}"
    about = _about(folder) or _build(folder, list(reading.read([kb], languages)), embedder, pool, tell)
    for bad in about.bad:
        tell(bad)
    return folder


def _shelf(folder: Path, kept: Sequence[Kept]) -> Shelf:
    if not kept:
        return Shelf(ExactVectors(), Lexical())
    ids = [it.passage.id for it in kept]
    return Shelf(ExactVectors.open(folder / "vectors.npy", ids), Lexical(folder / "lexical"))


def _kept(folder: Path) -> list[Kept]:
    return _KEPT.validate_json((folder / "passages.json").read_bytes())


def _slug(kb: Path) -> str:
    name = kb.resolve()
    return re.sub(r"[^\w]+", "-", f"{name.parent.name}-{name.stem}".lower()).strip("-")[:60]


def _digest(kb: Path, embedder: Embedder, languages: Sequence[str]) -> str:
    """Return a hash of everything the index depends on."""
    digest = hashlib.sha256(json.dumps([FORMAT, passages.VERSION, embedder.id, list(languages)]).encode())
    for file in reading.files([kb]):
        try:
            content = file.read_bytes()
        except OSError:
            content = b""
        digest.update(f"\n{file.relative_to(kb) if kb.is_dir() else file.name}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def _build(folder: Path, rows: Sequence[Article | BadArticle], embedder: Embedder, pool: Executor, tell: Tell) -> About:
    """Build beside, then rename: an index is there whole or not at all, and whoever comes second discards his own."""
    articles = [row for row in rows if isinstance(row, Article)]
    bad = [row for row in rows if isinstance(row, BadArticle)]
    if not articles:
        for row in bad:
            tell(row)
        raise SourceError(f"none of the {len(bad)} articles can be read: mend them, or name another folder or file")
    found = [kept for article in articles for kept in _cut(article)]
    vectors = _embedded(folder, found, embedder, pool, tell)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=folder.parent, ignore_cleanup_errors=True) as beside:
        for visibility in VISIBLE_TO["teammate"]:
            here = [row for row, kept in enumerate(found) if kept.passage.visibility == visibility]
            _write(Path(beside) / "new" / visibility, [found[row] for row in here], vectors[here])
            if visibility == "public":
                _fit(Path(beside) / "new", [found[row] for row in here], vectors[here], embedder, pool)
        about = About(embedder.id, tuple(bad))
        (Path(beside) / "new" / "about.json").write_bytes(_ABOUT.dump_json(about))
        _move(Path(beside) / "new", folder)
    return about


def _cut(article: Article) -> Iterator[Kept]:
    pieces = passages.cut(article)
    family = ArticleId(article.translation_of or article.id)
    return (Kept(piece, family) for piece in pieces)


def _write(folder: Path, kept: Sequence[Kept], vectors: Vectors) -> None:
    folder.mkdir(parents=True)
    (folder / "passages.json").write_bytes(_KEPT.dump_json(list(kept)))
    np.save(folder / "vectors.npy", vectors)
    Lexical(folder / "lexical").put(it.passage for it in kept)


def _fit(folder: Path, kept: Sequence[Kept], vectors: Vectors, embedder: Embedder, pool: Executor) -> None:
    """Keep the line that tells what these articles answer, where there are enough of them to fit one."""
    families = {it.passage.article: it.family for it in kept}
    asked = Titles([it.passage for it in kept], vectors, families, embedder)
    if found := titles.line(asked, embedder.id, pool):
        (folder / "line.json").write_bytes(LINE.dump_json(found[0]))


def _line(folder: Path) -> Line | None:
    file = folder / "line.json"
    return LINE.validate_json(file.read_bytes()) if file.exists() else None


def _move(new: Path, folder: Path) -> None:
    if folder.exists() and not _about(folder):
        shutil.rmtree(folder)
    try:
        new.rename(folder)
    except OSError:
        if not _about(folder):
            raise


def _embedded(folder: Path, kept: Sequence[Kept], embedder: Embedder, pool: Executor, tell: Tell) -> Vectors:
    """Return a vector for each passage, taken from earlier indexes of the same place where the text is the same."""
    known = _known(folder, embedder)
    texts = list(dict.fromkeys(it.passage.embedded_text for it in kept))
    fresh = [text for text in texts if text not in known]
    parts = [fresh[start : start + EMBEDDED_AT_ONCE] for start in range(0, len(fresh), EMBEDDED_AT_ONCE)]
    done = len(texts) - len(fresh)
    tell(Progress(done, len(texts)))
    for part, rows in zip(parts, pool.map(embedder.embed_passages, parts), strict=True):
        known.update(zip(part, rows, strict=True))
        done += len(part)
        tell(Progress(done, len(texts)))
    return np.stack([known[it.passage.embedded_text] for it in kept])


def _known(folder: Path, embedder: Embedder) -> dict[str, Vectors]:
    """Return the vectors of the last index built for this place, by their text."""
    earlier = [place for place in folder.parent.glob(f"{folder.name.rpartition('-')[0]}-*") if _about(place)]
    for last in sorted(earlier, key=lambda place: place.stat().st_mtime, reverse=True):
        if (about := _about(last)) and about.embedder == embedder.id:
            return {text: vector for visibility in VISIBLE_TO["teammate"] for text, vector in _pairs(last / visibility)}
    return {}


def _pairs(folder: Path) -> Iterator[tuple[str, Vectors]]:
    texts = (it.passage.embedded_text for it in _kept(folder))
    return zip(texts, np.load(folder / "vectors.npy"), strict=True)


def _about(folder: Path) -> About | None:
    """Return what an index says about itself; None for a folder that is none, or not a whole one."""
    try:
        return _ABOUT.validate_json((folder / "about.json").read_bytes())
    except (OSError, ValueError):
        return None
