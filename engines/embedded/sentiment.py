"""How a customer sounds, from words and punctuation."""

import re
from typing import Literal

from domain.text import folded, words

Sentiment = Literal["positive", "neutral", "negative", "angry"]

_ANGRY = re.compile(
    r"\b(?:ridiculous|unacceptable|outrageous|disgusting|furious|terrible|horrible|worst|useless|pathetic|scam|rip.?off|"
    r"fed up|sick of|sick and tired|had enough|incompetent|joke|garbage|rubbish|wtf|damn|shame on you|"
    r"inaceptable|vergonzoso|indignante|harto|harta|estafa|unverschamt|frechheit|unmoglich|katastrophe|betrug|"
    r"inadmissible|scandaleux|honteux|arnaque|inaceitavel|vergonha)\b"
)
_NEGATIVE = re.compile(
    r"\b(?:problem|error|fail(?:s|ed|ing)?|broken|crash(?:es|ed)?|wrong|cannot|can.?t|unable|not work(?:ing)?|doesn.?t work|lost|missing|"
    r"annoy(?:ed|ing)|frustrat(?:ed|ing)|disappoint(?:ed|ing)|unhappy|stuck|worried|confus(?:ed|ing)|still (?:no|not|waiting)|never arrived|"
    r"problema|fallo|no funciona|no puedo|geht nicht|funktioniert nicht|fehler|leider|ne fonctionne pas|erreur|nao funciona|erro)\b"
)
_POSITIVE = re.compile(
    r"\b(?:love|great|awesome|excellent|wonderful|happy with|works perfectly|fantastic|encanta|super|toll|genial)\b"
)


_AGAIN = re.compile(
    r"\b(?:again and again|once again|(?:second|third|fourth|fifth|\d+(?:nd|rd|th)) time|still (?:no|not|waiting)|for (?:days|weeks|months|hours)|"
    r"keeps? \w+ing|every (?:single )?time|nobody (?:answers|replies|helps)|no (?:one|reply|answer)|already (?:told|wrote|asked|explained)|waste of|"
    r"otra vez|todavia no|schon wieder|immer noch|zum dritten mal|encore une fois|toujours pas|de novo|ainda nao)\b"
)


def frustration(text: str) -> int:
    """Return how frustrated the customer is: 0 calm, 1 bothered, 2 worn out, 3 furious; a signal counts once."""
    mood = heard(text)
    if mood not in ("negative", "angry"):
        return 1 if _AGAIN.search(folded(text)) else 0
    worn = bool(_AGAIN.search(folded(text)))
    return min(3, (2 if mood == "angry" else 1) + worn)


def heard(text: str) -> Sentiment:
    """Return how the customer sounds; capitals and exclamation marks count only beside words that complain."""
    plain = folded(text)
    loud = len(re.findall(r"!{2,}|\?{2,}", text)) + sum(word.isupper() and len(word) > 3 for word in text.split()) // 2
    if _ANGRY.search(plain) or (loud >= 2 and _NEGATIVE.search(plain)):
        return "angry"
    if _NEGATIVE.search(plain):
        return "negative"
    return "positive" if _POSITIVE.search(plain) and len(words(text)) < 60 else "neutral"
