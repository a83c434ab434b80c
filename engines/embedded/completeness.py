"""Say how completely an answer settles its ask: what it meets of the ask, and what it tells of what there is to tell.

Nothing here is fitted. Where the texts are known that hold the answer, people call complete what tells most of what
these say about the ask (mtrag). Where none are known, every question and its words have to be met; and who asks for an
explanation wants one with a body and an example (haluquestqa).
"""

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from domain.text import folded, plain, spans, words
from embedding.embedder import Embedder
from engines.embedded import asks
from engines.embedded.units import instructs
from engines.embedded.wording import content

Floats = NDArray[np.float32]

TELLING = 5  # sentences of the sources, those nearest to the ask, that a complete answer tells
SHORT = 4  # words; fewer are a heading or a label
TOLD = 0.9  # of the score, where sources are known
SENTENCES = 24  # of an answer that are read for their meaning
FULL = 100  # words of its own, from which an explanation is no fuller for more
TELLS_NOTHING_TO_DO = 0.7

_EXPLAIN = re.compile(
    r"\b(?:why|how come|explain|differences?|(?:tell|teach) me (?:more |all )?about|what (?:causes?|makes|happens)|"
    r"how (?:does|is|are|was|were|did|has|have|(?:do|would|could|can|should)(?! (?:i|we|you|one|my|our)\b))|"
    r"what does .{1,40} mean|warum|wieso|weshalb|erklar\w*|unterschied\w*|por ?que|explica\w*|diferencias?|pourquoi|"
    r"expliqu\w*|diferencas?)\b"
)
_EXAMPLE = re.compile(
    r"\b(?:for (?:example|instance)|such as|e\.g|i\.e|say|includ(?:es|ing)|(?<!would )(?<!look )(?<!looks )like|namely|"
    r"zum beispiel|z\. ?b|etwa|beispielsweise|por ejemplo|tales como|par exemple|comme|por exemplo|tais como)\b"
)


def scores(answers: Sequence[tuple[str, str]], sources: Sequence[str], embedder: Embedder) -> list[float]:
    """Return how complete each answer is for its ask, 0..1; `sources` are the texts known to hold the answers."""
    there = _told_of(sources)
    return [_score(ask, answer, there, embedder) if words(answer) else 0.0 for ask, answer in answers]


def _score(ask: str, answer: str, there: Sequence[str], embedder: Embedder) -> float:
    said = embedder.embed_passages([plain(span.text) for span in spans(answer)][:SENTENCES])
    met = _met(ask, answer, said, embedder)
    if there:
        score = TOLD * _told(ask, said, there, embedder) + (1 - TOLD) * met
    else:
        score = (2 * met + _body(ask, answer) + _examples(answer)) / 4 if explains(ask) else met
    return round(min(1.0, max(0.0, score)), 4)


def explains(ask: str) -> bool:
    """Say whether an ask wants something explained, where others want a fact, a place or a way."""
    return bool(_EXPLAIN.search(" ".join(words(ask)).replace("'", " ")))


def _met(ask: str, answer: str, said: Floats, embedder: Embedder) -> float:
    """Return how well an answer meets the worst met question of an ask, and its words; less where a way is missing."""
    questions = [plain(span.text) for span in spans(asks.focus(ask))] or [ask or " "]
    nearest = (embedder.embed_queries(questions) @ said.T).max(axis=1)
    wanted, there = set(content(ask)), set(content(answer))
    shared = len(wanted & there) / len(wanted) if wanted else 0.0
    return (float(nearest.min()) + shared) / 2 * _instructive(ask, answer)


def _instructive(ask: str, answer: str) -> float:
    """Return 1, or less where somebody asks how and is told nothing to do."""
    wants_a_way = asks.asks_how(asks.focus(ask)) and not explains(ask)
    told = any(instructs(span.text) for span in spans(answer))
    return TELLS_NOTHING_TO_DO if wants_a_way and not told else 1.0


def _told(ask: str, said: Floats, there: Sequence[str], embedder: Embedder) -> float:
    """Return how near an answer comes to each of the sentences of the sources that are nearest to the ask."""
    vectors = embedder.embed_passages(there)
    near = np.argsort(-(vectors @ embedder.embed_queries([ask or " "])[0]), kind="stable")[:TELLING]
    return float((vectors[near] @ said.T).max(axis=1).mean())


def _told_of(sources: Sequence[str]) -> list[str]:
    sentences = [plain(span.text) for source in sources for span in spans(source)]
    return list(dict.fromkeys(sentence for sentence in sentences if len(words(sentence)) >= SHORT))


def _body(ask: str, answer: str) -> float:
    """Return how much an answer says beyond the words of its ask, 1 from FULL words on; the first ones count most."""
    own = len(set(content(answer)) - set(content(ask)))
    return min(1.0, math.log1p(own) / math.log1p(FULL))


def _examples(answer: str) -> float:
    """Return half for one example, three quarters for two, and so on."""
    return 1 - 0.5 ** len(_EXAMPLE.findall(folded(answer)))
