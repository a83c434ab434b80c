"""Find the article that a conversation is about, so that a question that leans on it is answered from there."""

from collections.abc import Sequence

from domain.ids import ArticleId
from domain.search import Evidence
from domain.text import words
from domain.turns import Utterance
from engines.embedded.wording import content

LEANS = 12  # words of a question at most that may rest on what was said before
TOLD = 0.65  # of the words of the last reply that an article has which it was taken from


def about(ask: str, history: Sequence[Utterance], evidence: Sequence[tuple[int, Evidence]]) -> ArticleId | None:
    """Return the article that the last reply was taken from, None where there is none or an ask is long enough."""
    reply = next((said.text for said in reversed(history) if said.author != "customer"), "")
    told = set(content(reply))
    if not told or len(words(ask)) > LEANS:
        return None
    known: dict[ArticleId, set[str]] = {}
    for _, found in evidence:
        known.setdefault(found.passage.article, set()).update(content(found.passage.embedded_text))
    shares = {article: len(told & said) / len(told) for article, said in known.items()}
    best = max(shares, key=lambda article: shares[article], default=None)
    return best if best is not None and shares[best] >= TOLD else None
