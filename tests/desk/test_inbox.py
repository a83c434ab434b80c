"""What comes in is taken once, however often it is handed in and whoever died in between."""

import asyncio
from datetime import timedelta

from desk.desk import Desk, Incoming
from desk.inbox import A_DAY, Origin
from domain.ids import DEFAULT_BRAND
from tests.desk.decisions import NOW

ASKED = Incoming(DEFAULT_BRAND, "How?", "chat", origin=Origin(DEFAULT_BRAND, "api", "window key-1"))


async def test_a_message_that_is_handed_in_twice_is_stored_once(desk: Desk) -> None:
    first, second = await asyncio.gather(desk.receive(ASKED, NOW), desk.receive(ASKED, NOW))

    assert first == second
    assert len(await desk.messages(first.ticket)) == 1


async def test_the_same_key_a_day_later_is_another_message(desk: Desk) -> None:
    first = await desk.receive(ASKED, NOW)
    later = await desk.receive(ASKED, NOW + A_DAY + timedelta(seconds=1))
    again = await desk.receive(ASKED, NOW + A_DAY + timedelta(seconds=2))

    assert later.ticket != first.ticket
    assert again == later
