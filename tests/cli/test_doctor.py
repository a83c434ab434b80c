"""Where the doctor looks for a model server's list of models, and what it says of what did not get there."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from cli import doctor, vitals
from desk.audit import Checked
from desk.deliveries import Troubles
from desk.vitals import Vitals
from domain.ids import SubscriptionId
from tests.desk.decisions import NOW

BEARER, AZURE = {"Authorization": "Bearer k"}, {"api-key": "k"}


@pytest.mark.parametrize(
    ("url", "place", "proof"),
    [
        ("http://127.0.0.1:8000/v1", "http://127.0.0.1:8000/v1/models", BEARER),
        ("https://a.example?api-version=1", "https://a.example/openai/models?api-version=1", AZURE),
        ("https://a.example/openai/?api-version=1", "https://a.example/openai/models?api-version=1", AZURE),
        ("https://a.example/openai/v1?api-version=1", "https://a.example/openai/v1/models?api-version=1", BEARER),
    ],
)
def test_models_are_listed_where_the_server_keeps_them(url: str, place: str, proof: dict[str, str]) -> None:
    assert doctor.listing(url, "k") == (place, proof)
    assert doctor.listing(url, None) == (place, {})


def test_nothing_that_failed_is_good_news() -> None:
    (found,) = doctor.undelivered(Troubles({}, 0, {}, {}))

    assert (found.name, found.state) == ("deliveries", "good")


def test_whatever_does_not_get_there_is_named_with_the_way_out() -> None:
    troubles = Troubles(
        {"uncertain": 1, "given_up": 2}, 3, {"smtp://mail.example:587": NOW}, {SubscriptionId("sub_1"): 4}
    )

    found = doctor.undelivered(troubles)

    assert {one.state for one in found} == {"fix"}
    assert [one.message.partition(":")[0] for one in found] == [
        "did not reach their customers",
        "3 wait although their time has come",
        "were given up",
        "smtp",
    ]
    assert "2 given_up, 1 uncertain" in found[0].message
    assert "09:00:00 UTC" in found[3].message


def working(
    ready: int = 0, failed: int = 0, oldest: float | None = None, workers: int = 1, at: datetime = NOW
) -> Vitals:
    return Vitals(at, {"ready": ready, "running": 0, "failed": failed}, oldest, {}, {}, 0, workers, 2.0)


def test_a_desk_at_work_is_well() -> None:
    found = working(ready=3, oldest=4.0)

    states = [vitals.worker(found, True), vitals.queue(found), vitals.time(found, NOW), vitals.log(Checked(9, "a"))]

    assert {one.state for one in states} == {"good"}


def test_what_an_erasure_left_on_the_disk_for_a_day_is_told_to_the_operator() -> None:
    fresh, old = replace(working(), erasure_age_s=3600.0), replace(working(), erasure_age_s=3 * 86400.0)

    assert vitals.erasures(working()) == vitals.erasures(fresh) == []
    assert "3 days ago" in vitals.erasures(old)[0].message


def test_customers_who_wait_are_told_to_the_operator_with_the_way_out() -> None:
    stuck = working(ready=41, oldest=600.0, workers=0)

    idle, full = vitals.worker(stuck, expected=True), vitals.queue(stuck)

    assert (idle.state, full.state) == ("fix", "fix")
    assert "restart `deskhand serve`" in idle.message
    assert "41 jobs waiting, the oldest for 10 minutes" in full.message
    assert vitals.worker(stuck, expected=False).state == "note"
    assert "1 job given up" in vitals.queue(working(failed=1)).message


def test_times_that_are_apart_are_named_with_how_far() -> None:
    ahead = vitals.time(working(at=NOW + timedelta(minutes=3)), NOW)
    behind = vitals.time(working(at=NOW - timedelta(seconds=9)), NOW)

    assert (ahead.state, behind.state) == ("fix", "fix")
    assert "3 minutes ahead of this machine" in ahead.message
    assert "9 s behind this machine" in behind.message


def test_a_log_that_was_tampered_with_is_never_passed_over() -> None:
    found = vitals.log(Checked(2, "a", "entry 3 is missing"))

    assert (found.state, "entry 3 is missing" in found.message) == ("fix", True)


@pytest.mark.parametrize(
    ("age", "state", "words"),
    [
        (None, "note", "none was made yet"),
        (timedelta(hours=30), "good", "30 hours old"),
        (timedelta(days=9), "note", "9 days old: `deskhand backup FILE`"),
    ],
)
def test_the_age_of_the_newest_backup_is_told(age: timedelta | None, state: str, words: str) -> None:
    found = vitals.backup(None if age is None else NOW - age, NOW)

    assert (found.state, words in found.message) == (state, True)
