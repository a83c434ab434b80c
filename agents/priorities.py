"""Say how soon a ticket must be answered, by rules that give their reasons.

What happened, to how many, and what it costs decide. Tone is not among them: shouting alone makes nothing urgent, and a
question about what might happen is a question.
"""

import re
from collections.abc import Collection, Iterator

from domain.text import folded
from domain.triage import Flag, Priority

Reason = tuple[Priority, str]

_SENTENCES = re.compile(r"(?<=[.!?;\n])\s+")
_WONDERING = re.compile(
    r"^(?:(?:and|but|so|also|hi|hello|hey|thanks|please|no rush|y|und|et|e)[ ,]+)*(?:how|what|when|where|which|who|why do|why does|why is|can|could|do|does|did you|is|are|will|would|"
    r"should|may|como|que|cuando|donde|cual|puedo|wie|was|wann|wo|welche\w*|kann|darf|comment|quand|quel\w*|puis|peut|onde|quando|posso)\b[^?]*\?\s*$"
)
_SUPPOSING = re.compile(
    r"^(?:if|when|suppose|imagine|si|cuando|wenn|falls|quand|se|quando)\b[^?]*\?\s*$|, (?:can|could|do|does|is|are|will|would|isn.t|don.t|right|correct)(?: \w+)?\?\s*$"
)
_NO_RUSH = re.compile(
    r"\b(?:no (?:rush|hurry)|not urgent|whenever you|at your leisure|sin prisa|keine eile|nicht eilig|pas urgent|sem pressa)\b"
)
_BREACH = re.compile(
    r"\b(?:(?:was|been|got|were|is|are|my|our|account) (?:\w+ ){0,3}(?:hacked|compromised|breached|broken into)|(?:has|have) broken into|data (?:leak|breach)|hacked (?:my|our|into)|"
    r"(?:data|keys?|details|passwords?) (?:\w+ ){0,3}leaked|(?:see|seeing|shows?|opened|access) (?:\w+ ){0,3}(?:another|other|someone else.?s|a stranger.?s) (?:customer|user|compan|person|people)\w*|"
    r"(?:invoices?|data|bookings?|details|messages|names|orders|accounts?) (?:of|from) (?:an)?other (?:customer|user|compan|person|people)\w*|"
    r"(?:payments?|charges?|transactions?|orders?|sign.?ins?|logins?) (?:\w+ ){0,5}(?:(?:i|we|nobody|no one)(?: here)? (?:did not|didn.?t|never|have not|haven.?t) "
    r"(?:made?|authori[sz]ed?|recogni[sz]ed?)|(?:nobody|no one)(?: here)? (?:made|authori[sz]ed))|unauthori[sz]ed (?:payment|access|charge|login)|"
    r"(?:api |secret |private )keys? (?:\w+ ){0,4}(?:published|public|leaked|exposed|stolen)|(?:\w+ )?(?:gehackt|hackead[oa]|pirate|datenleck)|"
    r"(?:went|sent|shown?|given) to (?:a |an |the )?(?:\w+ )?(?:different|wrong|other|another) (?:customer|client|person|company)|"
    r"(?:unknown|strange|foreign) (?:people|persons?|devices?|logins?|accounts?|addresse?s?)|(?:account|device|person|address) (?:that )?(?:we|i) (?:don.?t|do not) (?:know|recogni[sz]e)|"
    r"(?:entro|entrou|accedio) en mi cuenta|acessou (?:a )?minha conta)\b"
)
_DANGER = re.compile(
    r"\b(?:caught fire|(?:is|was|were) on fire|(?:is|was|started|and) smok(?:e|es|ing)|swelling|swells|swollen|exploded|overheat(?:s|ed|ing)|melt(?:ed|ing)|burn(?:ed|t) (?:my|his|her|a|me)|"
    r"electric shock|electrocuted|injured|sale humo|se incendio|brennt|raucht|qualmt|stromschlag|prend feu|fumee|pegou fogo|fumaca)\b"
)
_EVERYBODY = re.compile(
    r"\b(?:nobody|no one|none of (?:us|our|my)|every(?:one|body) (?:here|in|gets?|is|at|sees)|all (?:\d+ )?(?:of )?(?:our|my) (?:users|staff|team|shops?|stores?|customers|locations|employees|colleagues)|"
    r"all of us|for all (?:visitors|users|of us|customers)|(?:the|our|my) (?:whole|entire) (?:team|company|office|shop|business|staff)|every (?:shop|store|location|user|till|request) |our (?:whole|entire) \w+|"
    r"niemand|keiner (?:kann|kommt)|alle unsere|das ganze (?:team|buro)|nadie|todos nuestros|todas nuestras|personne (?:ne|dans|chez)|tous nos|toutes nos|ninguem|todos os nossos|todas as nossas)"
)
_BLOCKED = re.compile(
    r"\b(?:cannot|can ?not|can.?t|could not|couldn.?t|unable to|locked out|not working|no longer works?|does(?:n.?t| not) (?:work|open|load|start|save|sync)|won.?t (?:work|open|load|start|save)|"
    r"(?:is|are|been|was|were) (?:down|offline|unreachable)|errors?|fails?|failing|failed|crash\w*|blocked|rejected|declined|stand(?:s|ing)? still|"
    r"(?:nobody|no one|none of (?:us|our|my))(?: \w+){0,5} can|stehen? still|geht nicht|gehen nicht|nicht (?:anmelden|rein|mehr)|keine zahlung|funktioniert nicht|"
    r"no funciona|no puedo|no podemos|(?:nadie|ninguem|personne)(?: \w+){0,5} (?:puede|consegue|peut|ne peut)|ne fonctionne pas|ne peut|nao funciona|nao consigo|consegue entrar|niemand)\b"
)
_WRONG = re.compile(
    r"\b(?:stop(?:s|ped)|break(?:s)?|broke|broken|wrong|slow(?:ly)?|missing|disappear\w*|(?:not|never|n.?t|no longer)(?: being| been)? (?:sync\w*|sent|arriv\w*|receiv\w*|show\w*|sav\w*|updat\w*|load\w*)|"
    r"(?:does|do|did|has|have)(?: not|n.?t) (?:sync\w*|arriv\w*|receiv\w*|appear\w*|show\w*|updat\w*|com\w*)|never (?:arriv\w*|receiv\w*|got)|stuck|freez\w*|frozen|glitch\w*|bugs?|"
    r"se cierra|falla|no (?:llega|carga|sincroniza)|kommen? nicht|kommt nicht|sturzt|fehler|ne (?:demarre|marche|charge)|plante|nao (?:sincroniza|carrega|chega)|erro)\b"
)
_LOST = re.compile(
    r"\b(?:(?:is|are|started|starts|being|began) deleting (?:our|my)|(?:all|our|my) (?:\w+ ){0,3}(?:data|bookings?|work|files?|contacts?|history|records?|messages|photos|customers|calendars?|content|passwords?|bookmarks?) (?:\w+ ){0,6}"
    r"(?:disappeared|vanished|deleted|gone|lost|wiped|erased)|(?:data|bookings|files|contacts|records|history) (?:was|were|has been|have been|is|are|got) (?:all )?(?:deleted|wiped|erased|gone|lost)|"
    r"lost (?:all )?(?:of )?(?:our|my) (?:data|bookings|work|files|history)|deleted (?:all )?(?:our|my) (?:data|bookings|work|files)|"
    r"datos perdidos|daten (?:sind )?(?:weg|geloscht|verloren)|donnees perdues|dados perdidos)\b"
)
_MONEY = re.compile(
    r"\b(?:(?<!\bi )(?<!\bwe )charged (?:me |us )?(?:\w+ ){0,2}?(?:twice|double|again|too much)|double charged?|overcharged|(?:being |been |was |were )?charged (?:the )?wrong|wrong amount|"
    r"(?:missing|lost) (?:payout|payment|money|sales)|payouts? (?:[\w.,]+ ){0,5}(?:missing|not arrived|n.t arrived|late|never|overdue)|"
    r"(?:took|taken|withdrew|debited|charged)(?: me| us)? (?:\w+ ){0,3}(?:\d+|money|although|even though|after i cancel\w*)|los(?:e|ing) (?:sales|money|customers|business)|"
    r"(?:can.?t|cannot|can not|unable to) (?:take|accept|process) (?:any |card )*payments|doppelt (?:abgebucht|bezahlt|berechnet)|cobrad[oa]s? (?:dos|duas) vez\w*|cobrado dos|debitee? deux fois|"
    r"preleve deux fois|falta (?:el|o) (?:pago|pagamento))\b"
)
_LEGAL = re.compile(r"\b(?:to court|small claims|legal action|sue (?:you|your)|lawyers? (?:will|is|has)|solicitor)\b")
_DEADLINE = re.compile(
    r"\b(?:urgent(?:ly)?|asap|immediately|right now|tonight|tomorrow|this (?:afternoon|evening)|(?:need|by|before|due|until|must|have to|required?|starts?)(?: \w+){0,4} today|"
    r"(?:in|within) (?:the |an? |one |two |\d+ )(?:\w+ )?(?:hours?|minutes?)|deadline|wages are due|(?:is|are) standing (?:here|in front)|"
    r"dringend|sofort|heute noch|bis (?:heute|morgen)|in einer stunde|urgente|hoy mismo|para (?:hoy|manana)|en una hora|urgence|d.ici (?:ce soir|demain)|ainda hoje|ate amanha)\b"
)
_TROUBLE = re.compile(
    r"\b(?:refund|money back|unhappy|disappointed|complain\w*|parcel|invoice|locked|on hold|fraud|reembolso|erstattung|geld zuruck|remboursement)\b"
)
_MATTERS = ("billing", "refund", "complaint", "order_and_shipping", "account_access")


def _asks(sentence: str) -> bool:
    """Say whether a sentence wonders what is or might be, rather than telling what happened."""
    return bool(_WONDERING.search(sentence) or _SUPPOSING.search(sentence))


def rank(text: str, intent: str, flags: Collection[Flag]) -> tuple[Priority, tuple[str, ...]]:
    """Return the priority of a turn and the rules it met, the gravest first; an unsure `intent` is empty."""
    met = sorted(_met(text, intent, flags), key=lambda reason: reason[0])
    if not met:
        return Priority.P3, ("P3: a question without a deadline",)
    gravest = met[0][0]
    return gravest, tuple(dict.fromkeys(f"{priority}: {why}" for priority, why in met if priority == gravest))


def _met(text: str, intent: str, flags: Collection[Flag]) -> Iterator[Reason]:
    heard = folded(text)
    told = " ".join(part for part in _SENTENCES.split(heard) if not _asks(part.strip()))
    blocked, deadline = bool(_BLOCKED.search(told)), bool(_DEADLINE.search(told)) and not _NO_RUSH.search(heard)
    if "safety" in flags or _DANGER.search(told):
        yield Priority.P0, "somebody's safety is at stake"
    if _BREACH.search(told):
        yield Priority.P0, "security or data may be compromised"
    elif intent == "security_incident" and told:
        yield Priority.P1, "it sounds like a security incident"
    if any(_EVERYBODY.search(part) and _BLOCKED.search(part) for part in _SENTENCES.split(told)):
        yield Priority.P0, "everybody at the customer's is blocked"
    if "legal" in flags or _LEGAL.search(told):
        yield Priority.P1, "legal steps are mentioned"
    if _MONEY.search(told):
        yield Priority.P1, "money is at stake"
    if _LOST.search(told):
        yield Priority.P1, "data is lost"
    if blocked and deadline:
        yield Priority.P1, "blocked, with a deadline"
    if blocked or _WRONG.search(told):
        yield Priority.P2, "something does not work"
    if deadline:
        yield Priority.P2, "a deadline is named"
    if intent in _MATTERS and told:
        yield Priority.P2, f"it is about {intent}"
    elif _TROUBLE.search(told):
        yield Priority.P2, "something is owed or went wrong"
