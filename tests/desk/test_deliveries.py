"""Messages that did not go out: told to people, seen with the reason, and sent again only because somebody says so."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from database.database import Database
from desk import backoff, circuits
from desk.alerts import COORDINATION
from desk.deliveries import Asked, Deliveries
from desk.desk import Desk, Incoming
from desk.errors import OutgoingRefused, UnknownOutgoing, UnknownTeammate, ViewRefused
from desk.outbox import Delivery, Failure
from desk.policies import Policies
from desk.queue import Queue
from desk.staff.staff import Profile, Staff
from desk.timing.alarms import Alarms
from desk.workspace import Workspace
from domain.ids import DEFAULT_BRAND, BrandId, MessageId, TeammateId, TicketId
from domain.turns import Channel
from tests.desk.decisions import NOW

LATER = NOW + timedelta(minutes=5)
REFUSED = Failure("550 no such user", "refused")
IN_DOUBT = Failure("the connection broke", "uncertain")
LEFT_ALONE = Failure("it is tried later", "not_tried", timedelta(minutes=10))
ALL = Asked(DEFAULT_BRAND)


@pytest.fixture
def deliveries(database: Database, queue: Queue) -> Deliveries:
    return Deliveries(database.engine, queue)


@pytest.fixture
async def anna(database: Database) -> TeammateId:
    """A teammate."""
    staff = Staff(database.engine, Policies(database.engine))
    return (await staff.add(DEFAULT_BRAND, Profile("Anna", "anna@example.com", ()), NOW)).id


async def write(desk: Desk, words: str = "On Friday.", channel: Channel = "email") -> Delivery:
    """Reply in a ticket of its own."""
    ticket = (await desk.receive(Incoming(DEFAULT_BRAND, "When?", channel), NOW)).ticket
    delivery = await desk.outgoing(await desk.write(ticket, words, NOW))
    assert delivery is not None
    return delivery


async def more(desk: Desk, ticket: TicketId) -> Delivery:
    """Reply once more in a ticket."""
    delivery = await desk.outgoing(await desk.write(ticket, "On Monday.", NOW))
    assert delivery is not None
    return delivery


async def fail(desk: Desk, failure: Failure, channel: Channel = "email") -> Delivery:
    """Write a reply that fails."""
    delivery = await write(desk, channel=channel)
    await desk.unsent(delivery, failure, NOW)
    return delivery


async def give_up(desk: Desk, channel: Channel = "email") -> Delivery:
    """Write a reply that fails as often as it is tried."""
    delivery = await write(desk, channel=channel)
    while again := await desk.outgoing(delivery.message):
        await desk.unsent(again, Failure("the server is down"), NOW)
    return delivery


async def happened(desk: Desk, ticket: TicketId, kind: str) -> list[dict[str, object]]:
    return [dict(event.data) for event in await desk.events(ticket) if event.kind == kind]


async def jobs(database: Database, message: MessageId) -> int:
    """Return how many jobs wait that send a message."""
    counted = text("SELECT count(*) FROM procrastinate_jobs WHERE args ->> 'message' = :message")
    async with database.engine.connect() as connection:
        return int((await connection.execute(counted, {"message": message})).scalar_one())


async def test_a_reply_that_cannot_be_sent_stands_in_its_ticket_with_the_reason_and_the_ticket_is_open_again(
    desk: Desk, database: Database, queue: Queue
) -> None:
    delivery = await fail(desk, REFUSED)

    opened = await Workspace(database.engine, queue).open(DEFAULT_BRAND, delivery.ticket)

    standing = opened.standings[delivery.message]
    assert (standing.state, standing.cause, standing.error) == ("failed", "refused", "550 no such user")
    assert opened.ticket.status == "open"
    assert not any(clock.timer.rests for clock in opened.clocks if clock.kind == "resolution")
    assert [event["cause"] for event in await happened(desk, delivery.ticket, "delivery_failed")] == ["refused"]
    assert [event["cause"] for event in await happened(desk, delivery.ticket, "alert_raised")] == ["undelivered"]


async def test_whoever_has_the_ticket_is_told_each_time_but_not_twice_of_what_they_have_not_seen(
    desk: Desk, database: Database, queue: Queue, anna: TeammateId
) -> None:
    delivery = await write(desk)
    staff = Staff(database.engine, Policies(database.engine))
    await staff.give(DEFAULT_BRAND, delivery.ticket, anna, anna, NOW)
    alarms = Alarms(database.engine, Policies(database.engine).in_force)

    await desk.unsent(delivery, REFUSED, NOW)
    await desk.unsent(await more(desk, delivery.ticket), REFUSED, NOW)
    (unseen,) = await alarms.unseen(DEFAULT_BRAND, [anna])
    await alarms.see(DEFAULT_BRAND, unseen.id, anna, NOW)
    await desk.unsent(await more(desk, delivery.ticket), REFUSED, LATER)

    again = await alarms.unseen(DEFAULT_BRAND, [anna, COORDINATION])
    assert [(one.told, one.cause, one.created_at) for one in again] == [
        (COORDINATION, "undelivered", NOW),
        (anna, "undelivered", LATER),
    ]


async def test_what_a_system_asks_for_is_waited_for(desk: Desk, deliveries: Deliveries) -> None:
    await fail(desk, Failure("greylisted", wait=timedelta(minutes=20)))

    (found,) = await deliveries.page(ALL)

    assert found.standing.next_attempt_at == NOW + timedelta(minutes=20)


async def test_who_is_left_alone_is_no_attempt_but_nothing_waits_for_ever(desk: Desk, deliveries: Deliveries) -> None:
    delivery = await fail(desk, LEFT_ALONE)
    (waits,) = await deliveries.page(ALL)

    await desk.unsent(delivery, LEFT_ALONE, NOW + backoff.LONGEST)
    (given_up,) = await deliveries.page(ALL)

    assert (waits.standing.state, waits.standing.attempts) == ("queued", 0)
    assert waits.standing.next_attempt_at == NOW + timedelta(minutes=10)
    assert (given_up.standing.state, given_up.standing.cause) == ("failed", "given_up")


async def test_what_failed_is_sent_again_from_the_first_attempt_on_by_somebody(
    desk: Desk, deliveries: Deliveries, database: Database, anna: TeammateId
) -> None:
    delivery = await give_up(desk)
    before = await jobs(database, delivery.message)

    replayed = await deliveries.replay(DEFAULT_BRAND, delivery.message, anna, LATER)

    again = await desk.outgoing(delivery.message)
    assert again is not None
    assert (replayed.standing.state, replayed.standing.cause, again.attempts) == ("queued", None, 0)
    assert await jobs(database, delivery.message) == before + 1
    told = {"message": delivery.message, "channel": "email", "cause": "given_up", "by": anna}
    assert await happened(desk, delivery.ticket, "delivery_replayed") == [told]


async def test_what_was_sent_is_never_sent_again(desk: Desk, deliveries: Deliveries) -> None:
    delivery = await write(desk)
    await desk.sent(delivery.message, NOW)

    with pytest.raises(OutgoingRefused, match="write in its ticket to say it twice"):
        await deliveries.replay(DEFAULT_BRAND, delivery.message, None, LATER)

    assert await desk.outgoing(delivery.message) is None


async def test_somebody_says_of_an_uncertain_one_that_it_arrived_and_then_it_is_not_sent_again(
    desk: Desk, deliveries: Deliveries, anna: TeammateId
) -> None:
    delivery = await fail(desk, IN_DOUBT)

    settled = await deliveries.arrived(DEFAULT_BRAND, delivery.message, anna, LATER)
    again = await deliveries.arrived(DEFAULT_BRAND, delivery.message, anna, LATER)

    assert settled == again
    assert (settled.standing.state, settled.standing.sent_at) == ("sent", LATER)
    assert [event["by"] for event in await happened(desk, delivery.ticket, "message_delivered")] == [anna]
    with pytest.raises(OutgoingRefused):
        await deliveries.replay(DEFAULT_BRAND, delivery.message, anna, LATER)


async def test_nobody_says_what_became_of_a_message_that_is_on_its_way(desk: Desk, deliveries: Deliveries) -> None:
    delivery = await write(desk)

    with pytest.raises(OutgoingRefused, match="on its way"):
        await deliveries.arrived(DEFAULT_BRAND, delivery.message, None, LATER)


async def test_after_an_outage_all_that_was_given_up_is_sent_again_and_nothing_else(
    desk: Desk, deliveries: Deliveries
) -> None:
    lost = [(await give_up(desk)).message for _ in range(3)]
    await give_up(desk, channel="api")
    await fail(desk, REFUSED)
    await fail(desk, IN_DOUBT)

    replayed = await deliveries.replay_failed(Asked(DEFAULT_BRAND, channel="email"), "given_up", None, LATER)

    queued = await deliveries.page(Asked(DEFAULT_BRAND, "queued"))
    assert replayed == 3
    assert {one.standing.message for one in queued} == set(lost)
    assert await deliveries.replay_failed(Asked(DEFAULT_BRAND, since=LATER), "given_up", None, LATER) == 0
    assert await deliveries.count(Asked(DEFAULT_BRAND, "failed")) == 3


async def test_after_an_outage_what_waits_is_tried_now_and_keeps_its_attempts(
    desk: Desk, deliveries: Deliveries, queue: Queue
) -> None:
    tried, left_alone = await fail(desk, Failure("down", wait=timedelta(hours=1))), await fail(desk, LEFT_ALONE)
    await fail(desk, Failure("down", wait=timedelta(hours=1)), channel="api")

    hastened = await deliveries.hasten(Asked(DEFAULT_BRAND, channel="email"), LATER)

    found = {one.standing.message: one.standing for one in await deliveries.page(ALL)}
    assert hastened == 2
    assert [found[one.message].next_attempt_at for one in (tried, left_alone)] == [LATER] * 2
    assert [found[one.message].attempts for one in (tried, left_alone)] == [1, 0]


async def test_who_is_left_alone_keeps_the_reason_of_the_last_try(desk: Desk, deliveries: Deliveries) -> None:
    delivery = await fail(desk, Failure("connection refused"))

    await desk.unsent(delivery, LEFT_ALONE, LATER)

    (found,) = await deliveries.page(ALL)
    assert found.standing.error == "connection refused"


async def test_the_list_is_paged_and_asked_for_by_state_cause_and_channel(desk: Desk, deliveries: Deliveries) -> None:
    written = [(await write(desk, words)).message for words in ("one", "two", "three")]
    refused = (await fail(desk, REFUSED)).message

    pages, place = [], None
    while page := await deliveries.page(ALL, place, 3):
        pages.append(page)
        place = page[-1].place

    assert [len(page) for page in pages] == [3, 1]
    assert {one.standing.message for page in pages for one in page} == {*written, refused}
    assert {one.preview for page in pages for one in page} == {"one", "two", "three", "On Friday."}
    assert [one.standing.message for one in await deliveries.page(Asked(DEFAULT_BRAND, "failed"))] == [refused]
    assert await deliveries.page(Asked(DEFAULT_BRAND, cause="returned")) == []
    assert await deliveries.page(Asked(DEFAULT_BRAND, channel="chat")) == []


@pytest.mark.parametrize("place", ["", "yesterday,msg_1", "2026-03-02T09:00:00,msg_1", "2026-03-02T09:00:00Z"])
async def test_what_is_no_place_in_the_list_is_refused(deliveries: Deliveries, place: str) -> None:
    with pytest.raises(ViewRefused, match="no place in the list"):
        await deliveries.page(ALL, place)


async def test_a_message_of_another_brand_and_an_unknown_teammate_are_unknown(
    desk: Desk, deliveries: Deliveries
) -> None:
    delivery = await fail(desk, IN_DOUBT)

    with pytest.raises(UnknownOutgoing):
        await deliveries.replay(BrandId("other"), delivery.message, None, LATER)
    with pytest.raises(UnknownOutgoing):
        await deliveries.arrived(DEFAULT_BRAND, MessageId("msg_none"), None, LATER)
    with pytest.raises(UnknownTeammate):
        await deliveries.replay(DEFAULT_BRAND, delivery.message, TeammateId("tea_none"), LATER)

    assert await deliveries.page(Asked(BrandId("other"))) == []


async def test_an_operator_sees_what_failed_what_nobody_sends_and_who_is_left_alone(
    desk: Desk, deliveries: Deliveries, database: Database
) -> None:
    await fail(desk, REFUSED)
    await fail(desk, IN_DOUBT)
    await fail(desk, Failure("down", wait=timedelta(hours=1)))
    await write(desk)
    async with database.engine.begin() as connection:
        for _ in range(circuits.TRIP):
            until = await circuits.failed(connection, "smtp://mail.example:587", NOW)

    now, later = await deliveries.troubles(NOW), await deliveries.troubles(NOW + timedelta(minutes=10))

    assert now.failed == {"refused": 1, "uncertain": 1}
    assert now.left_alone == {"smtp://mail.example:587": until}
    assert (now.overdue, later.overdue) == (0, 1)
    assert now.untold == {}
