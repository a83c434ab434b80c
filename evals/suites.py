"""Suites: YAML files that name graded examples, the scorers for them and the gates they must pass."""

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from evals import conversations, corpora, hiding, memories, rows
from evals.conversations import History
from evals.corpora import Corpus
from evals.errors import DataMissing, SuiteUnreadable, UnknownIds, UnknownScorer
from evals.examples import ROWS, Example, Kind, Word, digest
from evals.memories import Memory
from evals.scorers import registry
from evals.scorers.scorer import Scorer
from kb_index.fields import ArticleFields

DEFAULT_LABELS: dict[Kind, dict[str, tuple[str, ...]]] = {
    "intents": {"negative": ("oos", "NO_NODES_DETECTED")},
    "grounding": {"positive": ("supported",)},
    "safety": {"positive": ("attack",)},
}


def _as_list(value: object) -> object:
    return [value] if isinstance(value, (str, bool, int, float)) else value


Names = Annotated[tuple[Word, ...], BeforeValidator(_as_list)]
Filter = dict[str, Names]


class Gate(BaseModel):
    """The line a score must not cross; `slice` is `field=value` where only a part of the examples counts."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    min: float | None = None
    max: float | None = None
    slice: str | None = None

    @model_validator(mode="after")
    def _has_a_line(self) -> "Gate":
        if self.min is None and self.max is None:
            raise ValueError("a gate needs min, max or both")
        return self


class Labels(BaseModel):
    """Which labels count as positive and which as negative; a label in neither is left out when both are named."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    positive: Names = ()
    negative: Names = ()

    def positive_is(self, label: str) -> bool | None:
        """Say whether a label is a positive case, None when it is neither."""
        if label in self.positive or label in self.negative:
            return label in self.positive
        return None if self.positive and self.negative else not self.positive


class Choice(BaseModel):
    """Which rows of the corpus are articles here, and what our fields are called in them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    where: Filter = Field(default_factory=dict)
    fields: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _knows_its_fields(self) -> "Choice":
        for name in self.fields:
            if name not in ArticleFields.model_fields:
                raise ValueError(f"fields names {name!r}; an article has {', '.join(ArticleFields.model_fields)}")
        return self


class SuiteFile(BaseModel):
    """What a suite's YAML may say."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    kind: Kind
    data: Names = Field(min_length=1)
    description: str = ""
    corpus: str | None = None
    articles: Choice | None = None
    fields: dict[str, str | dict[str, str]] = Field(default_factory=dict)
    labels: Labels = Labels()
    where: Filter = Field(default_factory=dict)
    train: Filter = Field(default_factory=dict)
    folds: int | None = Field(default=None, ge=2)
    systems: Names = ()
    sends: bool | None = None
    scorers: Names = ()
    slices: Names = ()
    gates: dict[str, Gate] = Field(default_factory=dict)
    memory: str | None = None
    lag: timedelta = timedelta()
    latest: int | None = Field(default=None, ge=1)
    hidden: bool = False
    foreign: str | None = None
    history: History = "own"
    repeats: int = Field(default=1, ge=1)
    limit: int | None = Field(default=None, ge=1)
    seed: int = 0
    optional: bool = False

    @model_validator(mode="after")
    def _fits_its_kind(self) -> "SuiteFile":
        if (self.train or self.folds) and self.kind not in ("intents", "ratings"):
            raise ValueError(f"train and folds are for intents and ratings, not for {self.kind}: leave them out")
        if self.train and self.folds:
            raise ValueError("train and folds exclude each other: keep the one that says how the rows are parted")
        if self.articles and not self.corpus:
            raise ValueError("articles chooses from a corpus: name it under corpus")
        if self.sends is not None and self.kind != "replies":
            raise ValueError(f"sends is for replies, not for {self.kind}: leave it out")
        if self.kind == "abstention" and not self.labels.positive:
            raise ValueError("an abstention suite needs labels.positive: the classes that the corpus answers")
        if (self.memory or self.latest) and self.kind != "retrieval":
            raise ValueError(f"memory and latest are for retrieval, not for {self.kind}: leave them out")
        if (self.hidden or self.foreign) and self.kind != "retrieval":
            raise ValueError(f"hidden and foreign are for retrieval, not for {self.kind}: leave them out")
        if self.history != "own" and self.kind not in ("retrieval", "abstention"):
            raise ValueError(f"history is for retrieval and abstention, not for {self.kind}: leave it out")
        if self.lag and not self.memory:
            raise ValueError("lag says how old a memory must be, and there is none: add memory: FILE")
        unknown = sorted(set(self.fields) - set(ROWS[self.kind].model_fields) - {"id"})
        if unknown:
            known = ", ".join(name for name in ROWS[self.kind].model_fields if name != "kind")
            raise ValueError(f"fields names {unknown[0]!r}; a {self.kind} row has {known}")
        return self

    def positive_labels(self) -> Labels:
        """Return the labels of the file, or what is usual for its kind."""
        named = self.labels.positive or self.labels.negative
        return self.labels if named else Labels.model_validate(DEFAULT_LABELS.get(self.kind, {}))


@dataclass(frozen=True)
class Part:
    """Examples to run on one system, and those the system may learn from."""

    examples: tuple[Example, ...]
    train: tuple[Example, ...]


@dataclass(frozen=True)
class Suite:
    """A suite with its data read: examples in a fixed order, what may be learned from, and the corpus."""

    file: SuiteFile
    examples: tuple[Example, ...]
    pool: tuple[Example, ...]
    corpus: Corpus | None
    scorers: tuple[Scorer, ...]
    memory: Memory | None = None

    @property
    def digest(self) -> str:
        """Return a short hash of everything a result may depend on, gates and names aside."""
        asked = [(example.id, example.key()) for example in self.examples]
        given = [self.corpus.digest if self.corpus else None, *([self.memory.digest] if self.memory else [])]
        return digest([self.file.kind, asked, *given])

    def searched(self) -> Corpus:
        """Return the corpus; raises SuiteUnreadable where there is none to search."""
        if self.corpus is None:
            raise SuiteUnreadable(
                f"suite {self.file.name!r} names no corpus to search; add corpus: FOLDER_OR_FILE, or give --kb"
            )
        return self.corpus

    def parts(self) -> Iterator[Part]:
        """Yield the examples with the rows to learn from: once, or a fold at a time, each learned from the others."""
        if self.file.folds is None:
            yield Part(self.examples, self.pool)
            return
        for fold in range(self.file.folds):
            held_out = tuple(example for example in self.examples if self._fold(example) == fold)
            yield Part(held_out, tuple(example for example in self.pool if self._fold(example) != fold))

    def only(self, field: str, value: str) -> "Suite":
        """Return the suite cut to one slice; raises SuiteUnreadable naming the slices there are."""
        known = {(name, of) for example in self.examples for name, of in example.slices.items()}
        if (field, value) not in known:
            there = ", ".join(sorted(f"{name}={of}" for name, of in known)[:12]) or "none; add slices to the suite"
            raise SuiteUnreadable(f"no slice {f'{field}={value}'!r} in suite {self.file.name!r}; there is {there}")
        return replace(self, examples=tuple(one for one in self.examples if one.slices.get(field) == value))

    def limited(self, limit: int) -> "Suite":
        """Return the suite cut to so many examples, drawn by its seed, in their old order."""
        return replace(self, examples=_drawn(self.examples, limit, self.file.seed))

    def _fold(self, example: Example) -> int:
        return int(digest([self.file.seed, example.id]), 16) % (self.file.folds or 1)


@dataclass(frozen=True)
class Skipped:
    """An optional suite whose data is not here."""

    name: str
    reason: str


def load(path: Path, kb: Path | None = None) -> Suite | Skipped:
    """Read a suite and everything it names; paths in it are relative to its own folder.

    A suite that names no corpus is asked over `kb`. Raises SuiteError with the file, the row and the way out.
    """
    file = read(path)
    try:
        return _loaded(path, file, kb)
    except DataMissing as exc:
        if not file.optional:
            raise
        return Skipped(file.name, str(exc))


def read(path: Path) -> SuiteFile:
    """Read the YAML of a suite, not its data."""
    try:
        said = yaml.safe_load(path.read_text("utf-8"))
    except FileNotFoundError as exc:
        raise DataMissing(f"no suite at {str(path)!r}; give the path of a suite's YAML file") from exc
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as exc:
        raise SuiteUnreadable(f"{path}: not readable as YAML: {exc}") from exc
    try:
        return SuiteFile.model_validate(said)
    except ValidationError as exc:
        raise SuiteUnreadable(f"{path}: {'; '.join(_complaints(exc))}") from exc


def _complaints(exc: ValidationError) -> Iterator[str]:
    for error in exc.errors():
        place = ".".join(str(part) for part in error["loc"])
        if error["type"] == "extra_forbidden":
            yield f"{place!r} is not a word of a suite; it may say {', '.join(SuiteFile.model_fields)}"
        else:
            yield (
                f"{place}: {error['msg'].removeprefix('Value error, ')} (got {_short(error['input'])})"
                if place
                else (error["msg"].removeprefix("Value error, "))
            )


def _short(value: object) -> str:
    written = repr(value)
    return written if len(written) <= 60 else f"{written[:57]}..."


def _loaded(path: Path, file: SuiteFile, kb: Path | None) -> Suite:
    raw = [row for name in file.data for row in rows.read(path.parent / Path(name).expanduser())]
    corpus = _corpus(path, file, kb)
    kept = [row for row in raw if rows.matches(row.fields, file.where)]
    if not kept:
        raise SuiteUnreadable(f"{path}: no row is left of {len(raw)}; widen where, or check the names in it")
    training = [row for row in kept if file.train and rows.matches(row.fields, file.train)]
    graded = [row for row in kept if not (file.train and rows.matches(row.fields, file.train))]
    read_rows = rows.examples(graded, file.kind, file.fields, file.positive_labels().positive_is, file.slices)
    learned = rows.examples(training, file.kind, file.fields, file.positive_labels().positive_is, file.slices)
    if corpus:
        _known_ids(read_rows, graded, corpus)
    memory = memories.load(path.parent / Path(file.memory).expanduser(), file.fields, file.lag) if file.memory else None
    read_rows = memories.latest(read_rows, file.latest) if file.latest else read_rows
    read_rows = tuple(memory.sliced(example) for example in read_rows) if memory else read_rows
    read_rows = read_rows if file.history == "own" else conversations.retold(read_rows, file.history, file.seed)
    read_rows = _unanswered(path, file, read_rows)
    scorers = _scorers(path, file, read_rows)
    limited = _drawn(read_rows, file.limit, file.seed) if file.limit else read_rows
    return Suite(file, limited, read_rows if file.folds else learned, corpus, scorers, memory)


def _unanswered(path: Path, file: SuiteFile, examples: tuple[Example, ...]) -> tuple[Example, ...]:
    """Return the examples, and with them those that the suite wants because nothing answers them."""
    if not (file.hidden or file.foreign):
        return examples
    foreign = path.parent / Path(file.foreign).expanduser() if file.foreign else None
    return hiding.add(examples, file.hidden, foreign, file.slices)


def _corpus(path: Path, file: SuiteFile, kb: Path | None) -> Corpus | None:
    articles = path.parent / Path(file.corpus).expanduser() if file.corpus else kb
    if articles and file.articles:
        return corpora.choose(articles, file.articles.where, file.articles.fields)
    return corpora.load(articles) if articles else None


def _scorers(path: Path, file: SuiteFile, examples: Sequence[Example]) -> tuple[Scorer, ...]:
    """Return the scorers of a suite, those that only a gate names among them."""
    known = {f"{field}={value}" for example in examples for field, value in example.slices.items()}
    for name, gate in file.gates.items():
        if gate.slice and gate.slice not in known:
            raise SuiteUnreadable(f"{path}: gate {name!r} is on slice {gate.slice!r}, which no example belongs to")
    wanted = file.scorers or registry.defaults(file.kind, examples, file.repeats)
    try:
        return registry.chosen(file.kind, (*wanted, *file.gates))
    except UnknownScorer as exc:
        raise UnknownScorer(f"{path}: {exc}") from exc


def _known_ids(examples: Iterable[Example], raw: Iterable[rows.RawRow], corpus: Corpus) -> None:
    strays = [
        f"{row.place} names {stray!r}"
        for example, row in zip(examples, raw, strict=True)
        for stray in sorted(set(getattr(example.row, "relevant", ())) - corpus.ids)
    ]
    if strays:
        raise UnknownIds(
            f"{'; '.join(strays[:5])}{f' and {len(strays) - 5} more' if len(strays) > 5 else ''}: no such article in "
            f"{corpus.path} ({len(corpus.ids)} articles); mend the ids, or map another field with fields: relevant"
        )


def _drawn(examples: tuple[Example, ...], limit: int, seed: int) -> tuple[Example, ...]:
    if limit >= len(examples):
        return examples
    chosen = sorted(random.Random(seed).sample(range(len(examples)), limit))
    return tuple(examples[place] for place in chosen)
