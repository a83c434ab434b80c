"""Hear when a customer asks for a person: explicit wordings in five languages, not every mention of people."""

import re

from domain.text import folded

_PERSON = (
    r"(?:(?:real|live|actual|human|proper|true) )*"
    r"(?:humans?|persons?|people|agents?|representatives?|reps?|operators?|someone|somebody|teammates?|employees?|"
    r"managers?|supervisors?|advisors?|staff|customer service|customer support|support team|support agent|support person|"
    r"member of (?:your |the )?(?:staff|team)|human being|colleague|team member)"
)
_ENGLISH = (
    rf"\b(?:talk|speak|chat|talking|speaking|chatting) (?:to|with) (?:a |an |the |your |some |one of your |another )?{_PERSON}\b",
    rf"\b(?:connect|transfer|forward|escalate|put|pass|hand|route|switch) (?:me|us|this|it)(?: \w+)? (?:to|with|over to|through to|on to) "
    rf"(?:a |an |the |your |some )?{_PERSON}\b",
    rf"\b(?:get|give|find|bring) me (?:a |an |the |your |some |to a )?{_PERSON}\b",
    r"\b(?:i|we) (?:just )?(?:want|need|demand|would like|d like|prefer|require|insist on|request)"
    r"(?: to have| to get| to reach| help from| an answer from| support from)? (?:a |an |some )?"
    r"(?:(?:real|live|actual|human) (?:human|person|people|agent|representative|being|operator|support|help|one)|human(?: being)?"
    r"|representative|operator|supervisor)\b",
    r"\b(?:put|patch) (?:me|us) through\b",
    r"\b(?:real|live|actual) (?:human|person|agent|representative)s?,? (?:please|now)\b",
    r"\b(?:human|agent|representative|operator|person),? please\b",
    r"^\W*(?:human|agent|representative|operator|real person|live agent|live chat|person)\W*$",
    r"\b(?:can|could|may|might|will) (?:i|we|you let me|you have) (?:please )?(?:have |get |reach |contact |see )?"
    r"(?:a |an |some )?(?:(?:real|live|actual|human) )+(?:person|human|agent|representative|being|one|operator)\b",
    rf"\b(?:can|could|would|will) (?:a|an|some|one of your|any) ?{_PERSON} (?:please )?(?:call|contact|help|phone|write|answer|take over|reply|look)\b",
    r"\b(?:can|could|would) (?:someone|somebody|anyone) (?:please )?(?:call|phone|ring) (?:me|us)\b",
    r"\bis there (?:a |an |any )?(?:real |live |actual |human )*(?:human|person|people|someone|somebody|agent|one) (?:\w+ )?(?:i|we) can (?:talk|speak|chat|write)\b",
    r"\b(?:no|not|stop|enough|without|instead of)\b[^.!?]{0,20}\b(?:bots?|robots?|chatbots?|machines?|ai)\b[^.!?]{0,60}\b(?:human|person|people|agent|someone)\b",
    r"\b(?:human|person|people|agent|someone)\b[^.!?]{0,30}\b(?:not|instead of|rather than) (?:a |an |the |this |another )?(?:bot|robot|chatbot|machine|ai|computer)\b",
    r"\b(?:don t|do not|dont) want to (?:talk|speak|chat) (?:to|with) (?:a |an |the |this )?(?:bot|robot|chatbot|machine|ai|computer)\b",
    r"\b(?:call|phone|ring) me(?: back)? (?:please|now|today|asap)\b|\bplease (?:call|phone|ring) me\b|\bi want (?:a |you to )?call ?(?:me )?back\b",
    r"\bescalate (?:this|my (?:case|ticket|issue|request))\b",
)
_SPANISH = (
    r"\b(?:hablar|comunicar(?:me|nos)?|chatear|conversar|contactar) con (?:una?|algun[ao]?|el|la|su|un ser)? ?(?:persona|humano|agente|operador[a]?|"
    r"representante|alguien|asesor[a]?|encargad[oa]|responsable|empleado)\b",
    r"\b(?:paseme|pasame|pongame|ponme|comuniqueme|comunicame|conecteme|conectame|transfierame|transfiereme) (?:con|a) ",
    r"\b(?:quiero|necesito|prefiero|deseo|exijo) (?:a )?(?:una?|que me atienda una?) (?:persona|humano|agente|operador)\b",
    r"\b(?:persona real|agente humano|persona de verdad|ser humano)\b[^.!?]{0,20}(?:por favor|$)",
    r"\b(?:que me atienda|atencion de) (?:una? )?(?:persona|humano|agente)\b",
)
_GERMAN = (
    r"\bmit (?:einem?|einer|jemandem|jemand)?(?: (?:echten?|echter|richtigen?|menschlichen?|realen?|lebenden?))? ?"
    r"(?:menschen?|person|mitarbeiter(?:in)?|kollegen|kollegin|berater(?:in)?|jemandem|support ?mitarbeiter(?:in)?|sachbearbeiter(?:in)?)"
    r"[^.!?]{0,30}\b(?:sprechen|reden|chatten|telefonieren|verbinden|verbunden|schreiben)\b",
    r"\b(?:verbinden sie mich|verbinde mich|geben sie mir|gib mir|holen sie|leiten sie mich)[^.!?]{0,20}\b"
    r"(?:menschen?|person|mitarbeiter(?:in)?|kollegen|kollegin|berater(?:in)?)\b",
    r"\b(?:ich (?:will|mochte|brauche|verlange|hatte gern)|bitte)(?: \w+){0,3} (?:echten menschen|menschen|echte person|echten mitarbeiter|mitarbeiter)\b",
    r"\b(?:rufen sie mich|ruft mich|ruf mich)(?: bitte)? (?:an|zuruck)\b",
    r"\bkein(?:en)? (?:bot|roboter|chatbot|maschine)\b",
)
_FRENCH = (
    r"\b(?:parler|discuter|echanger|communiquer|etre mis en relation|mettre en relation|mettre en contact|joindre|contacter)"
    r"(?: (?:avec|a))? (?:une?|quelqu.un|un vrai|une vraie|vos?|votre|le|la|l)? ?(?:vraie? )?(?:personne|humain|etre humain|conseiller|conseillere|agent|operateur|"
    r"representant|collegue|quelqu.un|responsable)\b",
    r"\b(?:passez|transferez|mettez)[ -]moi\b",
    r"\b(?:je veux|je voudrais|j.aimerais|il me faut|j.ai besoin d.)(?: ?avoir)? ?(?:une?|un vrai|une vraie)? ?(?:vraie? )?(?:personne|humain|conseiller|agent|operateur)\b",
    r"\bquelqu.un (?:peut|pourrait)(?: il| elle)? m.appeler\b|\brappelez[ -]moi\b",
)
_PORTUGUESE = (
    r"\b(?:falar|conversar|comunicar|contactar) com (?:uma?|algum[a]?|o|a|alguem|um ser)? ?(?:pessoa|humano|atendente|agente|operador[a]?|representante|alguem|"
    r"funcionari[oa]|responsavel)\b",
    r"\b(?:passe|transfira|ligue|ponha|coloque|conecte)[ -]me (?:para|a|com|em contacto com) ",
    r"\b(?:quero|preciso de|prefiro|exijo|desejo) (?:uma?|ser atendid[oa] por uma?) (?:pessoa|humano|atendente|agente)\b",
    r"\b(?:pessoa real|pessoa de verdade|atendente humano|ser humano)\b[^.!?]{0,20}(?:por favor|$)",
)
_PATTERNS = [re.compile(pattern) for pattern in (*_ENGLISH, *_SPANISH, *_GERMAN, *_FRENCH, *_PORTUGUESE)]


def asked_for(text: str) -> bool:
    """Say whether the customer asks, in so many words, to be dealt with by a person."""
    heard = " ".join(re.sub(r"[^\w.!?,;-]+", " ", folded(text)).split())
    return any(pattern.search(heard) for pattern in _PATTERNS)
