from datetime import timedelta

import httpx
import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from database.database import Database
from database.requests import KEPT, LEASE, RequestDiffers, RequestRunning
from tests.api.conftest import NOW, House

QUESTION = {"text": "Can I get a refund?"}
KEYED = {"Idempotency-Key": "one-of-mine"}


async def test_a_repeated_message_is_stored_once_and_answered_alike(client: httpx.AsyncClient, house: House) -> None:
    first = await client.post("/v1/chat", json=QUESTION, headers=KEYED)
    again = await client.post("/v1/chat", json=QUESTION, headers=KEYED)

    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert len(await house.desk.messages(first.json()["ticket"])) == 1


async def test_a_key_of_another_request_is_refused(client: httpx.AsyncClient) -> None:
    await client.post("/v1/chat", json=QUESTION, headers=KEYED)

    other = await client.post("/v1/chat", json={"text": "Something else"}, headers=KEYED)

    assert other.status_code == 422
    assert "different request" in other.json()["detail"]


async def test_two_callers_may_choose_the_same_key(client: httpx.AsyncClient, house: House) -> None:
    first = await client.post("/v1/chat", json=QUESTION, headers=KEYED)
    other = await client.post("/v1/chat", json=QUESTION, headers={**KEYED, **await house.key("chat")})

    assert first.json()["ticket"] != other.json()["ticket"]


async def test_a_request_that_failed_may_be_made_again(client: httpx.AsyncClient, house: House) -> None:
    headers = {**KEYED, **await house.key("keys", "chat")}

    failed = await client.delete("/v1/keys/key_none", headers=headers)
    again = await client.delete("/v1/keys/key_none", headers=headers)

    assert (failed.status_code, again.status_code) == (404, 404)


async def test_the_secret_of_a_key_is_shown_once_and_not_kept(client: httpx.AsyncClient, house: House) -> None:
    headers = {**KEYED, **await house.key("admin")}
    wanted = {"name": "Widget", "scopes": ["search"]}

    first = await client.post("/v1/keys", json=wanted, headers=headers)
    again = await client.post("/v1/keys", json=wanted, headers=headers)

    assert first.json()["secret"]
    assert again.json() == {**first.json(), "secret": None}


async def test_a_request_that_still_runs_is_not_begun_twice(house: House) -> None:
    await house.requests.begin("me", "key", b"print", NOW)

    with pytest.raises(RequestRunning, match="still running"):
        await house.requests.begin("me", "key", b"print", NOW + LEASE)


async def test_a_request_that_died_is_begun_again_after_its_lease(house: House) -> None:
    await house.requests.begin("me", "key", b"print", NOW)

    assert await house.requests.begin("me", "key", b"print", NOW + LEASE + timedelta(seconds=1)) is None


async def test_a_request_whose_claim_was_kept_unheard_is_begun_again_at_once(house: House, database: Database) -> None:
    def deafened(connection: Connection) -> None:
        assert connection.connection.dbapi_connection is not None
        connection.connection.dbapi_connection.commit()
        raise OperationalError("COMMIT", None, ConnectionResetError())

    event.listen(database.engine.sync_engine, "commit", deafened)
    with pytest.raises(OperationalError):
        await house.requests.begin("caller", "key", b"request", NOW)
    event.remove(database.engine.sync_engine, "commit", deafened)

    assert await house.requests.begin("caller", "key", b"request", NOW) is None


async def test_an_answer_is_kept_for_a_day(house: House) -> None:
    await house.requests.begin("me", "key", b"print", NOW)
    await house.requests.finish("me", "key", {"ticket": "tic_1"})

    assert await house.requests.begin("me", "key", b"print", NOW + KEPT) == {"ticket": "tic_1"}
    with pytest.raises(RequestDiffers):
        await house.requests.begin("me", "key", b"other", NOW + KEPT)
    assert await house.requests.begin("me", "key", b"other", NOW + KEPT + timedelta(seconds=1)) is None
