"""How long words are kept, as a page says it."""

import pytest

from domain.retention import Retention
from prompts import policy
from prompts.policy import PolicyError


def test_as_shipped_everything_stays() -> None:
    assert policy.load().retention == Retention()


@pytest.mark.parametrize("days", ["0", "-3"])
def test_words_are_kept_for_a_day_at_least(days: str) -> None:
    texts = policy.texts() | {"retention.yaml": f"tickets: {days}"}

    with pytest.raises(PolicyError, match=r"^retention.yaml, at tickets: -?\d: words are kept for a day at least"):
        policy.parse(texts)
