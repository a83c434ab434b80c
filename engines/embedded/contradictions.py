"""Find where a claim says otherwise than its quote: another figure, another sign, another name.

Likeness does not see these, since all the other words agree. A claim is laid beside the clause of its quotes that it is
nearest to; what is worded too differently to be laid beside anything is left to the score of support.
"""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

from domain.text import folded, plain, spans, words
from engines.embedded import quantities
from engines.embedded.wording import content, stem

BESIDE = 0.6  # of the words of two clauses together, from which they speak of the same
ALIKE = 0.7  # likewise, among many clauses
MANY = 12
EQUAL = 0.8  # likewise, where they share no more words than the next number says
SHARED = 2  # words, names aside, of two sentences that may differ in a name
TITLED = 0.7  # of the words of a line in capitals
APART = 4  # words between a name and the figure that is said of it
BARELY = 0.1  # of likeness: clauses so little apart are as near as one another

_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot|\w+n't|unless|except|nunca|sin|ningun\w*|nicht|"
    r"kein\w*|nie|niemals|ohne|jamais|sans|aucun\w*|nao|sem|nenhum\w*)\b"
)
_NO_NEGATION = re.compile(
    r"^(?:no|nein|nao|non)\b[.,:!]|\bnot (?:only|just)\b|\bno (?:later|earlier|more|less|fewer) than\b|"
    r"\bnot (?:more|less|fewer) than\b|\bno matter\b"
)
_CLAUSE = re.compile(
    r"(?:[;:,–—]|\s-)\s+|\s+(?=(?:but|although|whereas|unless|except|because|while|and|aber|pero|mais)\s)"
)
_CONDITION = re.compile(
    r"(?:(?:and|or|but|even|only) )*(?:to|if|when|whenever|whether|once|after|before|while|until|as long as|wenn|falls|"
    r"nachdem|bevor|um|si|cuando|para|despues|antes|quand|pour|apres|avant|se|quando|depois)\b[^,]*$"
)
_LABEL = re.compile(r"^[^:.,]{1,40}:\s+(?=\S)")
_NAME = re.compile(r"[A-Z][\w'-]*|\w*\d[\w-]*[a-zA-Z][\w-]*|\w+[a-z][A-Z]\w*")
_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(rf"{_FIGURE.pattern}|[\w'-]+")
_COMMON_START = re.compile(r"(?:s|ing|ion|ment|ance|ence|ness|age|ity|y)$")
_SMALL = """
a an the this that these those if when while after before once until for from to in on at by with within without
you your we our it its they their i my he she there here all any each every some no not only please and or but so
as since because unless do does is are can will may must should
"""
_FUNCTION = frozenset(_SMALL.split())
_PAIRS = """
enable enabled enables enabling activate activated / disable disabled disables disabling deactivate
include included includes including / exclude excluded excludes excluding
allow allowed allows permit permitted permits / forbid forbidden forbids block blocked blocks prohibit prohibited
accept accepted accepts / reject rejected rejects refuse refused refuses
possible / impossible
available / unavailable
able / unable
valid / invalid
active / inactive
visible / hidden invisible
required mandatory compulsory / optional voluntary
refundable / non-refundable nonrefundable
limited / unlimited
supported / unsupported
free / paid
public / private
encrypted / unencrypted
before / after
above over / below under
more / less fewer
increase increased increases raise raised raises / decrease decreased decreases reduce reduced reduces
minimum least / maximum most
first / last
earlier sooner / later
add added adds / remove removed removes
lock locked locks / unlock unlocked unlocks
mute muted mutes / unmute unmuted unmutes
subscribe subscribed / unsubscribe unsubscribed
online / offline
inside / outside
temporary temporarily / permanent permanently
automatic automatically / manual manually
keep keeps kept / lose loses lost
succeed succeeds succeeded / fail fails failed
"""
_OPPOSITES = tuple(
    (frozenset(map(stem, one.split())), frozenset(map(stem, other.split())))
    for one, _, other in (pair.partition(" / ") for pair in _PAIRS.strip().splitlines())
)
_OPPOSED = frozenset(word for pair in _OPPOSITES for side in pair for word in side)
_SIBLINGS = tuple(
    tuple(frozenset(map(stem, member.split(","))) for member in group.split())
    for group in """owner admin,administrator,admins member guest viewer editor
monthly yearly,annual,annually weekly daily,day hourly
monday tuesday wednesday thursday friday saturday sunday
january february march april may june july august september october november december
desktop mobile tablet
upload,uploading,uploads download,downloading,downloads
buyer seller
sender recipient
left right
top bottom
android ios windows macos linux""".splitlines()
)  # fmt: skip

_CURRENCIES = frozenset(("EUR", "USD", "GBP", "CHF"))

_STARTS = frozenset(("", *'.:!?"“‘(*-'))

Kind = Literal["figures", "negation", "names"]


@dataclass(frozen=True)
class Contradiction:
    """One way in which a claim says otherwise than its quotes; `message` reads on after `the claim`."""

    kind: Kind
    message: str


@dataclass(frozen=True)
class _Clause:
    """A clause or sentence, ready to be laid beside another."""

    text: str
    stems: frozenset[str]
    words: tuple[str, ...]
    negated: bool
    conditional: bool


def found(claim: str, quotes: str) -> list[Contradiction]:
    """Return where a claim contradicts what it cites; none where it stands word for word in it."""
    beheaded = _beheaded(claim, quotes)
    if beheaded or _verbatim(claim, quotes):
        return [Contradiction("negation", "leaves out the no of its citation")] if beheaded else []
    contradictions = []
    if wrong := quantities.astray(plain(claim), plain(quotes)):
        contradictions.append(Contradiction("figures", f"names {wrong}, which its citation does not"))
    if any(_flipped(clause, quotes) for clause in _clauses(claim)):
        message = "turns a yes of its citation into a no, or a no into a yes"
        contradictions.append(Contradiction("negation", message))
    if swapped := _swapped(claim, quotes):
        contradictions.append(Contradiction("names", f"speaks of {swapped!r} where its citation names another"))
    return contradictions


def _verbatim(claim: str, quotes: str) -> bool:
    return " ".join(words(plain(claim))) in " ".join(words(plain(quotes)))


def _beheaded(claim: str, quotes: str) -> bool:
    """Say whether a claim ends a sentence that denies it: `refund gifts` of `do not refund gifts`."""
    said = " ".join(words(plain(claim)))
    for sentence in _sentences(quotes):
        before, met, _ = " ".join(words(sentence)).partition(f" {said}")
        if said and met and _negated(" ".join(before.split()[-2:])):
            return True
    return False


def _flipped(clause: _Clause, quotes: str) -> bool:
    """Say whether the clause that the quotes have beside a clause, or else the sentence, has the other sign.

    Where several are as near, one with the same sign is enough.
    """
    many = len(_clauses(quotes)) > MANY
    for others in (_clauses(quotes), tuple(map(_clause, _sentences(quotes)))):
        near = [(_beside(clause, other), other.text) for other in others if _same_matter(clause, other, many)]
        if told := [beside for beside, text in near if not text.endswith("?")]:
            named, likeness, _ = max(told)
            return not any(same and like >= likeness - BARELY for (name, like, same), _ in near if name == named)
    return False


def _same_matter(one: _Clause, other: _Clause, among_many: bool) -> bool:
    """Say whether two clauses speak of the same, opposite words aside; short ones have to be nearly equal.

    A condition or purpose is not laid beside what is said to be so; among many clauses some are alike by chance.
    """
    if one.conditional != other.conditional:
        return False
    mine, yours = one.stems - _OPPOSED, other.stems - _OPPOSED
    shared = sum(not stem.isdigit() for stem in mine & yours)
    if among_many and shared < SHARED:
        return False
    return _dice(mine, yours) >= (EQUAL if len(mine & yours) <= SHARED else ALIKE if among_many else BESIDE)


def _beside(clause: _Clause, other: _Clause) -> tuple[bool, float, bool]:
    """Return how near a clause is, one with the same names being the nearest, and whether it has the same sign."""
    names = {folded(name) for name in _names(clause.text)}
    return names <= set(other.words), _likeness(clause, other), _same_sign(clause, other)


def _same_sign(one: _Clause, other: _Clause) -> bool:
    """Say whether two clauses have the same sign: negations and opposite words undo one another."""
    said, there = set(map(stem, one.words)), set(map(stem, other.words))
    turns = sum(_turned(said, there, pair) or _turned(there, said, pair) for pair in _OPPOSITES)
    return (one.negated != other.negated) == bool(turns % 2)


def _turned(said: set[str], there: set[str], pair: tuple[frozenset[str], frozenset[str]]) -> bool:
    """Say whether one text has the first of two opposites and the other has the second, and neither has both."""
    first, second = pair
    return bool(first & said and second & there) and not (second & said or first & there)


def _swapped(claim: str, quotes: str) -> str | None:
    """Return the name, or a word as good as one, that stands in a claim where its quote has another."""
    said, there = _clause(_LABEL.sub("", plain(claim))), [_clause(sentence) for sentence in _sentences(quotes)]
    nearest = max(there, key=lambda sentence: _likeness(said, sentence), default=None)
    if nearest is None:
        return None
    borne = any(_bears(said, sentence) for sentence in there)
    named = None if borne else _other_name(said, nearest)
    if named and _likeness(said, nearest) < EQUAL and any(folded(named) in sentence.words for sentence in there):
        named = None  # it is told elsewhere, and of the sentence it is laid beside it is no rewording
    return named or _sibling(said, nearest) or _bound_elsewhere(plain(claim), quotes)


def _bears(said: _Clause, there: _Clause) -> bool:
    """Say whether a sentence has every name of a claim and most of its words."""
    return set(_names(said.text)) <= set(there.words) and len(said.stems & there.stems) >= BESIDE * len(said.stems)


def _other_name(said: _Clause, there: _Clause) -> str | None:
    """Return a name of the claim that a sentence otherwise like it has not, where that has another instead."""
    strange = {folded(name): name for name in _names(said.text) if folded(name) not in there.words}
    missing = {folded(name) for name in _names(there.text)} - set(said.words)
    gone = set(map(stem, (*strange, *missing)))
    shared = said.stems & there.stems
    if not strange or len(shared) < SHARED or _dice(said.stems - gone, there.stems - gone) < BESIDE:
        return None
    around = {side for name in missing for side in _sides(name, there)}
    return next(
        (strange[name] for name in strange if _sides(name, said) & around or _in_place(name, said, there)), None
    )


def _sides(name: str, clause: _Clause) -> set[tuple[str, str]]:
    """Return the words that a name stands after and before; the edge of a sentence is none."""
    padded = ("", *clause.words, "")
    places = [place for place, word in enumerate(padded) if word == name]
    sides = {("after", padded[place - 1]) for place in places} | {("before", padded[place + 1]) for place in places}
    return {side for side in sides if side[1]}


def _in_place(name: str, said: _Clause, there: _Clause) -> bool:
    """Say whether a name stands exactly where the other sentence has another word."""
    for what, start, end, other, last in SequenceMatcher(None, said.words, there.words, False).get_opcodes():
        replaced = set(there.words[other:last]) - set(said.words) - _FUNCTION
        if what == "replace" and name in said.words[start:end] and replaced and end - start <= 2:
            return True
    return False


def _sibling(said: _Clause, there: _Clause) -> str | None:
    """Return a word of a claim that excludes one that stands in its place: another role, rhythm, weekday or side."""
    if _likeness(said, there) < BESIDE:
        return None
    mine, yours = set(map(stem, said.words)), set(map(stem, there.words))
    for group in _SIBLINGS:
        strange = [member for member in group if member & mine and not member & yours]
        missing = [member for member in group if member & yours and not member & mine]
        if strange and missing:
            return next(word for word in said.words if stem(word) in strange[0])
    return None


def _bound_elsewhere(claim: str, quotes: str) -> str | None:
    """Return the one name of a claim whose one figure its quotes give to another name, and to it a different one."""
    pairs = _pairs(claim)
    if len(pairs) != 1 or len({figure for _, figure in pairs}) != 1:
        return None
    (name, figure), told = pairs[0], [pair for text in _sentences(quotes) for pair in _pairs(text)]
    owners = {owner for owner, value in told if value == figure}
    elsewhere = any(owner == name for owner, _ in told)
    return name if owners and elsewhere and name not in owners else None


def _pairs(text: str) -> list[tuple[str, str]]:
    """Return each figure of a text with the name that stands nearest before it, a few words off at most."""
    paired, name, place = [], "", 0
    for number, word in enumerate(_WORD.findall(text)):
        if _FIGURE.fullmatch(word):
            paired += [(name, word)] if name and number - place <= APART else []
        elif _NAME.fullmatch(word) and folded(word) not in _FUNCTION and word not in _CURRENCIES:
            name, place = folded(word), number
    return paired


@lru_cache(maxsize=4096)
def _names(text: str) -> tuple[str, ...]:
    """Return the names in a sentence; one that is written as titles are has none that can be told."""
    if sum(word[:1].isupper() for word in text.split()) > TITLED * len(text.split()):
        return ()
    return tuple(match.group().removesuffix("'s") for match in re.finditer(r"[\w'-]+", text) if _is_name(match))


def _is_name(match: re.Match[str]) -> bool:
    word, text = match.group().removesuffix("'s"), match.string
    if not _NAME.fullmatch(word) or folded(word) in _FUNCTION or word in _CURRENCIES:
        return False
    starts = text[: match.start()].rstrip()[-1:] in _STARTS
    return not starts or _starts_as_name(text, word, match.end())


def _starts_as_name(text: str, word: str, end: int) -> bool:
    """Say whether the first word of a sentence is a name: its very form says so, or it does what the verb says."""
    if not word[1:].islower():
        return True
    verb = re.match(r"(?:\W+[A-Z][\w'-]*)*\W+([a-z]{2,}s)\b", text[end:])
    return verb is not None and verb.group(1) not in _FUNCTION and not _COMMON_START.search(word)


def _likeness(one: _Clause, other: _Clause) -> float:
    return _dice(one.stems, other.stems)


def _dice(one: frozenset[str], other: frozenset[str]) -> float:
    return 2 * len(one & other) / (len(one) + len(other)) if one and other else 0.0


def _negated(text: str) -> bool:
    return len(_NEGATION.findall(_NO_NEGATION.sub(" ", folded(text)))) % 2 == 1


@lru_cache(maxsize=1024)
def _sentences(quotes: str) -> tuple[str, ...]:
    return tuple(text for span in spans(quotes) if (text := plain(span.text)))


@lru_cache(maxsize=1024)
def _clauses(text: str) -> tuple[_Clause, ...]:
    return tuple(_clause(part) for sentence in _sentences(text) for part in _CLAUSE.split(sentence) if part.strip())


@lru_cache(maxsize=8192)
def _clause(text: str) -> _Clause:
    conditional = bool(_CONDITION.match(folded(text)))
    return _Clause(text, frozenset(content(text)), tuple(words(text)), _negated(text), conditional)
