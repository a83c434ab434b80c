"""The same question in other words: another order, other phrases, another manner, a slip of the finger.

Every function returns None where it cannot change anything.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import yaml

AT_MOST = 3
LONGEST_TERSE = 160
FEWEST_WORDS = 5
SENTENCES = re.compile(r"(?<=[.!?])\s+")
BACKWARD = re.compile(
    r"\b(?:it|its|that|this|they|them|their|then|there|he|him|his|she|her|one|ones|these|those|so|which|both|and|but"
    r"|either|too|such|same|rest|mine|first|new)\b",
    re.IGNORECASE,
)
CONDITION_FIRST = re.compile(r"(If|When|After|Once) ([^,.?!]+), ([a-z][^,.?!]+)\?")
CONDITION_LAST = re.compile(
    r"([A-Z][^,.?!;:]+?) (if|when|after|once) ((?:I|we|my|our|a|the|somebody|someone) [^,.?!;:]+)\?"
)
NOT_A_CONDITION = re.compile(r"\b(?:know|tell|ask|see|wonder|or|and|until|till|even|from|by|soon|like|is|day|only)$")
TYPABLE = re.compile(r"\b[a-z]{5,}\b")
POLITE = re.compile(
    r"\b(?:please|kindly),? ?|(?:^|(?<=\s))(?:hi|hello|hey|good morning|good afternoon)[,.!]? ", re.IGNORECASE
)
GREETED = re.compile(r"(?:hi|hello|hey|dear|good (?:morning|afternoon))\b", re.IGNORECASE)
QUOTED = re.compile(r'"[^"]*"')
STARTERS = re.compile(r"(?:How|Where|What|When|Which|Who|Why|Can|Could|Do|Does|Is|Are|Will|If|My|Our|The|We|After)\b")
Rewriter = Callable[[str, Random], str | None]


@dataclass(frozen=True)
class Wordings:
    """What may be said in other words."""

    synonyms: Mapping[str, tuple[str, ...]]
    fixed: tuple[str, ...]
    contractions: Mapping[str, str]
    greetings: tuple[str, ...]
    salutations: tuple[str, ...]
    endings: tuple[str, ...]
    thanks: tuple[str, ...]
    stories: tuple[str, ...]


@cache
def wordings() -> Wordings:
    """Return the table beside this module."""
    return Wordings(**yaml.safe_load(Path(__file__).with_name("wordings.yaml").read_text("utf-8")))


def rephrased(text: str, random: Random) -> str | None:
    """Put other phrases in the place of up to three."""
    table = wordings()
    kept = [found.span() for found in QUOTED.finditer(text)]
    kept += [found.span() for phrase in table.fixed for found in _phrase(phrase).finditer(text)]
    places = [
        (found.start(), found.end(), phrase)
        for phrase in table.synonyms
        for found in _phrase(phrase).finditer(text)
        if not any(start < found.end() and found.start() < end for start, end in kept)
    ]
    return _replaced(text, _apart(places, random), random) if places else None


def _apart(places: list[tuple[int, int, str]], random: Random) -> list[tuple[int, int, str]]:
    """Return places that do not overlap, longer phrases first, from the last to the first."""
    chosen: list[tuple[int, int, str]] = []
    for place in sorted(places, key=lambda one: (one[0] - one[1], random.random())):
        if all(place[1] <= start or end <= place[0] for start, end, _ in chosen):
            chosen.append(place)
    return sorted(chosen[:AT_MOST], reverse=True)


def _replaced(text: str, places: list[tuple[int, int, str]], random: Random) -> str:
    for start, end, phrase in places:
        other = random.choice(wordings().synonyms[phrase])
        before = re.sub(r"\b([Aa])n? $", r"\1n " if other[0] in "aeio" else r"\1 ", text[:start])
        text = before + (_capital(other) if text[start].isupper() else other) + text[end:]
    return text


def turned(text: str, random: Random) -> str | None:
    """Move a condition from the front of a question to its end, or back, or a question before what led to it."""
    if found := CONDITION_FIRST.fullmatch(text):
        condition, led_by, asked = found[1].lower(), found[2], found[3]
        if not STARTERS.match(_capital(asked)) or BACKWARD.search(asked):
            return None
        return f"{_capital(asked)} {condition} {led_by}?"
    found = CONDITION_LAST.fullmatch(text)
    if found and not NOT_A_CONDITION.search(found[1]) and not BACKWARD.search(found[3]):
        return f"{found[2].capitalize()} {found[3]}, {_small(found[1])}?"
    return _question_first(text)


def _question_first(text: str) -> str | None:
    sentences = SENTENCES.split(text)
    if len(sentences) != 2 or not sentences[0].endswith(".") or not sentences[1].endswith("?"):
        return None
    asked = sentences[1]
    return None if len(asked.split()) < FEWEST_WORDS or BACKWARD.search(asked) else f"{asked} {sentences[0]}"


def mistyped(text: str, random: Random) -> str | None:
    """Let one or two longer words suffer a slip: two letters swapped, one lost, one doubled."""
    words = list(TYPABLE.finditer(text))
    if not words:
        return None
    slips = random.sample(words, min(len(words), 1 + (len(text) > 90)))
    for found in sorted(slips, key=lambda one: one.start(), reverse=True):
        text = text[: found.start()] + _slip(found[0], random) + text[found.end() :]
    return text


def _slip(word: str, random: Random) -> str:
    at = random.randrange(1, len(word) - 2)
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    lost = word[:at] + word[at + 1 :]
    return random.choice([swapped, lost, lost]) if swapped != word else lost


def terse(text: str, random: Random) -> str | None:
    """Write as on a phone: small letters, no courtesy, no full stop."""
    if len(text) > LONGEST_TERSE:
        return None
    plain = POLITE.sub("", text).strip()
    words = [word if re.search(r"\d|[A-Z]{2}|[a-z][A-Z]|>", word) else word.lower() for word in plain.split()]
    written = " ".join(words).rstrip("?. ").replace("'", "" if random.random() < 0.7 else "'")
    return written if written != text else None


def formal(text: str, random: Random) -> str | None:
    """Write as in a letter: no contractions, a salutation and an ending."""
    table = wordings()
    if not re.match(r"I\b", text) and not STARTERS.match(text):
        return None
    for short in table.contractions:
        text = _phrase(short).sub(_spelled_out, text)
    return f"{random.choice(table.salutations)}\n\n{text}\n\n{random.choice(table.endings)}"


def _spelled_out(short: re.Match[str]) -> str:
    long = wordings().contractions[short[0].lower()]
    return _capital(long) if short[0][0].isupper() else long


def told(text: str, random: Random) -> str | None:
    """Put a sentence about oneself before it, perhaps a greeting, perhaps thanks after it."""
    table = wordings()
    if GREETED.match(text):
        return None
    openers = [one for one in table.greetings if not one.endswith(",")]
    parts = [random.choice(openers)] if random.random() < 0.5 else []
    parts += [random.choice(table.stories), text]
    parts += [random.choice(table.thanks)] if random.random() < 0.5 else []
    return " ".join(parts)


def greeted(text: str, random: Random) -> str | None:
    """Put a greeting before it and thanks after it."""
    if GREETED.match(text):
        return None
    small = STARTERS.match(text) or re.match(r"I\b", text)
    opener = random.choice([one for one in wordings().greetings if small or not one.endswith(",")])
    asked = _small(text) if opener.endswith(",") else text
    return f"{opener} {asked} {random.choice(wordings().thanks)}" if random.random() < 0.6 else f"{opener} {asked}"


def _phrase(phrase: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w'-]){re.escape(phrase)}(?![\w'-])", re.IGNORECASE)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _small(text: str) -> str:
    return text if re.match(r"I\b|[A-Z]{2}", text) else text[:1].lower() + text[1:]
