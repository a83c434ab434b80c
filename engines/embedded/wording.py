"""Which words of a text carry its matter, roughly stemmed so that `refunds` meets `refunded`."""

from functools import lru_cache

from domain.text import words

_EMPTY = frozenset(
    """a an the and or but if then than so as at by for from in into of off on onto out over per to up with without within about after
    before is are was were be been being am do does did doing done have has had having can could may might must shall should will would
    i me my mine we us our ours you your yours he him his she her hers it its they them their theirs this that these those there here
    what whats which who whom whose when where why how not no nor only just also too very more most much many some any all each every other
    another such own same s t re ve ll d m please thanks thank hi hello hey get got getting want need like way make made know
    el la los las un una unos unas y o de del al en con sin por para que como cuando donde cual es son era ser estar esta este estos
    mi mis su sus se me lo le les no si muy mas ya puedo hay
    der die das den dem des ein eine einen einem einer und oder aber in im an am auf aus bei mit nach von vom zu zum zur fur uber ist sind
    war sein haben hat hatte kann konnen ich mich mir mein meine wir uns unser sie ihr ihre er es wie was wann wo warum welche nicht kein
    keine auch nur noch schon man
    le les des du et ou mais dans sur avec sans pour par que qui quoi comment quand est sont je mon ma mes nous notre vous votre il elle
    ce cette ces ne pas plus se
    os as um uma e em no na nos nas com sem por para que como quando onde eu meu minha nao mais""".split()
)
_ENDINGS = ("ations", "ation", "ings", "ing", "ments", "ment", "ers", "ies", "ed", "es", "er", "en", "s", "e")


@lru_cache(maxsize=20_000)  # the same passages come again and again
def content(text: str) -> tuple[str, ...]:
    """Return the stems of the words that are not empty, in order; `FW-1203` and `fw1203` are one word."""
    plain = (word.partition("'")[0].replace("-", "") for word in words(text))
    return tuple(stem(word) for word in plain if word and word not in _EMPTY)


def stem(word: str) -> str:
    """Return a word without its commonest ending, when at least four letters stay."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word
