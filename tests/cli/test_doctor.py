"""Where the doctor looks for a model server's list of models, and what it says of what did not get there."""

import pytest

from cli import doctor
from desk.deliveries import Troubles
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
