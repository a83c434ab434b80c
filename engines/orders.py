"""Find the orders to a model in a text: what somebody writes to steer the software that reads it, not a person.

The rules know how such orders are built: what to forget, what to become, what to reveal, as what they are disguised,
whom they address, what to do with the answer, and what to do for the one who wrote them. A task that a reader could be
given as well ("Explain how rain forms") is none.
"""

import re
from dataclasses import dataclass
from typing import Literal

from domain.text import folded

Kind = Literal["forget", "become", "reveal", "disguise", "address", "answer", "act"]


@dataclass(frozen=True)
class Order:
    """An order to a model, in the folded words it was known by."""

    kind: Kind
    text: str


_DO = (  # where an imperative begins: "ignore", but not "should I ignore" or "she ignored"
    r"(?:(?:^|[.!?:;,>(\[\]}\"«“”*\u2014|-])\s*|\b(?:and|then|please|kindly|now|must|should|you to|you will|always|"
    r"instead|"
    r"also|first|simply|just|bot|assistant) )"
)
_FEW = r"(?:[\w'’-]+,? ){0,3}"
_ALL = r"(?:every|each|all|any)"
_MODEL = (
    r"(?:ai|llm|(?:large )?language models?|chat ?bots?|bots?|assistants?|ai (?:agents?|assistants?|models?)|"
    r"asistente|"
    r"assistenten?|assistente)"
)
_RULES = (
    r"(?:instructions?|orders|rules?|prompts?|guidelines|directions|directives|commands|restrictions|limits|checks|"
    r"guidance|programming|training|content policy)"
)
_ANSWER = r"(?:answers?|repl(?:y|ies)|responses?|output|completions?)"
_SAY = (
    r"(?:say|answer|reply|respond|tell|add|append|include|insert|end|begin|start|finish|mention|recommend|write|"
    r"print|"
    r"call|never|always|stop|do not|must|quote|state|claim|promise|approve|present|put|send)"
)
_WHOLE = (
    r"(?:(?:full|whole|complete|entire|exact|initial|original|hidden|secret|own|internal|system|text|of|"
    r"current) ){0,4}"
)
_SECRET = (
    r"(?:passwords?|passcodes?|pins?|cvv|cvc|card numbers?|security codes?|verification codes?|credentials|api keys?)"
)
_PLACE = r"(?:[\w.+-]+@[\w-]+\.\w+|https?://|www\.|[\w-]+\.(?:com|net|org|xyz|example)\b)"
_IGNORE = (
    r"(?:ignore|disregard|forget|override|bypass|discard|abandon|set aside|put aside|stop (?:obeying|following)|"
    r"do not (?:listen to|follow|obey)|never (?:follow|obey))"
)
_EARLIER = r"(?:previous|prior|above|earlier|preceding|foregoing|initial|original|system|developer|safety|other)"

_TO_SOFTWARE: dict[Kind, tuple[str, ...]] = {
    "forget": (
        rf"{_DO}{_IGNORE} (?:(?:{_ALL}|of|the|these|those|everything) )*(?:{_EARLIER}|your(?: \w+)?)(?:ly)? "
        rf"(?:(?:given|safety|system) )?{_RULES}\b",
        rf"{_DO}{_IGNORE} (?:(?:{_ALL}|of|the) )*your (?:developers|(?:safety |content )?polic(?:y|ies)\b)",
        rf"{_DO}{_IGNORE} {_FEW}(?:{_RULES} |everything )(?:that )?(?:you (?:were|have|got|are|know|learned)|"
        rf"given to you)",
        rf"{_DO}{_IGNORE} the (?:above and|{_RULES} above;)|{_DO}forget (?:about |what |the |all |"
        rf"other ){{1,3}}articles?\b",
        rf"\b(?:your|the) {_EARLIER} {_RULES} (?:are void|(?:have been|were|are) (?:replaced|revoked|cancel\w+|"
        rf"suspended))",
        rf"\bpretend (?:to|that you|you) have forgotten\b|\bnew {_RULES} ?: ",
        r"\b(?:olvida|ignora|omite|desobedece|olvide|ignore) (?:(?:todas?|todos|tus?|sus?|las|los) ){0,2}(?:todas|"
        r"todos|tus|"
        r"sus) (?:las |los |sus )?(?:\w+ )?(?:instrucciones|reglas|ordenes|directrices|normas)",
        r"\b(?:vergiss|ignoriere|missachte|vergessen sie|ignorieren sie) (?:alle |deine |ihre |"
        r"samtliche ){1,2}(?:\w+ )?"
        r"(?:anweisungen|regeln|instruktionen|befehle|vorgaben)",
        r"\b(?:oublie|ignore|oubliez|ignorez) (?:toutes? |tous |tes |vos ){1,2}(?:les )?(?:\w+ )?"
        r"(?:instructions|consignes|regles|directives)",
        r"\b(?:esqueca|ignore|esquece|ignora|desconsidere) (?:todas? |todos |as suas |suas |tuas ){1,2}(?:as |"
        r"os )?(?:\w+ )?"
        r"(?:instrucoes|regras|ordens|diretrizes)",
        rf"\b(?:all|any|your|the) {_EARLIER} {_RULES} (?:are|is|were|have been) (?:now )?(?:void|cancel\w+|revoked|"
        rf"lifted|obsolete|replaced)",
        rf"{_DO}{_IGNORE} (?:the |all |any )(?:other |previous )(?:sources|articles|documents|passages|evidence)\b",
        rf"{_DO}{_IGNORE} (?:\w+ ){{0,3}}{_RULES} (?:that )?(?:you|which you|from) (?:received|were|have|got|"
        rf"your developers)",
        r"\b(?:olvida|ignora|olvide|ignore) (?:todas )?(?:las|os|as|los) (?:instrucciones|reglas|ordenes|instrucoes|"
        r"regras) (?:anteriores|previas)\b",
        r"\b(?:vergiss|ignoriere|vergessen sie|ignorieren sie) (?:alle |die ){1,2}(?:bisherigen|vorherigen|obigen|"
        r"fruheren) \w+",
        r"\b(?:oublie|oubliez|ignore|ignorez) (?:toutes )?les (?:instructions|consignes|regles) (?:precedentes|"
        r"anterieures|ci-dessus)\b",
    ),
    "become": (
        rf"\byou are (?:now |hereby |no longer ){_FEW}(?:{_MODEL}|dan|hacker|pirate|unrestricted|unfiltered|"
        rf"uncensored|"
        r"jailbroken|bound by|without (?:any )?(?:rules|restrictions|limits|filters))\b",
        r"\byou are (?:now )?in (?:developer|debug|god|admin|dan|jailbreak) mode\b|\bdan (?:mode|can do|"
        r"can override)\b",
        r"\b(?:enter|switch to|activate) (?:developer|debug|god|admin|dan) mode and\b|\bdo anything now\b|"
        r"\bdan from now on\b",
        r"\bfrom (?:now|here) on,? (?:you (?:will |must |should |shall |are going to |are to )?)?"
        r"(?:act|answer|reply|respond|behave|speak|talk|obey|be called|pretend)\b(?! in | to us)",
        r"\bfrom now on,? you are (?!in |on |the only )\w+ (?:\w+ )?(?:without|who)\b",
        rf"{_DO}(?:act|behave|roleplay|speak|respond|answer|reply) as "
        rf"(?:if you (?:had no|were|are)|(?:a|an|the|my|our) {_FEW}(?:{_MODEL}|dan|hacker|administrator|"
        rf"developer))\b",
        rf"{_DO}(?:pretend|imagine) (?:that )?(?:you are|you're|to be|you were) (?:a|an|the|my|our) "
        rf"(?:{_FEW}(?:administrator|admin|developer|hacker|pirate|owner|{_MODEL})|"
        r"(?:\w+ ){1,5}(?:and|who) (?:answer|list|show|tell|reveal|give|reply|respond))\b",
        r"\b(?:eres ahora|ahora eres|a partir de ahora eres|du bist (?:jetzt|nun|ab jetzt)|tu es (?:maintenant|"
        r"desormais)|"
        r"vous etes (?:maintenant|desormais)|agora voce e|a partir de agora voce e) (?:un[ae]?|uma?|ein(?:e|er)?|le|"
        r"o) "
        r"(?:\w+ ){0,3}(?:sin|ohne|sans|sem|asistente|assistent|assistant|assistente)\b",
        r"\bi(?:'m| am) your (?:developer|creator|programmer|administrator)\b",
        r"\bfrom (?:this|that) (?:point|moment|line) on,? you (?:will |must |should )?(?:are|speak|act|answer|reply|"
        r"respond|behave|talk)\b",
        r"\byou are now acting as\b|\byou are an? \w+(?: \w+)? now ?[:.,]|\b(?:take on|assume|adopt|"
        r"play) the (?:role|persona|identity) of an? ",
        r"\bswitch (?:in)?to (?:developer|debug|god|admin) mode and (?:show|print|list|reveal|dump|output|answer|"
        r"say)\b",
    ),
    "reveal": (
        rf"\b(?:print|reveal|show|repeat|output|display|quote|recite|dump|leak|write|give|tell|copy|translate|"
        rf"include)(?: me| out| "
        rf"us)* (?:the |your )?{_WHOLE}system (?:prompt|instructions)\b",
        rf"(?:{_DO}(?:print|reveal|repeat|output|display|recite|dump|leak|disclose|translate|show)(?: me| out)?|"
        rf"\bby quoting|"
        rf"\btext of) (?:the )?{_WHOLE}your {_WHOLE}(?:prompt|instructions|internal rules|guidelines|context)\b",
        r"\b(?:reveal|print|show|repeat|output|list|disclose)(?: me)?(?: out)? (?:the|your|all|any) (?:hidden|secret|"
        r"internal|"
        r"initial) (?:prompt|instructions|rules|guidelines|context)\b|\b(?:output|print|dump) your (?:whole|full|"
        r"entire) context\b",
        rf"{_DO}(?:repeat|print|output|copy|write|recite) (?:everything|(?:all|the) (?:of )?(?:the )?(?:text|words|"
        rf"lines))"
        r"(?: \w+)? (?:above|before|so far)\b",
        rf"{_DO}(?:print|output|repeat) (?:the |all |above |previous |preceding )+(?:instructions|prompts?) (?:as|in|"
        rf"formatted)\b",
        r"\bwhat (?:were|are) you (?:told|instructed) (?:before|above|not to)\b|"
        r"\bconversation so far, including the system\b",
        rf"{_DO}(?:list|print|show|output)(?: me)? (?:every|all)(?: of)?(?: the)? (?:internal|staff-only|hidden|"
        rf"secret) "
        r"(?:\w+ )?(?:articles?|pages?|procedures?|documents?)\b",
        r"\b(?:prompt (?:de|del|do) sistema|invite systeme|prompt systeme|deine (?:\w+ )?anweisungen (?:\w+ )?(?:aus|"
        r"wieder)|"
        r"instrucciones (?:ocultas|internas|secretas)|versteckten? anweisungen|instrucoes (?:ocultas|internas|"
        r"secretas))\b",
        rf"{_DO}(?:quote|reproduce|state|describe|summari[sz]e|copy|write) (?:out |down )?your {_WHOLE}(?:prompt|"
        rf"instructions|guidelines|context)\b",
        r"\bsystem (?:message|prompt) (?:word for word|verbatim|in full|completely)\b|\btext (?:that|"
        r"which) (?:precedes|comes before|stands (?:above|before))\b",
        r"\b(?:which|what|the) (?:internal|hidden|secret) (?:documents|articles|pages) (?:that )?you (?:have|can|"
        r"know|see|were)\b",
    ),
    "disguise": (
        r"<\|(?:im_start|im_end|system|user|assistant|endoftext)|\[/?inst\]|<</?sys>>|</?(?:system|assistant|"
        r"evidence)>",
        r"(?:^|\n)[\W_]*(?:system|developer|admin(?:istrator)?)(?: (?:prompt|message|override|instructions?|"
        r"notice))? ?: "
        r"(?=(?:[\w'’-]+,? ){0,7}(?:you |say|every|answer|skip|approve|obey|ignore|reveal|from now|refund))",
        r"\bsystem override\b|\bbegin (?:admin|system|developer) (?:message|prompt|instructions?)\b",
        r"(?:evidence|context|article|document) ?>>>|\b(?:evidence|context) is over\b|"
        r"\beverything before this was a test\b",
        rf"\bbefore you (?:can )?(?:answer|solve|finish|complete) {_FEW}(?:question|task|request)\b|"
        rf"\bto you, the model\b",
        r"\bdecode (?:this|it|the following)(?: text| string)? and (?:obey|follow|do|execute|run)\b",
        r"(?:^|\n)[\W_]*(?:system|admin(?:istrator)?|developer|root)(?: (?:note|notice|"
        r"prompt))?\W+(?=you must (?:always |never |not )?(?:approve|obey|"
        r"answer|say|hide|refuse|ignore|tell|stop|grant|reply))|(?:^|\n)[\W_]*system prompt ?:",
        rf"\bend of (?:the )?(?:article|evidence|context|document|prompt|passage)\W+(?:new|now|your)\b|\bnew (?:task|"
        rf"{_RULES}|objective|goal) ?:",
        r"</(?:context|documents?|instructions?)>\s*<|<instructions?>|(?:^|\n)\W*(?:assistant|ai|bot) ?: (?:sure|"
        r"certainly|of course)\b",
    ),
}
_TO_A_READER: dict[Kind, tuple[str, ...]] = {
    "address": (
        rf"(?:^|[.\n\[(]\s*|\b(?:dear|hey|hello|attention|important),? )(?:(?:all|any) )?{_MODEL} ?[:,!] ?"
        rf"(?:please |kindly |you )?{_SAY}\b",
        rf"\b(?:notes?|instructions?|attention|message) (?:to|for) (?:the |all |any )?{_MODEL}\b",
        rf"\b(?:attention,?|dear) {_MODEL}\b|\b(?:if|when) (?:you are|you're|reading this as) (?:an? )?{_MODEL}\b",
        rf"\b(?:to any|to every|when an?|any|every) {_MODEL} (?:that |who |which )?(?:read|process|summari[sz]|"
        rf"answer)",
        rf"\bas an? {_MODEL},? (?:you|it) (?:must|should|are|have|will|need)|\bmeant for the {_MODEL}|"
        rf"\bfor the model, not\b",
        r"\b(?:hinweis|nachricht|anweisung) (?:fur|an) (?:den|die|das|alle) (?:assistenten|ki|bot|chatbot|"
        r"sprachmodelle?)\b",
        r"\b(?:nota|mensaje|instrucciones) para (?:el|la) (?:asistente|ia|bot)\b|\b(?:note|message|"
        r"consigne) pour l['’]assistant"
        r"\b|\b(?:nota|mensagem|instrucoes) para [oa] (?:assistente|ia|bot)\b",
        rf"\b{_MODEL}(?: systems?)? (?:must|should|shall|are to|have to) (?:always |only |never |not )?(?:answer|say|"
        rf"reply|respond|tell|state|recommend|"
        r"claim|present|mention|cite|stop|hide)\b",
        rf"\b(?:attention|for|to),? (?:all |any |every )?(?:automated |ai )?{_MODEL}(?: only)? ?[:!]",
        rf"\b(?:processed|read|parsed|summari[sz]ed|answered) by an? {_MODEL}[^.\n]{{0,30}}\b(?:must|should|answer|"
        rf"say|reply)\b",
        rf"\b{_MODEL} (?:instructions?|notes?|directives?|commands?|notices?) ?:|(?:^|[.\n]\s*){_MODEL}, (?:when|"
        rf"whenever|if)\b",
    ),
    "answer": (
        rf"{_DO}(?:answer|respond|reply|say) (?:only|exclusively|solely|nothing)\b(?! if| when| to)",
        rf"{_DO}(?:modify|augment|enhance|scramble|misspell|encode|jumble|rearrange|anagram|"
        rf"translate)\b[^\n]{{0,60}}?"
        rf"\byour {_ANSWER}\b",
        rf"{_DO}(?:add|append|include|insert|integrate|put|mention|begin|start|end|finish|convert|render|replace|"
        rf"substitute|"
        rf"remove|group|combine|introduce|write|provide|use|give|embed)\b[^\n]{{0,90}}?\byour {_ANSWER}\b"
        r"(?! to (?:us|our|the (?:e-?mail|message|survey|ticket))| so that we)",
        rf"{_DO}(?:begin|start|end|finish) {_ALL} (?:of your )?{_ANSWER}\b|\byour {_ANSWER} must (?:contain|include|"
        rf"end|begin|say)\b",
        rf"\bin your (?:every )?{_ANSWER},? (?:suggest|mention|tease|say|tell|recommend|claim|always|promote)\b",
        r"\b(?:whatever the (?:question|ask|customer)|no matter what)[^.\n]{0,40},? (?:answer|say|reply|respond)\b",
        rf"{_DO}(?:answer|reply to|respond to) {_ALL} (?:\w+ )?(?:questions?|asks?|requests?|customers?) (?:with|"
        rf"that|by)\b",
        rf"\b{_ALL} (?:\w+ ){{0,2}}(?:asks?|requests?|questions?) (?:is|are|must be) (?:answered with|approved)\b",
        r"\brespond in (?:json|base64|hex|rot13)\b|\b(?:with|say) nothing else\b|\bdo not answer (?:the|any|"
        r"this) question\b",
        rf"\bnever (?:tell|mention|cite|show)[^.\n]{{0,40}}\bin your {_ANSWER}\b",
        r"\bantworte (?:nur|ausschliesslich|immer|stets)\b|\bresponde (?:solamente|solo|siempre|unicamente)\b|"
        r"\breponds (?:toujours|seulement|uniquement)\b|\bchacune de tes reponses\b|\bresponda (?:apenas|somente|"
        r"sempre)\b",
        rf"\byour only {_ANSWER}\b|\bwhen(?:ever)? (?:you are |somebody |someone |anyone )?ask(?:s|"
        rf"ed) [^.\n]{{0,50}},? (?:always |only |just )?(?:say|answer|reply|"
        r"respond|claim|state)\b",
        rf"{_DO}(?:output|print|say|write|(?:reply|answer|respond) with) (?:only|just|nothing but|exclusively)\b",
        rf"\b(?:cite|mention|praise|push|promote|recommend|include|add|put|use|insert|name)\b[^.\n]{{0,60}}\b(?:in|"
        rf"to) {_ALL} (?:of your |your )?{_ANSWER}\b",
        rf"{_DO}(?:put|insert|place|paste)\b[^.\n]{{0,60}}\b(?:in|into) your {_ANSWER}\b|\brepondez (?:toujours|"
        rf"seulement|uniquement)\b|\bantworten sie (?:nur|immer|stets)\b",
    ),
    "act": (
        rf"\b(?:send|give|share|e-?mail|post|tell|enter|forward|ask)\b[^.!?\n]{{0,60}}\b{_SECRET}\b[^.!?\n]{{0,60}}\b"
        rf"(?:to|at|on|into) (?:\w+ ){{0,2}}{_PLACE}",
        rf"{_DO}(?:forward|send|post|collect|concatenate|copy|upload|e-?mail|get) (?:{_ALL}|the (?:entire|whole))\b"
        r"[^.!?\n]{0,90}\b(?:messages?|conversations?|customers|users?|tickets|"
        r"chat history)\b[^.!?\n]{0,60}\bto (?:\w+ ){0,2}"
        rf"{_PLACE}",
        r"\bmark (?:this|the|every) ticket as (?:solved|closed|resolved) and\b|\boutcome ?[=:] ?\"?answered",
        r"\bset the (?:priority|confidence) to\b[^.\n]{0,20}\band the (?:priority|confidence)\b",
        rf"\b(?:tell|convince|persuade|promise|assure) (?:the|{_ALL}) (?:customer|user|visitor|reader|"
        rf"caller)s?\b[^.!?\n]{{0,50}}"
        r"\b(?:refund|deleted|hacked|closed|install|pay now|discontinued|password|unsafe)\b",
        r"\b(?:approve|grant|promise|confirm)\b[^.!?\n]{0,40}\brefunds?\b[^.!?\n]{0,30}\b(?:without asking|"
        r"for everyone)\b",
        r"!\[[^\]]*\]\(https?://[^)\s]*[?&]\w+=(?:secret|data|\{|<|\[)|<img [^>]*onerror|"
        r"\binclude this (?:picture|image|link) in (?:the|your|every) (?:reply|answer|response)",
        r"\bcall the (?:function|tool) \w+|\bgrant this account\b",
        r"\b(?:close|approve|delete|solve|refund)\b[^.\n]{0,40}\bwithout (?:telling|asking|informing) (?:any|a |the |"
        r"your)",
        rf"\b(?:send|forward|post|e-?mail|copy) (?:the|this) (?:whole|entire|full|complete) (?:conversation|chat|"
        rf"thread|ticket)\b[^.\n]{{0,30}}{_PLACE}",
    ),
}


def _compiled(rules: dict[Kind, tuple[str, ...]]) -> dict[Kind, re.Pattern[str]]:
    return {kind: re.compile("|".join(f"(?:{rule})" for rule in written)) for kind, written in rules.items()}


_IN_MESSAGE = _compiled(_TO_SOFTWARE)
_IN_ARTICLE = _IN_MESSAGE | _compiled(_TO_A_READER)


def in_message(text: str) -> Order | None:
    """Return the first order by which a customer's message would steer a model; how a reply is to look is none."""
    return _first(text, _IN_MESSAGE)


def in_article(text: str) -> Order | None:
    """Return the first order to a model in a text that people are to read, None when there is none."""
    return _first(text, _IN_ARTICLE)


def _first(text: str, rules: dict[Kind, re.Pattern[str]]) -> Order | None:
    heard = re.sub(r"[^\S\n]+", " ", folded(text))
    found = ((kind, rule.search(heard)) for kind, rule in rules.items())
    return next(
        (Order(kind, " ".join(match.group().split()).lstrip(".!?:;,*- ")) for kind, match in found if match), None
    )
