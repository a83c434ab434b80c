"""Scorers by name: `hit@5`, `auroc`, `pass^3`."""

import difflib
from collections.abc import Iterable, Sequence

from evals.errors import UnknownScorer
from evals.examples import Example, Kind
from evals.scorers import (
    agreement,
    answerability,
    calibration,
    classification,
    detection,
    expense,
    pairs,
    repeats,
    replies,
    retrieval,
)
from evals.scorers.scorer import Family, Scorer

MODULES = (
    retrieval,
    classification,
    detection,
    answerability,
    calibration,
    agreement,
    replies,
    pairs,
    expense,
    repeats,
)
FAMILIES: tuple[Family, ...] = tuple(one for module in MODULES for one in module.FAMILIES)
DEFAULTS: dict[Kind, tuple[str, ...]] = {
    "retrieval": ("hit@1", "hit@5", "recall@10", "mrr@10", "ndcg@10", "auroc"),
    "abstention": ("auroc", "caught@0.9", "coverage@0.95", "hit@1", "hit@5", "recall@10"),
    "intents": ("accuracy", "macro_f1", "auroc", "caught@0.95", "ece", "brier", "aurc"),
    "grounding": ("auroc", "precision", "recall", "false_alarms", "coverage@0.95"),
    "ratings": ("auroc",),
    "safety": ("precision", "recall", "false_alarms", "auroc"),
    "replies": (
        "passed", "must_include", "must_not_include", "outcome", "priority", "replied", "answered", "handed_over",
        "cited", "right", "sent", "needless", "wrong_answered", "grounding", "completeness", "tone", "ece", "aurc",
        "calls", "prompt_tokens",
    ),
    "given": ("completeness", "tone", "grounding"),
    "pairs": ("preferred",),
}  # fmt: skip
ALWAYS = ("failed", "latency@0.5", "latency@0.95")
REPEATED = ("noise",)


def named(name: str, kind: Kind) -> Scorer:
    """Return the scorer of that name; raises UnknownScorer with the nearest names there are."""
    for family in FAMILIES:
        stem, sign, argument = name.partition(family.sign)
        if stem == family.name and bool(sign) == (family.takes is not None) and kind in family.kinds:
            return _made(family, argument, name)
    there = [f"{one.name}{one.sign}..." if one.takes else one.name for one in FAMILIES if kind in one.kinds]
    near = difflib.get_close_matches(name.split("@")[0], [one.rstrip("@^.") for one in there], n=1, cutoff=0.6)
    meant = f" (did you mean {near[0]}?)" if near else ""
    raise UnknownScorer(f"no scorer {name!r} for {kind} suites{meant}; there is {', '.join(there)}")


def _made(family: Family, argument: str, name: str) -> Scorer:
    try:
        return family.make(argument)
    except ValueError as exc:
        raise UnknownScorer(f"no scorer {name!r}: {family.name}{family.sign} takes {family.takes}") from exc


def defaults(kind: Kind, examples: Iterable[Example], tries: int) -> tuple[str, ...]:
    """Return the names of the scorers that suit a kind of suite and what its examples hold."""
    steadiness = (*REPEATED, f"pass^{tries}") if tries > 1 and kind not in ("ratings", "given", "pairs") else ()
    return (*DEFAULTS[kind], *_by_content(examples), *ALWAYS, *steadiness)


def chosen(kind: Kind, names: Sequence[str]) -> tuple[Scorer, ...]:
    """Return scorers by their names, each once, in the order given; raises UnknownScorer."""
    return tuple(named(name, kind) for name in dict.fromkeys(names))


def _by_content(examples: Iterable[Example]) -> list[str]:
    """Return the scorers that depend on what was rated or marked in the data."""
    dimensions: set[str] = set()
    spans: set[str] = set()
    for example in examples:
        if example.row.kind == "ratings":
            dimensions.update(example.row.ratings)
        if example.row.kind == "safety":
            spans.update(span[0] for span in example.row.spans)
    agreeing = [f"{stem}@{one}" for one in sorted(dimensions) for stem in ("spearman", "quartiles", "one_rater")]
    return agreeing + [f"{stem}@{one}" for one in sorted(spans) for stem in ("span_precision", "span_recall")]
