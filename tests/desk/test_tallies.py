import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from database.database import Database
from database.limits import tallies as table
from desk import tallies
from desk.errors import LimitReached
from desk.tallies import Quota, Tallies

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def quota(most: int, name: str = "vis_1", limit: str = "visitor.messages_a_minute") -> Quota:
    return Quota(limit, name, most, MINUTE)


async def taken(door: Tallies, times: int, now: datetime, *quotas: Quota) -> int:
    """Return how many of so many tries at the same time get through."""
    tries = await asyncio.gather(*(door.take(quotas, now) for _ in range(times)), return_exceptions=True)
    assert all(one is None or isinstance(one, LimitReached) for one in tries), tries
    return tries.count(None)


async def test_of_many_at_the_same_time_exactly_as_many_get_through_as_may(database: Database) -> None:
    door, other = Tallies(database.engine), Tallies(database.engine)

    got = await asyncio.gather(taken(door, 20, NOW, quota(10)), taken(other, 20, NOW, quota(10)))

    assert sum(got) == 10


async def test_whoever_is_over_a_limit_is_told_when_to_come_back_and_gets_through_then(database: Database) -> None:
    door, late = Tallies(database.engine), NOW + timedelta(seconds=50)
    await taken(door, 10, late, quota(10))

    with pytest.raises(LimitReached, match=r"'visitor\.messages_a_minute' of limits\.yaml, 10, .* in 16 s") as refused:
        await door.take([quota(10)], late)

    assert await taken(door, 1, late + timedelta(seconds=15), quota(10)) == 0
    assert await taken(door, 2, late + timedelta(seconds=refused.value.seconds), quota(10)) == 1


async def test_what_is_refused_is_not_counted_anywhere(database: Database) -> None:
    door, brand = Tallies(database.engine), quota(20, "default", "brand.messages_a_minute")

    assert await taken(door, 30, NOW, quota(10), brand) == 10

    assert await taken(door, 30, NOW, quota(10, "vis_2"), brand) == 10
    assert await taken(door, 1, NOW, brand) == 0


async def test_no_limit_counts_nothing(database: Database) -> None:
    door = Tallies(database.engine)

    assert await taken(door, 30, NOW, quota(0)) == 30

    async with database.engine.connect() as connection:
        assert (await connection.execute(select(func.count()).select_from(table))).scalar() == 0


async def test_what_counts_as_nothing_is_forgotten(database: Database) -> None:
    door = Tallies(database.engine)
    await taken(door, 1, NOW, quota(1))

    async with database.engine.begin() as connection:
        await tallies.forget(connection, NOW + 2 * MINUTE)

    assert await taken(door, 1, NOW, quota(1)) == 1


async def test_a_process_whose_clock_is_behind_does_not_begin_anew(database: Database) -> None:
    door = Tallies(database.engine)
    await taken(door, 10, NOW, quota(10))

    assert await taken(door, 10, NOW - timedelta(seconds=1), quota(10)) == 0


@given(
    st.integers(1, 50),
    st.integers(0, 60),
    st.integers(0, 60),
    st.floats(0, 0.999, allow_nan=False),
)
def test_a_wait_is_never_too_short(most: int, before: int, count: int, passed: float) -> None:
    before, count = min(before, most), min(count, most) + 1

    wait = tallies.wait(count, before, most, passed)

    assert 0 <= wait <= 2
    at = passed + wait + 1e-9
    if at < 1:
        assert before * (1 - at) + count <= most + 1e-6
    elif at < 2:
        assert (count - 1) * (2 - at) + 1 <= most + 1e-6
