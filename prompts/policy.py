"""Policy from files: a folder with the names of `prompts/policy/`, any of which an operator may replace."""

import hashlib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from domain.policy import Destination, Handling, Intent, Phrases, Policy, Risk, Target, Thresholds, Tone
from domain.triage import Flag, Priority
from domain.turns import Channel

FILES = (
    "intents.yaml",
    "flags.yaml",
    "phrases.yaml",
    "desk.yaml",
    "destinations.yaml",
    "tone.md",
    "tone.yaml",
    "scope.md",
)


class PolicyError(Exception):
    """A policy file cannot be used; the message names the file and what is wrong with it."""


def load(folder: Path | None = None) -> Policy:
    """Return the shipped policy, each file replaced by the one of that name in `folder` where there is one.

    Raises PolicyError for a folder that does not exist or a file that does not fit.
    """
    if folder is not None and not folder.is_dir():
        raise PolicyError(f"{str(folder)!r} is not a folder; `deskhand policy export` writes one to start from")
    texts = {name: _read(name, folder) for name in FILES}
    version = hashlib.sha256("\0".join(texts[name] for name in FILES).encode()).hexdigest()[:12]
    desk = _desk(texts["desk.yaml"])
    phrases = _parsed(texts, "phrases.yaml", dict[str, Phrases])
    if desk["languages"][0] not in phrases:
        raise PolicyError(
            f"phrases.yaml has no sentences for the first language of desk.yaml, {desk['languages'][0]!r}"
        )
    return Policy(
        version=version,
        intents=_parsed(texts, "intents.yaml", tuple[Intent, ...]),
        flag_examples=_parsed(texts, "flags.yaml", dict[Flag, tuple[str, ...]]),
        phrases=phrases,
        destinations=_destinations(texts),
        tone=texts["tone.md"].strip(),
        tones=_parsed(texts, "tone.yaml", Tone),
        scope=texts["scope.md"].strip(),
        **desk,
    )


def export(folder: Path, source: Path | None = None) -> tuple[Path, ...]:
    """Write the policy files that are in force with `source` into a folder, to be edited, and return their paths.

    Raises PolicyError when a file of that name is there already: an edited policy is never overwritten.
    """
    if taken := [name for name in FILES if (folder / name).exists()]:
        raise PolicyError(f"{str(folder)!r} already holds {', '.join(taken)}; name an empty folder")
    folder.mkdir(parents=True, exist_ok=True)
    for name in FILES:
        (folder / name).write_text(_read(name, source), "utf-8")
    return tuple(folder / name for name in FILES)


def _read(name: str, folder: Path | None) -> str:
    given = folder / name if folder else None
    source = given if given and given.is_file() else resources.files("prompts").joinpath("policy", name)
    try:
        return source.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise PolicyError(f"{name} is not UTF-8 text: {error}") from error


def _parsed(texts: Mapping[str, str], name: str, shape: Any) -> Any:
    return _validated(name, _yaml(name, texts[name]), shape)


def _yaml(name: str, text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise PolicyError(f"{name} is not YAML: {error}") from error


def _validated(name: str, value: object, shape: Any) -> Any:
    try:
        return TypeAdapter(shape).validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise PolicyError(f"{name}, at {place or 'the top'}: {first['msg']}, not {first['input']!r}") from error


def _destinations(texts: Mapping[str, str]) -> tuple[Destination, ...]:
    found: tuple[Destination, ...] = _parsed(texts, "destinations.yaml", tuple[Destination, ...])
    if not found or not found[-1].owns:
        raise PolicyError("destinations.yaml must end with an entry of `owns: true`: it takes what nobody else does")
    return found


def _desk(text: str) -> dict[str, Any]:
    given = _yaml("desk.yaml", text)
    shapes = {
        "languages": tuple[str, ...],
        "targets": dict[Priority, Target],
        "thresholds": Thresholds,
        "risk": Risk,
        "channels": dict[Channel, Handling],
        "link_hosts": tuple[str, ...],
    }
    if not isinstance(given, dict) or set(given) != set(shapes):
        raise PolicyError(f"desk.yaml must hold exactly {sorted(shapes)}")
    desk = {key: _validated("desk.yaml", given[key], shape) for key, shape in shapes.items()}
    if missing := set(Priority) - set(desk["targets"]):
        raise PolicyError(f"desk.yaml has no targets for {sorted(missing)}")
    if not desk["languages"]:
        raise PolicyError("desk.yaml names no language")
    for name, share in vars(desk["risk"]).items():
        if not 0 < share < 1:
            raise PolicyError(f"desk.yaml, at risk.{name}: {share!r} is no share between 0 and 1, such as 0.02 for 2 %")
    return desk
