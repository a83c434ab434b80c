"""Find the names of people where their neighbours announce them: a title, "my name is", a greeting, a signature.

A name that nothing announces ("Jonas told me so") has no form that could be told from a product's, and is not found.
"""

import re
from collections.abc import Iterator

_TITLE = re.compile(
    r"(?<!\w)(?:[Mm]rs?|[Mm]s(?!\.? Edge)|Miss|Mx|Dr|Prof|Herrn?|Frau|Sr|Sra|Señora?|Mme|Monsieur|Madame|Senhora?|Dona)"
    r"\.?[ \t]+(?!\d)"
)
_SAID = re.compile(
    r"\b(?:my (?:\w+ )?name is|my name's|the name is|me llamo|mi nombre es|ich hei(?:ss|ß)e|mein name ist|"
    r"je m['’]appelle|mon nom est|(?:o )?meu nome é|chamo-me|me chamo|(?:card ?holder|account holder|full name)[ \t]*:|"
    r"(?:your name|name on the (?:account|card))\?(?:\s+(?:user|customer|me):)?|billing address:|"
    r"(?:change|correct|update) (?:it|the name|my name) to|in the name of|on behalf of)[ \t]+",
    re.IGNORECASE,
)
_SPOKEN = re.compile(
    r"\b(?:this is|i am|i['’]m|it['’]s|soy|ich bin|je suis|sou|here is|(?:need|want) to add|please add|signed by|"
    r"speak(?:ing)? (?:to|with)|spoke (?:to|with)|talked to|account of|colleague|guardian|manager|wife|husband|son|"
    r"daughter|assistant to)[ \t]+",
    re.IGNORECASE,
)
_GREETED = re.compile(
    r"(?:^|\n)[ \t]*(?:dear|hi|hello|hey|hallo|lieber?|hola|bonjour|cher|chère|olá|ola|prezad[oa])[ \t]+"
    r"(?=[^\n]{2,40}[,!][ \t]*\n)",
    re.IGNORECASE,
)
_SIGNED = re.compile(
    r"\b(?:regards|sincerely|yours|thanks|thank you|cheers|best|saludos|gr(?:ü|ue)(?:ß|ss)en?|gru(?:ß|ss)|cordialement|"
    r"merci|gracias|danke|obrigad[oa]|atenciosamente)[ \t]*[,.!]?[ \t]*\n\s*(?=[^\n]{2,40}(?:\n|$))",
    re.IGNORECASE,
)
_ABOVE_AN_ADDRESS = re.compile(
    r"\A[\s>?*-]*(?=[^\n,:;!?]{4,40}\n(?:[^\n]{0,50}\n){0,3}?[^\n]{0,50}\d{3}[^\n]{0,50}(?:\n|$))"
)
_CUES = ((_TITLE, 1), (_SAID, 1), (_SPOKEN, 2), (_GREETED, 1), (_SIGNED, 1), (_ABOVE_AN_ADDRESS, 2))
_WORD = re.compile(r"[^\W\d_](?:[\w'’-]*\w)?\.?")
_PARTICLES = frozenset(
    ["af", "al", "bin", "da", "de", "del", "den", "der", "di", "dos", "du", "el", "la", "le", "van", "von"]
)
_NOBODY = re.compile(
    r"(?:team|support|sir|madam|there|all|every(?:one|body)|customers?|service|services|help|desk|bot|assistant|staff|friends|"
    r"folks|again|guys|colleagues|damen|herren|equipo|soporte|the|an?|not|just|very|so|my|your|our|we|i|it|this|that|and|"
    r"billing|sales|office|admin|account|plan|pro|business|app|api|inc|ltd|llc|gmbh|group|company|corporation|technologies)",
    re.IGNORECASE,
)
MOST = 4  # words of a name


def found(text: str) -> Iterator[tuple[int, int]]:
    """Yield where names stand; what only sounds like an announcement needs a name of two words."""
    for cue, least in _CUES:
        for match in cue.finditer(text):
            title = _TITLE.match(text, match.end())
            start = title.end() if title else match.end()
            if end := _end(text, start, 1 if title else least):
                yield start, end


def _end(text: str, start: int, least: int) -> int | None:
    """Return where the name that begins here ends, None where fewer words than `least` look like one."""
    end, words, position = start, 0, start
    while words < MOST and (token := _WORD.match(text, position)):
        word = token.group().rstrip(".")
        if _NOBODY.fullmatch(word) and (words < 2 or word[0].isupper()):
            return None
        if word[0].isupper():
            words += len(word) > 1
            end = token.start() + len(word)
        elif word not in _PARTICLES:
            break
        if (token.group().endswith(".") and len(word) > 1) or text[token.end() : token.end() + 1] != " ":
            break
        position = token.end() + 1
    return end if words >= least else None
