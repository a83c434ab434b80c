"""What was said before lends its topic to a question that follows it, and nothing to one that changes the topic.

The weights are the same for vectors and for words. Joining whole turns into one text was measured to hurt: the question
drowns. Weights and lengths near these were measured to do about as well.
"""

from collections.abc import Sequence

import numpy as np

from domain.search import Query
from domain.text import spans, words
from embedding.embedder import Vectors

TURNS = (0.2, 0.1)  # the customer's last turns before the question, the latest first
LAST_ANSWER = 0.3
SAYS_IT_ALL = 10  # words of a question from which it leans on what was said before less and less

Context = Sequence[tuple[str, float]]


def context(query: Query) -> Context:
    """Return what was said before a question with the weight it has beside the question's own 1.

    That is the customer's last two turns and the first sentence of the last answer.
    """
    asked = [said.text for said in reversed(query.history) if said.author == "customer" and said.text.strip()]
    answer = next((said.text for said in reversed(query.history) if said.author != "customer"), "")
    first = next((span.text for span in spans(answer)), "")
    weighted = [*zip(asked, TURNS, strict=False), *([(first, LAST_ANSWER)] if first else [])]
    needed = min(1.0, SAYS_IT_ALL / max(1, len(words(query.text))))
    return [(text, weight * needed) for text, weight in weighted]


def together(rows: Vectors, before: Context) -> Vectors:
    """Return the vector, of length one, of a question (the first of `rows`) drawn towards what was said before it."""
    mixed = np.array([1.0, *(weight for _, weight in before)], np.float32) @ rows
    return np.asarray(mixed / np.linalg.norm(mixed), np.float32)
