"""Hear in a customer's own words the facts that a destination of a handover needs: their sentences, never a guess."""

import re
from collections.abc import Mapping, Sequence

from domain.decisions import Fact
from domain.text import folded, spans
from domain.triage import Entity
from domain.turns import Turn

LONGEST = 240  # characters quoted of one sentence
SENTENCES = 3  # quoted for one fact

_ATTEMPTS = re.compile(
    r"\b(?:i(?: have|'ve|ve)? (?:already |also |even )*(?:tried|restarted|rebooted|reinstalled|re-?installed|reset|cleared|updated|checked|followed|"
    r"contacted|called|e-?mailed|wrote|logged out|signed out|unplugged|disconnected|reconnected|deleted|turned (?:it|them) off|switched)|"
    r"tried (?:to|it|that|both|all|several|with|in|on|using|restart\w*|reinstall\w*|clear\w*)|restarting|reinstalling|did (?:not|n't) help|no luck|same (?:result|error|thing)|"
    r"ya (?:he |hemos )?(?:probado|intentado|reiniciado|reinstalado)|he (?:probado|intentado|reiniciado|reinstalado|borrado)|"
    r"(?:ich )?habe?n? (?:\w+ ){0,4}(?:versucht|probiert|neu ?gestartet|neu installiert|geloscht|zuruckgesetzt)|"
    r"j'?ai (?:deja )?(?:essaye|redemarre|reinstalle|vide)|ja (?:tentei|reiniciei|reinstalei)|tentei)\b"
)

_SAID: Mapping[Fact, re.Pattern[str]] = {
    "steps": re.compile(
        r"\b(?:when(?:ever)? (?:i|we|you)|every time|each time|as soon as|after (?:i|we|clicking|opening|pressing|selecting|the update)|"
        r"if (?:i|we) (?:click|open|press|select|try|go|tap)|steps?|(?:click|tap|press)(?:ed|ing)? (?:on )?|"
        r"cuando|cada vez que|al (?:abrir|pulsar|guardar)|wenn ich|jedes mal|sobald|nachdem|quand je|des que|a chaque fois|quando|sempre que)\b"
    ),
    "expected": re.compile(
        r"\b(?:should(?:n.?t| not)? (?:be|have|show|see|get|work|open|let|say)|expect(?:ed|ing)?|supposed to|used to|instead of|it worked (?:before|until)|"
        r"deberia\w*|esperaba|antes funcionaba|sollte\w*|erwartet\w*|eigentlich|vorher|devrait|cense\w*|attendais|deveria|esperava)\b"
    ),
    "actual": re.compile(
        r"\b(?:error|crash\w*|freez\w*|frozen|hangs?|stuck|blank|fail\w*|not work\w*|doesn.?t|does not|won.?t|will not|can.?t|cannot|stopp?(?:s|ed)|missing|"
        r"wrong|twice|nothing happens|(?:nobody|no one|none of \w+)(?: \w+){0,4} can|keeps?|no funciona|falla|no puedo|no aparece|funktioniert nicht|geht nicht|fehler\w*|absturz\w*|sturzt|"
        r"ne (?:fonctionne|marche) pas|erreur|plante|nao funciona|erro|falha)\b"
    ),
    "platform": re.compile(
        r"\b(?:windows(?: \d+)?|mac ?os|macbook|imac|os x|linux|ubuntu|android(?: \d+)?|ios(?: \d+)?|iphone|ipad|chrome(?:book)?|firefox|safari|edge|opera|"
        r"samsung|pixel|desktop app|mobile app|app on my phone)\b"
    ),
    "since": re.compile(
        r"\b(?:since|as of|until|yesterday|this (?:morning|afternoon|week|month)|today|last (?:night|week|month|friday|monday)|after (?:the|your|an) (?:last |latest )?update|"
        r"for (?:\w+ ){1,2}(?:hours?|days?|weeks?|months?)|desde|ayer|hoy|seit|gestern|heute|depuis|hier|aujourd'hui|ontem|hoje)\b"
    ),
    "impact": re.compile(
        r"\b(?:nobody|no one|none of|every(?:one|body)|all (?:of )?(?:our|my|the)|whole|entire|\d+ (?:users|people|customers|shops|stores|employees|colleagues)|"
        r"los(?:e|ing|t) (?:money|sales|customers|data|business)|blocked|cannot (?:work|take payments|serve)|production|clients? (?:are|is)|"
        r"nadie|todos|todas|niemand|alle unsere|personne|tous nos|ninguem)\b"
    ),
    "wish": re.compile(
        r"\b(?:would be (?:great|nice|good|helpful|handy)|please add|add (?:a|an|the) (?:way|option|button|feature)|(?:i|we) wish|feature|suggest\w*|support for|"
        r"(?:you|it) should (?:let|allow|support|offer|have)|planning to|ability to|any plans|seria (?:genial|util|bueno)|anadir|ware (?:schon|toll|gut)|"
        r"wunschen|serait bien|ajouter|seria (?:bom|otimo)|adicionar)\b"
    ),
    "pain": re.compile(
        r"\b(?:because|so that|otherwise|at the moment|right now (?:i|we)|(?:i|we) (?:have|need) to|by hand|manually|takes? (?:\w+ ){0,3}(?:hours?|minutes?|ages|forever)|every (?:day|week|month)|"
        r"waste|annoying|tedious|porque|para que|a mano|weil|damit|sonst|von hand|parce que|afin|a la main|para poder)\b"
    ),
    "leaving": re.compile(
        r"\b(?:cancel|leav(?:e|ing)|switch(?:ing)?|competitor|moving to|move to another|alternatives?|last (?:chance|straw)|third time|again and again|unhappy|disappointed|"
        r"cancelar|irme|competencia|kundig\w*|wechseln|konkurrenz|resilier|quitter|concurrent|cancelamento)\b"
    ),
    "suspicion": re.compile(
        r"\b(?:hack\w*|phish\w*|leak\w*|stolen|unknown (?:device|login|ip)|did(?: not|n.?t) (?:make|do|authori[sz]e|recogni[sz]e)|suspicious|compromis\w*|"
        r"other customers?|another customer|someone else|fraud\w*|robad\w*|gehackt|gestohlen|unbekannt\w*|pirate\w*|vole\w*|hackead\w*)\b"
    ),
    "company": re.compile(
        r"\b(?:we are (?:a|an)|our (?:company|team|shop|business|firm|agency|school|charity)|\d+ (?:users|seats|people|employees|staff|locations)|"
        r"somos|nuestra empresa|wir sind|unsere firma|nous sommes|notre entreprise|a nossa empresa)\b"
    ),
}
_NAMED: Mapping[Fact, tuple[str, ...]] = {
    "version": ("version",),
    "error_code": ("error_code",),
    "order": ("order",),
    "amount": ("amount",),
}


def told(turn: Turn, entities: Sequence[Entity]) -> dict[Fact, str]:
    """Return what a customer told, each fact in the words in which it was said; what was not said is not there."""
    sentences = [span.text for text in _words(turn) for span in spans(text)]
    facts: dict[Fact, str] = {}
    for fact, rule in _SAID.items():
        said = [sentence for sentence in sentences if rule.search(folded(sentence))]
        if said:
            facts[fact] = " ".join(shortened(sentence) for sentence in said[:SENTENCES])
    for fact, kinds in _NAMED.items():
        named = [entity.text for entity in entities if entity.kind in kinds]
        if named:
            facts[fact] = ", ".join(dict.fromkeys(named))
    if asked := next((sentence for sentence in sentences if sentence.rstrip().endswith("?")), None):
        facts["question"] = shortened(asked)
    return facts


def attempts(turn: Turn) -> tuple[str, ...]:
    """Return the sentences in which a customer says what was tried already, so that nobody proposes it again."""
    said = (span.text for text in _words(turn) for span in spans(text))
    return tuple(dict.fromkeys(shortened(sentence) for sentence in said if _ATTEMPTS.search(folded(sentence))))


def shortened(sentence: str, most: int = LONGEST) -> str:
    """Return a text on one line, cut at a word where it is long."""
    line = " ".join(sentence.split())
    return line if len(line) <= most else line[: most - 1].rsplit(" ", 1)[0] + "…"


def _words(turn: Turn) -> list[str]:
    return [*(said.text for said in turn.history if said.author == "customer"), turn.text]
