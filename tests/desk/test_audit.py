"""The audit log: it tells who changed what, it only grows, and whoever tampers with it is found out."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from database.database import Database
from desk import audit
from desk.audit import Audit, Entry
from desk.desk import Desk
from desk.keys import Keys
from desk.policies import Change, Policies
from desk.staff.staff import Profile, Staff
from domain.ids import DEFAULT_BRAND, BrandId
from prompts import policy as pages
from tests.desk.decisions import NOW

OPEN = "ALTER TABLE audit DISABLE TRIGGER USER"


@pytest.fixture
def log(database: Database) -> Audit:
    """The log of this test's database."""
    return Audit(database.engine)


async def fill(database: Database, entries: int) -> None:
    async with database.engine.begin() as connection:
        for number in range(entries):
            told = Entry("signed_in", f"tea_{number}", DEFAULT_BRAND, f"tea_{number}", {"with": "link", "try": number})
            await audit.record(connection, told, NOW + timedelta(microseconds=number))


async def test_an_untouched_log_holds_together(database: Database, log: Audit) -> None:
    empty = await log.verify()
    await fill(database, 5)

    checked = await log.verify()
    later = await log.verify(checked.head)

    assert (empty.entries, empty.fault) == (0, None)
    assert (checked.entries, checked.fault, later.fault) == (5, None, None)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit SET by = 'nobody'", "DELETE FROM audit", "TRUNCATE audit", "DELETE FROM audit WHERE number = 3"],
)
async def test_the_database_refuses_to_rewrite_it(database: Database, log: Audit, statement: str) -> None:
    await fill(database, 3)

    with pytest.raises(DBAPIError, match="only grows"):
        async with database.engine.begin() as connection:
            await connection.execute(text(statement))

    assert (await log.verify()).entries == 3


@pytest.mark.parametrize(
    ("tampering", "fault"),
    [
        ("UPDATE audit SET by = 'nobody' WHERE number = 3", "entry 3 is not what was recorded"),
        ("UPDATE audit SET data = '{}' WHERE number = 1", "entry 1 is not what was recorded"),
        ("UPDATE audit SET at = at + interval '1 second' WHERE number = 5", "entry 5 is not what was recorded"),
        ("UPDATE audit SET brand = NULL WHERE number = 2", "entry 2 is not what was recorded"),
        ("DELETE FROM audit WHERE number = 2", "entry 2 is missing"),
        ("DELETE FROM audit WHERE number < 3", "entry 1 is missing"),
        ("UPDATE audit SET previous = hash WHERE number = 4", "entry 4 does not follow"),
        ("UPDATE audit SET number = number + 1 WHERE number = 5", "entry 5 is missing"),
    ],
)
async def test_whoever_gets_around_that_is_found_out(
    database: Database, log: Audit, tampering: str, fault: str
) -> None:
    await fill(database, 5)
    async with database.engine.begin() as connection:
        await connection.execute(text(OPEN))
        await connection.execute(text(tampering))

    checked = await log.verify()

    assert checked.fault is not None
    assert checked.fault.startswith(fault)


async def test_a_head_noted_elsewhere_shows_that_the_newest_entries_are_gone(database: Database, log: Audit) -> None:
    await fill(database, 5)
    noted = (await log.verify()).head
    async with database.engine.begin() as connection:
        await connection.execute(text(OPEN))
        await connection.execute(text("DELETE FROM audit WHERE number > 3"))

    alone, against = await log.verify(), await log.verify(noted)

    assert alone.fault is None
    assert "were taken away" in str(against.fault)


async def test_what_is_rolled_back_leaves_no_hole(database: Database, log: Audit) -> None:
    await fill(database, 1)
    connection = await database.engine.connect()
    await audit.record(connection, Entry("signed_out", "tea_1", DEFAULT_BRAND), NOW)
    await connection.rollback()
    await connection.close()
    await fill(database, 1)

    checked = await log.verify()

    assert (checked.entries, checked.fault) == (2, None)


async def test_keys_the_policy_and_people_are_written_down_with_who_changed_them(
    database: Database, desk: Desk, log: Audit
) -> None:
    await desk.add_brand(BrandId("acme"), "Acme", NOW)
    keys, policies = Keys(database.engine), Policies(database.engine)
    staff = Staff(database.engine, policies)
    key, _ = await keys.create(DEFAULT_BRAND, "widget", ["chat"], "key_lead", NOW)
    fresh, _ = await keys.rotate(key.id, timedelta(hours=1), "tea_lead", NOW)
    await keys.revoke(fresh.id, "tea_lead", NOW)
    await keys.revoke(fresh.id, "tea_lead", NOW)
    clocks = pages.texts()["clocks.yaml"].replace("P0: {response: 30,", "P0: {response: 10,")
    await policies.put(DEFAULT_BRAND, Change({"clocks.yaml": clocks}, "tea_lead"), NOW)
    anna = await staff.add(DEFAULT_BRAND, Profile("Anna", "anna@example.com", ()), NOW, "tea_lead")
    await staff.change(DEFAULT_BRAND, anna.id, Profile("Anna", "anna@example.com", (), capacity=3), NOW, "tea_lead")
    await staff.leave(DEFAULT_BRAND, anna.id, NOW)

    told = [sealed.entry for sealed in reversed(await log.entries(DEFAULT_BRAND))]

    assert [(one.action, one.object, one.by) for one in told] == [
        ("key_created", key.id, "key_lead"),
        ("key_rotated", key.id, "tea_lead"),
        ("key_revoked", fresh.id, "tea_lead"),
        ("policy_changed", "policy:default", "tea_lead"),
        ("teammate_added", anna.id, "tea_lead"),
        ("teammate_changed", anna.id, "tea_lead"),
        ("teammate_left", anna.id, "operator"),
    ]
    assert told[1].data == {"into": fresh.id}
    assert told[3].data == {"number": 1, "pages": ["clocks.yaml"]}
    assert told[5].data == {"changed": ["capacity"]}
    assert await log.entries(BrandId("acme")) == []
    assert (await log.verify()).fault is None
