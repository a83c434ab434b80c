"""What models cost: read from a table, counted for a case and for a day."""

from datetime import UTC, datetime, timedelta

import pytest

from domain import prices
from domain.budget import Allowance, Budget, together
from domain.decisions import Usage
from domain.prices import Price

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def test_a_table_names_what_is_read_written_and_read_from_the_cache() -> None:
    table = prices.parse("small=0.25/2, org/large:v1=1.25/10/0.125,")

    assert table == {"small": Price(0.25, 2), "org/large:v1": Price(1.25, 10, 0.125)}


@pytest.mark.parametrize(
    "table", ["small", "=1/2", "small=1", "small=1/2/3/4", "small=a/b", "small=-1/2", "small=nan/2"]
)
def test_what_is_no_price_is_refused_by_its_name(table: str) -> None:
    with pytest.raises(ValueError, match=f"not {table!r}"):
        prices.parse(table)


def test_what_a_server_had_in_its_cache_costs_less() -> None:
    used = Usage(1, prompt_tokens=2_000_000, completion_tokens=100_000, cached_tokens=1_500_000)

    assert Price(2, 10).of(used).cost == 5.0
    assert Price(2, 10, 0.2).of(used).cost == pytest.approx(1.0 + 0.3 + 1.0)


def test_a_case_without_a_model_costs_nothing_and_one_without_a_price_is_not_guessed() -> None:
    assert together([]).cost == 0.0
    assert together([Usage(1, 10, cost=0.5), Usage(1, 10, cost=0.25)]).cost == 0.75
    assert together([Usage(1, 10, cost=0.5), Usage(1, 10, cost=None)]).cost is None


def test_what_a_part_of_a_case_spends_is_spent_by_the_case() -> None:
    case = Budget(lambda: NOON, NOON + timedelta(seconds=20))

    case.portion(1000, 4).spent.append(Usage(1, 400, 20, 300, 0.01))

    assert case.usage() == Usage(1, 400, 20, 300, 0.01)


@pytest.mark.parametrize(
    ("allowance", "reached"),
    [
        (Allowance(tokens=1000), "1020 of 1000 tokens a day are used"),
        (Allowance(cost=0.5), "0.60 of 0.50 a day are spent"),
    ],
)
async def test_a_day_is_used_up_at_its_limit_and_the_next_begins_anew(allowance: Allowance, reached: str) -> None:
    before = await allowance.used_up(NOON)
    for _ in range(2):
        await allowance.note(Usage(1, 500, 10, cost=0.3), NOON)

    assert before is None
    assert await allowance.used_up(NOON + timedelta(hours=11)) == reached
    assert await allowance.used_up(NOON + timedelta(hours=12)) is None


async def test_without_limits_a_day_is_counted_all_the_same() -> None:
    allowance = Allowance()

    await allowance.note(Usage(1, 10_000_000, 10, cost=900.0), NOON)

    assert await allowance.used_up(NOON) is None
    assert await allowance.spent(NOON) == Usage(1, 10_000_000, 10, cost=900.0)
