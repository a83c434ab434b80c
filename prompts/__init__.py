"""Prompts and policy are files beside this one that a support lead can edit; `render` fills a prompt's `$names`.

A prompt is two parts around the line `--- user ---`. The system part holds rules and policy, the same for every
customer of a brand, so that a server can cache it; the user part alone holds what customers and articles say.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Template

_CUT = "\n--- user ---\n"


class PromptError(Exception):
    """A prompt cannot be rendered; the message names the prompt and what is missing, surplus or broken."""


@dataclass(frozen=True)
class Prompt:
    """What a model reads: the rules, and what is asked under them."""

    system: str
    user: str


def render(name: str, **values: str) -> Prompt:
    """Fill the prompt called `name`; a value too few or too many raises PromptError."""
    parts = _parts(name)
    places = {place for part in parts for place in Template(part).get_identifiers()}
    if missing := sorted(places - values.keys()):
        raise PromptError(f"Prompt {name!r} needs a value for {missing}")
    if surplus := sorted(values.keys() - places):
        raise PromptError(f"Prompt {name!r} has no place for {surplus}")
    system, user = (Template(part).substitute(values) for part in parts)
    return Prompt(system, user)


def version(name: str) -> str:
    """Return a short hash of the prompt called `name`: another one means other words."""
    return hashlib.sha256(_text(name).encode()).hexdigest()[:8]


@cache
def _parts(name: str) -> tuple[str, str]:
    system, cut, user = _text(name).partition(_CUT)
    if not cut:
        raise PromptError(f"Prompt {name!r} has no line {_CUT.strip()!r} between its system and its user part")
    for part in (system, user):
        if not Template(part).is_valid():
            raise PromptError(f"Prompt {name!r} has a stray '$'; write '$$' for the sign itself")
    return system.strip(), user.strip()


@cache
def _text(name: str) -> str:
    try:
        return resources.files(__name__).joinpath(f"{name}.md").read_text("utf-8")
    except FileNotFoundError as error:
        raise PromptError(f"There is no prompt {name!r}; prompts are Markdown files in {__name__}/") from error
