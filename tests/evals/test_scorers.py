"""Every formula against an independent one, on random inputs."""

import math
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats  # type: ignore[import-untyped]  # scipy ships no types
from sklearn import metrics  # type: ignore[import-untyped]  # scikit-learn ships no types

from evals.scorers import agreement, answerability, calibration, classification, detection, ranks, registry, repeats
from evals.scorers.scorer import Scorer
from evals.statistics import Array
from tests.evals.making import CALM, case, example, searched

IDS = [f"a{number}" for number in range(12)]
RANKINGS = st.lists(st.sampled_from(IDS), unique=True, max_size=12)
GOLDS = st.lists(st.sampled_from(IDS), unique=True, min_size=1, max_size=5)
COARSE = st.integers(0, 8).map(lambda eighths: eighths / 8)
FINE = st.floats(0, 1)
PAIRS = st.lists(st.tuples(COARSE | FINE, st.booleans()), min_size=2, max_size=80)
RATED = st.lists(st.tuples(COARSE | FINE, COARSE), min_size=3, max_size=200)


def rows(pairs: Sequence[tuple[float, float]]) -> Array:
    return np.array(pairs, dtype=np.float64).reshape(-1, 2)


def value(scorer: Scorer, *cases: object) -> float:
    observed = scorer.observe(cases)  # type: ignore[arg-type]  # tests hand in cases
    kept = observed[~np.isnan(observed).any(axis=1)]
    return scorer.value(kept) if scorer.value else float(kept.mean())


@CALM
@given(RANKINGS, GOLDS, st.integers(1, 12))
def test_retrieval_scorers_agree_with_a_count_by_hand(found: list[str], gold: list[str], k: int) -> None:
    one = searched(gold, found)

    first = next((place for place, article in enumerate(found[:k]) if article in gold), None)

    assert value(registry.named(f"hit@{k}", "retrieval"), one) == float(first is not None)
    assert value(registry.named(f"recall@{k}", "retrieval"), one) == len({*found[:k]} & {*gold}) / len(gold)
    assert value(registry.named(f"mrr@{k}", "retrieval"), one) == (0 if first is None else 1 / (first + 1))


@CALM
@given(st.permutations(IDS), GOLDS, st.integers(1, 12))
def test_ndcg_is_that_of_scikit_learn(found: list[str], gold: list[str], k: int) -> None:
    truth = [[float(article in gold) for article in found]]
    scores = [[float(-place) for place in range(len(found))]]

    ours = value(registry.named(f"ndcg@{k}", "retrieval"), searched(gold, found))

    assert ours == pytest.approx(metrics.ndcg_score(truth, scores, k=k))


def test_an_article_found_twice_counts_once() -> None:
    twice = searched(["a2"], ["a1", "a1", "a2"])

    assert value(registry.named("mrr@10", "retrieval"), twice) == 1 / 2


def test_a_question_without_an_article_is_no_miss() -> None:
    assert math.isnan(registry.named("hit@1", "retrieval").observe([searched([], ["a1"])])[0, 0])


@CALM
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcde")), min_size=1, max_size=60))
def test_accuracy_and_macro_f1_are_those_of_scikit_learn(given_labels: list[tuple[str, str]]) -> None:
    cases = [
        case(example("intents", f"{place}", True, text="x", label=truth), {"label": said, "confidence": 0.5})
        for place, (truth, said) in enumerate(given_labels)
    ]
    truths, said = zip(*given_labels, strict=True)

    accuracy, macro_f1 = value(classification.ACCURACY, *cases), value(classification.MACRO_F1, *cases)

    assert accuracy == pytest.approx(metrics.accuracy_score(truths, said))
    assert macro_f1 == pytest.approx(metrics.f1_score(truths, said, average="macro", zero_division=0))


@CALM
@given(PAIRS)
def test_auroc_is_that_of_scikit_learn(pairs: list[tuple[float, bool]]) -> None:
    assume(len({positive for _, positive in pairs}) == 2)

    assert ranks.auroc(rows(pairs)) == pytest.approx(
        metrics.roc_auc_score([positive for _, positive in pairs], [score for score, _ in pairs])
    )


@CALM
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60))
def test_precision_recall_and_false_alarms_agree_with_scikit_learn(pairs: list[tuple[bool, bool]]) -> None:
    called, positive = zip(*pairs, strict=True)
    assume(any(called) and any(positive) and not all(positive))
    observed = rows(pairs)

    matrix = metrics.confusion_matrix(positive, called, labels=[False, True])

    assert detection.precision(observed) == pytest.approx(metrics.precision_score(positive, called))
    assert detection.recall(observed) == pytest.approx(metrics.recall_score(positive, called))
    assert detection.false_alarms(observed) == pytest.approx(matrix[0, 1] / matrix[0].sum())


@CALM
@given(PAIRS, st.sampled_from([0.5, 0.8, 0.95, 1.0]))
def test_caught_is_what_the_best_line_leaves_below(pairs: list[tuple[float, bool]], keep: float) -> None:
    assume(len({positive for _, positive in pairs}) == 2)
    kept = [score for score, positive in pairs if positive]
    rest = [score for score, positive in pairs if not positive]

    lines = [line for line in kept if sum(score >= line for score in kept) >= keep * len(kept) - 1e-9]
    best = max(sum(score < line for score in rest) / len(rest) for line in lines)

    scorer = detection.caught(str(keep))
    assert scorer.value
    assert scorer.value(rows(pairs)) == pytest.approx(best)


@CALM
@given(PAIRS, st.sampled_from([0.5, 0.8, 0.95, 1.0]))
def test_coverage_is_the_most_that_a_line_accepts_at_that_precision(
    pairs: list[tuple[float, bool]], precision: float
) -> None:
    assume(len({positive for _, positive in pairs}) == 2)

    accepted = [[positive for score, positive in pairs if score >= line] for line, _ in pairs]
    precise = [len(one) / len(pairs) for one in accepted if sum(one) / len(one) >= precision - 1e-9]

    assert answerability.coverage_at(rows(pairs), precision) == pytest.approx(max(precise, default=0.0))


@CALM
@given(PAIRS)
def test_calibration_error_agrees_with_a_count_by_bins(pairs: list[tuple[float, bool]]) -> None:
    bins: dict[int, list[tuple[float, bool]]] = {}
    for stated, true in pairs:
        bins.setdefault(min(int(stated * 10), 9), []).append((stated, true))

    gaps = [abs(sum(stated for stated, _ in one) - sum(true for _, true in one)) for one in bins.values()]

    assert calibration.ece(rows(pairs)) == pytest.approx(sum(gaps) / len(pairs))
    assert sum(one.n for one in calibration.reliability(rows(pairs))) == len(pairs)


@CALM
@given(PAIRS)
def test_brier_is_that_of_scikit_learn(pairs: list[tuple[float, bool]]) -> None:
    cases = [
        case(example("grounding", f"{place}", true, context="c", answer="a", label="x"), {"score": stated})
        for place, (stated, true) in enumerate(pairs)
    ]
    stated, true = zip(*pairs, strict=True)

    ours = value(registry.named("brier", "replies"), *cases)

    assert ours == pytest.approx(metrics.brier_score_loss(true, stated, pos_label=True))


@CALM
@given(st.lists(st.tuples(COARSE, st.booleans()), min_size=1, max_size=7))
def test_aurc_is_the_mean_over_every_order_of_ties(pairs: list[tuple[float, bool]]) -> None:
    shuffles = np.random.default_rng(0)

    risks = []
    for _ in range(800):
        order = sorted(shuffles.permutation(len(pairs)), key=lambda place: -pairs[place][0])
        wrong = np.cumsum([not pairs[place][1] for place in order])
        risks.append((wrong / np.arange(1, len(pairs) + 1)).mean())

    assert calibration.aurc(rows(pairs)) == pytest.approx(np.mean(risks), abs=0.05)


@CALM
@given(PAIRS)
def test_the_risk_coverage_table_counts_what_each_threshold_accepts(pairs: list[tuple[float, bool]]) -> None:
    table = calibration.risk_coverage(rows(pairs))

    for point in table:
        accepted = [true for stated, true in pairs if stated >= point.threshold]
        assert (point.n, point.errors) == (len(accepted), accepted.count(False))
        assert point.bound == pytest.approx(
            1.0 if point.errors == point.n else stats.beta.ppf(0.95, point.errors + 1, point.n - point.errors)
        )
    assert table[-1].coverage == 1
    assert len(table) <= 20


@CALM
@given(RATED)
def test_rank_correlations_are_those_of_scipy(pairs: list[tuple[float, float]]) -> None:
    judged, people = zip(*pairs, strict=True)
    assume(len(set(judged)) > 1 and len(set(people)) > 1)

    assert agreement.spearman(rows(pairs)) == pytest.approx(stats.spearmanr(judged, people).statistic)
    assert agreement.kendall(rows(pairs)) == pytest.approx(stats.kendalltau(judged, people).statistic)


def test_a_judge_that_says_the_same_of_all_has_no_correlation() -> None:
    assert math.isnan(agreement.spearman(rows([(0.5, 1), (0.5, 2)])))
    assert math.isnan(agreement.kendall(rows([(0.5, 1), (0.5, 2)])))


@CALM
@given(RATED)
def test_quartiles_compare_the_best_with_the_worst(pairs: list[tuple[float, float]]) -> None:
    people = [rating for _, rating in pairs]
    low, high = np.percentile(people, [25, 75])
    assume(low < high)
    ends = [(judged, rating >= high) for judged, rating in pairs if rating <= low or rating >= high]

    assert agreement.quartile_auroc(rows(pairs)) == pytest.approx(
        metrics.roc_auc_score([best for _, best in ends], [judged for judged, _ in ends])
    )


def test_one_rater_is_set_against_the_mean_of_the_others() -> None:
    cases = [
        case(example("ratings", f"{place}", answer="a", ratings={"tone": given_ratings}), {"scores": {}})
        for place, given_ratings in enumerate([[1, 2, 3], [2, 4, 4], [5, 1, 1], [3]])
    ]

    observed = registry.named("one_rater@tone", "ratings").observe(cases)

    assert observed[:3].tolist() == [[1, 2.5], [2, 4], [5, 1]]
    assert np.isnan(observed[3:]).all()


@CALM
@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=1, max_size=10), st.integers(1, 4))
def test_pass_k_is_the_share_of_draws_without_a_failure(tries: list[list[bool]], k: int) -> None:
    cases = [
        case(example("safety", f"{place}", True, text="x", label="attack"), {"score": float(well)}, repeat=repeat)
        for place, one in enumerate(tries)
        for repeat, well in enumerate(one)
    ]

    expected = np.mean([np.mean([all(draw) for draw in combinations(one, k)]) for one in tries])

    assert value(repeats.pass_every(str(k)), *cases) == pytest.approx(expected)


def test_noise_is_the_spread_between_repeats() -> None:
    cases = [
        case(example("safety", f"{place}", True, text="x", label="attack"), {"score": float(well)}, repeat=repeat)
        for repeat, wells in enumerate([[1, 1], [1, 0]])
        for place, well in enumerate(wells)
    ]

    assert value(repeats.NOISE, *cases) == pytest.approx(np.std([1.0, 0.5], ddof=1))


def test_spans_are_found_when_they_overlap_one_of_their_kind() -> None:
    asked = example("safety", text="call 555 or a@b.c", label="pii", spans=[("PHONE", 5, 8), ("EMAIL", 12, 17)])
    said = {"score": 1.0, "spans": [("PHONE", 4, 8), ("PHONE", 12, 17)]}

    counts = Counter({
        name: value(registry.named(name, "safety"), case(asked, said))
        for name in ("span_recall@PHONE", "span_precision@PHONE", "span_recall@EMAIL")
    })  # fmt: skip

    assert counts == {"span_recall@PHONE": 1.0, "span_precision@PHONE": 0.5, "span_recall@EMAIL": 0.0}


def test_a_suggestion_is_a_reply_and_a_handover_is_none() -> None:
    asked = example("replies", question="How?", answer="")
    outcomes = ("answered", "suggested", "handed_over")

    replied = value(registry.named("replied", "replies"), *(case(asked, {"outcome": one}) for one in outcomes))

    assert replied == pytest.approx(2 / 3)
