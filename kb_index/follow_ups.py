"""What an earlier turn lends to a question that follows it: the same few weights for vectors and for words."""

from domain.search import Query
from domain.text import spans

PREVIOUS_TURN = 0.3
LAST_ANSWER = 0.2


def context(query: Query) -> tuple[tuple[str, float], ...]:
    """Return what was said before a question with the weight it has beside the question's own 1.

    The customer's previous turn, and the first sentence of the last answer. Joining whole turns into one text was
    measured to hurt: the question drowns.
    """
    asked = next((said.text for said in reversed(query.history) if said.author == "customer"), "")
    answer = next((said.text for said in reversed(query.history) if said.author != "customer"), "")
    first = next((span.text for span in spans(answer)), "")
    return tuple((text, weight) for text, weight in ((asked, PREVIOUS_TURN), (first, LAST_ANSWER)) if text.strip())
