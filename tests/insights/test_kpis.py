import pytest

from database.database import Database
from domain.ids import DEFAULT_BRAND, BrandId
from domain.staffing import ContactCost, KpiTarget
from insights.kpi import Count, Period, standing
from insights.kpis import KPIS
from insights.measuring import Insights
from prompts import policy as policies
from tests.insights import history

COST = ContactCost(hour=30, channels={"chat": 0, "email": 0.1})
MINUTE = 1 / 60  # of an hour


@pytest.fixture
async def counted(database: Database) -> dict[str, Count]:
    """What every KPI says of the hand-written history."""
    async with database.engine.begin() as connection:
        await history.write(connection)
    targets = policies.load().kpis
    read = await Insights(database.engine).kpis(DEFAULT_BRAND, history.PERIOD, targets, COST, history.PERIOD.end)
    return {reading.kpi.name: reading.found for reading in read}


# By hand, from the history: the value, on how many cases it rests, and what stands beside it.
EXPECTED = {
    # marks 5, 4 (after a 2) and 1; tickets 3, 4, 5 and 7 were asked
    "customer_satisfaction": (2 / 3, 3, {"asked": 4}),
    # solved 2, 3, 4, 5, 7; 2 came back, and the customer of 4 wrote ticket 5
    "first_contact_resolution": (3 / 5, 5, {}),
    # 300 + 600 + 60 + 540 seconds on tickets 2, 5 and 6
    "average_handle_time": (25 / 3, 3, {"hours": 1500 / 3600}),
    # the bot took a minute for 3, 4 and 7; people took 2 hours for 5 and half an hour for 6
    "average_first_response": (
        (3 * MINUTE + 2.5) / 5,
        5,
        {"bot": MINUTE, "bot_tickets": 3, "people": 1.25, "people_tickets": 2},
    ),
    # 9 opened and one reopened, 7 times solved, one dropped: 6 and 8 are open
    "backlog": (2, 9, {}),
    # 1500 seconds of 1 + 0.5 + 3.5 + 1 hours
    "utilisation": (1500 / 21_600, 2, {"available_hours": 6}),
    # 2 and 5, of 3 + 2 planned
    "productivity": (2 / 5, 2, {"solved": 2, "planned": 5}),
    # 5 of 3 to 9; 6 went to another team
    "escalation_rate": (1 / 7, 7, {"between_teams": 1 / 7}),
    # 3 said so and 7 kept silent; 4 kept silent too, but wrote again
    "self_service_rate": (2 / 5, 5, {"confirmed": 1 / 5, "assumed": 1 / 5}),
    # a1 for 3 stands; both of 4 led to ticket 5, and a2 for 7 was voted down
    "article_effectiveness": (1 / 4, 4, {}),
    # s1 opened, s3 answered; s1 is the customers' only one of three
    "search_success": (2 / 4, 4, {"customers": 1 / 3}),
    # 10 days since a1's review and 30 since a2's edit; 60 and 30 since their edits
    "freshness": (20, 2, {"since_edit": 45}),
    # 6.5 hours, two e-mails and two model calls, over 7 tickets
    "cost_per_contact": ((195 + 0.2 + 0.2) / 7, 7, {"people": 195, "channels": 0.2, "model": 0.2}),
    # 7 after 2
    "ticket_volume": (2.5, 7, {"here": 7, "before": 2}),
}


def test_every_kpi_has_a_number_worked_out_by_hand_a_target_and_a_description() -> None:
    assert [kpi.name for kpi in KPIS] == list(EXPECTED)
    assert [target.name for target in policies.load().kpis] == list(EXPECTED)
    assert all(kpi.counts and kpi.leaves_out for kpi in KPIS)


@pytest.mark.parametrize("name", EXPECTED)
async def test_a_kpi_says_what_one_counts_by_hand(counted: dict[str, Count], name: str) -> None:
    value, cases, parts = EXPECTED[name]

    assert counted[name].value == pytest.approx(value)
    assert counted[name].n == cases
    assert {part: float(said or 0) for part, said in counted[name].parts.items()} == pytest.approx(parts)


async def test_nothing_counted_is_no_number(database: Database) -> None:
    targets = policies.load().kpis

    read = await Insights(database.engine).kpis(DEFAULT_BRAND, history.PERIOD, targets, COST, history.PERIOD.end)

    values = {reading.kpi.name: reading.found.value for reading in read}
    assert values.pop("backlog") == 0
    assert set(values.values()) == {None}
    assert all(reading.says_little for reading in read)
    assert {reading.standing for reading in read if reading.kpi.name != "backlog"} == {"unknown"}


async def test_another_brand_counts_nothing_of_it(database: Database, counted: dict[str, Count]) -> None:
    targets = policies.load().kpis

    read = await Insights(database.engine).kpis(BrandId("other"), history.PERIOD, targets, COST, history.PERIOD.end)

    assert {reading.found.n for reading in read} == {0}


def test_the_period_before_ends_where_the_period_begins() -> None:
    assert Period(history.at(3, 2), history.at(3, 16)).before == Period(history.at(2, 16), history.at(3, 2))
    assert Period.last(14, history.at(3, 16)) == history.PERIOD


@pytest.mark.parametrize(
    ("direction", "floor", "goal", "value", "stands"),
    [
        ("higher", 0.9, 0.95, 0.96, "good"),
        ("higher", 0.9, 0.95, 0.92, "fair"),
        ("higher", 0.9, 0.95, 0.8, "poor"),
        ("lower", 12, 8, 8, "good"),
        ("lower", 12, 8, 10, "fair"),
        ("lower", 12, 8, 13, "poor"),
        ("band", 0.75, 0.8, 0.77, "good"),
        ("band", 0.75, 0.8, 0.9, "poor"),
        ("band", 0.75, 0.8, 0.6, "poor"),
        ("higher", 0.9, 0.95, None, "unknown"),
    ],
)
def test_a_value_stands_against_its_target(
    direction: str, floor: float, goal: float, value: float | None, stands: str
) -> None:
    target = KpiTarget("x", "x", "share", direction, floor, goal)  # type: ignore[arg-type]

    assert standing(value, target) == stands
