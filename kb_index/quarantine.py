"""Keep an article from customers while it seems to order a model about, until somebody releases it."""

from dataclasses import replace

from domain.articles import Article
from engines import orders
from kb_index import hidden

_WHY: dict[orders.Kind, str] = {
    "forget": "tells a model what to forget",
    "become": "tells a model what to be",
    "reveal": "tells a model to give away what it was told",
    "disguise": "poses as something else than an article",
    "address": "speaks to a model, not to a reader",
    "answer": "tells a model how to answer",
    "act": "tells a model what to do for somebody else",
}
_TAGS = {0xE0000 + sign: sign for sign in range(0x20, 0x7F)}
SHOWN = 100  # characters of what was found


def suspicion(text: str) -> str | None:
    """Say why a text as it was written, hidden parts and all, is to be looked at first; None when it is not."""
    order = orders.in_article(hidden.clean(text.translate(_TAGS)))
    return f"it {_WHY[order.kind]}: {order.text[:SHOWN]!r}" if order else None


def held(article: Article) -> Article:
    """Return a suspicious public article as an internal one with the reason; any other as it is."""
    if article.visibility == "internal":
        return article
    why = article.suspicion or suspicion(f"{article.title}\n{article.body}")
    return replace(article, visibility="internal", suspicion=why) if why else article
