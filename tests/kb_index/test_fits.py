"""Both places where fits are kept keep one promise: one version in use, and a way back."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from database.database import Database
from domain.ids import DEFAULT_BRAND, BrandId
from kb_index.errors import UnknownBrand
from kb_index.fits import KEPT_VERSIONS, Fit, Fits, FolderFits, InUse, Subject
from kb_index.postgres_fits import PostgresFits

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
ADAPTER = Subject(DEFAULT_BRAND, "minilm-1", "adapter")


@pytest.fixture(params=["postgres", "folder"])
def fits(request: pytest.FixtureRequest, tmp_path: Path) -> Fits:
    if request.param == "folder":
        return FolderFits(tmp_path / "fits")
    database: Database = request.getfixturevalue("database")
    return PostgresFits(database.engine)


async def current(fits: Fits, subject: Subject = ADAPTER) -> bytes | None:
    found = await fits.current(subject)
    return found.data if found else None


async def test_what_was_adopted_last_is_in_use_with_its_report(fits: Fits) -> None:
    await fits.adopt(ADAPTER, b"one", {"hit@1": 0.3}, NOW)

    adopted = await fits.adopt(ADAPTER, b"\x00\xfftwo", {"hit@1": 0.4}, LATER)

    assert await fits.current(ADAPTER) == adopted
    assert (adopted.version, adopted.data, adopted.report) == (2, b"\x00\xfftwo", {"hit@1": 0.4})
    assert (adopted.adopted_at, adopted.retired_at) == (LATER, None)


async def test_nothing_is_in_use_before_anything_was_learned(fits: Fits) -> None:
    assert await fits.current(ADAPTER) is None
    assert await fits.roll_back(ADAPTER, NOW) is None


async def test_rolling_back_brings_back_what_was_in_use_before_and_in_the_end_nothing(fits: Fits) -> None:
    await fits.adopt(ADAPTER, b"one", {}, NOW)
    await fits.adopt(ADAPTER, b"two", {}, NOW)

    gone = await fits.roll_back(ADAPTER, LATER)

    assert gone is not None
    assert gone.data == b"two"
    assert await current(fits) == b"one"
    await fits.roll_back(ADAPTER, LATER)
    assert await current(fits) is None
    assert await fits.roll_back(ADAPTER, LATER) is None


async def test_what_was_rolled_back_does_not_come_back_when_its_successor_goes(fits: Fits) -> None:
    await fits.adopt(ADAPTER, b"good", {}, NOW)
    await fits.adopt(ADAPTER, b"bad", {}, NOW)
    await fits.roll_back(ADAPTER, NOW)
    third = await fits.adopt(ADAPTER, b"third", {}, LATER)

    await fits.roll_back(ADAPTER, LATER)

    assert third.version == 3
    assert await current(fits) == b"good"


async def test_each_embedder_and_kind_has_its_own(fits: Fits) -> None:
    await fits.adopt(ADAPTER, b"adapter", {}, NOW)
    await fits.adopt(Subject(DEFAULT_BRAND, "minilm-1", "answerability"), b"line", {}, NOW)

    assert await current(fits, Subject(DEFAULT_BRAND, "other", "adapter")) is None
    assert await fits.versions("minilm-1", "adapter") == {DEFAULT_BRAND: 1}
    assert await fits.versions("other", "adapter") == {}


async def test_old_versions_are_forgotten(fits: Fits) -> None:
    for number in range(KEPT_VERSIONS + 5):
        await fits.adopt(ADAPTER, str(number).encode(), {}, NOW)

    taken_out = [gone.version async for gone in _rolling_back(fits)]

    assert taken_out == list(range(KEPT_VERSIONS + 5, 5, -1))


async def _rolling_back(fits: Fits) -> AsyncIterator[Fit]:
    while gone := await fits.roll_back(ADAPTER, LATER):
        yield gone


async def test_what_is_at_hand_follows_what_is_in_use(fits: Fits) -> None:
    at_hand = InUse(fits, "minilm-1", "adapter", bytes.decode)
    await fits.adopt(ADAPTER, b"one", {}, NOW)
    await at_hand.catch_up()
    first = at_hand.get(DEFAULT_BRAND)
    await fits.adopt(ADAPTER, b"two", {}, NOW)
    await at_hand.catch_up()
    second = at_hand.get(DEFAULT_BRAND)

    await fits.roll_back(ADAPTER, LATER)
    await at_hand.catch_up()

    assert (first, second, at_hand.get(DEFAULT_BRAND)) == ("one", "two", "one")


async def test_a_brand_that_does_not_exist_learns_nothing(database: Database) -> None:
    subject = Subject(BrandId("nobody"), "minilm-1", "adapter")

    with pytest.raises(UnknownBrand, match=r"'nobody'.*deskhand brands add nobody"):
        await PostgresFits(database.engine).adopt(subject, b"", {}, NOW)


async def test_a_spoilt_file_is_as_good_as_none(tmp_path: Path) -> None:
    fits = FolderFits(tmp_path)
    await fits.adopt(ADAPTER, b"one", {}, NOW)
    spoil(tmp_path)

    assert await fits.current(ADAPTER) is None


def spoil(folder: Path) -> None:
    next(folder.glob("*.json")).write_text("no json")
