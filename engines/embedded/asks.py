"""Split a turn into the questions and requests it holds, each able to stand alone."""

import re
from collections.abc import Sequence

import numpy as np

from domain.text import folded, spans, words
from embedding.embedder import Embedder
from engines.embedded import questions

MOST_ASKS = 4
LONGEST_SPLIT = 160  # words; a longer turn tells one story, and its questions are about the same thing
SAME_MATTER = 0.55  # cosine from which two questions are taken to be about the same thing
SAME_ALTHOUGH_TURNED = 0.8  # the same, where a word announces something else: `also`, `besides`


_HOW = re.compile(
    r"\b(?:how (?:do|can|to|should|would|(?:i|we) (?:can|could|should))|what (?:do|should) i (?:do|click|press|"
    r"select)|where (?:to|do i|can i|do we|can we)|steps|set ?up|como (?:puedo|se|hago)|"
    r"wie (?:kann|mache|komme|richte|andere|lade|setze|bekomme|kundige)|comment)\b"
)


_BEFORE = (
    "for|after|by|until|till|in|at|on|to|from|since|within|under|with|bis|fur|für|nach|ab|seit|por|para|en|de|desde|"
    "hasta|"
    "durante|pendant|dans|jusqu'à|até|em"
)
_DOING = "do|does|did|is|are|was|were|can|could|will|would|should|must|may|has|have|am"
_WHOM = "i|you|we|they|he|she|it|there|the|my|your|our|this|that|these|those|somebody|someone|anyone|people|customers|clients"
_ANOTHER = re.compile(
    r"(?:,\s*)?(?:\s(?:and|und|y|et|e|&|plus)(?:\s(?:also|then|after (?:that|this)|afterwards|auch|danach|también|después|luego|aussi|ensuite|também|depois))?\s|\.\s(?:also\s)?|;\s+)"
    rf"(?=(?:(?:{_BEFORE})\s)?(?:how|what|where|when|why|which|who)(?:['’]?s)?\s|(?:{_DOING})\s(?:{_WHOM})\s|"
    r"(?:tell me|send me|explain|show me|let me know|"
    r"(?:(?:bis|fur|für|nach|ab|seit|por|para|en|de|desde|hasta|pendant|dans|até|em)\s)?(?:wie|was|wo|wann|warum|"
    r"welche\w*|kann|gibt es|"
    r"cómo|qué|dónde|cuándo|cuánt\w+|puedo|hay|comment|où|quand|quel\w*|combien|como|onde|quando|quant\w+|posso))\s)",
    re.IGNORECASE,
)
_LISTED = re.compile(
    rf",\s+(?=(?:(?:{_BEFORE})\s)?(?:(?:how|what|which)(?:['’]s|(?:\s[\w'’-]+){{0,3}}\s(?:{_DOING}))|"
    rf"(?:where|who|when|why)(?:['’]s|\s(?:{_DOING})))\s)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    rf"(?<=[?;.])\s+\(?(?:\d{{1,2}}[.)]|[b-d]\))\s+|\s\(?[2-9][.)]\s+(?=(?:how|what|where|when|why|which|who|"
    rf"{_DOING})\b)",
    re.IGNORECASE,
)
_INVERTED = re.compile(rf"^(?:\w+ ){{0,2}}(?:how|what|where|when|why|which|who)s?(?: \w+){{0,4}}? (?:{_DOING}|s)\b")
_ASKING_WORD = re.compile(r"\b(?:how|what|where|when|why|which|who)\b")
_SUBORDINATE = re.compile(
    r"^(?:\w+ )?(?:when|if|while|once|as|since|where) (?:i|you|we|they|he|she|it|the|my|our|a|an|some\w+)\b"
)


def split(text: str, embedder: Embedder) -> list[str]:
    """Return the asks of a turn in the customer's words, in order; a turn that cannot be split is one ask."""
    clauses = [(part, place > 0) for span in spans(text) for place, part in enumerate(_clauses(span.text))]
    heard = [(part, follows) for part, follows in clauses if not questions.is_noise(part)]
    sentences = [part for part, _ in heard]
    whole = text.strip()
    asking = [
        number for number, sentence in enumerate(sentences) if questions.asks(sentence) or _implies(sentences, number)
    ]
    if len(asking) < 2 or len(words(whole)) > LONGEST_SPLIT:
        return [whole]
    groups = _grouped([heard[number] for number in asking], embedder)
    if len(set(groups)) < 2 or len(set(groups)) > MOST_ASKS:
        return [whole]
    asks: dict[int, list[str]] = {}
    for number, sentence in enumerate(sentences):
        following = next((at for at, place in enumerate(asking) if place >= number), len(asking) - 1)
        asks.setdefault(groups[following], []).append(sentence)
    return [" ".join(parts) for parts in asks.values()]


def focus(ask: str) -> str:
    """Return the sentences of an ask that put the question, or all of it when none does."""
    return " ".join(span.text for span in spans(ask) if questions.asks(span.text)) or ask


def asks_how(question: str) -> bool:
    """Say whether somebody wants to be told what to do."""
    return bool(_HOW.search(folded(question)))


def _clauses(sentence: str) -> list[str]:
    """Cut a sentence where another question begins, unless that only goes on about the one before."""
    if len(points := _NUMBERED.split(sentence)) > 1:
        return [clause for point in points for clause in _clauses(point)]
    for cut in sorted((*_ANOTHER.finditer(sentence), *_LISTED.finditer(sentence)), key=re.Match.start):
        first, second = sentence[: cut.start()], sentence[cut.end() :]
        if _apart(first, second):
            return [first, *_clauses(second)]
    return [sentence]


def _apart(first: str, second: str) -> bool:
    """Say whether what follows a cut is a question of its own, and what stands before it is one too."""
    asked, following = questions.plainly(questions.matter(first)), questions.plainly(second)
    leads_up = _SUBORDINATE.search(asked) or questions.wishes(asked) or asked.endswith((" if so", " if not"))
    vague = questions.is_vague(asked) or questions.is_vague(second) or len(following.split()) < 4
    if leads_up or vague or not questions.asks(questions.matter(first)):
        return False
    within = [found.group() for found in _ASKING_WORD.finditer(asked) if found.start()]
    begins = _ASKING_WORD.search(following[:20])
    told_in_one = begins and within and (begins.group() in within or not _INVERTED.search(following))
    return not told_in_one and not questions.points_back(second)


def _implies(sentences: Sequence[str], number: int) -> bool:
    """Say whether a sentence tells of trouble of its own, set off from what is told or asked beside it."""
    here = sentences[number]
    after = sentences[number + 1] if number + 1 < len(sentences) else ""
    apart = questions.turns(here) or questions.turns(after)
    return questions.tells_of_trouble(here) and apart and not questions.points_back(after)


def _grouped(asking: Sequence[tuple[str, bool]], embedder: Embedder) -> list[int]:
    """Return the number of the group of each question: one joins the one before it, or an earlier one it is close to.

    Each question comes with whether it was cut off from a question in the same sentence.
    """
    texts = [text for text, _ in asking]
    vectors = embedder.embed_queries(texts)
    groups = [0]
    for number in range(1, len(texts)):
        question = texts[number]
        turned = asking[number][1] or questions.turns(question)
        least = SAME_ALTHOUGH_TURNED if turned and not questions.points_back(question) else SAME_MATTER
        closeness = vectors[:number] @ vectors[number]
        nearest = int(np.argmax(closeness))
        if _goes_on(texts[number - 1], question, turned):
            groups.append(groups[number - 1])
        elif closeness[nearest] >= least:
            groups.append(groups[nearest])
        else:
            groups.append(max(groups) + 1)
    return groups


def _goes_on(before: str, question: str, turned: bool) -> bool:
    """Say whether a question leans on the one before it: one of them names no matter, or only tells what is wanted."""
    vague = questions.is_vague(before) or questions.is_vague(question)
    leans = questions.wishes(before) or questions.wishes(question) or questions.points_back(question)
    return vague or questions.is_elliptic(question) or (leans and not turned)
