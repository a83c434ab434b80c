"""What was learned of a brand, in versions: the one in use, those before it, and the way back.

A fit belongs to one embedder, since its numbers mean nothing for the vectors of another. `PostgresFits` in
`postgres_fits` keeps those of a served brand; `FolderFits` those of a folder that is searched without PostgreSQL.
"""

import hashlib
import os
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeVar

from pydantic import ConfigDict, TypeAdapter

from domain.ids import DEFAULT_BRAND, BrandId

Kind = Literal["adapter", "answerability", "confidence"]
KEPT_VERSIONS = 10

LearnedT = TypeVar("LearnedT")


@dataclass(frozen=True)
class Subject:
    """What something is learned of: a brand's articles as one embedder sees them."""

    brand: BrandId
    embedder: str
    kind: Kind


@dataclass(frozen=True)
class Fit:
    """One version of what was learned: `data` in the form its kind reads, `report` what it was judged by.

    `replaced` is the version that was in use before it, which rolling back brings back.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    version: int
    data: bytes
    adopted_at: datetime
    report: Mapping[str, Any] = field(default_factory=dict)
    replaced: int | None = None
    retired_at: datetime | None = None


class Fits(Protocol):
    """Where fits are kept. The last versions of each subject are, older ones are forgotten."""

    async def current(self, subject: Subject) -> Fit | None:
        """Return the fit in use, None where nothing was learned or all of it was rolled back."""
        ...

    async def versions(self, embedder: str, kind: Kind) -> Mapping[BrandId, int]:
        """Return the version in use of every brand that has one: cheap enough to ask every few seconds."""
        ...

    async def adopt(self, subject: Subject, data: bytes, report: Mapping[str, Any], now: datetime) -> Fit:
        """Keep a new version and put it in use. Raises UnknownBrand."""
        ...

    async def roll_back(self, subject: Subject, now: datetime) -> Fit | None:
        """Put the version before the one in use back in its place; return the one taken out, None where none was."""
        ...


class InUse(Generic[LearnedT]):
    """The fits in use of one embedder and kind, read once each and at hand without waiting."""

    def __init__(self, fits: Fits, embedder: str, kind: Kind, read: Callable[[bytes], LearnedT]) -> None:
        self._fits = fits
        self._embedder = embedder
        self._kind: Kind = kind
        self._read = read
        self._held: dict[BrandId, tuple[int, LearnedT]] = {}

    def get(self, brand: BrandId) -> LearnedT | None:
        """Return what is in use for a brand, as of the last time it caught up."""
        held = self._held.get(brand)
        return held[1] if held else None

    async def catch_up(self) -> None:
        """Read what was adopted since, and drop what was rolled back."""
        versions = await self._fits.versions(self._embedder, self._kind)
        held = {brand: kept for brand, kept in self._held.items() if versions.get(brand) == kept[0]}
        for brand in versions.keys() - held.keys():
            if fit := await self._fits.current(Subject(brand, self._embedder, self._kind)):
                held[brand] = (fit.version, self._read(fit.data))
        self._held = held


_HISTORY = TypeAdapter(list[Fit])


class FolderFits:
    """Fits in a folder, one file a subject, replaced whole: whoever reads sees one state or the next.

    The folder stands for one help center, so whatever brand is asked for, they are its.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def current(self, subject: Subject) -> Fit | None:
        """Return the fit in use, None where nothing was learned or all of it was rolled back."""
        return self.read(subject.embedder, subject.kind)

    async def versions(self, embedder: str, kind: Kind) -> Mapping[BrandId, int]:
        """Return the version in use, under the default brand."""
        fit = self.read(embedder, kind)
        return {DEFAULT_BRAND: fit.version} if fit else {}

    async def adopt(self, subject: Subject, data: bytes, report: Mapping[str, Any], now: datetime) -> Fit:
        """Keep a new version and put it in use."""
        history = self._history(subject.embedder, subject.kind)
        before = _in_use(history)
        version = max((fit.version for fit in history), default=0) + 1
        fit = Fit(version, data, now, report, before.version if before else None)
        self._write(subject, [*(_retired(old, now) if old == before else old for old in history), fit])
        return fit

    async def roll_back(self, subject: Subject, now: datetime) -> Fit | None:
        """Put the version before the one in use back in its place; return the one taken out, None where none was."""
        history = self._history(subject.embedder, subject.kind)
        gone = _in_use(history)
        if gone:
            self._write(subject, [_rolled_back(fit, gone, now) for fit in history])
        return gone

    def read(self, embedder: str, kind: Kind) -> Fit | None:
        """Return the fit in use at once: reading a small file is no wait."""
        return _in_use(self._history(embedder, kind))

    def _history(self, embedder: str, kind: Kind) -> list[Fit]:
        """Return every version kept, the oldest first; a file that cannot be read is as good as none."""
        try:
            return _HISTORY.validate_json(self._file(embedder, kind).read_bytes())
        except (OSError, ValueError):
            return []

    def _write(self, subject: Subject, history: Sequence[Fit]) -> None:
        file = self._file(subject.embedder, subject.kind)
        file.parent.mkdir(parents=True, exist_ok=True)
        newest = history[-1].version
        kept = [fit for fit in history if kept_still(fit.version, newest) or fit.retired_at is None]
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".writing-", delete=False) as beside:
            beside.write(_HISTORY.dump_json(kept))
        os.replace(beside.name, file)

    def _file(self, embedder: str, kind: Kind) -> Path:
        slug = re.sub(r"[^a-z0-9]+", "-", embedder.lower()).strip("-")[:40]
        return self._folder / f"{kind}-{slug}-{hashlib.sha256(embedder.encode()).hexdigest()[:8]}.json"


def kept_still(version: int, newest: int) -> bool:
    """Say whether a retired version is young enough to be kept for going back."""
    return version > newest - KEPT_VERSIONS


def _in_use(history: Sequence[Fit]) -> Fit | None:
    return next((fit for fit in history if fit.retired_at is None), None)


def _retired(fit: Fit, now: datetime) -> Fit:
    return replace(fit, retired_at=now)


def _rolled_back(fit: Fit, gone: Fit, now: datetime) -> Fit:
    """Return a version as it is after `gone` was taken out of use."""
    if fit.version == gone.version:
        return _retired(fit, now)
    return replace(fit, retired_at=None) if fit.version == gone.replaced else fit


def of_folder(kb: Path, cache: Path) -> FolderFits:
    """Return what was learned of a folder or file of articles; it stays when these change."""
    return FolderFits(cache / f"learned-{hashlib.sha256(str(kb.resolve()).encode()).hexdigest()[:16]}")
