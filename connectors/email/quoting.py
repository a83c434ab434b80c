"""What somebody wrote themselves in a mail, without what they quote and what stands below every mail of theirs.

It works line by line, so that its time grows with the length of a mail and nothing else. When in doubt a line stays:
a question too long is answered, a question cut away is not.
"""

import re
from collections.abc import Sequence

CLOSING_LINES = 8  # a closing formula stands this near to the end, and what follows is a name and where to find them
NAME_LENGTH = 70  # characters: a longer line is no part of an address
ATTRIBUTION_LINES = 3  # over how many lines "On ..., ... wrote:" may be broken
ATTRIBUTION_LENGTH = 500  # characters
SEPARATOR_LENGTH = 120
HEADER_LINES = 6  # within how many lines below "From:" another header stands

_QUOTED = re.compile(r"^\s{0,3}>")
_SEPARATOR = re.compile(
    r"^\W{0,3}[-_=*]{2,}\s*(?:original message|original-?nachricht|ursprüngliche (?:nachricht|e-?mail)|mensaje original"
    r"|message d['’]origine|message original|mensagem original|reply above this line"
    r"|antworten sie oberhalb dieser zeile)\s*[-_=*]{2,}\W{0,3}$",
    re.IGNORECASE,
)
_BEGINS = re.compile(r"^\W{0,3}(?:On|Am|El|Le|Em|A|Il|Op)\b", re.IGNORECASE)
_WROTE = re.compile(
    r"\b(?:wrote|schrieb|geschrieben|escribió|escribio|a écrit|escreveu|ha scritto|schreef)\b", re.IGNORECASE
)
_ADDRESS = re.compile(r"<[^<>\s]+@[^<>\s]+>:$")
_FROM = re.compile(r"^[\s*]*(?:From|Von|De|Expéditeur|Remetente)[\s*]*:[\s*]*\S", re.IGNORECASE)
_HEADER = re.compile(
    r"^[\s*]*(?:Sent|Date|To|Subject|Gesendet|Datum|An|Betreff|Enviado(?: el| em| a)?|Fecha|Para|Asunto|Envoyé(?: le)?"
    r"|À|Objet|Data|Assunto)[\s*]*:",
    re.IGNORECASE,
)
_RULE = re.compile(r"^\s*[-_]{5,}\s*$")
_SIGNATURE = re.compile(r"^\s{0,2}(?:--|—) ?$")
_DEVICE = re.compile(
    r"^\W{0,3}(?:Sent (?:from|with|via) |Get Outlook for |Von meinem \S+.{0,30} gesendet|Gesendet (?:von|mit|über) "
    r"|Diese Nachricht wurde von meinem |Enviado desde |Enviado (?:do|da|via|a partir) |Envoyé (?:de|depuis|à partir) "
    r"|Télécharger Outlook|Obtener Outlook|Obter o Outlook|Holen Sie sich Outlook|Outlook für )",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"^\W{0,3}(?:(?:with )?(?:(?:my |our )?(?:kind|kindest|best|warm|warmest) )?(?:regards|wishes)"
    r"|best|all the best|cheers|yours (?:sincerely|faithfully|truly)|sincerely(?: yours)?|many thanks"
    r"|thanks(?: again| in advance| a lot)?"
    r"|thank you(?: very much| so much| in advance)?|thx"
    r"|mit (?:freundlichen|besten|herzlichen|lieben) grü(?:ß|ss)en|(?:viele|beste|liebe|herzliche|schöne) grü(?:ß|ss)e"
    r"|(?:freundliche|besten?) gr[uü](?:ß|ss)e?|gru(?:ß|ss)|mfg|lg|vg|(?:vielen|besten|herzlichen) dank(?: im voraus)?"
    r"|danke(?: im voraus)?|hochachtungsvoll"
    r"|(?:un )?(?:cordial )?saludos?(?: cordial(?:es)?)?|(?:reciba un )?atentamente"
    r"|(?:muchas )?gracias(?: de antemano)?"
    r"|(?:bien )?cordialement|(?:bien à vous|sincères salutations|salutations(?: distinguées)?|respectueusement)"
    r"|merci(?: d['’]avance| beaucoup)?|cordiais saudações|atenciosamente|cumprimentos"
    r"|(?:com os )?melhores cumprimentos"
    r"|(?:muito )?obrigad[oa](?: desde já)?|abraços?)\W{0,3}(?P<name>[^\W\d]+(?: [^\W\d]+){0,2})?\W{0,3}$",
    re.IGNORECASE,
)
_POSTSCRIPT = re.compile(r"^\W{0,3}p\.?\s?s\b", re.IGNORECASE)
_SAYING = re.compile(r"[?¿]|\w{2,}(?:\W+\w+){5,}[.!]\s*$")
_CONFIDENTIAL = (
    re.compile(r"\b(?:confidential|privileged|vertraulich\w*|confidencial\w*|confidentiel\w*)\b", re.IGNORECASE),
    re.compile(r"\b(?:e-?mails?|messages?|nachricht|mensaje|correo|mensagem|courriel|transmission)\b", re.IGNORECASE),
    re.compile(
        r"\b(?:recipients?|addressees?|empfänger|adressat\w*|destinatari\w*|destinataires?|intended|irrtümlich)\b",
        re.IGNORECASE,
    ),
)


def own_words(text: str, forwarded: bool = False, answers: bool = True) -> str:
    """Return what the writer of a mail wrote, never nothing where there is something.

    What is `forwarded` is their matter, so there only lines that are marked as quoted go. Even these stay in a mail
    that `answers` nothing and names nobody who wrote them: so do logs and programs look.
    """
    lines = [line.rstrip() for line in text.replace("\xa0", " ").splitlines()]
    marked = answers or any(_attribution(lines, place) for place in range(len(lines)))
    unquoted = _unquoted(lines, forwarded, marked)
    for candidate in (_unsigned(_undisclaimed(unquoted)), unquoted, lines):
        if said := _joined(candidate):
            return said
    return ""


def _joined(lines: Sequence[str]) -> str:
    """Return lines as a text: no empty ones around it, never two between."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _unquoted(lines: Sequence[str], forwarded: bool, marked: bool) -> list[str]:
    """Return the lines that are not quoted; below the head of a quoted mail nothing is the writer's own."""
    kept: list[str] = []
    place = 0
    while place < len(lines):
        if marked and _QUOTED.match(lines[place]):
            place += 1
        elif not forwarded and _quotes_from_here(lines, place):
            break
        elif not forwarded and (end := _attribution(lines, place)):
            place = end
            if not _quote_follows(lines, place):
                break
        else:
            kept.append(lines[place])
            place += 1
    return kept


def _quotes_from_here(lines: Sequence[str], place: int) -> bool:
    line = lines[place]
    if len(line) <= SEPARATOR_LENGTH and _SEPARATOR.match(line):
        return True
    start = place + 1 if _RULE.match(line) else place
    if start >= len(lines) or not _FROM.match(lines[start]):
        return False
    following = [other for other in lines[start + 1 : start + 1 + HEADER_LINES] if other.strip()]
    return sum(bool(_HEADER.match(other)) for other in following) >= 2


def _attribution(lines: Sequence[str], place: int) -> int:
    """Return where what follows "On ..., ... wrote:" begins, 0 where no such words stand here."""
    whole = ""
    for end in range(place + 1, min(place + ATTRIBUTION_LINES, len(lines)) + 1):
        if not lines[end - 1].strip():
            return 0
        whole = f"{whole} {lines[end - 1]}".strip()
        if _attributes(whole):
            return end
        if not _BEGINS.match(whole):
            return 0
    return 0


def _attributes(line: str) -> bool:
    """Say whether a line tells when who wrote what follows."""
    if not line.endswith(":") or len(line) > ATTRIBUTION_LENGTH or not any(map(str.isdigit, line)):
        return False
    return bool(_ADDRESS.search(line.replace(" :", ":"))) or bool(_BEGINS.match(line) and _WROTE.search(line))


def _quote_follows(lines: Sequence[str], place: int) -> bool:
    """Say whether the next line that says anything is marked as quoted: answers may stand below it."""
    return next((bool(_QUOTED.match(line)) for line in lines[place:] if line.strip()), False)


def _undisclaimed(lines: Sequence[str]) -> list[str]:
    """Return lines without a last paragraph that says for whom the mail is meant."""
    kept = list(lines)
    while kept and not kept[-1].strip():
        kept.pop()
    start = len(kept)
    while start > 0 and kept[start - 1].strip():
        start -= 1
    last = " ".join(kept[start:])
    return kept[:start] if start > 0 and all(sign.search(last) for sign in _CONFIDENTIAL) else kept


def _unsigned(lines: Sequence[str]) -> list[str]:
    """Return lines without the signature: below its mark, a closing formula, or what a device adds."""
    kept = list(lines)
    for place, line in enumerate(kept):
        if place and _SIGNATURE.match(line):
            kept = kept[:place]
            break
    spoken = [place for place, line in enumerate(kept) if line.strip()]
    for place in spoken[-CLOSING_LINES:]:
        if _ends(kept[place]) and place != spoken[0] and _is_address(kept[place + 1 :]):
            return kept[:place]
    return kept


def _ends(line: str) -> bool:
    """Say whether a mail ends with this line: a closing formula, if need be with a name, or what a device adds."""
    closing = _CLOSING.match(line)
    named = (closing["name"] or "").split() if closing else []
    return bool(_DEVICE.match(line)) or (closing is not None and all(word[0].isupper() for word in named))


def _is_address(lines: Sequence[str]) -> bool:
    """Say whether lines are who somebody is and where to find them, and nothing that wants an answer."""
    return not any(len(line) > NAME_LENGTH or _SAYING.search(line) or _POSTSCRIPT.match(line) for line in lines)
