"""Customers who talk from a brand's site: signed for, or whoever began to talk."""

from datetime import timedelta
from typing import Any

import jwt
import pytest

from database.database import Database
from desk import customers
from desk.access.visitors import Visitors
from desk.desk import Desk
from desk.errors import ProofRefused, UnknownBrand
from domain.ids import DEFAULT_BRAND, BrandId, CustomerId
from tests.desk.decisions import NOW

SOON = NOW + timedelta(minutes=5)
MIA = {"sub": "mia", "exp": int(SOON.timestamp()), "name": "Mia Berg", "email": "mia@example.com"}


@pytest.fixture
def visitors(database: Database) -> Visitors:
    """The sessions of customers of this test's database."""
    return Visitors(database.engine)


def signed(secret: str, **claims: Any) -> str:
    return jwt.encode({name: value for name, value in {**MIA, **claims}.items() if value is not None}, secret, "HS256")


async def test_whoever_begins_to_talk_is_a_customer_of_their_own(visitors: Visitors) -> None:
    first, until = await visitors.open(DEFAULT_BRAND, None, NOW)
    second, _ = await visitors.open(DEFAULT_BRAND, None, NOW)

    one, other = await visitors.check(first, NOW), await visitors.check(second, NOW)

    assert one is not None
    assert other is not None
    assert one.customer != other.customer
    assert not one.proven
    assert await visitors.check(first, until) is None
    assert await visitors.check("dhv_wrong", NOW) is None


async def test_a_signed_customer_is_who_their_brand_says_in_every_session(
    visitors: Visitors, database: Database
) -> None:
    secret = await visitors.make_secret(DEFAULT_BRAND, NOW)

    tokens = [(await visitors.open(DEFAULT_BRAND, signed(secret), NOW))[0] for _ in range(2)]
    found = [await visitors.check(token, NOW) for token in tokens]

    assert [(one.customer, one.proven) for one in found if one] == [("mia", True)] * 2
    async with database.engine.connect() as connection:
        mia = await customers.find(connection, DEFAULT_BRAND, CustomerId("mia"))
    assert (mia.name, mia.email) == ("Mia Berg", "mia@example.com")


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "anonymous_0123"},
        {"sub": "m\x00a"},
        {"sub": "m" * 301},
        {"exp": int((NOW - timedelta(minutes=1)).timestamp())},
        {"exp": int((NOW + timedelta(days=2)).timestamp())},
        {"exp": "soon"},
        {"exp": 10**30},
        {"nbf": int(SOON.timestamp())},
        {"name": ["Mia"]},
    ],
)
async def test_a_token_that_says_too_little_too_much_or_for_too_long_proves_nothing(
    visitors: Visitors, claims: dict[str, Any]
) -> None:
    secret = await visitors.make_secret(DEFAULT_BRAND, NOW)

    with pytest.raises(ProofRefused):
        await visitors.open(DEFAULT_BRAND, signed(secret, **claims), NOW)


async def test_a_forged_altered_unsigned_or_strangers_token_proves_nothing(visitors: Visitors, desk: Desk) -> None:
    await desk.add_brand(BrandId("acme"), "Acme", NOW)
    theirs = await visitors.make_secret(BrandId("acme"), NOW)
    old = await visitors.make_secret(DEFAULT_BRAND, NOW)
    secret = await visitors.make_secret(DEFAULT_BRAND, NOW)
    head, body, seal = signed(secret).split(".")
    other = signed(secret, sub="ben").split(".")[1]

    forged = [
        signed("x" * 64),
        signed(theirs),
        signed(old),
        f"{head}.{other}.{seal}",
        f"{head}.{body}.",
        jwt.encode(MIA, "", "none"),
        jwt.encode(MIA, secret, "HS512"),
        "",
        "a.b.c",
        "\ud800",
    ]

    for token in forged:
        with pytest.raises(ProofRefused):
            await visitors.open(DEFAULT_BRAND, token, NOW)


async def test_without_a_secret_nobody_can_be_signed_for(visitors: Visitors) -> None:
    with pytest.raises(ProofRefused, match="nobody signs"):
        await visitors.open(DEFAULT_BRAND, signed("x" * 64), NOW)
    with pytest.raises(UnknownBrand):
        await visitors.open(BrandId("nobody"), None, NOW)
