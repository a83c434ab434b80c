"""Sentences of public help centers and reviews: as they are, and with people or things put where a pronoun stood.

A sentence with a word that Faker knows as a first name is left out: nobody marked the names in these sets.
"""

import json
import random
import re
from collections.abc import Container, Iterator
from dataclasses import replace
from pathlib import Path

from domain.text import folded
from evals.naming.marked import Marked
from evals.naming.people import PRODUCTS, Cast

ROOT = Path(__file__).parent.parent.parent
DATA = ROOT.parent / "shared" / "data"
HELP_CENTER = ROOT / "demo" / "help_center"
TAKEN = {
    "stackfaq/corpus.jsonl": 1500,
    "stackfaq/questions.jsonl": 500,
    "arduino_help/corpus.jsonl": 1200,
    "logingov_help/corpus.jsonl": 1400,
    "mozilla_firefox/corpus.jsonl": 1200,
    "mozilla_firefox/questions_2019.jsonl": 3000,
    "dstc11/corpus.jsonl": 3000,
    "dstc11/questions_val.jsonl": 600,
}  # sentences at most
FOREIGN = ("zh",)  # no capitals to go by
_MARKUP = re.compile(r"https?://\S+|[#*`|>\[\]()_]+")
_END = re.compile(r"(?<=[.!?])\s+|\n+")
_CAPITAL = re.compile(r"\b[A-ZÀ-Þ]\w+")
_PERSON = re.compile(
    r"\b(he|she|I|we|me|us|them|they|him|you|someone|somebody|(?:my|our|your|the|a|his|her) (?:wife|husband|friend|"
    r"boss|colleague|manager|brother|sister|daughter|son|partner|customer|user|owner|guest|host|staff|waiter|receptionist|"
    r"person|recipient|sender|teacher|doctor|visitor|member|people|family)|(?:my|your|his|her|their|our)(?= \w))\b"
    r"(?!['’])(?! (?:am|have|do)\b)"
)
_THING = re.compile(
    r"\b(?:it|this|they|the (?:company|hotel|restaurant|app|site|website|bank|store|shop|place|browser|extension|page|"
    r"team|system)|there|here)\b(?!['’])"
)


def sentences(chance: random.Random, first_names: Container[str]) -> list[Marked]:
    """Return the sentences without any name that could be taken, in a random order."""
    found = [Marked(text, kind=name.split("/")[0]) for name in TAKEN for text in _some(name, chance)]
    found += [
        Marked(text, kind="demo") for path in sorted(HELP_CENTER.rglob("*.md")) for text in _cut(path.read_text())
    ]
    found = [one for one in found if not _suspected(one.text, first_names)]
    chance.shuffle(found)
    return found


def planted(one: Marked, cast: Cast) -> Iterator[Marked]:
    """Yield the sentence with a person where a pronoun stood, with a thing likewise, and as a title is written."""
    if spot := _spot(_PERSON, one.text, cast.chance):
        name = cast.name("nnnfl")
        owned = "'s" if spot.group() in ("my", "your", "his", "her", "their", "our") else ""
        text = one.text[: spot.start()] + name + owned + one.text[spot.end() :]
        yield Marked(text, ((spot.start(), spot.start() + len(name)),), "planted")
    if (spot := _spot(_THING, one.text, cast.chance)) and cast.chance.random() < 0.5:
        thing = f"in {cast.city()}" if spot.group() in ("there", "here") else cast.thing()
        yield replace(one, text=one.text[: spot.start()] + thing + one.text[spot.end() :], kind="things")
    if cast.chance.random() < 0.12:
        yield replace(one, text=" ".join(word.capitalize() for word in one.text.split()), kind="titles")


def _spot(pattern: re.Pattern[str], text: str, chance: random.Random) -> re.Match[str] | None:
    spots = list(pattern.finditer(text))
    return chance.choice(spots) if spots else None


def _some(name: str, chance: random.Random) -> list[str]:
    rows = [json.loads(line) for line in (DATA / name).read_text("utf-8").splitlines()]
    rows = [row for row in rows if row.get("lang") not in FOREIGN]
    found = [text for row in rows for key in ("question", "title", "body") for text in _cut(row.get(key) or "")]
    return chance.sample(found, min(TAKEN[name], len(found)))


def _cut(text: str) -> Iterator[str]:
    for piece in _END.split(_MARKUP.sub(" ", text)):
        if 15 < len(line := " ".join(piece.split())) < 220:
            yield line


def _suspected(text: str, first_names: Container[str]) -> bool:
    return any(word not in PRODUCTS and folded(word) in first_names for word in _CAPITAL.findall(text))
