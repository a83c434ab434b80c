"""Teammates come in by password or link, go out again, and a role says what they may do."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import text

from database.database import Database
from desk.access import sessions
from desk.access.roles import RIGHTS, ROLES
from desk.access.signing_in import SigningIn
from desk.errors import PasswordRefused, SignInRefused, StaffRefused, TooManyFailures, UnknownTeammate
from desk.policies import Policies
from desk.staff.staff import Profile, Staff
from desk.staff.teammates import Teammate
from domain.ids import DEFAULT_BRAND, TeammateId
from tests.desk.decisions import NOW

PASSWORD = "a long walk by the sea"
EMAIL = "anna@example.com"


@pytest.fixture
def door(database: Database) -> SigningIn:
    """The door of this test's database."""
    return SigningIn(database.engine)


@pytest.fixture
def staff(database: Database) -> Staff:
    """The people of this test's database."""
    return Staff(database.engine, Policies(database.engine))


@pytest.fixture
async def anna(staff: Staff) -> Teammate:
    """A teammate, who leads."""
    return await staff.add(DEFAULT_BRAND, Profile("Anna", EMAIL, ()), NOW, role="lead")


async def test_a_password_opens_a_session_that_names_its_teammate(door: SigningIn, anna: Teammate) -> None:
    await door.set_password(DEFAULT_BRAND, anna.id, PASSWORD, NOW)

    token = await door.with_password(DEFAULT_BRAND, " Anna@Example.com ", PASSWORD, NOW)
    session = await door.session(token, NOW)

    assert session is not None
    assert (session.teammate, session.brand, session.role, session.name) == (anna.id, DEFAULT_BRAND, "lead", "Anna")


async def test_a_wrong_password_an_unknown_address_and_no_password_are_told_alike(
    door: SigningIn, staff: Staff, anna: Teammate
) -> None:
    await staff.add(DEFAULT_BRAND, Profile("Ben", "ben@example.com", ()), NOW)
    await door.set_password(DEFAULT_BRAND, anna.id, PASSWORD, NOW)

    told = []
    for email, password in (
        (EMAIL, "another one, quite wrong"),
        ("nobody@example.com", PASSWORD),
        ("ben@example.com", ""),
    ):
        with pytest.raises(SignInRefused) as refused:
            await door.with_password(DEFAULT_BRAND, email, password, NOW)
        told.append(str(refused.value))

    assert len(set(told)) == 1


@pytest.mark.parametrize("email", [EMAIL, "nobody@example.com"])
async def test_guessing_has_to_wait_longer_each_time_and_the_right_password_waits_too(
    door: SigningIn, anna: Teammate, email: str
) -> None:
    await door.set_password(DEFAULT_BRAND, anna.id, PASSWORD, NOW)
    for _ in range(5):
        with pytest.raises(SignInRefused):
            await door.with_password(DEFAULT_BRAND, email, "guess", NOW)

    with pytest.raises(TooManyFailures) as first:
        await door.with_password(DEFAULT_BRAND, email, PASSWORD, NOW)
    with pytest.raises(SignInRefused):
        await door.with_password(DEFAULT_BRAND, email, "guess", NOW + timedelta(seconds=2))
    with pytest.raises(TooManyFailures) as second:
        await door.with_password(DEFAULT_BRAND, email, PASSWORD, NOW + timedelta(seconds=2))
    late = NOW + timedelta(minutes=15)

    assert (first.value.seconds, second.value.seconds) == (2, 4)
    if email == EMAIL:
        assert await door.with_password(DEFAULT_BRAND, email, PASSWORD, late)
        assert await door.with_password(DEFAULT_BRAND, email, PASSWORD, late)


async def test_guesses_at_the_same_moment_are_counted_one_after_the_other(door: SigningIn, anna: Teammate) -> None:
    guesses = [door.with_password(DEFAULT_BRAND, EMAIL, f"guess {number}\ud800", NOW) for number in range(12)]

    ends = await asyncio.gather(*guesses, return_exceptions=True)

    assert Counter(type(end) for end in ends) == {SignInRefused: 5, TooManyFailures: 7}


@pytest.mark.parametrize("password", ["", "eleven char", "x" * 201])
async def test_a_password_that_is_too_short_or_absurd_is_refused(
    door: SigningIn, anna: Teammate, password: str
) -> None:
    with pytest.raises(PasswordRefused):
        await door.set_password(DEFAULT_BRAND, anna.id, password, NOW)


async def test_a_link_signs_in_once_and_only_the_newest_does(door: SigningIn, anna: Teammate) -> None:
    older = await door.link(DEFAULT_BRAND, anna.id, NOW)
    link = await door.link(DEFAULT_BRAND, anna.id, NOW)

    token = await door.with_link(link, NOW)

    assert await door.session(token, NOW) is not None
    for spent in (link, older, "dhl_wrong", token):
        with pytest.raises(SignInRefused):
            await door.with_link(spent, NOW)


async def test_a_link_is_good_for_a_day_and_for_nobody_who_left(door: SigningIn, staff: Staff, anna: Teammate) -> None:
    old = await door.link(DEFAULT_BRAND, anna.id, NOW)
    with pytest.raises(SignInRefused):
        await door.with_link(old, NOW + timedelta(days=1))
    fresh = await door.link(DEFAULT_BRAND, anna.id, NOW)
    await staff.leave(DEFAULT_BRAND, anna.id, NOW)

    with pytest.raises(SignInRefused):
        await door.with_link(fresh, NOW)
    with pytest.raises(UnknownTeammate):
        await door.link(DEFAULT_BRAND, anna.id, NOW)


async def test_a_session_ends_when_idle_old_signed_out_or_its_teammate_leaves(
    door: SigningIn, staff: Staff, anna: Teammate
) -> None:
    async def opened() -> str:
        return await door.with_link(await door.link(DEFAULT_BRAND, anna.id, NOW), NOW)

    idle, busy, out = [await opened() for _ in range(3)]
    at = NOW
    while at < NOW + sessions.LONGEST - timedelta(hours=11):
        at += timedelta(hours=11)
        assert await door.session(busy, at) is not None
    session = await door.session(out, NOW)
    assert session is not None
    await door.sign_out(session, NOW)
    last = await opened()
    await staff.leave(DEFAULT_BRAND, anna.id, NOW)

    assert await door.session(idle, NOW + sessions.IDLE) is None
    assert await door.session(busy, NOW + sessions.LONGEST) is None
    assert await door.session(out, NOW) is None
    assert await door.session(last, NOW) is None


async def test_a_token_is_changed_and_the_one_before_holds_for_a_moment(door: SigningIn, anna: Teammate) -> None:
    token = await door.with_link(await door.link(DEFAULT_BRAND, anna.id, NOW), NOW)
    later = NOW + sessions.ROTATED_EVERY

    before = await door.session(token, later)
    fresh = await door.rotate(token, later)
    twice = await door.rotate(token, later)

    assert before is not None
    assert before.stale(later)
    assert fresh is not None
    assert twice is None
    assert await door.session(token, later + timedelta(seconds=59)) is not None
    assert await door.session(token, later + sessions.OVERLAP) is None
    renewed = await door.session(fresh, later + sessions.OVERLAP)
    assert renewed is not None
    assert not renewed.stale(later + sessions.OVERLAP)


async def test_a_new_password_signs_out_whoever_knew_the_old_one(door: SigningIn, anna: Teammate) -> None:
    token = await door.with_link(await door.link(DEFAULT_BRAND, anna.id, NOW), NOW)

    await door.set_password(DEFAULT_BRAND, anna.id, PASSWORD, NOW)

    assert await door.session(token, NOW) is None


async def test_a_role_counts_from_the_next_request_and_the_last_admin_stays_one(
    door: SigningIn, staff: Staff, anna: Teammate
) -> None:
    token = await door.with_link(await door.link(DEFAULT_BRAND, anna.id, NOW), NOW)

    await door.give_role(DEFAULT_BRAND, anna.id, "admin", NOW)
    session = await door.session(token, NOW)

    assert session is not None
    assert session.role == "admin"
    with pytest.raises(StaffRefused, match="only admin"):
        await door.give_role(DEFAULT_BRAND, anna.id, "lead", NOW)
    with pytest.raises(StaffRefused, match="only admin"):
        await staff.leave(DEFAULT_BRAND, anna.id, NOW)
    ben = await staff.add(DEFAULT_BRAND, Profile("Ben", "ben@example.com", ()), NOW, role="admin")
    assert (await door.give_role(DEFAULT_BRAND, anna.id, "qa", NOW)).role == "qa"
    assert await door.find(DEFAULT_BRAND, "BEN@example.com") == ben.id
    with pytest.raises(UnknownTeammate):
        await door.give_role(DEFAULT_BRAND, TeammateId("tea_none"), "qa", NOW)


async def test_nothing_that_opens_something_is_in_the_database(
    door: SigningIn, anna: Teammate, database: Database
) -> None:
    await door.set_password(DEFAULT_BRAND, anna.id, PASSWORD, NOW)
    token = await door.with_password(DEFAULT_BRAND, EMAIL, PASSWORD, NOW)
    link = await door.link(DEFAULT_BRAND, anna.id, NOW)

    async with database.engine.connect() as connection:
        rows = [
            (await connection.execute(text(f"SELECT row_to_json(t)::text FROM {table} t"))).scalars().all()
            for table in ("passwords", "sessions", "sign_in_links", "audit")
        ]

    stored = "\n".join(row for table in rows for row in table)
    assert "argon2id" in stored
    assert not [
        secret for secret in (PASSWORD, token.removeprefix("dhs_"), link.removeprefix("dhl_")) if secret in stored
    ]


def test_only_an_admin_holds_keys_and_who_reads_changes_nothing() -> None:
    assert set(RIGHTS) == set(ROLES)
    assert RIGHTS["admin"].does == {"admin"}
    assert not [role for role in ROLES if "keys" in RIGHTS[role].does]
    assert RIGHTS["read_only"].does == {"search"}
