"""Events on their way to other programs: who hears of what, once, and what becomes of it that cannot be told."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from database.database import Database
from desk import circuits, events, tickets
from desk.backoff import DELAYS, next_try
from desk.desk import Desk, Incoming
from desk.errors import DeskError, SubscriptionRefused, UnknownDelivery, UnknownSubscription
from desk.timing import clocks
from desk.webhooks.deliveries import LEASE, Delivery, Failure
from desk.webhooks.webhooks import Watched, Webhooks
from domain.ids import DEFAULT_BRAND, BrandId, SubscriptionId
from prompts import policy
from tests.desk.decisions import NOW

URL = "https://hooks.example.com/in"
OTHER = BrandId("other")
DOWN = Failure("the address answered 503", 503)


def check(url: str) -> None:
    if "intranet" in url:
        raise SubscriptionRefused("not that one")


@pytest.fixture
def webhooks(database: Database) -> Webhooks:
    return Webhooks(database.engine, check)


async def subscribe(webhooks: Webhooks, *kinds: str) -> SubscriptionId:
    watched, _ = await webhooks.subscribe(DEFAULT_BRAND, URL, kinds, NOW)
    return watched.subscription.id


async def happen(database: Database, *kinds: events.Kind, brand: BrandId = DEFAULT_BRAND) -> None:
    async with database.engine.begin() as connection:
        for kind in kinds:
            await events.record(connection, brand, None, kind, NOW, by="tea_1")


async def taken(webhooks: Webhooks, one: SubscriptionId, after: timedelta = timedelta()) -> Sequence[Delivery]:
    found = await webhooks.take(one, NOW + after, 10)
    return found[1] if found else []


async def only(webhooks: Webhooks) -> Watched:
    (watched,) = await webhooks.watched(DEFAULT_BRAND, NOW)
    return watched


async def test_an_event_is_on_its_way_to_whoever_hears_of_its_kind_and_to_nobody_else(
    webhooks: Webhooks, database: Database, desk: Desk
) -> None:
    await desk.add_brand(OTHER, "Other", NOW)
    named = await subscribe(webhooks, "shift_started", "shift_ended")
    every = await subscribe(webhooks, "*")
    none = await subscribe(webhooks, "policy_changed")

    await happen(database, "shift_started", "break_started")
    await happen(database, "shift_started", brand=OTHER)

    assert [one.kind for one in await taken(webhooks, named)] == ["shift_started"]
    assert [one.kind for one in await taken(webhooks, every)] == ["shift_started", "break_started"]
    assert await taken(webhooks, none) == []


async def test_an_event_that_is_rolled_back_is_told_to_nobody(webhooks: Webhooks, database: Database) -> None:
    one = await subscribe(webhooks, "*")

    async with database.engine.connect() as connection:
        await events.record(connection, DEFAULT_BRAND, None, "shift_started", NOW, by="tea_1")
        await connection.rollback()

    assert await taken(webhooks, one) == []


async def test_what_one_took_nobody_else_takes_until_its_lease_is_over(webhooks: Webhooks, database: Database) -> None:
    one = await subscribe(webhooks, "*")
    await happen(database, "shift_started")

    first = await taken(webhooks, one)
    second = await taken(webhooks, one)
    later = await taken(webhooks, one, LEASE)
    await webhooks.give_back(later, NOW)
    again = await taken(webhooks, one)

    assert [delivery.id for delivery in first] == [delivery.id for delivery in later] == [again[0].id]
    assert second == []


async def test_a_failure_waits_longer_each_time_and_is_given_up_and_can_be_sent_again(
    webhooks: Webhooks, database: Database
) -> None:
    one = await subscribe(webhooks, "*")
    await happen(database, "shift_started")
    now, waits = NOW, []

    while deliveries := await taken(webhooks, one, now - NOW):
        await webhooks.unsent(deliveries[0], DOWN, now)
        (row,) = await webhooks.deliveries(DEFAULT_BRAND)
        if row.state == "queued":
            waits.append(row.next_attempt_at - now)
            now = row.next_attempt_at
    (dead,) = await webhooks.deliveries(DEFAULT_BRAND, state="failed")
    watched = await only(webhooks)
    await webhooks.replay(DEFAULT_BRAND, dead.id, now)
    (replayed,) = await taken(webhooks, one, now - NOW)
    await webhooks.sent(replayed, 200, now)

    assert tuple(waits) == DELAYS
    assert (dead.attempts, dead.error, dead.answer) == (len(DELAYS) + 1, "the address answered 503", 503)
    assert (watched.failed, watched.waiting) == (1, 0)
    assert (replayed.event, replayed.attempts) == (dead.event, 0)
    assert [(row.state, row.answer) for row in await webhooks.deliveries(DEFAULT_BRAND)] == [("sent", 200)]


async def test_who_asks_to_be_left_alone_is_for_as_long_as_they_ask_but_not_for_ever() -> None:
    assert next_try(1, NOW, timedelta(minutes=5)) == NOW + timedelta(minutes=5)
    assert next_try(3, NOW, timedelta(seconds=1)) == NOW + DELAYS[2]
    assert next_try(1, NOW, timedelta(days=300)) == NOW + DELAYS[-1]
    assert next_try(len(DELAYS) + 1, NOW) is None


async def test_a_destination_that_fails_on_and_on_is_left_alone_then_tried_again(
    webhooks: Webhooks, database: Database
) -> None:
    one = await subscribe(webhooks, "*")
    for _ in range(10):
        await happen(database, "shift_started")

    goes_on = [await webhooks.unsent(delivery, DOWN, NOW) for delivery in await taken(webhooks, one)]
    watched = await only(webhooks)
    alone = await webhooks.waiting(NOW + timedelta(seconds=20))
    later = await webhooks.waiting(NOW + timedelta(hours=2))
    (first, *_) = await taken(webhooks, one, timedelta(hours=2))
    await webhooks.sent(first, 200, NOW + timedelta(hours=2))

    assert goes_on == [True] * 4 + [False] * 6
    assert watched.left_alone_until == NOW + circuits.pause(circuits.TRIP)
    assert (alone, later) == ([], [one])
    assert (await only(webhooks)).left_alone_until is None


def test_a_destination_is_left_alone_twice_as_long_each_time_up_to_an_hour() -> None:
    minutes = [circuits.pause(failures).total_seconds() / 60 for failures in (5, 6, 7, 8, 100)]

    assert minutes == [0.5, 1, 2, 4, 60]


async def test_what_happens_while_a_subscription_is_paused_is_not_told_later(
    webhooks: Webhooks, database: Database
) -> None:
    one = await subscribe(webhooks, "*")
    await happen(database, "shift_started")
    await webhooks.change(DEFAULT_BRAND, one, URL, ["*"], True, NOW)
    await happen(database, "shift_ended")
    paused = await taken(webhooks, one), await webhooks.waiting(NOW)
    await webhooks.change(DEFAULT_BRAND, one, URL, ["*"], False, NOW)

    assert paused == ([], [])
    assert [delivery.kind for delivery in await taken(webhooks, one)] == ["shift_started"]


async def test_an_address_that_is_gone_is_paused_and_what_it_missed_can_be_sent_again(
    webhooks: Webhooks, database: Database
) -> None:
    one = await subscribe(webhooks, "*")
    await happen(database, "shift_started")
    (delivery,) = await taken(webhooks, one)

    await webhooks.pause(delivery, Failure("gone", 410), NOW)
    watched = await only(webhooks)
    await webhooks.change(DEFAULT_BRAND, one, "https://new.example.com/in", ["*"], False, NOW)

    assert (watched.subscription.paused_at, watched.failed) == (NOW, 1)
    assert await webhooks.replay_failed(DEFAULT_BRAND, one, NOW) == 1
    assert len(await taken(webhooks, one)) == 1


async def test_for_a_day_the_secret_before_signs_too(webhooks: Webhooks, database: Database) -> None:
    watched, first = await webhooks.subscribe(DEFAULT_BRAND, URL, ["*"], NOW)
    one = watched.subscription.id
    await happen(database, "shift_started")

    second = await webhooks.rotate(DEFAULT_BRAND, one, NOW)
    today = await webhooks.take(one, NOW + timedelta(hours=23), 1)
    tomorrow = await webhooks.take(one, NOW + timedelta(hours=25), 1)

    assert today is not None
    assert tomorrow is not None
    assert (today[0].secrets, tomorrow[0].secrets) == ((second, first), (second,))


async def test_whoever_changes_what_is_told_stands_in_the_audit_log(webhooks: Webhooks, database: Database) -> None:
    watched, _ = await webhooks.subscribe(DEFAULT_BRAND, f"{URL}?token=secret", ["*"], NOW, by="key_1")
    one = watched.subscription.id
    await webhooks.rotate(DEFAULT_BRAND, one, NOW, by="key_2")
    await webhooks.change(DEFAULT_BRAND, one, URL, ["*"], True, NOW, by="key_3")
    await webhooks.unsubscribe(DEFAULT_BRAND, one, NOW, by="key_4")

    async with database.engine.connect() as connection:
        rows = (await connection.execute(text("SELECT action, by, data FROM audit ORDER BY number"))).all()
    assert [(row.action, row.by) for row in rows] == [
        ("subscription_added", "key_1"),
        ("subscription_secret_made", "key_2"),
        ("subscription_changed", "key_3"),
        ("subscription_removed", "key_4"),
    ]
    assert rows[0].data == {"host": "hooks.example.com", "events": ["*"]}


async def test_every_p0_is_told_once(webhooks: Webhooks, desk: Desk, database: Database) -> None:
    one = await subscribe(webhooks, "ticket_grave")
    ticket = (await desk.receive(Incoming(DEFAULT_BRAND, "Everything is down!", "chat"), NOW)).ticket

    for priority in ("P1", "P0", "P0"):
        async with database.engine.begin() as connection:
            await tickets.change(connection, ticket, NOW, priority=priority)
            await clocks.follow(connection, ticket, policy.load(), NOW)

    (told,) = await taken(webhooks, one)
    assert (told.ticket, told.facts) == (ticket, {"priority": "P0", "team": None})


async def test_the_kpis_of_a_day_are_told_once(webhooks: Webhooks) -> None:
    one = await subscribe(webhooks, "kpis_reported")
    day = date(2026, 5, 3)

    hearing = await webhooks.hearing()
    before = await webhooks.was_told(DEFAULT_BRAND, day)
    for figure in (1, 2):
        await webhooks.report(DEFAULT_BRAND, day, {"kpis": [figure]}, NOW)

    (told,) = await taken(webhooks, one)
    assert (hearing, before, await webhooks.was_told(DEFAULT_BRAND, day)) == ([DEFAULT_BRAND], False, True)
    assert (told.facts, told.more) == ({"day": "2026-05-03"}, {"kpis": [1]})


async def test_what_was_sent_is_forgotten_after_a_week_and_what_failed_is_not(
    webhooks: Webhooks, database: Database
) -> None:
    one = await subscribe(webhooks, "*")
    await happen(database, "shift_started", "shift_ended")
    sent, failed = await taken(webhooks, one)
    await webhooks.sent(sent, 200, NOW)
    await webhooks.pause(failed, DOWN, NOW)

    await webhooks.forget(NOW + timedelta(days=8))

    assert [row.id for row in await webhooks.deliveries(DEFAULT_BRAND)] == [failed.id]


async def test_what_is_on_its_way_goes_with_its_ticket(webhooks: Webhooks, desk: Desk, database: Database) -> None:
    await subscribe(webhooks, "*")
    ticket = (await desk.receive(Incoming(DEFAULT_BRAND, "Hello", "chat"), NOW)).ticket
    before = await webhooks.deliveries(DEFAULT_BRAND)

    async with database.engine.begin() as connection:
        await connection.execute(text("DELETE FROM tickets WHERE id = :ticket"), {"ticket": ticket})

    assert {row.kind for row in before} >= {"ticket_opened", "message_received"}
    assert await webhooks.deliveries(DEFAULT_BRAND) == []


@pytest.mark.parametrize(("url", "kinds"), [(URL, []), (URL, ["ticket_closed"]), ("https://intranet.example", ["*"])])
async def test_what_nobody_can_be_told_is_refused(webhooks: Webhooks, url: str, kinds: list[str]) -> None:
    with pytest.raises(SubscriptionRefused):
        await webhooks.subscribe(DEFAULT_BRAND, url, kinds, NOW)


async def test_another_brand_neither_sees_nor_changes_any_of_it(
    webhooks: Webhooks, database: Database, desk: Desk
) -> None:
    await desk.add_brand(OTHER, "Other", NOW)
    one = await subscribe(webhooks, "*")
    await happen(database, "shift_started")
    (delivery,) = await webhooks.deliveries(DEFAULT_BRAND)

    assert (await webhooks.watched(OTHER, NOW), await webhooks.deliveries(OTHER)) == ([], [])
    refused: list[type[DeskError]] = [UnknownSubscription] * 4 + [UnknownDelivery]
    for tried, error in zip(
        (
            webhooks.unsubscribe(OTHER, one, NOW),
            webhooks.rotate(OTHER, one, NOW),
            webhooks.change(OTHER, one, URL, ["*"], True, NOW),
            webhooks.replay_failed(OTHER, one, NOW),
            webhooks.replay(OTHER, delivery.id, NOW),
        ),
        refused,
        strict=True,
    ):
        with pytest.raises(error):
            await tried
    await webhooks.unsubscribe(DEFAULT_BRAND, one, NOW)
    assert await webhooks.deliveries(DEFAULT_BRAND) == []
