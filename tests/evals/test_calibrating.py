import numpy as np
import pytest

from agents import calibrations
from evals import calibrating
from evals.calibrating import Draft, Drafts
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
    return Drafts(tuple(made), count, count)


def test_a_calibration_learns_what_tells_right_from_wrong(tools: Tools) -> None:
    made = calibrating.learn("mine", drafts(300, 1), drafts(300, 2), tools, "own")

    assert made.weights["match"].weight > 4 * abs(made.weights["noise"].weight)
    assert made.report["auroc"] > 0.75
    stated = np.mean([one.probability for one in made.held_out])
    assert stated == pytest.approx(np.mean([one.right for one in made.held_out]), abs=0.06)


def test_a_calibration_can_be_kept_and_read_again(tools: Tools) -> None:
    made = calibrating.learn("mine", drafts(100, 1), drafts(100, 2), tools, "own")

    assert calibrations.read(calibrations.dump(made)) == made
