"""Each case goes by its brand's policy, and waits for a new one to be learned no longer than a customer bears."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Event

import pytest

from database.database import Database
from desk.desk import Desk
from desk.policies import Change, Policies
from domain.ids import DEFAULT_BRAND, BrandId
from domain.policy import Policy
from services.governing import Governing

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
OTHER = BrandId("other")
BRIEF, WARM = Change({"tone.md": "Be brief."}, "key_1"), Change({"tone.md": "Be warm."}, "key_1")


class Slow:
    """Learns at once until it is told to take its time."""

    def __init__(self) -> None:
        self.learned: list[str] = []
        self.go_on = Event()
        self.go_on.set()

    def learn(self, policy: Policy) -> None:
        self.go_on.wait()
        self.learned.append(policy.tone)


@pytest.fixture
def policies(database: Database) -> Policies:
    return Policies(database.engine)


@pytest.fixture
def slow() -> Iterator[Slow]:
    slow = Slow()
    yield slow
    slow.go_on.set()


async def test_a_policy_is_learned_before_the_first_case_and_once(policies: Policies, slow: Slow) -> None:
    await policies.put(DEFAULT_BRAND, BRIEF, NOW)
    governing = Governing(policies, slow.learn)

    found = await asyncio.gather(*(governing.policy(DEFAULT_BRAND) for _ in range(5)))

    assert {policy.tone for policy in found} == {"Be brief."}
    assert slow.learned == ["Be brief."]


async def test_while_a_new_policy_is_learned_for_long_the_one_before_serves(policies: Policies, slow: Slow) -> None:
    await policies.put(DEFAULT_BRAND, BRIEF, NOW)
    governing = Governing(policies, slow.learn, patience_s=0.05)
    await governing.policy(DEFAULT_BRAND)

    slow.go_on.clear()
    await policies.put(DEFAULT_BRAND, WARM, NOW)
    meanwhile = await governing.policy(DEFAULT_BRAND)
    slow.go_on.set()
    while (await governing.policy(DEFAULT_BRAND)).number != 2:
        pass

    assert (meanwhile.tone, meanwhile.number) == ("Be brief.", 1)
    assert slow.learned == ["Be brief.", "Be warm."]


async def test_a_policy_that_is_learned_quickly_holds_for_the_very_next_case(policies: Policies, slow: Slow) -> None:
    governing = Governing(policies, slow.learn)
    await governing.policy(DEFAULT_BRAND)

    await policies.put(DEFAULT_BRAND, WARM, NOW)

    assert (await governing.policy(DEFAULT_BRAND)).tone == "Be warm."


async def test_brands_are_governed_apart(policies: Policies, desk: Desk, slow: Slow) -> None:
    await desk.add_brand(OTHER, "Other", NOW)
    await policies.put(OTHER, WARM, NOW)
    governing = Governing(policies, slow.learn)

    assert (await governing.policy(OTHER)).tone == "Be warm."
    assert governing.held(DEFAULT_BRAND) == await governing.policy(DEFAULT_BRAND) == policies.usual


async def test_what_cannot_be_learned_strands_nobody(policies: Policies) -> None:
    def refuse(policy: Policy) -> None:
        raise MemoryError

    governing = Governing(policies, refuse)

    assert await governing.policy(DEFAULT_BRAND) == policies.usual
