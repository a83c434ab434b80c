from datetime import timedelta

import pytest
from sqlalchemy import text

from database.database import Database
from desk.audit import OPERATOR
from desk.desk import Desk
from desk.errors import BrandRefused, UnknownBrand, UnknownKey, UnknownScope
from desk.keys import Keys
from domain.ids import DEFAULT_BRAND, BrandId
from tests.desk.decisions import NOW


@pytest.fixture
def keys(database: Database) -> Keys:
    return Keys(database.engine)


async def test_a_secret_opens_its_key(desk: Desk, keys: Keys) -> None:
    record, secret = await keys.create(DEFAULT_BRAND, "web site", ["search", "chat"], OPERATOR, NOW)

    found = await desk.check_key(secret, NOW)

    assert found == record
    assert record.scopes == ("search", "chat")
    assert secret.startswith(f"dh_{record.prefix}_")


@pytest.mark.parametrize(
    "change", [lambda s: s + "x", lambda s: s[:-1], lambda s: s.replace("dh_", "xx_"), lambda _: ""]
)
async def test_anything_else_opens_nothing(desk: Desk, keys: Keys, change: object) -> None:
    _, secret = await keys.create(DEFAULT_BRAND, "web site", ["chat"], OPERATOR, NOW)
    assert callable(change)

    assert await desk.check_key(change(secret), NOW) is None


async def test_the_secret_is_nowhere_in_the_database(desk: Desk, keys: Keys, database: Database) -> None:
    _, secret = await keys.create(DEFAULT_BRAND, "web site", ["chat"], OPERATOR, NOW)
    random_part = secret.split("_", 2)[2]

    async with database.engine.connect() as connection:
        stored = (await connection.execute(text("SELECT row_to_json(api_keys)::text FROM api_keys"))).scalar_one()

    assert random_part not in stored
    assert random_part.encode().hex() not in stored


async def test_an_expired_key_opens_nothing(desk: Desk, keys: Keys) -> None:
    _, secret = await keys.create(DEFAULT_BRAND, "trial", ["chat"], OPERATOR, NOW, expires_at=NOW + timedelta(days=1))

    assert await desk.check_key(secret, NOW) is not None
    assert await desk.check_key(secret, NOW + timedelta(days=1)) is None


@pytest.mark.parametrize("name", ["id", "prefix"])
async def test_a_revoked_key_opens_nothing_and_stays_listed(desk: Desk, keys: Keys, name: str) -> None:
    record, secret = await keys.create(DEFAULT_BRAND, "old", ["chat"], OPERATOR, NOW)

    revoked = await keys.revoke(getattr(record, name), OPERATOR, NOW)
    again = await keys.revoke(record.id, OPERATOR, NOW + timedelta(days=1))

    assert await desk.check_key(secret, NOW) is None
    assert revoked.revoked_at == again.revoked_at == NOW
    assert [key.id for key in await desk.keys()] == [record.id]


async def test_use_is_noted_but_not_every_time(desk: Desk, keys: Keys) -> None:
    _, secret = await keys.create(DEFAULT_BRAND, "busy", ["chat"], OPERATOR, NOW)

    await desk.check_key(secret, NOW)
    await desk.check_key(secret, NOW + timedelta(seconds=30))
    shortly_after = (await desk.keys())[0].last_used_at
    await desk.check_key(secret, NOW + timedelta(minutes=5))
    later = (await desk.keys())[0].last_used_at

    assert shortly_after == NOW
    assert later == NOW + timedelta(minutes=5)


async def test_a_key_belongs_to_one_brand(desk: Desk, keys: Keys) -> None:
    await desk.add_brand(BrandId("acme"), "Acme", NOW)
    record, _ = await keys.create(BrandId("acme"), "theirs", ["keys"], OPERATOR, NOW)

    with pytest.raises(UnknownKey, match=record.id):
        await keys.revoke(record.id, OPERATOR, NOW, brand=DEFAULT_BRAND)

    assert await desk.keys(DEFAULT_BRAND) == []
    assert await desk.keys(BrandId("acme")) == [record]


@pytest.mark.parametrize("scopes", [[], ["chat", "everything"]])
async def test_a_key_needs_scopes_that_exist(desk: Desk, keys: Keys, scopes: list[str]) -> None:
    with pytest.raises(UnknownScope, match="a key needs some of search, drafts, chat"):
        await keys.create(DEFAULT_BRAND, "odd", scopes, OPERATOR, NOW)


async def test_a_key_needs_a_brand_that_exists(desk: Desk, keys: Keys) -> None:
    with pytest.raises(UnknownBrand, match="no brand 'acme'"):
        await keys.create(BrandId("acme"), "odd", ["chat"], OPERATOR, NOW)


async def test_brands_are_listed_and_not_added_twice(desk: Desk) -> None:
    await desk.add_brand(BrandId("acme"), "Acme", NOW)

    with pytest.raises(BrandRefused, match="there is a brand 'acme' already"):
        await desk.add_brand(BrandId("acme"), "Acme", NOW)

    assert [brand.id for brand in await desk.brands()] == ["acme", "default"]


@pytest.mark.parametrize("brand", ["", "Acme", "a b", "ü", "-a", "a" * 64])
async def test_a_brand_id_must_fit_into_an_address(desk: Desk, brand: str) -> None:
    with pytest.raises(BrandRefused, match="is no brand id"):
        await desk.add_brand(BrandId(brand), "Acme", NOW)
