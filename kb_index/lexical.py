"""Find articles and passages by their words: BM25 over stems, one index a language, in memory or in a folder."""

import json
import threading
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import tantivy

from domain.articles import Passage
from domain.ids import ArticleId, PassageId

STEMMED = {
    "ar": "arabic",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "hu": "hungarian",
    "it": "italian",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
}
TITLE_WEIGHT = 0.3
MOST_TERMS = 400
HEAP_BYTES = 15_000_000
_LONGEST_WORD = 60


@dataclass(frozen=True)
class Matches:
    """What a question matches by its words, with BM25 scores: comparable within one question only."""

    articles: Mapping[ArticleId, float]
    passages: Mapping[PassageId, float]


class Lexical:
    """The words of the articles of one brand and visibility.

    An article scores by its whole text, its best passage and, less, its title. Threads may search while one writes.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._languages: dict[str, _Language] = {}
        self._writing = threading.Lock()
        for place in sorted(folder.iterdir()) if folder and folder.is_dir() else ():
            self._languages[place.name] = _Language(place.name, place)

    def put(self, passages: Iterable[Passage]) -> None:
        """Index whole articles by their passages, in the place of what was known of them."""
        articles = {name: tuple(cut) for name, cut in groupby(passages, key=lambda passage: passage.article)}
        by_language: dict[str, list[tuple[Passage, ...]]] = {}
        for cut in articles.values():
            by_language.setdefault(cut[0].language, []).append(cut)
        with self._writing:
            for code, language in self._languages.items():
                language.remove([name for name, cut in articles.items() if cut[0].language != code])
            for code, cuts in by_language.items():
                self._of(code).put(cuts)

    def remove(self, articles: Iterable[ArticleId]) -> None:
        """Forget articles; one that is unknown does no harm."""
        gone = list(articles)
        with self._writing:
            for language in self._languages.values():
                language.remove(gone)

    def query(self, text: str, k: int, context: Sequence[tuple[str, float]] = ()) -> Matches:
        """Return the articles and passages that share words with the text, of each at most `k` a language.

        The words of `context` count as well, each text's by its weight.
        """
        articles: dict[ArticleId, float] = {}
        passages: dict[PassageId, float] = {}
        for language in list(self._languages.values()):
            found = language.query(((text, 1.0), *context), k)
            articles.update(found.articles)
            passages.update(found.passages)
        return Matches(articles, passages)

    def count(self) -> int:
        """Return how many articles are known."""
        return sum(language.count() for language in list(self._languages.values()))

    def _of(self, language: str) -> "_Language":
        if language not in self._languages:
            folder = self._folder / language if self._folder else None
            self._languages[language] = _Language(language, folder)
        return self._languages[language]


class _Language:
    """The articles, titles and passages in one language."""

    def __init__(self, language: str, folder: Path | None) -> None:
        analyzer = _analyzer(language)
        self._analyzer = analyzer
        self._articles, self._titles, self._passages = (
            _Texts(analyzer, folder / name if folder else None) for name in ("articles", "titles", "passages")
        )
        self._cuts: dict[str, list[str]] = {}
        for name in self._passages.names():
            self._cuts.setdefault(name.rpartition("#")[0], []).append(name)

    def put(self, cuts: Sequence[tuple[Passage, ...]]) -> None:
        known = [cut[0].article for cut in cuts]
        stale = [name for article in known for name in self._cuts.get(article, ())]
        self._articles.write(known, [(cut[0].article, _whole(cut)) for cut in cuts])
        self._titles.write(known, [(cut[0].article, cut[0].title) for cut in cuts])
        self._passages.write(stale, [(passage.id, passage.embedded_text) for cut in cuts for passage in cut])
        self._cuts.update({cut[0].article: [passage.id for passage in cut] for cut in cuts})

    def remove(self, articles: Sequence[ArticleId]) -> None:
        known = [article for article in articles if article in self._cuts]
        if known:
            self._articles.write(known, [])
            self._titles.write(known, [])
            self._passages.write([name for article in known for name in self._cuts.pop(article)], [])

    def query(self, texts: Sequence[tuple[str, float]], k: int) -> Matches:
        terms: dict[str, float] = {}
        for text, weight in texts:
            for term, count in Counter(self._analyzer.analyze(text)[:MOST_TERMS]).items():
                terms[term] = terms.get(term, 0.0) + weight * count
        passages = self._passages.query(terms, k)
        scores: dict[str, float] = dict(self._articles.query(terms, k))
        for article, score in self._titles.query(terms, k).items():
            scores[article] = scores.get(article, 0.0) + TITLE_WEIGHT * score
        best: dict[str, float] = {}
        for name, score in passages.items():  # best first
            best.setdefault(name.rpartition("#")[0], score)
        articles = {ArticleId(name): scores.get(name, 0.0) + best.get(name, 0.0) for name in {**scores, **best}}
        return Matches(articles, {PassageId(name): score for name, score in passages.items()})

    def count(self) -> int:
        return len(self._cuts)


class _Texts:
    """One tantivy index of named texts; a name is found by the number of its row, which is a fast field."""

    def __init__(self, analyzer: tantivy.TextAnalyzer, folder: Path | None) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field("row", indexed=True, fast=True)
        builder.add_text_field("text", tokenizer_name="ours", index_option="freq")
        self._schema = builder.build()
        self._file = folder / "names.json" if folder else None
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
        self._index = tantivy.Index(self._schema, str(folder) if folder else None)
        self._index.register_tokenizer("ours", analyzer)
        kept = json.loads(self._file.read_text()) if self._file and self._file.exists() else []
        self._next = len(kept)
        self._names: dict[int, str] = {row: name for row, name in enumerate(kept) if name is not None}
        self._rows = {name: row for row, name in self._names.items()}

    def names(self) -> Sequence[str]:
        return list(self._rows)

    def write(self, gone: Iterable[str], texts: Sequence[tuple[str, str]]) -> None:
        writer = self._index.writer(HEAP_BYTES, num_threads=1)
        for name in gone:
            if (row := self._rows.pop(name, None)) is not None:
                writer.delete_documents_by_query(tantivy.Query.term_query(self._schema, "row", row))
                del self._names[row]
        for name, text in texts:
            document = tantivy.Document()
            document.add_unsigned("row", self._next)
            document.add_text("text", text)
            writer.add_document(document)
            self._rows[name], self._names[self._next] = self._next, name
            self._next += 1
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()
        if self._file:
            self._file.write_text(json.dumps([self._names.get(row) for row in range(self._next)]), "utf-8")

    def query(self, terms: Mapping[str, float], k: int) -> dict[str, float]:
        words = [(tantivy.Occur.Should, self._word(term, weight)) for term, weight in sorted(terms.items())]
        searcher = self._index.searcher()
        hits = searcher.search(tantivy.Query.boolean_query(words), limit=k, count=False).hits
        rows = searcher.fast_field_values("row", [address for _, address in hits])
        found = ((self._names.get(int(row or 0)), score) for row, (score, _) in zip(rows, hits, strict=True))
        return {name: score for name, score in found if name is not None}  # one may go while it is searched

    def _word(self, term: str, weight: float) -> tantivy.Query:
        query = tantivy.Query.term_query(self._schema, "text", term, "freq")
        return query if weight == 1 else tantivy.Query.boost_query(query, weight)


def _whole(cut: Sequence[Passage]) -> str:
    headings = {heading: None for passage in cut for heading in passage.heading_path}
    return "\n".join([cut[0].title, *headings, *(passage.text for passage in cut)])


def _analyzer(language: str) -> tantivy.TextAnalyzer:
    """Return what cuts a text into stems: words without case, small words and accents; unknown languages unstemmed."""
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    builder = builder.filter(tantivy.Filter.remove_long(_LONGEST_WORD)).filter(tantivy.Filter.lowercase())
    if language in STEMMED:
        builder = builder.filter(tantivy.Filter.stopword(STEMMED[language]))
        builder = builder.filter(tantivy.Filter.stemmer(STEMMED[language]))
    return builder.filter(tantivy.Filter.ascii_fold()).build()
