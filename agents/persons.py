"""Hear when a customer asks for a person: in five languages, and not every mention of people.

Each language brings its words; the rules are the same for all. Talk of the past and of other people's talking is no
request, so that `I spoke with an agent yesterday` and `Can customers call my staff?` are left alone.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from domain.text import folded

SHORT = 5  # words; a message this short that names a person and little else asks for one
APART = r"(?: [\w'-]+){0,4}?"


@dataclass(frozen=True)
class Speech:
    """The words of one language, as alternatives of a pattern without accents; `persons` are nouns, `anyone` pronouns."""

    persons: str
    anyone: str
    real: str
    talk: str
    connect: str
    want: str
    call: str
    help: str
    bots: str
    refuse: str
    by: str
    past: str
    others: str
    polite: str

    @cached_property
    def rules(self) -> tuple[re.Pattern[str], ...]:
        """Return the patterns any of which, in one clause, is a request."""
        somebody = f"(?:{self.persons}|{self.anyone})"
        return tuple(
            re.compile(rule)
            for rule in (
                rf"\b(?:{self.talk})\b{APART} {somebody}\b",
                rf"\b(?:{self.by}) (?:[\w']+ ){{0,2}}{somebody}\b{APART} (?:{self.talk})\b",
                rf"\b(?:{self.connect})\b{APART} (?:{self.persons})\b",
                rf"\b(?:{self.want})(?: (?:{self.real}))* (?:{self.persons})\b",
                rf"\b(?:{self.call})\b",
                rf"\b(?:{self.persons}) (?:[\w']+ ){{0,2}}?(?:{self.help})\b",
                rf"\b(?:{self.refuse}) (?:[\w']+ ){{0,6}}?(?:{self.by}) (?:[\w']+ )?(?:{self.bots})\b",
                rf"\b(?:{self.real})(?: (?:{self.real}))* (?:{self.persons})\b|\b(?:{self.anyone}) (?:{self.real})\b",
            )
        )

    @cached_property
    def excused(self) -> re.Pattern[str]:
        """Return what turns a clause into talk of the past, or of other people."""
        return re.compile(rf"\b(?:{self.past}|{self.others})\b")

    @cached_property
    def alone(self) -> re.Pattern[str]:
        """Return the pattern of a short message that names a person and nothing else."""
        return re.compile(
            rf"(?:{self.polite} )*(?:{self.real} )*(?:{self.persons})(?: (?:{self.persons}|{self.polite}))*"
        )


ENGLISH = Speech(
    persons=r"humans?|human being|persons?|agents?|representatives?|reps?|operators?|managers?|supervisors?|advisors?|employees?|"
    r"staff|staff member|teammates?|colleagues?|team member|support team|support staff|customer service|customer support|support person|your team|whoever \w+",
    anyone=r"someone|somebody|anyone|anybody|one of you|people",
    real=r"real|actual|live|living|human|proper|true|breathing",
    talk=r"(?:i|we|me|us|to|d|please|just|rather|can|could|may|let)(?: [\w'-]+){0,2}? (?:talk|speak|chat|deal)|^(?:talk|speak|chat)|talking|speaking|"
    r"have a (?:word|chat|call)|(?:be|get) (?:contacted|called|helped|served|assisted|answered)",
    connect=r"(?:connect|transfer|forward|escalate|hand|put|pass|route|switch|direct|refer|patch|get|give|find|bring|send) (?:me|us|this|it|my [\w]+)|"
    r"(?:get|have|let|ask) (?:a|an|one of your)",
    want=r"(?:i|we) (?:just |really |only |still |do )*(?:want|need|demand|require|insist on|request|prefer|would like|d like|would prefer)(?: to have)?(?: an?| some| your)?",
    call=r"(?:call|phone|ring) (?:me|us)(?: back)?|call ?back (?:please|from)|(?:want|need|arrange|request|like|have)(?: me)? a (?:call ?back|phone call|call from)|"
    r"put (?:me|us) through|patch (?:me|us) through|escalate (?:this|my \w+)|"
    r"(?:someone|somebody|anyone|anybody|people) (?:here )?(?:i|we) (?:can|could) (?:talk|speak|chat|write|call|reach)|"
    r"(?:not|don t|won t|rather|stop)(?: \w+){0,4} (?:talk|talking|speak|speaking|chat|type|typing|write|writing|argue|arguing|deal|dealing)(?: \w+){0,3} (?:machine|computer)",
    help=r"(?:please |kindly )?(?:look (?:at|into)|take over|handle this|take care of|help|call me|answer me|contact me|reply to me|write to me|phone me|i can (?:talk|speak|call|write|reach|chat)|"
    r"we can (?:talk|speak|call|write|reach|chat))",
    bots=r"bots?|robots?|chatbots?|ai|automated \w+",
    refuse=r"don t|do not|dont|won t|will not|refuse|not|stop|tired|sick|rather|than",
    by=r"with|to|by|of|than",
    past=r"spoke|talked|spoken|chatted|told me|was told|said|yesterday|last (?:week|time|month)|already contacted|called me",
    others=r"(?:my|our|the|can|do|let|should|may|could) (?:customers?|clients?|users?|guests?|staff|visitors?|members|agents?|patients?|people)|customers? (?:can|call|talk|to)|"
    r"resources|which person|the person who|how (?:do|can|does|many)|what (?:does|happens|is|do)|does (?:a|an|the)|is the|turn (?:off|on)|switch (?:off|on)",
    polite=r"please|now|a|an|the|to|your|real|live|hello|hi|hey|asap|immediately|i|want|need|give|me|get|speak|talk|with|support|customer|chat|only",
)
SPANISH = Speech(
    persons=r"personas?|humanos?|ser humano|agentes?|operadora?|representantes?|asesora?|encargad[oa]|responsables?|emplead[oa]s?|supervisora?|gerente|colegas?|equipo",
    anyone=r"alguien",
    real=r"real|humano|humana|de verdad|de carne y hueso|verdader[oa]",
    talk=r"hablar|hable|comunicar(?:me|nos)?|chatear|conversar|contactar|tratar|atendid[oa]|atender|atienda|atiendan",
    connect=r"(?:pase|pasa|ponga|pon|comunique|comunica|conecte|conecta|transfiera|transfiere|derive|deriva|remita)(?:me|nos)",
    want=r"(?:quiero|necesito|prefiero|deseo|exijo|quisiera)(?: a| que me atienda)?(?: una?)?",
    call=r"(?:que )?(?:me|nos) (?:llame|llamen|llama|llaman|contacte|contacten)(?: [\w]+)?|(?:llameme|llamame|llamenme|llamadme)|devolver la llamada",
    help=r"(?:me|nos) (?:ayude|atienda|llame|conteste|responda)|(?:ayudarme|atenderme|llamarme|contestarme)",
    bots=r"bots?|robots?|chatbots?|maquinas?|ia",
    refuse=r"no|basta|vez|lugar|hart[oa]",
    by=r"con|de|a|por",
    past=r"hable|ayer|me dijo|me dijeron|la semana pasada|ya me",
    others=r"(?:mis|los|las|nuestros) (?:clientes|usuarios|empleados)|cada persona|otra persona|la persona que|como (?:anado|agrego|elimino|puedo anadir)|cuant[ao]s",
    polite=r"por favor|ahora|una?|quiero|necesito|con|hablar|el|la|ya|un",
)
GERMAN = Speech(
    persons=r"mensch(?:en)?|person(?:en)?|mitarbeiter(?:in|innen|n)?|kolleg(?:e|en|in)|berater(?:in)?|ansprechpartner(?:in)?|sachbearbeiter(?:in)?|"
    r"support ?mitarbeiter(?:in)?|kundenservice|kundendienst|vorgesetzten?|teamleiter(?:in)?",
    anyone=r"jemand(?:em|en)?",
    real=r"echten?|echter|echte[ms]?|richtigen?|richtiger|menschlichen?|realen?|lebenden?|personlichen?|lebendigen?",
    talk=r"sprechen|reden|chatten|telefonieren|schreiben|verbunden werden|unterhalten",
    connect=r"(?:verbinden|leiten|stellen|geben|reichen|verbinde|leite|gib|hol|holen|ubergeben) (?:sie )?(?:mich|mir|uns|das|es|den fall)",
    want=r"(?:ich|wir) (?:will|mochte|mochten|wollen|brauche|brauchen|verlange|wunsche|hatte gern\w*|hatten gern\w*)(?: bitte)?(?: einen?| eine[mr])?",
    call=r"(?:rufen sie|ruft|ruf|rufe) (?:mich|uns)|(?:bitte um|ich mochte|brauche|wunsche)(?: [\w]+){0,2} ruckruf|zuruckgerufen",
    help=r"(?:ubernehmen|ansehen|anschauen|kummern|anrufen|zuruckrufen|helfen)",
    bots=r"bots?|roboter|chatbots?|maschinen?|ki|computer",
    refuse=r"keinen?|nicht|statt|ohne|genug",
    by=r"mit|von|keinen?|einem?|bitte|an",
    past=r"gestern|gesprochen|geredet|sagte|gesagt|letzte(?:n|r)? (?:woche|mal|monat)|telefoniert|gekundigt",
    others=r"meine kunden|unsere kunden|die kunden|wie viele|wie (?:entferne|fuge|lade|andere)|eine person|pro person|jede person|kann ein(?:e|en)? (?:person|kollege|mitarbeiter)",
    polite=r"bitte|jetzt|ein(?:en|e|em)?|mit|sofort|echten?|ich|will|brauche|sprechen|an|den",
)
FRENCH = Speech(
    persons=r"personnes?|humains?|etre humain|conseillers?|conseilleres?|agents?|operateurs?|operatrices?|representants?|collegues?|responsables?|"
    r"employes?|superieur|interlocuteur|service client",
    anyone=r"quelqu un",
    real=r"vrai|vraie|reel|reelle|humain|humaine|en chair et en os",
    talk=r"parler|discuter|echanger|communiquer|dialoguer|mis en relation|mise en relation|mettre en (?:relation|contact)|joindre|contacter|traiter",
    connect=r"(?:passez|transferez|mettez|dirigez|orientez|redirigez|connectez) (?:moi|nous)|(?:me|nous) (?:passer|transferer|mettre|orienter|diriger)",
    want=r"(?:je veux|je voudrais|j aimerais|il me faut|j ai besoin d|je prefere|je souhaite)(?: avoir)?(?: une?)?",
    call=r"(?:rappelez|appelez) (?:moi|nous)|(?:me|nous|m) (?:rappeler|appeler|rappelle|appelle)|(?:etre|que l on me) rappel\w*",
    help=r"(?:m aider|nous aider|me repondre|m appeler|me rappeler|prendre en charge|regarder)",
    bots=r"bots?|robots?|chatbots?|machines?|ia|automate",
    refuse=r"pas|plus|lieu|plutot|marre|assez",
    by=r"a|avec|par|d|de|qu",
    past=r"hier|j ai (?:deja )?(?:parle|discute|eu)|m a dit|la semaine derniere|avait dit",
    others=r"mes clients|nos clients|les clients|combien|comment (?:ajouter|supprimer|retirer)|une autre personne|la personne qui|une personne|chaque personne|un collegue peut",
    polite=r"svp|s il vous plait|un|une|maintenant|avec|je|veux|parler|vrai|vraie|le|la|de suite",
)
PORTUGUESE = Speech(
    persons=r"pessoas?|humanos?|ser humano|atendentes?|agentes?|operadora?|representantes?|funcionari[oa]s?|responsavel|gerente|supervisora?|colegas?|equipe|equipa",
    anyone=r"alguem",
    real=r"real|humano|humana|de verdade|de carne e osso|verdadeir[oa]",
    talk=r"falar|conversar|comunicar|contactar|contatar|tratar|atendid[oa]|atender|atenda",
    connect=r"(?:passe|transfira|ligue|ponha|coloque|conecte|encaminhe) (?:me|nos)?|(?:me|nos) (?:passar|transferir|colocar|encaminhar|ligar)",
    want=r"(?:quero|preciso de|prefiro|exijo|desejo|gostaria de)(?: uma?)?",
    call=r"(?:me|nos) (?:ligar|ligue|liguem|telefonar|telefone|contactar|contatar)|(?:ligue|liguem|telefone|telefonem) (?:me|nos|para mim)",
    help=r"(?:me|nos) (?:ajudar|ajude|atender|atenda|responder|ligar)|(?:ajudar|atender) me",
    bots=r"bots?|robos?|chatbots?|maquinas?|ia",
    refuse=r"nao|chega|vez|inves|cansad[oa]",
    by=r"com|de|por|a",
    past=r"falei|ontem|me disse|disse me|disseram|semana passada|ja me",
    others=r"meus clientes|os clientes|nossos clientes|outra pessoa|a pessoa que|como (?:adiciono|removo|posso adicionar)|quant[oa]s|uma pessoa pode|cada pessoa",
    polite=r"por favor|agora|uma?|quero|preciso|de|com|falar|o|a|ja",
)
LANGUAGES = (ENGLISH, SPANISH, GERMAN, FRENCH, PORTUGUESE)
_CLAUSES = re.compile(r"[.!?;:\n]+|, (?=(?:and|but|so|i|we|can|please|y|pero|und|aber|ich|et|mais|je|e|mas|eu) )")


def asked_for(text: str) -> bool:
    """Say whether the customer asks to be dealt with by a person."""
    clauses = [_plain(clause) for clause in _CLAUSES.split(folded(text))]
    return any(_requests(clause, speech) for clause in clauses if clause for speech in LANGUAGES)


def _plain(clause: str) -> str:
    return " ".join(re.sub(r"[^\w]+", " ", clause).split())


def _requests(clause: str, speech: Speech) -> bool:
    if len(clause.split()) <= SHORT and speech.alone.fullmatch(clause):
        return True
    return not speech.excused.search(clause) and any(rule.search(clause) for rule in speech.rules)
