"""Hear what a desk has no answer to give: an opinion, a decision, advice of its own, or work done for somebody."""

import re

from domain.text import folded, words

SEEKING = 0.4  # from which the chance of an outside intent counts, where somebody seeks an opinion, advice or work
STATING = 0.7  # elsewhere: a plain question may be about anything that an article states
SURE = 0.5  # at least, that something is outside once it is taken to be

_JUDGEMENT = re.compile(
    r"\b(?:should(?:n t)? (?:i|we|you|they|it|the|your|my|our|our \w+|\w+ (?:be|rather))|should \w+(?: \w+){0,2} (?:be|get|cut|build|bring|have|stop|buy|close|go|rather)|"
    r"(?:do|don t|would|did) you (?:\w+ )?(?:think|believe|agree|consider|recommend|advise|rather|choose|suggest|build|take|say|prefer)|"
    r"(?:i|we) think you|in your (?:opinion|view|eyes)|your (?:opinion|view|vision|advice|thoughts)|what do you think|if you (?:were|had|could)|"
    r"(?:good|bad|smart\w*|wise|better|best|right) (?:\w+ )?(?:idea|decision|choice|move|investment|strategy|company|structure|direction|for us|for me)|is it (?:better|wise|worth|smart)|"
    r"worth|lohnt|strateg\w+|estrateg\w+|roadmap|vision|architect|invest\w*|valuation|recommend|advise|suggest|"
    r"(?:what|how|which)(?: \w+){0,3} (?:should|would you)|ideas? for|how (?:do|can|much should) i (?:beat|earn|sell more|charge|get out|get around)|"
    r"(?:you|we|they) ought|attract|sollten?|sollen|soll ich|wurdet ihr|empfehl\w*|eurer meinung|ihrer meinung|findet ihr|"
    r"deberia\w*|creen? que|en su opinion|recomiend\w*|aconsej\w*|vale la pena|"
    r"devriez|devrions|faut il|a votre avis|conseill\w*|recommand\w*|vaut il|"
    r"devemos|deveriam?|na sua opiniao|recomend\w*|aconselh\w*|vale a pena)\b"
)
_WORK = re.compile(
    r"(?:^|\b(?:please|can you|could you|would you|pouvez vous|puede|konnen sie|kannst du|pode) )"
    r"(?:please |just )?(?:write|draft|compose|code|translate|review|refactor|rewrite|plan|sing|tell (?:me|us) (?:a|an|some)\b|give me (?:a|an|some|ideas)|"
    r"help (?:my|me with my)|escrib\w+|redact\w+|traduc\w+|schreib\w*|ubersetz\w*|erzahl\w*|redige\w*|ecri\w+|tradui\w+|raconte\w*|escrev\w+|redij\w+|conte\w*)"
)
_LAW = re.compile(
    r"\b(?:by law|legal(?:ly)?|the law|\w+ law|lawful|sued?|court|lease|fristlos|verklagen|gesetz\w*|demandar|despedir|ley|"
    r"loi|legal de|tribunal|landlord|tenant|fire (?:somebody|someone|my|an)|lei|processar|employment contract|contrat de travail)\b"
)


def seeks(ask: str) -> bool:
    """Say whether an ask wants an opinion, a decision, legal advice or work done, as far as its words tell."""
    heard = " ".join(words(folded(ask))).replace("'", " ")
    return any(rule.search(heard) for rule in (_JUDGEMENT, _WORK, _LAW))
