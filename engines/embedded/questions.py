"""Read one sentence of a turn: whether it asks, wishes, only greets, or leans on the sentence before it."""

import re

from domain.text import folded, words
from engines.embedded.wording import content

_NOISE = re.compile(
    r"^(?:hi|hello|hey|dear \w+|good (?:morning|afternoon|evening|day)|thanks?(?: you)?(?: (?:so much|a lot|"
    r"in advance|very much))?|"
    r"many thanks|cheers|regards|best(?: regards)?|kind regards|greetings|hola|buenos dias|buenas tardes|gracias|"
    r"saludos|hallo|"
    r"to whom it may concern|dear sirs?(?: or madam)?|guten (?:tag|morgen|abend)|danke|vielen dank|"
    r"mit freundlichen grussen|bonjour|merci|cordialement|ola|bom dia|obrigad[oa])"
    r"(?: (?:there|all|team|everyone|support|guys))*$"
)
_ANNOUNCES = re.compile(
    r"^(?:(?:i|we) have |just |only )?(?:a few|a couple of|some|several|one|two|three|four|\d)(?: \w+)? (?:th?ings?|"
    r"questions?|requests?)\b[^?]*$"
)
_QUESTION = re.compile(
    r"^(?:(?:and|also|but|so|then|secondly|second|first|finally|plus|question|hi|hello|hey|another (?:thing|question)|"
    r"oh|besides|y|und|et|e|ademas|ausserdem) )*"
    r"(?:(?:for|after|by|until|till|in|at|on|to|from|since|within|under|with) )?"
    r"(?:how|hows|what|whats|when|whens|where|wheres|which|who|whos|whom|why|can|could|do|does|did|is|are|will|would|"
    r"should|may|am|"
    r"como|que|cuando|cuant\w+|donde|cual|por que|puedo|se puede|hay|"
    r"wie|(?:bis|ab|seit|fur) w\w+|was|wann|wo|welche\w*|warum|kann|konnen|darf|gibt es|ist|"
    r"comment|combien|quand|quel\w*|pourquoi|puis je|peut on|ou (?:est|sont|puis|trouver)|est ce|onde|qual|quanto\w*|"
    r"posso)\b"
)
_REQUEST = re.compile(
    r"\b(?:please|i (?:also |just |only )?(?:need|want|would like|d like)|i (?:also )?wonder|help me|tell me|explain|"
    r"show me|let me know|"
    r"necesito|quiero|quisiera|por favor|ich mochte|ich brauche|bitte|je voudrais|j ai besoin|s il vous plait|preciso|"
    r"quero)\b"
)
_EXCLAIMS = re.compile(r"^\W*(?:what an?|how)\b[^?]*!\W*$", re.IGNORECASE)
_LEAD = re.compile(
    r":\s+|\s[-–]\s|^(?:hi|hello|hey|dear|good|hola|hallo|bonjour|ol[aá])\b[^,?.!]{0,30},\s", re.IGNORECASE
)  # what stands before a question in its sentence
_WISH = re.compile(
    r"^(?:(?:so|well|hi|hello|hey|yes|no|but|ok|now) )*(?:i|we)(?: \w+){0,2} (?:want|need|would like|d like|wish|"
    r"wanna)\b|"
    r"^(?:necesito|quiero|quisiera|ich mochte|ich brauche|ich will|wir mochten|je voudrais|j ai besoin|preciso|quero|"
    r"gostaria)\b"
)
_TURN = re.compile(
    r"^(?:and|also|besides|separately|furthermore|moreover|additionally|another (?:thing|question)|one more|p ?s|"
    r"second(?:ly)?|plus|"
    r"i also|y|ademas|tambien|und|ausserdem|zudem|et|par ailleurs|aussi|de plus|e|alem disso|tambem)\b"
)
_TROUBLE = re.compile(
    r"\b(?:broken|nobody|crash\w*|cannot|can.?t|unable|not work\w*|never|missing|do(?:es)?n.?t|does not|did(?:n.?t|"
    r" not)|fail\w*|stopped|error|forgot|lost|wrong|late|"
    r"twice|stuck|no (?:funciona|puedo|llega)|nicht|kaputt|fehlt|ne \w+ (?:plus|pas)|erreur|nao (?:funciona|consigo|"
    r"chega))\b"
)
_BACK = re.compile(
    r"^(?:i mean|that is|or)\b|^(?:(?:and|but|so) )?(?:\w+ ){0,6}?(?:it|its|they|their|them|meanwhile|"
    r"(?:that|this|these|those|ones?)(?= (?:is|be|with|in|on|to|from|by|for|and|or|at|then|now|right|please|possible|"
    r"(?:work|happen|mean|cost|need|take|appl[yi]|expire|include|last|count|stay|have|has|do)\w*)\b|$))\b"
)
_ELLIPTIC = re.compile(
    r"^(?:i mean|that is|if so|if not|in that case|(?:and|also) (?:in|on|for|with|at|from|to|by)(?! (?:what|how|which|"
    r"when)))\b"
)
_VAGUE = frozenset(
    content(
        "any idea help possible option know step wrong going go work works answer solution solve problem issue reason "
        "thing tell explain "
        "advise advice suggestion choice fix sort handle long exactly right away asap urgent look check assist guide "
        "try easily "
        "somehow happen cause tool site moglich hilfe tun machen posible ayuda hacer possible aider faire ajuda fazer "
        "possivel"
    )
)


def plainly(sentence: str) -> str:
    """Return a sentence in lower case without accents, apostrophes and marks, as the rules here read it."""
    return folded(" ".join(words(sentence)).replace("'", " "))


def matter(sentence: str) -> str:
    """Return a sentence without a greeting, or another lead, that stands before what it says."""
    return _LEAD.split(sentence)[-1]


def is_noise(sentence: str) -> bool:
    """Say whether a sentence only greets, thanks or announces."""
    heard = " ".join(words(sentence))
    return bool(_NOISE.match(heard) or (_ANNOUNCES.match(heard) and not _inquires(sentence)))


def asks(sentence: str) -> bool:
    """Say whether a sentence asks or requests something."""
    heard = plainly(matter(sentence))
    length = len(heard.split())
    long_enough = length >= 3 or (_inquires(sentence) and length == 2 and not is_vague(sentence))
    asking = _inquires(sentence) or _QUESTION.match(heard) or _REQUEST.search(heard)
    return bool(asking) and long_enough and not _EXCLAIMS.match(sentence)


def wishes(sentence: str) -> bool:
    """Say whether a sentence tells what somebody wants without asking: `I want to cancel.`"""
    return bool(_WISH.search(plainly(sentence))) and not _inquires(sentence)


def tells_of_trouble(sentence: str) -> bool:
    """Say whether something does not work."""
    return bool(_TROUBLE.search(plainly(sentence)))


def is_vague(sentence: str) -> bool:
    """Say whether a sentence names no matter of its own, as `What are my options?` does."""
    return all(word in _VAGUE for word in content(sentence))


def turns(sentence: str) -> bool:
    """Say whether a sentence announces something else: `also`, `besides`."""
    return bool(_TURN.search(plainly(sentence)))


def points_back(sentence: str) -> bool:
    """Say whether a sentence speaks of `it` or `that`, which another one names."""
    return bool(_BACK.search(plainly(sentence)))


def is_elliptic(sentence: str) -> bool:
    """Say whether a sentence is only the end of the one before it: `Also in backups?`"""
    return bool(_ELLIPTIC.search(plainly(sentence)))


def _inquires(sentence: str) -> bool:
    return sentence.rstrip("\"'”) ").endswith("?")
