from datetime import timedelta

import pytest
from sqlalchemy import select

from database.database import Database
from database.tables import events as stored
from database.work import searches
from desk import events
from desk.activity import Activity
from desk.desk import Desk, Incoming
from desk.errors import UnknownSearch, UnknownSource, UnknownTeammate, UnknownTicket
from domain.ids import DEFAULT_BRAND, ArticleId, BrandId, SearchId, TeammateId, TicketId
from tests.desk.decisions import NOW
from tests.desk.work.conftest import ANNA, BEN, people

__all__ = ["people"]


@pytest.fixture
def activity(database: Database, people: None) -> Activity:
    return Activity(database.engine)


async def ticket(desk: Desk) -> TicketId:
    return (await desk.receive(Incoming(DEFAULT_BRAND, "Hello", "chat"), NOW)).ticket


def after(minutes: float) -> timedelta:
    return timedelta(minutes=minutes)


async def left(desk: Desk, ticket: TicketId) -> list[tuple[str, int]]:
    told = [event.data for event in await desk.events(ticket) if event.kind == "ticket_left"]
    return [(str(data["by"]), int(str(data["seconds"]))) for data in told]


async def test_what_lies_more_than_two_minutes_apart_counts_as_two(desk: Desk, activity: Activity) -> None:
    looked_at = await ticket(desk)
    for minutes in (0, 1, 2, 32):
        await activity.looks(DEFAULT_BRAND, ANNA, looked_at, NOW + after(minutes))

    await activity.leaves(DEFAULT_BRAND, ANNA, NOW + after(33))

    assert await left(desk, looked_at) == [(ANNA, 60 + 60 + 120 + 60)]


async def test_who_opens_another_ticket_has_left_the_first(desk: Desk, activity: Activity) -> None:
    one, other = await ticket(desk), await ticket(desk)
    await activity.looks(DEFAULT_BRAND, ANNA, one, NOW)
    await activity.looks(DEFAULT_BRAND, BEN, one, NOW)

    await activity.looks(DEFAULT_BRAND, ANNA, other, NOW + after(1))

    assert (await left(desk, one), await left(desk, other)) == ([(ANNA, 60)], [])


async def test_who_closes_the_window_without_a_word_left_when_it_was_last_heard(desk: Desk, activity: Activity) -> None:
    looked_at = await ticket(desk)
    await activity.looks(DEFAULT_BRAND, ANNA, looked_at, NOW)
    await activity.looks(DEFAULT_BRAND, ANNA, looked_at, NOW + after(1))

    swept = [await activity.sweep(NOW + after(minutes)) for minutes in (2, 4, 5)]

    assert swept == [0, 1, 0]
    event = (await desk.events(looked_at))[-1]
    assert (event.kind, event.happened_at, event.data["seconds"]) == ("ticket_left", NOW + after(1), 60)


async def test_a_wrap_up_is_counted_up_to_two_hours(desk: Desk, activity: Activity) -> None:
    solved = await ticket(desk)

    await activity.wraps_up(DEFAULT_BRAND, ANNA, solved, timedelta(days=3), NOW)

    assert (await desk.events(solved))[-1].data == {"by": ANNA, "seconds": 7200}


async def test_a_search_that_was_worded_anew_gave_way_to_the_next(activity: Activity, database: Database) -> None:
    first = await activity.searched(DEFAULT_BRAND, "teammate", "rfund", [], NOW)
    second = await activity.searched(
        DEFAULT_BRAND, "teammate", "refund", [ArticleId("a"), ArticleId("b")], NOW, instead_of=first
    )
    await activity.ended(DEFAULT_BRAND, second, "opened", NOW, ArticleId("b"))
    await activity.ended(DEFAULT_BRAND, second, "given_up", NOW)

    async with database.engine.connect() as connection:
        rows = (await connection.execute(select(searches.c.id, searches.c.ended, searches.c.opened))).all()
    assert sorted(rows) == sorted([(first, "reformulated", []), (second, "opened", ["b"])])


async def test_events_of_a_search_hold_none_of_its_words(activity: Activity, database: Database) -> None:
    search = await activity.searched(DEFAULT_BRAND, "customer", "my secret question", [ArticleId("a")], NOW)
    await activity.ended(DEFAULT_BRAND, search, "answered", NOW)

    async with database.engine.connect() as connection:
        rows = (await connection.execute(select(stored.c.kind, stored.c.data).order_by(stored.c.id))).all()
    assert [tuple(row) for row in rows] == [
        ("search_made", {"search": search, "by": "customer", "shown": 1}),
        ("search_answered", {"search": search}),
    ]


async def test_reading_and_judging_articles_is_noted(desk: Desk, activity: Activity, database: Database) -> None:
    shown = await ticket(desk)
    async with database.engine.begin() as connection:
        facts = {"message": "msg_1", "article": "a"}
        await events.record(connection, DEFAULT_BRAND, shown, "citation_shown", NOW, **facts)
    await activity.opened_citation(DEFAULT_BRAND, shown, ArticleId("a"), NOW)
    await activity.voted(DEFAULT_BRAND, ArticleId("a"), False, NOW, shown)

    told = [(event.kind, event.data) for event in await desk.events(shown)][-2:]

    assert told == [
        ("citation_opened", {"article": "a"}),
        ("article_voted", {"article": "a", "up": False}),
    ]


async def test_only_what_was_shown_is_opened(desk: Desk, activity: Activity) -> None:
    asked = await ticket(desk)
    search = await activity.searched(DEFAULT_BRAND, "customer", "refund", [ArticleId("a")], NOW)

    with pytest.raises(UnknownSource, match="no reply"):
        await activity.opened_citation(DEFAULT_BRAND, asked, ArticleId("My card is 4111 1111"), NOW)
    with pytest.raises(UnknownSource, match="did not show"):
        await activity.ended(DEFAULT_BRAND, search, "opened", NOW, ArticleId("b"))


async def test_what_belongs_to_another_brand_is_unknown(desk: Desk, activity: Activity) -> None:
    other = (await desk.add_brand(BrandId("other"), "Other", NOW)).id
    ours = await ticket(desk)
    search = await activity.searched(DEFAULT_BRAND, "customer", "refund", [], NOW)

    with pytest.raises(UnknownTeammate):
        await activity.looks(other, ANNA, ours, NOW)
    with pytest.raises(UnknownTicket):
        await activity.looks(DEFAULT_BRAND, ANNA, TicketId("tic_none"), NOW)
    with pytest.raises(UnknownTicket):
        await activity.rated(other, ours, 5, NOW)
    with pytest.raises(UnknownSearch):
        await activity.ended(other, search, "opened", NOW)
    with pytest.raises(UnknownSearch):
        await activity.ended(DEFAULT_BRAND, SearchId("sea_none"), "opened", NOW)
    with pytest.raises(UnknownTeammate):
        await activity.leaves(DEFAULT_BRAND, TeammateId("tea_none"), NOW)
