"""Policy as data: what a brand changes holds from then on, for that brand alone, and is never lost."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from database.database import Database
from database.policies import policies as rows
from database.tables import events
from desk.desk import Desk
from desk.errors import PolicyChanged, UnknownBrand, UnknownVersion
from desk.policies import Change, Policies
from domain.ids import DEFAULT_BRAND, BrandId
from domain.triage import Priority
from prompts import policy
from prompts.policy import PolicyError

NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)
CLOCKS = policy.texts()["clocks.yaml"]
QUICK = CLOCKS.replace("P0: {response: 30,", "P0: {response: 10,")
QUICKER = CLOCKS.replace("P0: {response: 30,", "P0: {response: 5,")
OTHER = BrandId("other")


@pytest.fixture
def policies(database: Database) -> Policies:
    return Policies(database.engine)


def clocks(text: str, after: int | None = None) -> Change:
    return Change({"clocks.yaml": text}, by="key_1", note="quicker", after=after)


async def test_a_brand_that_changed_nothing_goes_by_the_usual_policy(policies: Policies) -> None:
    assert await policies.in_force(DEFAULT_BRAND) == policy.load()
    assert (await policies.version(DEFAULT_BRAND)).number == 0
    assert await policies.history(DEFAULT_BRAND) == []


async def test_a_change_holds_at_once_here_and_in_another_process(policies: Policies, database: Database) -> None:
    elsewhere = Policies(database.engine)
    assert (await elsewhere.in_force(DEFAULT_BRAND)).targets[Priority.P0].response == 30

    await policies.put(DEFAULT_BRAND, clocks(QUICK), NOW)

    for one in (policies, elsewhere):
        holding = await one.in_force(DEFAULT_BRAND)
        assert (holding.targets[Priority.P0].response, holding.number) == (10, 1)
        assert holding.version != policy.load().version


async def test_what_was_read_once_is_kept_until_the_next_change(policies: Policies) -> None:
    await policies.put(DEFAULT_BRAND, clocks(QUICK), NOW)

    first, *others = await asyncio.gather(*(policies.in_force(DEFAULT_BRAND) for _ in range(4)))

    assert all(other is first for other in others)


async def test_two_brands_do_not_share_a_policy(policies: Policies, desk: Desk) -> None:
    await desk.add_brand(OTHER, "Other", NOW)

    await policies.put(DEFAULT_BRAND, clocks(QUICK), NOW)
    await policies.put(OTHER, clocks(QUICKER), NOW)

    responses = [(await policies.in_force(brand)).targets[Priority.P0].response for brand in (DEFAULT_BRAND, OTHER)]
    assert responses == [10, 5]
    assert [version.number for version in await policies.history(OTHER)] == [1]


async def test_who_changed_what_and_when_is_known(policies: Policies, database: Database) -> None:
    await policies.put(DEFAULT_BRAND, clocks(QUICK), NOW)
    later = NOW + timedelta(hours=1)
    await policies.put(DEFAULT_BRAND, Change({"tone.md": "Be brief.", "clocks.yaml": QUICKER}, "key_2"), later)

    newest, first = await policies.history(DEFAULT_BRAND)

    assert (newest.number, newest.written_by, newest.note, newest.created_at) == (2, "key_2", "", later)
    assert (newest.changed, first.changed) == (("tone.md", "clocks.yaml"), ("clocks.yaml",))
    assert (first.written_by, first.note, first.created_at) == ("key_1", "quicker", NOW)
    async with database.engine.connect() as connection:
        told = (await connection.execute(select(events.c.data).where(events.c.kind == "policy_changed"))).scalars()
        assert list(told) == [{"number": 1, "pages": 1, "by": "key_1"}, {"number": 2, "pages": 2, "by": "key_2"}]


async def test_a_page_that_does_not_fit_changes_nothing(policies: Policies, database: Database) -> None:
    before = await policies.in_force(DEFAULT_BRAND)
    change = Change({"tone.md": "Be brief.", "clocks.yaml": CLOCKS.replace("P0: {response: 30,", "P0: {")}, "key_1")

    with pytest.raises(PolicyError, match=r"clocks\.yaml, at targets\.P0\.response: is missing"):
        await policies.put(DEFAULT_BRAND, change, NOW)

    assert await policies.in_force(DEFAULT_BRAND) is before
    async with database.engine.connect() as connection:
        assert (await connection.execute(select(events.c.id))).first() is None


async def test_pages_are_tried_with_all_the_others(policies: Policies) -> None:
    teams = "- {name: support, description: Answers, calendar: office}"

    with pytest.raises(PolicyError, match=r"destinations\.yaml, at 0\.team: teams\.yaml has no 'coordination'"):
        await policies.put(DEFAULT_BRAND, Change({"teams.yaml": teams}, "key_1"), NOW)


async def test_a_page_nobody_knows_is_refused(policies: Policies) -> None:
    with pytest.raises(PolicyError, match=r"there is no page 'clock\.yaml'; the pages are brand\.yaml"):
        await policies.put(DEFAULT_BRAND, Change({"clock.yaml": CLOCKS}, "key_1"), NOW)


async def test_a_page_left_out_stays_and_one_set_to_nothing_is_the_usual_again(policies: Policies) -> None:
    await policies.put(DEFAULT_BRAND, Change({"tone.md": "Be brief.", "clocks.yaml": QUICK}, "key_1"), NOW)

    await policies.put(DEFAULT_BRAND, Change({"clocks.yaml": None}, "key_1"), NOW)

    holding = await policies.in_force(DEFAULT_BRAND)
    assert (holding.tone, holding.targets[Priority.P0].response) == ("Be brief.", 30)


async def test_writing_what_holds_already_makes_no_version(policies: Policies) -> None:
    await policies.put(DEFAULT_BRAND, clocks(QUICK), NOW)

    again = await policies.put(DEFAULT_BRAND, Change({**policy.texts(), "clocks.yaml": QUICK}, "key_2"), NOW)

    assert (again.number, again.written_by, set(again.texts)) == (1, "key_1", {"clocks.yaml"})


async def test_an_edit_of_a_version_that_holds_no_more_is_refused(policies: Policies) -> None:
    await policies.put(DEFAULT_BRAND, clocks(QUICK, after=0), NOW)

    with pytest.raises(PolicyChanged, match="version 1 is in force by now, not 0"):
        await policies.put(DEFAULT_BRAND, clocks(QUICKER, after=0), NOW)

    assert (await policies.put(DEFAULT_BRAND, clocks(QUICKER, after=1), NOW)).number == 2


async def test_edits_at_the_same_time_each_count(policies: Policies) -> None:
    changes = [clocks(CLOCKS.replace("response: 30,", f"response: {minutes},")) for minutes in range(1, 9)]

    written = await asyncio.gather(*(policies.put(DEFAULT_BRAND, change, NOW) for change in changes))

    assert sorted(version.number for version in written) == list(range(1, 9))


async def test_an_earlier_version_can_be_put_in_force_again(policies: Policies) -> None:
    await policies.put(DEFAULT_BRAND, clocks(QUICK), NOW)
    await policies.put(DEFAULT_BRAND, clocks(QUICKER), NOW)

    first = await policies.restore(DEFAULT_BRAND, 1, "key_1", "too quick", NOW)
    assert (await policies.in_force(DEFAULT_BRAND)).targets[Priority.P0].response == 10
    usual = await policies.restore(DEFAULT_BRAND, 0, "key_1", "as it was", NOW)

    assert (await policies.in_force(DEFAULT_BRAND)).version == policy.load().version
    assert (first.number, usual.number) == (3, 4)


async def test_history_goes_on_from_a_number(policies: Policies) -> None:
    for text in (QUICK, QUICKER, QUICK):
        await policies.put(DEFAULT_BRAND, clocks(text), NOW)

    assert [version.number for version in await policies.history(DEFAULT_BRAND, limit=2)] == [3, 2]
    assert [version.number for version in await policies.history(DEFAULT_BRAND, before=2)] == [1]


async def test_what_is_not_there_is_told(policies: Policies) -> None:
    with pytest.raises(UnknownVersion, match="no policy version 7"):
        await policies.version(DEFAULT_BRAND, 7)
    with pytest.raises(UnknownVersion, match="no policy version -1"):
        await policies.restore(DEFAULT_BRAND, -1, "key_1", "", NOW)
    with pytest.raises(UnknownBrand, match="no brand 'nobody'"):
        await policies.put(BrandId("nobody"), clocks(QUICK), NOW)


async def test_pages_that_no_longer_fit_strand_nobody(
    policies: Policies, database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    old = {"brand": DEFAULT_BRAND, "number": 1, "pages": {"desk.yaml": "languages: [en]"}, "written_by": "key_1"}
    async with database.engine.begin() as connection:
        await connection.execute(rows.insert().values(old | {"note": "", "created_at": NOW}))

    with caplog.at_level(logging.ERROR):
        holding = await policies.in_force(DEFAULT_BRAND)

    assert holding == policy.load()
    assert "version 1 does not fit: desk.yaml, at thresholds: is missing" in caplog.text
    assert policies.fault(await policies.version(DEFAULT_BRAND)) == "desk.yaml, at thresholds: is missing"
    repaired = await policies.put(DEFAULT_BRAND, Change({"desk.yaml": None}, "key_1"), NOW)
    assert repaired.number == 2
    assert policies.fault(repaired) is None


async def test_a_kept_page_that_is_there_no_more_hinders_no_edit(policies: Policies, database: Database) -> None:
    old = {"brand": DEFAULT_BRAND, "number": 1, "pages": {"gone.yaml": "", "tone.md": ""}, "written_by": "key_1"}
    async with database.engine.begin() as connection:
        await connection.execute(rows.insert().values(old | {"note": "", "created_at": NOW}))

    added = await policies.put(DEFAULT_BRAND, clocks(QUICK), NOW)

    assert set(added.texts) == {"tone.md", "clocks.yaml"}
    assert (await policies.in_force(DEFAULT_BRAND)).tone == ""


async def test_the_operators_folder_lies_below_a_brands_own_pages(database: Database) -> None:
    policies = Policies(database.engine, {**policy.texts(), "tone.md": "As the operator says."})

    await policies.put(DEFAULT_BRAND, clocks(QUICK), NOW)

    holding = await policies.in_force(DEFAULT_BRAND)
    assert (holding.tone, holding.targets[Priority.P0].response) == ("As the operator says.", 10)
