"""Tell mere thanks, word that it is solved, and a mere address, from a message that wants an answer.

Only what is nothing else counts: one sentence that asks or reports anything makes the whole a message like any other.
"""

import re
from typing import Literal

from domain.text import folded, words

Heard = Literal["thanks", "solved", "address"]
LONGEST = 200  # characters; whoever writes more has more to say

_FILLS = (
    r"(?:ok|okay|oh|ah|yes|yeah|yep|great|perfect|super|cool|awesome|brilliant|excellent|wonderful|fantastic|nice|"
    r"amazing|lovely|and|so|now|it|that|this|really|very|much|a lot|so much|again|all|everything|good|"
    r"hi|hello|there|team|everyone|for|your|the|you|my|quick|help|helpful|answer|reply|support|time|fast|"
    r"appreciate|have a|never mind|nevermind|day|evening|weekend|bye|goodbye|cheers|regards|best|kind|"
    r"ja|gut|prima|toll|alles|klar|fur|die|ihre|eure|schnelle|hilfe|antwort|sehr|tag|schonen|noch|einen|tschuss|auch|"
    r"si|vale|bien|perfecto|genial|por|su|la|el|ayuda|respuesta|muy|amable|adios|saludos|"
    r"oui|parfait|tres|bien|pour|votre|aide|reponse|au revoir|bonne|journee|d accord|"
    r"sim|perfeito|otimo|muito|pela|sua|ajuda|resposta|tchau)"
)
_THANKS = r"(?:thanks?|thank you|thx|ty|cheers|danke(?: ?schon)?|vielen dank|gracias|merci(?: beaucoup)?|obrigad[oa])"
_SOLVED = (
    r"(?:(?:that|it|this|which|all|everything|problem|issue|matter|your answer|you|the (?:problem|issue|matter))"
    r"(?: ?s| has| have| is| was)?(?: now| all| just)* (?:solved|resolved|fixed|sorted|worked|works|helped|"
    r"settled|answered|(?:did|does)(?= (?:it|the trick)\b))"
    r"(?: (?:it|that|this|the problem|the issue|the trick|my (?:problem|question|issue)|for me|me|us|out|fine|"
    r"perfectly|great|well|now|again|everything))*"
    r"|(?:problem|issue|question|solved|resolved|all) (?:solved|resolved|fixed|sorted|answered|good|set|done)|solved|"
    r"i (?:am|m) all set|i (?:found|got|figured) it(?: out)?|got it working|it works(?: now)?"
    r"|(?:das|es|problem|alles)(?: hat| ist| funktioniert)?(?: jetzt| nun| mir| wieder)* (?:geholfen|geklappt|gelost|"
    r"erledigt|funktioniert|geklart)|(?:jetzt|nun) (?:geht|funktioniert) (?:es|alles)"
    r"|es funktioniert(?: jetzt| wieder)*"
    r"|(?:ya |eso |esto |todo )*(?:esta )?(?:solucionado|resuelto|arreglado)|problema (?:solucionado|resuelto)"
    r"|(?:ya |eso |ahora )*(?:funciono|funciona|me (?:ayudo|sirvio))"
    r"|(?:c est |probleme )(?:resolu|regle|bon)|(?:ca|cela) (?:marche|fonctionne)(?: maintenant)?"
    r"|(?:ja |isso |agora )*(?:esta resolvido|resolveu|funcionou|funciona)|problema resolvido)"
)
_POLITE = re.compile(rf"(?:{_FILLS}|{_THANKS})(?: (?:{_FILLS}|{_THANKS}))*")
_ENDED = re.compile(rf"(?:(?:{_FILLS}|{_THANKS}) )*{_SOLVED}(?: (?:{_FILLS}|{_THANKS}))*")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_TELLING = re.compile(
    r"sure|of|course|please|my|e|mail|email|address|is|it|s|here|you|can|write|to|me|at|reach|under|use|am|i|best|via|by|"
    r"meine|adresse|mailadresse|lautet|ist|bitte|an|mich|unter|erreichen|sie|mir|konnen|naturlich|per|"
    r"mi|correo|electronico|direccion|es|claro|a|puede|escribirme|en|mon|c|est|bien|sur|voici|"
    r"meu|endereco|o|esta|aqui|pode|escrever|por|favor"
)
_THANKING = re.compile(rf"\b{_THANKS}\b")


def heard(text: str) -> Heard | None:
    """Return what a message says when it says nothing else: *solved*, mere *thanks*, or an *address* to write to."""
    if "?" in text or "¿" in text or len(text) > LONGEST:
        return None
    if _only_tells_an_address(text):
        return "address"
    sentences = [said for said in map(_plain, re.split(r"[.!,;:\n]+", text)) if said]
    if not sentences or not all(_POLITE.fullmatch(said) or _ENDED.fullmatch(said) for said in sentences):
        return None
    if any(_ENDED.fullmatch(said) for said in sentences):
        return "solved"
    return "thanks" if any(_THANKING.search(said) for said in sentences) else None


def _only_tells_an_address(text: str) -> bool:
    """Say whether a message names one address, among words that only say that it is one."""
    rest, found = _ADDRESS.subn(" ", text)
    said = _plain(rest.replace("-", " ")).split()
    return found == 1 and all(_TELLING.fullmatch(word) or _POLITE.fullmatch(word) for word in said)


def _plain(sentence: str) -> str:
    return folded(" ".join(words(sentence)).replace("'", " "))
