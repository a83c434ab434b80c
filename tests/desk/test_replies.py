"""Which replies rest on an article."""

from datetime import timedelta

from desk.cases import Outgoing
from desk.desk import Desk, Incoming
from domain.ids import DEFAULT_BRAND, ArticleId, BrandId, TicketId
from tests.desk.decisions import NOW, REPLY, answered

PROFILE = ArticleId("profile")


async def answer(desk: Desk, minute: int) -> TicketId:
    received = await desk.receive(Incoming(DEFAULT_BRAND, "How do I change my address?", "chat"), NOW)
    attempt = await desk.begin(received.ticket, NOW)
    assert attempt is not None
    later = NOW + timedelta(minutes=minute)
    assert await desk.conclude(attempt, answered(attempt.turn), (Outgoing("reply", REPLY),), later)
    return received.ticket


async def test_the_replies_that_rest_on_an_article_are_listed_page_by_page_the_newest_first(desk: Desk) -> None:
    tickets = [await answer(desk, minute) for minute in (1, 2, 2, 3)]

    first = await desk.replies_citing(DEFAULT_BRAND, PROFILE, limit=2)
    second = await desk.replies_citing(DEFAULT_BRAND, PROFILE, first[-1].message, limit=2)
    third = await desk.replies_citing(DEFAULT_BRAND, PROFILE, second[-1].message, limit=2)

    assert first[0].ticket == tickets[3]
    assert second[-1].ticket == tickets[0]
    assert {reply.ticket for reply in first + second} == set(tickets)
    assert {reply.sentences for reply in first + second} == {(REPLY,)}
    assert third == []


async def test_a_reply_is_not_listed_for_another_article_or_brand_nor_before_it_is_sent(desk: Desk) -> None:
    await answer(desk, 1)
    waiting = await desk.receive(Incoming(DEFAULT_BRAND, "And my name?", "chat"), NOW)
    attempt = await desk.begin(waiting.ticket, NOW)
    assert attempt is not None
    await desk.conclude(attempt, answered(attempt.turn), (), NOW)

    assert len(await desk.replies_citing(DEFAULT_BRAND, PROFILE)) == 1
    assert await desk.replies_citing(DEFAULT_BRAND, ArticleId("seats")) == []
    assert await desk.replies_citing(BrandId("acme"), PROFILE) == []
