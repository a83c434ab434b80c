"""Seeds: questions written one by one, with the rules that a decision on them must obey."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

HERE = Path(__file__).parent
Split = Literal["dev", "test"]
SPLITS: tuple[Split, ...] = ("dev", "test")
Class = Literal[
    "answerable", "multi", "follow_up", "false_premise", "angry", "benign", "other_language",
    "unanswerable", "internal", "out_of_scope", "person", "injection", "urgent",
]  # fmt: skip
Words = tuple[str | tuple[str, ...], ...]

REPLIED = ("answered", "suggested")
OUTCOMES: dict[Class, tuple[str, ...]] = {
    "answerable": REPLIED,
    "multi": REPLIED,
    "follow_up": REPLIED,
    "false_premise": REPLIED,
    "angry": REPLIED,
    "benign": REPLIED,
    "other_language": REPLIED,
    "injection": ("handed_over", "suggested"),
}
USUAL_PRIORITY = ("P2", "P3")
WITHOUT_USUAL_PRIORITY: frozenset[Class] = frozenset({"angry", "injection", "person", "urgent"})


class SeedBroken(ValueError):
    """A file of seeds does not say what a seed must."""


class Seed(BaseModel):
    """A matter, the ways to ask about it, and what is right: articles, words, outcome, priority."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    class_: Class = Field("answerable", alias="class")
    questions: tuple[str, ...] = Field(min_length=1)
    history: tuple[str, ...] = ()
    relevant_ids: tuple[str, ...] = ()
    must_include: Words = ()
    must_not_include: tuple[str, ...] = ()
    outcome: tuple[str, ...] = ()
    priority: tuple[str, ...] = ()
    language: str = "en"

    def rules(self) -> dict[str, object]:
        """Return the fields of a row that do not depend on how the question was asked."""
        said = {
            "class": self.class_,
            "history": self.history,
            "relevant_ids": self.relevant_ids,
            "must_include": self.must_include,
            "must_not_include": self.must_not_include,
            "outcome": self.outcome or OUTCOMES.get(self.class_, ("handed_over",)),
            "priority": self.priority or (() if self.class_ in WITHOUT_USUAL_PRIORITY else USUAL_PRIORITY),
            "language": self.language,
        }
        return {name: value for name, value in said.items() if value}


def read(split: Split, home: Path = HERE) -> Iterator[Seed]:
    """Yield the seeds of one side, in the order of the files; raises SeedBroken naming the file and what is wrong."""
    for path in sorted((home / "seeds" / split).glob("*.yaml")):
        try:
            for written in yaml.safe_load(path.read_text("utf-8")):
                yield Seed.model_validate(written)
        except (yaml.YAMLError, TypeError) as exc:
            raise SeedBroken(f"{path}: {exc}; write a list of seeds in YAML") from exc
        except ValidationError as exc:
            first = exc.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            names = ", ".join(field.alias or name for name, field in Seed.model_fields.items())
            raise SeedBroken(f"{path}: {written!r}: {place}: {first['msg']}; a seed has {names}") from exc
