"""What a sentence without a source may say: courtesy speaks of the customer's own matter and of nothing else.

A model that was talked into something by its evidence has to put it somewhere; this closes the one kind of sentence
that needs no citation.
"""

from collections.abc import Sequence
from functools import lru_cache

from domain.policy import Policy
from domain.triage import Ask
from engines.embedded.wording import content

STRANGE = 2  # words that are neither ours nor the customer's, from which on a courtesy says something of its own

_POLITE = """
glad happy pleased welcome great good nice hope wish day time regards best kind dear question message request
issue problem matter topic case trouble inconvenience understand frustrating annoying worrying urgent important
clear sure exact exactly sorry apologise apologize apology apologies tell know let share send give say mean
mention describe explain confirm check look look into find found see moment patience patient reach contact write
writing reply answer assist assistance help support team colleague person today right away further additional
information detail details example short article articles help center outside scope cover covers covered cannot
able unable unfortunately here there note first next before after both each one two three part parts about
regarding concerning which plan device version system account order number screen page step error bien gusto
ayuda ayudar pregunta mensaje gracias gern gerne hilfe frage nachricht danke aide question bonjour merci ajuda
pergunta mensagem obrigado obrigada
"""


def strange(sentence: str, asks: Sequence[Ask], policy: Policy) -> list[str]:
    """Return the words of a courtesy that come from nowhere, once they are too many; none where it is one."""
    phrases = (sentence for spoken in policy.phrases.values() for sentence in spoken.sentences)
    known = _words((_POLITE, *phrases, *policy.tones.acknowledging)) | {
        word for ask in asks for word in content(ask.text)
    }
    found = [word for word in dict.fromkeys(content(sentence)) if word not in known]
    return found if len(found) > STRANGE else []


@lru_cache(maxsize=8)
def _words(sentences: tuple[str, ...]) -> frozenset[str]:
    return frozenset(word for sentence in sentences for word in content(sentence))
