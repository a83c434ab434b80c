"""Measure a whole case in a few numbers, from which a calibration tells how likely sending it would be right."""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean

from agents import rarity
from agents.retriever import Found
from domain.drafts import Draft
from domain.search import Evidence
from domain.text import words
from domain.triage import Ask, Triage
from domain.turns import Turn
from domain.verdicts import Verdict
from engines.embedded.asks import focus
from engines.embedded.wording import content

NEXT = 5  # passages that the best one is compared with
SURE = 0.9999  # a probability of one would have no log odds


def features(turn: Turn, triage: Triage, found: Found, draft: Draft, verdict: Verdict) -> dict[str, float]:
    """Return what is known of a checked draft, by name; where several asks are answered, of the weakest."""
    answered = [_of_ask(ask, found, draft) for ask in draft.asks if ask.state == "answered"]
    weakest = {name: min(one[name] for one in answered) for name in answered[0]} if answered else {}
    return {
        "grounding": verdict.grounding,
        "completeness": verdict.completeness,
        "triage": triage.confidence,
        "asks": float(len(draft.asks)),
        "words": math.log1p(len(words(turn.text))),
        "reply_words": math.log1p(len(words(draft.text))),
        "follow_up": float(bool(turn.history)),
        **weakest,
    }


def _of_ask(ask: Ask, found: Found, draft: Draft) -> dict[str, float]:
    """Return how well what is said to one ask fits what was found for it."""
    evidence = [piece for piece in found.evidence if piece.ask == ask.id]
    cited = {citation.passage for said in draft.sentences if said.ask == ask.id for citation in said.citations}
    quoted = [piece for piece in evidence if piece.passage.id in cited] or evidence[:1]
    articles = {piece.passage.article for piece in quoted}
    best = max((piece.dense for piece in evidence if piece.passage.article in articles), default=0.0)
    others = max((piece.dense for piece in evidence if piece.passage.article not in articles), default=0.0)
    said = " ".join(sentence.text for sentence in draft.sentences if sentence.ask == ask.id)
    told, question = found.answerability.get(ask.id), focus(ask.text)
    quotes = [cited.quote for sentence in draft.sentences if sentence.ask == ask.id for cited in sentence.citations]
    return {
        "match": fmean([piece.dense for piece in quoted]) if quoted else 0.0,
        "ahead": best - others,
        "first": float(bool(evidence) and evidence[0].passage.article in articles),
        "one_article": float(len(articles) == 1),
        "answerable": _odds(told.probability) if told else 0.0,
        "met": _share(ask, [piece.passage.embedded_text for piece in evidence]),
        "said": _share(ask, [said]),
        "titled": _share(ask, [_heading(piece) for piece in quoted]),
        "score": max((piece.score for piece in quoted), default=0.0),
        "lexical": max((piece.lexical for piece in evidence), default=0.0),
        "stands_out": _lead([piece.dense for piece in evidence]),
        "unfound": -rarity.unmet(question, [piece.passage.embedded_text for piece in evidence]),
        "unsaid": -rarity.unmet(question, [*quotes, *(_heading(piece) for piece in quoted)]),
    }


def _lead(scores: Sequence[float]) -> float:
    """Return how far the best score is ahead of the next few, on average."""
    best, *others = sorted(scores, reverse=True) or [0.0]
    return best - fmean(others[:NEXT]) if others else 0.0


def _heading(piece: Evidence) -> str:
    return " ".join((piece.passage.title, *piece.passage.heading_path))


def _share(ask: Ask, texts: Sequence[str]) -> float:
    """Return the share of the words of an ask that the texts have."""
    asked = set(content(ask.text))
    known = {word for text in texts for word in content(text)}
    return len(asked & known) / len(asked) if asked else 0.0


def _odds(probability: float) -> float:
    likely = min(SURE, max(1 - SURE, probability))
    return math.log(likely / (1 - likely))


def told(measured: Mapping[str, float]) -> dict[str, float]:
    """Return features as a decision shows them."""
    return {name: round(value, 4) for name, value in measured.items()}
