"""Make the sentences, fit the network, try it on sentences and locales it has not seen, and write it with its card."""

import json
import random
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from domain.text import folded
from embedding.minilm import MiniLM
from engines import tagger
from engines.tagger import Floats, Word
from evals.naming import network, public
from evals.naming.marked import Marked
from evals.naming.people import HELD, LEARNED, Cast, sentences

FILLS, TRIED = 40, 12  # times each of our sentences is filled to learn from, and to be tried on
CARD = tagger.FITTED.with_suffix(".json")
ABOUT = (
    "A network with one hidden layer over the vectors of a word and its neighbours, how it is written, and hashed "
    "groups of its letters. Fitted on sentences that we wrote, filled with invented names, and on public help centers "
    "and reviews as they are, and with invented names where pronouns stood; it holds no words of them. "
    "Made by `python -m evals.naming`."
)


def main() -> None:
    """Fit, try and write."""
    chance = random.Random(7)
    learned, tried = _made(chance)
    model = MiniLM()
    words, right, weights = _words(learned, model)
    found = network.fit(words, right, weights)
    kept: dict[str, Any] = {name: value.astype(np.float16) for name, value in found.items()}
    np.savez_compressed(tagger.FITTED, **kept)
    tagger.forget()
    card = {"about": ABOUT, "sentences": len(learned), "words": len(right), "held_out": _card(tried, model)}
    CARD.write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(card, indent=2))


def _made(chance: random.Random) -> tuple[list[Marked], list[Marked]]:
    """Return what to learn from and what to try: no sentence, place of a pronoun or locale is in both."""
    known = {folded(name) for name in _first_names(chance)}
    texts = public.sentences(chance, known)
    cut = len(texts) // 8
    ours = sentences()
    chance.shuffle(ours)
    kept = len(ours) // 5
    titles = [one.text for one in texts[cut:]]
    learning, trying = Cast(LEARNED, titles, chance), Cast(HELD, [one.text for one in texts[:cut]], chance)
    learned = [learning.fill(one) for one in ours[kept:] for _ in range(FILLS)]
    learned += [*texts[cut:], *_planted(texts[cut:], learning)]
    tried = [trying.fill(one) for one in ours[:kept] for _ in range(TRIED)]
    return learned, [*tried, *texts[:cut], *_planted(texts[:cut], trying)]


def _first_names(chance: random.Random) -> set[str]:
    cast = Cast(LEARNED, ["-"], chance)
    return {cast.name("f") for _ in range(9000)}


def _planted(texts: Iterable[Marked], cast: Cast) -> list[Marked]:
    return [made for one in texts if one.kind != "demo" for made in public.planted(one, cast)]


def _words(texts: Sequence[Marked], model: MiniLM) -> tuple[list[Word], Floats, Floats]:
    """Return every candidate, whether it is part of a name, and its weight: words of nobody weigh three times."""
    words, right, weights = [], [], []
    for one in texts:
        for word in tagger.candidates(model.embed_tokens([one.text])[0]):
            start, end = word.place
            words.append(word)
            right.append(any(start < last and first < end for first, last in one.names))
            weights.append(1.0 if one.kind in ("ours", "planted", "things") else 3.0)
    return words, np.array(right, np.float32), np.array(weights, np.float32)


def _card(texts: Sequence[Marked], model: MiniLM) -> dict[str, Any]:
    """Return precision and recall on our sentences and planted ones, and how many names are seen where nobody is."""
    found = tagger.Tagger(model)
    counts: dict[str, list[int]] = {}
    for one in texts:
        claims = list(found.found(one.text))
        kind = one.kind if one.names or one.kind == "ours" else "nobody"
        hits = [any(start < last and first < end for first, last in one.names) for start, end in claims]
        seen = [any(start < last and first < end for start, end in claims) for first, last in one.names]
        row = [len(claims), sum(hits), len(one.names), sum(seen), 1]
        counts[kind] = [a + b for a, b in zip(counts.get(kind, [0] * 5), row, strict=True)]
    nobody = counts.pop("nobody")
    card: dict[str, Any] = {
        kind: {"precision": round(hits / claims, 3), "recall": round(seen / names, 3), "names": names}
        for kind, (claims, hits, names, seen, _) in counts.items()
    }
    return card | {"false_names_in_1000_sentences": round(1000 * nobody[0] / nobody[4], 1)}


if __name__ == "__main__":
    main()
