"""A system that fails again and again is left alone by all processes, then tried once."""

import asyncio
from datetime import datetime, timedelta

import pytest

from connectors.circuit import Circuit
from connectors.connector import ConnectorError, LeftAlone, Postponed, Undeliverable
from database.database import Database
from desk import circuits
from desk.circuits import FIRST_PAUSE, TRIAL, TRIP, Circuits
from tests.desk.decisions import NOW

MAIL = "smtp://mail.example:587"
DOWN = ConnectorError("it is down")


class Time:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def circuit(database: Database, time: Time) -> Circuit:
    return Circuit(Circuits(database.engine), MAIL, time)


async def speak(circuit: Circuit, error: ConnectorError | None = None) -> str:
    """Return how it goes to speak with the system, which answers with this error."""
    try:
        async with circuit.trying():
            if error is not None:
                raise error
    except ConnectorError as raised:
        return type(raised).__name__
    return "worked"


async def trip(circuit: Circuit) -> None:
    for _ in range(TRIP):
        await speak(circuit, DOWN)


async def test_a_system_that_fails_on_and_on_is_left_alone_for_a_while(circuit: Circuit, time: Time) -> None:
    await trip(circuit)

    with pytest.raises(LeftAlone, match=r"smtp://mail\.example:587 .* left alone") as left:
        async with circuit.trying():
            pass
    time.at += FIRST_PAUSE

    assert left.value.wait == FIRST_PAUSE
    assert await speak(circuit) == "worked"
    assert await speak(circuit) == "worked"


async def test_after_a_pause_one_tries_and_the_others_wait_for_what_becomes_of_it(circuit: Circuit, time: Time) -> None:
    await trip(circuit)
    time.at += FIRST_PAUSE
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def trial() -> None:
        async with circuit.trying():
            entered.set()
            await go_on.wait()

    trying = asyncio.create_task(trial())
    await asyncio.wait_for(entered.wait(), 10)
    others = [await speak(circuit) for _ in range(3)]
    go_on.set()
    await trying

    assert others == ["LeftAlone"] * 3
    assert await speak(circuit) == "worked"


async def test_a_trial_that_fails_makes_the_next_pause_twice_as_long(circuit: Circuit, time: Time) -> None:
    await trip(circuit)
    time.at += FIRST_PAUSE

    assert await speak(circuit, DOWN) == "ConnectorError"
    time.at += 2 * FIRST_PAUSE - timedelta(seconds=1)
    assert await speak(circuit) == "LeftAlone"
    time.at += timedelta(seconds=1)
    assert await speak(circuit) == "worked"


async def test_a_trial_that_never_ends_lets_another_try_in_the_end(circuit: Circuit, time: Time) -> None:
    await trip(circuit)
    time.at += FIRST_PAUSE
    await circuit.circuits.enter(MAIL, time.at)

    assert await speak(circuit) == "LeftAlone"
    time.at += TRIAL
    assert await speak(circuit) == "worked"


async def test_failures_that_were_under_way_make_no_pause_longer(circuit: Circuit, time: Time) -> None:
    for _ in range(10 * TRIP):
        await circuit.circuits.failed(MAIL, time.at, trial=False)
    time.at += FIRST_PAUSE

    assert await speak(circuit) == "worked"


@pytest.mark.parametrize("error", [Postponed("greylisted"), Undeliverable("no such user")])
async def test_a_system_that_refuses_a_message_works_all_the_same(circuit: Circuit, error: ConnectorError) -> None:
    for _ in range(2 * TRIP):
        await speak(circuit, error)

    assert await speak(circuit) == "worked"


async def test_a_success_between_failures_begins_the_count_anew(circuit: Circuit) -> None:
    for _ in range(3):
        for _ in range(TRIP - 1):
            await speak(circuit, DOWN)
        assert await speak(circuit) == "worked"


async def test_a_person_who_knows_better_has_it_tried_at_once(circuit: Circuit, database: Database, time: Time) -> None:
    await trip(circuit)
    async with database.engine.begin() as connection:
        await circuits.failed(connection, "sub_1", NOW)
        for _ in range(TRIP):
            await circuits.failed(connection, "sub_1", NOW)
        await circuits.retry(connection, NOW)
        still = await circuits.opened(connection, NOW)

    assert list(still) == ["sub_1"]
    assert await speak(circuit) == "worked"
