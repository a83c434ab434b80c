"""How apt a piece of a passage is to answer an ask: closeness, the article's place in the search, shared words, kind.

The weights are those of a conditional logit over the pieces found for 287 questions of the demo's development split,
rounded; held out by article, the aptest piece then holds the answer for .62 of the questions, .56 by hand-set ones.
MET came later, on its own, and stands in the middle of the range that helps.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from domain.search import Evidence
from domain.text import folded, words
from engines.embedded.asks import asks_how, focus
from engines.embedded.reader import Likeness
from engines.embedded.units import Unit, heading, sends_elsewhere
from engines.embedded.wording import content

CLOSENESS, PASSAGE, ARTICLE = 0.5, 0.15, 0.22  # for the cosine, the passage's score, and its article's best score
MET = 0.3  # for how much better than the other units its words meet those of the ask, one by one
WORDS, LETTERS = 0.14, 0.08  # for the words an ask and a piece share, and for groups of letters: typos, compounds
STEPS = 0.15  # for numbered steps when the customer asks how
KIND = 0.08  # for a figure of the kind that is asked for
NAMED, ANOTHER = 0.2, 0.1  # for a code such as FW-1203 that the customer names, and off for another one
CONTRARY = 0.05  # taken off what stands under a heading that denies what the question affirms, or the other way round
ELSEWHERE = 0.08  # taken off what only names another page to read
GROUP = 4  # letters

_DENIAL = re.compile(r"\b(?:not|no|never|cannot|can t|without|nicht|kein\w*|ohne|sin|nunca|pas|sans|nao|sem)\b|n't\b")
_AMOUNT = r"\d[\d.,]*\s?(?:eur|usd|gbp|chf|€|\$|£|%|euros?|dollars?|cents?)|[€$£]\s?\d"
_TIME = (
    r"\d+[\w ]{0,12}\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|"
    r"dias?|horas?|minutos?|semanas?|mes(?:es)?|anos?|tagen?|stunden?|minuten?|wochen?|monaten?|jahren?)\b"
)
_CODE = re.compile(r"\b[a-z]{1,6}[-_]?\d{2,6}\b")
_FIGURES = tuple(
    (re.compile(rf"\b(?:{asks})\b"), re.compile(answers))
    for asks, answers in (
        (
            "how much|costs?|prices?|fees?|charge|cuanto (?:cuesta|vale)|precio|was kostet|kosten|preis|gebuhr\\w*",
            _AMOUNT,
        ),
        (
            "how (?:long|soon|quickly|fast|late|many (?:days|weeks|hours))|when|deadline|"
            "cuanto (?:tiempo|tarda)|cuando|wie lange|wann",
            _TIME,
        ),
        ("how many|limits?|maximum|max|at most|cuant[ao]s|limite|wie viele|hochstens", r"\d"),
    )
)


@dataclass(frozen=True)
class Wanted:
    """What an ask wants: its question, and its words, each with its weight: rare ones count more, a story's half."""

    question: str
    weights: dict[str, float]

    @classmethod
    def of(cls, ask: str, texts: Sequence[str]) -> "Wanted":
        """Weigh the words of an ask by how few of the texts have them; a story's words count only where one has."""
        question = focus(ask)
        said = [set(content(text)) for text in texts]
        asked = set(content(question))
        weights = {}
        for word in sorted(asked | set(content(ask))):
            having = sum(word in known for known in said)
            if word in asked or having:
                weights[word] = math.log((len(said) + 1) / (having + 0.5)) * (1.0 if word in asked else 0.5)
        return cls(question, weights)

    def share(self, text: str, around: str) -> float:
        """Return the weight of the words that a text says, 0..1; what only its heading says counts half."""
        here, above = set(content(text)), set(content(around))
        total = sum(self.weights.values())
        met = sum(weight * (1.0 if word in here else 0.5 * (word in above)) for word, weight in self.weights.items())
        return met / total if total else 0.0

    def apt(self, unit: Unit, found: Evidence, article: float, near: Likeness) -> float:
        """Return how apt a unit of a passage is, about 0..1; `article` is its article's best score."""
        close = CLOSENESS * near.cosine + MET * near.met + PASSAGE * found.score + ARTICLE * article
        shared = WORDS * self.share(unit.text, heading(found)) + LETTERS * _alike(self.question, unit.text)
        against = CONTRARY * self._contrary(found) + ELSEWHERE * sends_elsewhere(unit)
        return close + shared + self._kind(unit) + self._named(unit) - against

    def _kind(self, unit: Unit) -> float:
        heard = folded(self.question)
        figure = any(asks.search(heard) and answers.search(folded(unit.text)) for asks, answers in _FIGURES)
        return KIND * figure + STEPS * (unit.shape == "steps" and asks_how(self.question))

    def _named(self, unit: Unit) -> float:
        asked, said = _codes(self.question), _codes(unit.text)
        return NAMED * bool(asked & said) - ANOTHER * bool(asked and said and not asked & said)

    def _contrary(self, found: Evidence) -> bool:
        return bool(_DENIAL.search(folded(heading(found)))) != bool(_DENIAL.search(folded(self.question)))


def _alike(question: str, text: str) -> float:
    asked = _groups(question)
    return len(asked & _groups(text)) / len(asked) if asked else 0.0


@lru_cache(maxsize=4096)
def _codes(text: str) -> frozenset[str]:
    return frozenset(re.sub(r"[-_]", "", code) for code in _CODE.findall(folded(text)))


@lru_cache(maxsize=4096)
def _groups(text: str) -> frozenset[str]:
    padded = f" {' '.join(words(text))} "
    return frozenset(padded[at : at + GROUP] for at in range(len(padded) - GROUP + 1))
