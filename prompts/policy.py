"""Policy from pages: texts with the names of `prompts/policy/`, any of which an operator or a brand may replace."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from domain.limits import Limits
from domain.policy import Destination, Handling, Intent, Phrases, Policy, Risk, Thresholds, Tone
from domain.retention import Retention
from domain.staffing import Escalation, Team
from domain.triage import Flag
from domain.turns import Channel
from prompts import pages, staffing, wording
from prompts.pages import PolicyError

__all__ = ["FILES", "PolicyError", "digest", "export", "load", "parse", "texts", "written"]

FILES = (
    "brand.yaml",
    "intents.yaml",
    "flags.yaml",
    "phrases.yaml",
    "tone.md",
    "tone.yaml",
    "scope.md",
    "desk.yaml",
    "destinations.yaml",
    "teams.yaml",
    "hours.yaml",
    "clocks.yaml",
    "escalation.yaml",
    "kpis.yaml",
    "retention.yaml",
    "limits.yaml",
)


@dataclass(frozen=True)
class Desk:
    """What desk.yaml holds."""

    languages: tuple[str, ...]
    thresholds: Thresholds
    risk: Risk
    channels: dict[Channel, Handling]


def load(folder: Path | None = None) -> Policy:
    """Return the shipped policy, each page replaced by the one of that name in `folder` where there is one.

    Raises PolicyError for a folder that does not exist or a page that does not fit.
    """
    return parse(texts(folder))


def texts(folder: Path | None = None) -> dict[str, str]:
    """Return the pages that are in force with a folder, by name.

    Raises PolicyError for a folder that does not exist or a page that is not text.
    """
    shipped = {name: resources.files("prompts").joinpath("policy", name).read_text("utf-8") for name in FILES}
    return shipped | (written(folder) if folder else {})


def written(folder: Path) -> dict[str, str]:
    """Return the pages that lie in a folder, by name; it may hold other files too.

    Raises PolicyError for a folder that does not exist or a page that is not text.
    """
    if not folder.is_dir():
        raise PolicyError(f"{str(folder)!r} is not a folder; `deskhand policy export` writes one to start from")
    try:
        return {name: (folder / name).read_text("utf-8") for name in FILES if (folder / name).is_file()}
    except UnicodeDecodeError as error:
        raise PolicyError(f"a page in {str(folder)!r} is not UTF-8 text: {error}") from error


def digest(texts: Mapping[str, str]) -> str:
    """Return what tells these pages from any others."""
    return hashlib.sha256("\0".join(texts[name] for name in FILES).encode()).hexdigest()[:12]


def parse(texts: Mapping[str, str]) -> Policy:
    """Return the policy that these pages make; each of FILES must be there.

    Raises PolicyError naming the first page and place that does not fit, or does not fit to another page.
    """
    return _parse(tuple(texts[name] for name in FILES))


@lru_cache(maxsize=8)
def _parse(written: tuple[str, ...]) -> Policy:
    texts = dict(zip(FILES, written, strict=True))
    desk, brand = _read(texts, "desk.yaml", Desk), _read(texts, "brand.yaml", staffing.Brand)
    clocks, kpis = _read(texts, "clocks.yaml", staffing.Clocks), _read(texts, "kpis.yaml", staffing.Kpis)
    policy = Policy(
        version=digest(texts),
        **vars(desk),
        **vars(brand),
        intents=_read(texts, "intents.yaml", tuple[Intent, ...]),
        flag_examples=_read(texts, "flags.yaml", dict[Flag, tuple[str, ...]]),
        phrases=_read(texts, "phrases.yaml", dict[str, Phrases]),
        destinations=_destinations(texts),
        tone=texts["tone.md"].strip(),
        tones=_read(texts, "tone.yaml", Tone),
        scope=texts["scope.md"].strip(),
        teams=_read(texts, "teams.yaml", tuple[Team, ...]),
        calendars=staffing.calendars(pages.parsed("hours.yaml", texts["hours.yaml"])),
        targets=clocks.targets,
        tiers=clocks.tiers,
        waits=clocks.waits,
        escalations=_read(texts, "escalation.yaml", tuple[Escalation, ...]),
        kpis=kpis.targets,
        cost=kpis.cost,
        retention=_retention(texts),
        limits=_read(texts, "limits.yaml", Limits),
    )
    wording.check(policy)
    staffing.check(policy)
    return policy


def export(folder: Path, given: Mapping[str, str]) -> tuple[Path, ...]:
    """Write pages into a folder, to be edited, and return their paths.

    Raises PolicyError when a page of that name is there already: an edited policy is never overwritten.
    """
    if taken := [name for name in given if (folder / name).exists()]:
        raise PolicyError(f"{str(folder)!r} already holds {', '.join(taken)}; name an empty folder")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in given.items():
        (folder / name).write_text(text, "utf-8")
    return tuple(folder / name for name in given)


def _read(texts: Mapping[str, str], name: str, shape: Any) -> Any:
    return pages.read(name, texts[name], shape)


def _destinations(texts: Mapping[str, str]) -> tuple[Destination, ...]:
    found: tuple[Destination, ...] = _read(texts, "destinations.yaml", tuple[Destination, ...])
    if not found or not found[-1].owns:
        raise PolicyError("destinations.yaml must end with an entry of `owns: true`: it takes what nobody else does")
    return found


def _retention(texts: Mapping[str, str]) -> Retention:
    found: Retention = _read(texts, "retention.yaml", Retention)
    if short := [f"{name}: {days}" for name, days in vars(found).items() if days is not None and days < 1]:
        raise PolicyError(f"retention.yaml, at {short[0]}: words are kept for a day at least; null keeps them for good")
    return found
