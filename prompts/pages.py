"""One page of a policy: read as YAML, fitted to the shape it should have, or refused with its name and the place."""

import re
import reprlib
from typing import Any

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError

_STRICT = ConfigDict(extra="forbid", allow_inf_nan=False)
_NAMED = re.compile(r"\w+\.(?:yaml|md)\b")
_SAID = {"missing": "is missing", "unexpected_keyword_argument": "is not known here"}


class PolicyError(Exception):
    """A policy page cannot be used; the message begins with the page and says what is wrong with it."""

    @property
    def page(self) -> str | None:
        """Return the name of the page, None where it is about none that there is."""
        named = _NAMED.match(str(self))
        return named[0] if named else None


class _Loader(yaml.CSafeLoader):
    """YAML as people mean it: `no` is Norway or Norwegian, 17:00 a time of day, and only true and false are neither."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, rule) for tag, rule in rules if tag not in ("tag:yaml.org,2002:bool", "tag:yaml.org,2002:int")]
    for first, rules in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile("(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver("tag:yaml.org,2002:int", re.compile("[-+]?(?:0|[1-9][0-9]*)$"), list("-+0123456789"))


def parsed(name: str, text: str) -> Any:
    """Return what a page says as plain lists and mappings.

    Raises PolicyError when it is not YAML.
    """
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, _Loader)):
            raise PolicyError(f"{name} repeats itself with an alias (*name): write it out")
        return yaml.load(text, _Loader)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise PolicyError(f"{name} is not YAML: {error}") from error


def fitted(name: str, value: object, shape: Any) -> Any:
    """Return a value in its shape: a type of domain, or a collection of them.

    Raises PolicyError naming the first place that does not fit.
    """
    try:
        return TypeAdapter(tuple[shape], config=_STRICT).validate_python((value,))[0]
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"][1:] if part != "[key]") or "the top"
        said = _SAID.get(first["type"]) or f"{first['msg']}, not {reprlib.repr(first['input'])}"
        raise PolicyError(f"{name}, at {place}: {said}") from error


def read(name: str, text: str, shape: Any) -> Any:
    """Return a page in its shape. Raises PolicyError."""
    return fitted(name, parsed(name, text), shape)
