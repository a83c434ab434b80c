from dataclasses import replace

import numpy as np
import pytest

from agents import calibrations
from evals import calibrating
from evals.calibrating import Draft, Drafts, Silence
from services import Tools


def drafts(count: int, seed: int) -> Drafts:
    """Return drafts whose match tells how likely they are right, in groups of four."""
    chance = np.random.default_rng(seed)
    match = chance.random(count)
    right = chance.random(count) < 1 / (1 + np.exp(-8 * (match - 0.5)))
    made = (
        Draft(
            {"match": float(one), "noise": float(chance.random())},
            bool(good),
            f"{seed}-{place // 4}",
            str(place),
            "billing",
            12,
        )
        for place, (one, good) in enumerate(zip(match, right, strict=True))
    )
    return Drafts(tuple(made))


def test_a_calibration_learns_what_tells_right_from_wrong(tools: Tools) -> None:
    made = calibrating.learn("mine", drafts(300, 1), drafts(300, 2), tools, "own")

    assert made.weights["match"].weight > 4 * abs(made.weights["noise"].weight)
    assert made.report["auroc"] > 0.75
    stated = np.mean([one.probability for one in made.held_out])
    assert stated == pytest.approx(np.mean([one.right for one in made.held_out]), abs=0.06)


def test_a_calibration_can_be_kept_and_read_again(tools: Tools) -> None:
    made = calibrating.learn("mine", drafts(100, 1), drafts(100, 2), tools, "own")

    assert calibrations.read(calibrations.dump(made)) == made


def test_what_waits_for_a_person_anyway_is_learned_from_and_bears_nothing_out(tools: Tools) -> None:
    kept_back = Drafts(tuple(replace(one, sent=False) for one in drafts(300, 2).drafts))

    made = calibrating.learn("mine", kept_back, Drafts((*drafts(100, 3).drafts, *kept_back.drafts)), tools, "own")

    assert made.weights["match"].weight > 0
    assert made.report["held_out"] == 100


def test_the_threshold_for_suggesting_hands_over_a_tenth_of_the_answerable_at_most() -> None:
    good = [Draft({}, True, str(place), str(place), "billing", 12) for place in range(100)]
    near_misses = [replace(one, answerable=False, right=False) for one in good]
    silences = tuple(
        Silence(str(place), str(place), answerable) for place, answerable in enumerate([True] * 4 + [False])
    )
    sure = np.concatenate([0.302 + np.arange(100) / 200, np.arange(100) / 200])

    told = calibrating.worth_suggesting(Drafts((*good, *near_misses), silences), sure)

    assert told.suggest == 0.33
    assert told.needless == pytest.approx(10 / 104, abs=1e-4)
    assert told.spared == pytest.approx(67 / 101, abs=1e-4)


def test_halves_keep_an_articles_drafts_and_silences_together() -> None:
    whole = drafts(200, 4)
    groups = sorted({one.group for one in whole.drafts})

    halves = calibrating.halves(Drafts(whole.drafts, tuple(Silence(group, group, True) for group in groups)))

    first, second = ({one.group for one in half.every} for half in halves)
    assert first | second == set(groups)
    assert not first & second
    assert sum(len(half.every) for half in halves) == 200 + len(groups)
