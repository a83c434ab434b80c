"""Hear when a customer asks for a person: in five languages, and not every mention of people.

Each language brings its words; the rules are the same for all. Talk of the past and of other people's talking is no
request, so that `I spoke with an agent yesterday` and `Can customers call my staff?` are left alone.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from domain.text import folded

SHORT = 7  # words; a message this short that names a person and little else asks for one
APART = r"(?: [\w'-]+){0,5}?"
PHONE = r"(?:by|over the|on the|por|par|am|per|ao|via) (?:phone|telefono?|telephone|telefone|chat)"


@dataclass(frozen=True)
class Speech:
    """The words of one language, as alternatives of a pattern without accents; `persons` are nouns, `anyone` pronouns.

    `serve` is what a person would do for the one who writes, `aid` what anybody may be asked in passing, `yours` says that a person belongs to the desk, and `fetch`
    is an order to bring one.
    """

    persons: str
    anyone: str
    real: str
    talk: str
    connect: str
    want: str
    call: str
    help: str
    reach: str
    bots: str
    refuse: str
    by: str
    past: str
    others: str
    manage: str
    polite: str
    serve: str
    aid: str
    yours: str
    fetch: str

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
                rf"\b(?:{self.persons}) (?:[\w']+ ){{0,4}}?(?:{self.help})\b",
                rf"\b(?:{self.anyone}) (?:[\w']+ ){{0,4}}?(?:{self.reach})\b",
                rf"\b{somebody} (?:[\w']+ ){{0,2}}?(?:{self.by}) [\w']+ (?:[\w']+ ){{0,4}}?(?:{self.talk})\b",
                rf"\b(?:{self.refuse}) (?:[\w']+ ){{0,6}}?(?:{self.by}) (?:[\w']+ )?(?:{self.bots})\b",
                rf"\b{somebody}\b{APART} (?:{self.serve})\b",
                rf"\b(?:{self.persons})\b{APART} (?:{self.aid})\b|\b(?:{self.aid})\b{APART} (?:{self.persons})\b",
                rf"\b(?:{self.anyone})\b{APART} (?:{self.aid}) {PHONE}\b",
                rf"\b(?:{self.serve})\b{APART} {somebody}\b",
                rf"\b(?=(?:[\w']+ ){{1,3}}?{somebody}\b)(?:{self.serve})\b",
                rf"\b(?:{self.talk}|{self.serve}|{self.want})\b{APART} {somebody} (?:{self.yours})\b",
                rf"\b(?:{self.by}) (?:[\w']+ ){{0,2}}{somebody} (?:{self.yours})\b",
                rf"\b(?:{self.fetch})\b(?: [\w']+){{0,2}}? {somebody}\b",
                rf"\b(?:{self.real})(?: (?:{self.real}))* (?:{self.persons})\b|\b(?:{self.anyone}) (?:{self.real})\b",
            )
        )

    @cached_property
    def excused(self) -> re.Pattern[str]:
        """Return what turns a clause into talk of the past, or of other people."""
        somebody = f"(?:{self.persons}|{self.anyone})"
        managed = rf"(?:{self.manage})(?: [\w']+){{0,4}}? {somebody}|{somebody}(?: [\w']+){{0,3}}? (?:{self.manage})"
        return re.compile(rf"\b(?:{self.past}|{self.others}|{managed})\b")

    @cached_property
    def alone(self) -> re.Pattern[str]:
        """Return the pattern of a short message that names a person and nothing else."""
        return re.compile(
            rf"(?:(?:{self.polite}|{self.real}) )*(?:{self.persons})(?: (?:{self.persons}|{self.polite}))*(?: (?:{self.refuse}|no|not|sin|ohne|sans|sem)(?: [\w']+)? (?:{self.bots}))?"
        )


ENGLISH = Speech(
    persons=r"humans?(?! (?:resources|error|errors|reviewers?|readable|rights))|human being|persons?|agents?|representatives?|reps?|operators?|managers?|supervisors?|advisors?|employees?|"
    r"staff(?! (?:discounts?|accounts?|roles?|lists?|plans?|meetings?|training))|staff member|boss|specialists?|experts?|technicians?|souls?|crew|members?(?= of your)|one of your \w+|your (?:\w+ )?(?:department|people|desk|office)|engineers?|consultants?|clerks?|advisers?|"
    r"(?:support|service|sales|customer|billing) (?:agents?|reps?|representatives?|persons?|staff|people)|humans? (?:decision|review|judge?ment|touch|attention)|live support|human (?:support|help|assistance)|teammates?|colleagues?|team member|support team|support staff|customer service|customer support|support person|your team|whoever \w+",
    anyone=r"someone|somebody|anyone|anybody|one of you|people",
    real=r"real|actual|live|living|human|proper|true|breathing|with a (?:pulse|brain|heart)",
    talk=r"(?:talk|speak|chat|discuss) (?:to |with |this with )(?:them|him|her) (?:directly|in person|instead|personally)|(?:be|get) (?:connected|transferred|put through|put in touch) (?:to|with)|(?:want|need) (?:someone|somebody) (?:from|of|at) (?:your|the)|(?:i|we|me|us|to|d|please|just|rather|can|could|may|let)(?: [\w'-]+){0,2}? (?:talk|spe[ae]k|chat|deal)|^(?:talk|spe[ae]k|chat)|talking|speaking|"
    r"have a (?:word|chat|call)|get (?:a )?hold of|get in touch|(?:be|get) (?:contacted|called|helped|served|assisted|answered)",
    connect=r"(?:connect|transfer|forward|escalate|hand|put|pass|route|switch|direct|refer|patch|get|give|find|bring|send) (?:me|us|this|it|my [\w]+)|"
    r"(?:get|have|let|ask|put|bring) (?:an?|some|one of your)|(?:getting|bringing|putting) (?:an?|some|one of your)|^(?:please )?connect (?:to|with)",
    want=r"(?:i|we) (?:just |really |only |still |do )*(?:want|need|demand|require|insist on|request|prefer|would like|d like|would prefer)(?: to have)?(?: an?| some| your)?",
    call=r"^(?:(?:just|please|now|ok|then|so|can you|could you) )*(?:transfer|connect|escalate|redirect|put)(?: (?:me|us|this|it))?(?: (?:please|now|through|over|asap))*$|"
    r"(?:nobody|no one)(?: \w+){0,2} (?:i|we) (?:can|could|may)(?: \w+)? (?:talk|speak|chat|write|call|reach)|(?:call|phone|ring) (?:me|us)(?: (?:back|now|today|tomorrow|asap|please|when|at|on|about|after|before|\d+)|$)|call ?back (?:please|from)|(?:want|need|arrange|request|like|have)(?: me)? a (?:call ?back|phone call|call from)|"
    r"give (?:me|us) a (?:ring|call|buzz|bell)|who(?:m)?(?: \w+){0,4} (?:can|could|do|should|may) (?:i|we) (?:talk|speak|chat|turn|reach)|"
    r"people (?:\w+ )?(?:there|here|around|available|online)|number (?:do|can|should|could) (?:i|we) (?:dial|call|ring)|put (?:me|us) through|patch (?:me|us) through|escalate (?:this|my \w+)|"
    r"(?:someone|somebody|anyone|anybody|people) (?:here |there )?(?:i|we) (?:can|could|may|might)(?: \w+)? (?:talk|speak|chat|write|call|reach)|"
    r"(?:not|don t|won t|rather|stop)(?: \w+){0,4} (?:talk|talking|speak|speaking|chat|type|typing|write|writing|argue|arguing|deal|dealing)(?: \w+){0,3} (?:machine|computer)",
    help=r"(?:please |kindly )?(?:look (?:at|into)|take over|handle this|take care of|help|call me|answer me|contact me|reply to me|write to me|phone me|i can (?:talk|speak|call|write|reach|chat)|"
    r"we can (?:talk|speak|call|write|reach|chat)|(?:call|contact|answer) (?:me|us)|get back to (?:me|us)|there|here|around|available|online|(?:could|can|should) (?:\w+ )?(?:take|handle|deal|read|see|check))",
    reach=r"(?:call|contact|phone|e?mail|ring) (?:me|us)|(?:get back|write|reply|respond|speak|talk) to (?:me|us)|(?:take|taking) over",
    bots=r"bots?|robots?|chatbots?|ai|automated \w+",
    refuse=r"don t|do not|dont|won t|will not|refuse|not|stop|tired|sick|rather|than",
    by=r"with|to|by|of|than",
    past=r"spoke|talked|spoken|chatted|told me|was told|said|yesterday|last (?:week|time|month)|already contacted|called me",
    others=r"no need to|follow\w* people|(?:my|our|the|can|do|let|should|may|could) (?:customers?|clients?|users?|guests?|staff|visitors?|members|agents?|patients?|people)|customers? (?:can|call|talk|to)|"
    r"resources|which person|the person who|how (?:do|can|does|many)|what (?:does|happens|is|do)|does (?:a|an|the)|is the|turn (?:off|on)|switch (?:off|on)",
    manage=r"invite|inviting|add|adding|remove|removing|assign(?! (?:me |us |this to )?an? (?:human|real|live|actual))|promote|demote|share|sharing|access",
    serve=r"(?:call|phone|ring|contact|e ?mail|serve) (?:me|us)|(?:read|review|handle|sort out|sort|solve|settle|fix|"
    r"look (?:at|into|after)|take (?:over|on|care of)|deal with|go through|work on|decide on) (?:this|it|(?:my|our) (?:\w+ )?(?:case|issue|problem|request|"
    r"messages?|tickets?|matter|situation|complaint|question|e ?mail|order))|"
    r"(?:reply|write|get back|reach out|talk|speak) to (?:me|us)|(?:get|be) in touch with (?:me|us)",
    aid=r"(?:help|assist|advise|guide|walk|support) (?:me|us)",
    yours=r"of yours|(?:from|of|in|on|at) your(?: \w+)? (?:team|staff|crew|side|company|department|desk|office|end|support)|on your (?:side|end)",
    fetch=r"(?:forward|pass|hand|send|give|escalate|refer|route|transfer|assign|take) (?:this|it|that|my \w+)(?: \w+)? to|(?:loop|bring|call|pull) in(?: an?| some| one of)?|(?:get|find|bring|send|fetch|give|assign|pass) (?:me|us)",
    polite=r"please|pls|plz|now|a|an|the|to|your|real|live|hello|hi|hey|asap|immediately|i|want|need|give|me|get|speak|talk|with|support|customer|chat|only",
)
SPANISH = Speech(
    persons=r"personas?|humanos?|ser humano|agentes?|operadora?|representantes?|asesora?|encargad[oa]|responsables?|soporte humano|especialistas?|emplead[oa]s?|supervisora?|gerente|tecnic[oa]s?|ejecutiv[oa]s?|consultora?|colaborador(?:a|es)?|colegas?|companer[oa]s?|equipo|(?:asistencia|ayuda|atencion|trato|apoyo) humano?a?",
    anyone=r"alguien",
    real=r"real|humano|humana|de verdad|de carne y hueso|verdader[oa]",
    talk=r"hablar|hable|(?:ser|sea|seria) (?:atendid|contactad|llamad|ayudad)[oa]|comunicar(?:me|nos)?|chatear|conversar|contactar|tratar|atendid[oa]|atender|atienda|atiendan",
    connect=r"(?:me|nos) (?:pas|pon|comunic|transf|conect|deriv)\w+|(?:pase|pasa|poner|ponga|pon|comunicar|pasar|comunique|comunica|conecte|conecta|transfiera|transfiere|derive|deriva|remita)(?:me|nos)",
    want=r"(?:quiero|necesito|prefiero|deseo|exijo|quisiera)(?: a| que me atienda)?(?: una?)?",
    call=r"^(?:por favor )?(?:pase|pasa|transfier|conect|comuni)\w*(?:me|nos)(?: por favor| ya)?$|nadie con (?:quien|el que|la que) (?:\w+ ){0,2}?(?:hablar|tratar|escribir)|"
    r"(?:que )?(?:me|nos) (?:llame|llamen|llama|llaman|contacte|contacten)(?: [\w]+)?|(?:llameme|llamame|llamenme|llamadme)|devolver la llamada",
    help=r"(?:me|nos) (?:ayude|atienda|llame|conteste|responda)|(?:ayudarme|atenderme|llamarme|contestarme)|"
    r"con (?:quien|l[ao] que|el que) (?:se )?(?:pueda|puedo|podria|podamos)(?: \w+)? (?:hablar|tratar|comunicar\w*)",
    reach=r"(?:me|nos) (?:llame|contacte|conteste|responda|atienda|pueda atender)",
    bots=r"bots?|robots?|chatbots?|maquinas?|ia",
    refuse=r"no|basta|vez|lugar|hart[oa]",
    by=r"con|de|a|por",
    past=r"hable|ayer|me dijo|me dijeron|la semana pasada|ya me",
    others=r"(?:mis|los|las|nuestros) (?:clientes|usuarios|empleados)|cada persona|otra persona|la persona que|como (?:anado|agrego|elimino|puedo anadir)|cuant[ao]s",
    manage=r"invitar|agregar|anadir|eliminar|quitar|asignar|acceso|compartir",
    serve=r"(?:me|nos) (?:\w+ )?(?:atiend\w+|atend\w+|llam\w+|contact\w+|respond\w+|contest\w+|escrib\w+)|"
    r"(?:atender|llamar|contactar|responder|contestar|escribir)(?:me|nos)|"
    r"(?:revis|mir|ve|lea|resuelv|ocup)\w* (?:de )?(?:esto|lo mio|mis? (?:caso|problema|mensajes?|consulta|solicitud|reclamacion|asunto))",
    aid=r"(?:me|nos) (?:\w+ )?(?:ayud\w+|asesor\w+)|(?:ayudar|asesorar)(?:me|nos)",
    yours=r"(?:tuy|suy|vuestr)[oa]s?|(?:de|en) (?:su|tu|vuestro) (?:equipo|empresa|departamento|soporte|lado)|(?:suy|tuy|vuestr)[oa]|de ustedes|de vosotros",
    fetch=r"(?:me|nos) (?:pas|pon|comunic|transf|conect|deriv)\w+(?: con| a)?|(?:pas|pon|busc|traig|llam|d|comuni)\w*(?:me|nos)(?: con| a)?|llam(?:a|e|en) a",
    polite=r"por favor|ahora|una?|quiero|necesito|con|hablar|el|la|ya|un",
)
GERMAN = Speech(
    persons=r"mensch(?:en)?|person(?:en)?|mitarbeiter(?:in|innen|n)?|kolleg(?:e|en|in)|berater(?:in)?|ansprechpartner(?:in)?|sachbearbeiter(?:in)?|"
    r"support ?mitarbeiter(?:in)?|menschliche (?:hilfe|unterstutzung|betreuung)|kundenservice|kundendienst|techniker(?:in)?|experten?|expertin|betreuer(?:in)?|verantwortlichen?|support ?team|service ?team|kundensupport|vorgesetzten?|teamleiter(?:in)?",
    anyone=r"jemand(?:em|en)?",
    real=r"echten?|echter|echte[ms]?|richtigen?|richtiger|menschlichen?|realen?|lebenden?|personlichen?|lebendigen?",
    talk=r"sprechen|reden|chatten|telefonieren|schreiben|(?:verbunden|kontaktiert|angerufen|zuruckgerufen|betreut|beraten) werden|unterhalten|besprechen|klaren",
    connect=r"(?:verbinden|leiten|stellen|geben|reichen|verbinde|leite|gib|hol|holen|ubergeben) (?:sie )?(?:mich|mir|uns|das|es|den fall)",
    want=r"(?:ich|wir) (?:will|mochte|mochten|wollen|brauche|brauchen|verlange|wunsche|hatte gern\w*|hatten gern\w*)(?: bitte)?(?: einen?| eine[mr])?",
    call=r"^(?:bitte )?(?:verbinden|leiten|stellen) sie mich(?: bitte| jetzt)?(?: weiter| durch)?(?: bitte)?$|niemand(?:en)? mit dem (?:[\w]+ ){0,3}?(?:sprechen|reden|telefonieren)|"
    r"(?:rufen sie|ruft|ruf|rufe) (?:mich|uns)|(?:bitte um|ich mochte|brauche|wunsche)(?: [\w]+){0,2} ruckruf|zuruckgerufen",
    help=r"(?:ubernehmen|ubernimmt|ansehen|ansieht|anschauen|anschaut|kummern|kummert|meldet|melden|anrufen|zuruckrufen|helfen)",
    reach=r"(?:mich|uns|mir) (?:\w+ )?(?:anrufen|anruft|zuruckrufen|zuruckruft|kontaktieren|kontaktiert|antworten|antwortet)",
    bots=r"bots?|roboter|chatbots?|maschinen?|ki|computer",
    refuse=r"keinen?|nicht|statt|ohne|genug",
    by=r"mit|von|keinen?|einem?|bitte|an",
    past=r"gestern|gesprochen|geredet|sagte|gesagt|letzte(?:n|r)? (?:woche|mal|monat)|telefoniert|gekundigt",
    others=r"meine kunden|unsere kunden|die kunden|wie viele|wie (?:entferne|fuge|lade|andere)|eine person|pro person|jede person|kann ein(?:e|en)? (?:person|kollege|mitarbeiter)",
    manage=r"einladen|hinzufugen|entfernen|anlegen|loschen|zuweisen|rechte|zugriff|teilen",
    serve=r"(?:mich|uns|mir) (?:[\w']+ ){0,4}?(?:anruf\w*|ruf\w*|zuruckruf\w*|kontaktier\w*|antwort\w*|"
    r"schreib\w*|betreu\w*|verbind\w*|durchstell\w*|weiterleit\w*|weitergeb\w*|ubergeb\w*)|(?:anruf\w*|ruf\w*|kontaktier\w*) (?:mich|uns|mir)|(?:das|dies\w*|meine?[nrs]? (?:anfrage|fall|anliegen|nachricht\w*|problem|sache|ticket)) "
    r"(?:[\w']+ ){0,3}?(?:lesen|liest|prufen|pruft|bearbeite\w*|ansehen|ansieht|ubernehmen|ubernimmt|klaren|klart)",
    aid=r"(?:mir|uns|mich) (?:[\w']+ ){0,3}?(?:helf\w*|hilft|weiterhelf\w*|berat\w*|unterstutz\w*)|(?:helf\w*|hilft) (?:mir|uns)",
    yours=r"(?:von|bei|aus) (?:ihnen|euch|ihrem|eurem|ihrer|eurer)(?: \w+)?",
    fetch=r"(?:gib|gebt|geben|hol|holt|holen|schick|schicken|bring|bringen|stell|stellen|verbind|verbinde|verbinden|leit|leite|leiten)"
    r"(?: sie)?(?: das| dies| es)?(?: mich| mir| uns)?(?: bitte)?(?: an| mit| zu)?",
    polite=r"bitte|jetzt|ein(?:en|e|em)?|mit|sofort|echten?|ich|will|brauche|sprechen|an|den",
)
FRENCH = Speech(
    persons=r"personnes?|humains?|etre humain|conseillers?|conseilleres?|agents?|operateurs?|operatrices?|representants?|collegues?|responsables?|"
    r"employes?|superieur|collaborat(?:eur|rice)s?|technicien(?:ne)?s?|gestionnaires?|specialistes?|interlocuteur|service client|(?:votre|l) equipe|(?:votre|le) support|(?:aide|assistance|reponse|intervention) humaine",
    anyone=r"quelqu un",
    real=r"vrai|vraie|reel|reelle|humain|humaine|en chair et en os",
    talk=r"parler|discuter|echanger|communiquer|dialoguer|mis en relation|mise en relation|mettre en (?:relation|contact)|(?:etre|sois|soit) (?:contacte|rappele|appele|aide|conseille|pris en charge)e?|joindre|contacter|traiter",
    connect=r"(?:passez|transferez|mettez|dirigez|orientez|redirigez|connectez) (?:moi|nous)|(?:me|nous) (?:passer|transferer|mettre|orienter|diriger)",
    want=r"(?:je veux|je voudrais|j aimerais|il me faut|j ai besoin d|je prefere|je souhaite)(?: avoir)?(?: une?)?",
    call=r"^(?:transferez|connectez|redirigez) moi(?: svp| s il vous plait| maintenant)?$|(?:rappelez|appelez) (?:moi|nous)|(?:me|nous|m) (?:rappeler|appeler|rappelle|appelle)|(?:etre|que l on me) rappel\w*",
    help=r"a qui (?:je|on|nous) (?:peux|peut|puisse|pourrais|pourrait|pouvons)(?: \w+)? (?:parler|m adresser|s adresser|ecrire)|(?:m aider|nous aider|me repondre|m appeler|me rappeler|prendre en charge|regarder)",
    reach=r"(?:m|me|nous) (?:appeler|rappeler|repondre|contacter|rappelle|appelle|contacte)",
    bots=r"bots?|robots?|chatbots?|machines?|ia|automate",
    refuse=r"pas|plus|lieu|plutot|marre|assez",
    by=r"a|avec|par|d|de|qu",
    past=r"hier|j ai (?:deja )?(?:parle|discute|eu)|m a dit|la semaine derniere|avait dit",
    others=r"mes clients|nos clients|les clients|combien|comment (?:ajouter|supprimer|retirer)|une autre personne|la personne qui|une personne (?:peut|doit|a|qui|de mon|de notre)|chaque personne|un collegue peut",
    manage=r"inviter|ajouter|supprimer|retirer|assigner|acces|partager",
    serve=r"(?:m|me|nous) (?:\w+ )?(?:appel\w+|rappel\w+|repon\w+|contact\w+|ecri\w+)|"
    r"(?:s )?(?:occup\w+|charg\w+) (?:de|d)|(?:li[rst]\w*|voi[rt]\w*|regard\w+|trait\w+|examin\w+|pren\w+) (?:en charge )?(?:cela|ca|m(?:on|a|es) (?:cas|probleme|messages?|demande|dossier|reclamation|souci))",
    aid=r"(?:m|me|nous) (?:\w+ )?(?:aid\w+|conseill\w+|assist\w+)",
    yours=r"(?:de|dans|chez) (?:votre|vos|ton|tes)(?: \w+)?|(?:de |parmi |chez )vous|a vous",
    fetch=r"(?:passez|donnez|trouvez|envoyez|appelez|amenez|cherchez|passe|donne|trouve) (?:moi|nous)",
    polite=r"svp|s il vous plait|un|une|maintenant|avec|je|veux|parler|vrai|vraie|le|la|de suite",
)
PORTUGUESE = Speech(
    persons=r"pessoas?|humanos?|ser humano|atendentes?|agentes?|operadora?|representantes?|funcionari[oa]s?|responsavel|gerente|supervisora?|colegas?|tecnic[oa]s?|consultora?|colaborador(?:a|es)?|especialistas?|gente(?= de verdade| real| humana| da sua| da vossa)|equipe|equipa|(?:ajuda|atendimento|suporte|apoio|assistencia) human[oa]",
    anyone=r"alguem",
    real=r"real|humano|humana|de verdade|de carne e osso|verdadeir[oa]",
    talk=r"falar|conversar|(?:ser|seja) (?:contactad|contatad|atendid|ajudad|chamad)[oa]|comunicar|contactar|contatar|tratar|atendid[oa]|atender|atenda",
    connect=r"(?:passe|transfira|ligue|ponha|coloque|conecte|encaminhe) (?:me|nos)?|(?:me|nos) (?:passar|transferir|colocar|encaminhar|ligar)",
    want=r"(?:quero|preciso de|prefiro|exijo|desejo|gostaria de)(?: uma?)?",
    call=r"^(?:por favor )?(?:transfira|encaminhe|conecte) (?:me|nos)(?: por favor| ja)?$|ninguem com quem (?:\w+ ){0,2}?(?:falar|tratar|conversar)|"
    r"(?:me|nos) (?:ligar|ligue|liguem|telefonar|telefone|contactar|contatar)|(?:ligue|liguem|telefone|telefonem) (?:me|nos|para mim)",
    help=r"(?:me|nos) (?:ajudar|ajude|atender|atenda|responder|ligar)|(?:ajudar|atender) me|"
    r"com (?:quem|a qual|o qual) (?:eu |se )?(?:possa|posso|poderia|pudesse)(?: \w+)? (?:falar|tratar|conversar)",
    reach=r"(?:me|nos) (?:ligar|ligue|atender|atenda|responder|responda|contactar|contatar)",
    bots=r"bots?|robos?|chatbots?|maquinas?|ia",
    refuse=r"nao|chega|vez|inves|cansad[oa]",
    by=r"com|de|por|a",
    past=r"falei|ontem|me disse|disse me|disseram|semana passada|ja me",
    others=r"meus clientes|os clientes|nossos clientes|outra pessoa|a pessoa que|como (?:adiciono|removo|posso adicionar)|quant[oa]s|uma pessoa pode|cada pessoa",
    manage=r"convidar|adicionar|remover|atribuir|acesso|partilhar|compartilhar",
    serve=r"(?:me|nos) (?:\w+ )?(?:atend\w+|lig\w+|contact\w+|contat\w+|respond\w+|escrev\w+|telefon\w+)|"
    r"(?:atend\w+|lig\w+|contact\w+|contat\w+|respond\w+|telefon\w+) (?:me|nos|para mim|a mim)|"
    r"(?:vej|ver|leia|ler|analis|resolv|trat|cuid)\w* (?:d?[oa]s? )?(?:isto|isso|m(?:eu|inha)s? (?:caso|problema|mensage\w+|pedido|reclamacao|assunto))",
    aid=r"(?:me|nos) (?:\w+ )?(?:ajud\w+|orient\w+)|ajud\w+ (?:me|nos)",
    yours=r"d[aoe] (?:sua|vossa|seu|vosso|suporte)(?: \w+)?|de voces|vosso|vossa",
    fetch=r"(?:chame|chamem|passe|passem|ponha|ponham|traga|arranje|arranjem|mande)(?: me| nos)?(?: a| com)?",
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
