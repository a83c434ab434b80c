"""What tickets of the past say for articles: the arithmetic, the links, and what is remembered of a ticket."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from domain.ids import ArticleId, CustomerId, TicketId
from domain.tickets import PastTicket, Said
from kb_index.addresses import Addresses
from kb_index.errors import NotSolved
from kb_index.memory import CAP, Copy, Entry, Tickets, Voter
from kb_index.solved import solved

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
REFUNDS, SEATS, CRASH = ArticleId("refunds"), ArticleId("seats"), ArticleId("crash")
THERE = Addresses(
    [
        (REFUNDS, "https://help.example/en-us/articles/360001-Refunds"),
        (SEATS, "https://help.example/kb/seats"),
        (CRASH, None),
    ]
)


def towards(*cosines: float) -> np.ndarray:
    """Return vectors of length one at these cosines from the question, which is the first axis."""
    return np.array([[cosine, (1 - cosine**2) ** 0.5] for cosine in cosines], np.float32)


QUESTION = np.array([1, 0], np.float32)


def voter(*articles: ArticleId, days: int = 0, customer: str | None = None) -> Voter:
    return Voter(articles, (MONDAY + timedelta(days=days)).timestamp(), customer)


def ticket(*messages: Said, **more: object) -> PastTicket:
    return PastTicket(TicketId("t1"), MONDAY, messages, **more)  # type: ignore[arg-type]  # fields of PastTicket


def test_similar_tickets_speak_for_what_solved_them_and_are_counted() -> None:
    tickets = Tickets([voter(REFUNDS), voter(REFUNDS), voter(SEATS)], towards(0.9, 0.8, 0.1))

    votes = tickets.votes(QUESTION)

    assert votes[REFUNDS].tickets == 2
    assert votes[SEATS].tickets == 0
    assert votes[REFUNDS].score > votes[SEATS].score > 0
    assert CRASH not in votes


def test_a_vote_is_capped_however_many_tickets_agree() -> None:
    few = Tickets([voter(REFUNDS)] * 4 + [voter(SEATS)] * 400, towards(*[0.99] * 4, *[0.0] * 400))
    many = Tickets([voter(REFUNDS)] * 20 + [voter(SEATS)] * 400, towards(*[0.99] * 20, *[0.0] * 400))

    assert few.votes(QUESTION)[REFUNDS].score <= many.votes(QUESTION)[REFUNDS].score < CAP + 0.3


def test_what_is_linked_everywhere_says_little() -> None:
    everywhere = Tickets([voter(REFUNDS)] * 200, towards(*[0.8] * 200))
    seldom = Tickets([voter(REFUNDS)] * 10 + [voter(SEATS)] * 190, towards(*[0.8] * 10, *[0.1] * 190))

    assert everywhere.votes(QUESTION)[REFUNDS].score < seldom.votes(QUESTION)[REFUNDS].score / 4


def test_one_customer_has_one_voice() -> None:
    insistent = [voter(SEATS, customer="ann")] * 15

    votes = Tickets([*insistent, voter(REFUNDS, customer="bob")], towards(*[0.9] * 15, 0.7)).votes(QUESTION)

    assert votes[SEATS].tickets == 1
    assert votes[REFUNDS].tickets == 1


def test_articles_share_the_voice_of_a_ticket_that_links_several() -> None:
    votes = Tickets([voter(REFUNDS, SEATS), voter(CRASH)], towards(0.8, 0.8)).votes(QUESTION)

    assert votes[REFUNDS].score == votes[SEATS].score < votes[CRASH].score


def test_what_was_answered_later_is_not_known_yet() -> None:
    tickets = Tickets([voter(REFUNDS), voter(SEATS, days=3)], towards(0.8, 0.9))

    assert set(tickets.votes(QUESTION, MONDAY + timedelta(days=1))) == {REFUNDS}
    assert set(tickets.votes(QUESTION, MONDAY + timedelta(days=3))) == {REFUNDS, SEATS}
    assert tickets.votes(QUESTION, MONDAY - timedelta(days=1)) == {}


def test_tickets_that_are_all_alike_do_not_all_count_as_similar() -> None:
    """Some embedders find every text alike: what is nearer than usual counts, not what is near."""
    tickets = Tickets([voter(REFUNDS), *[voter(SEATS)] * 900], towards(0.97, *[0.8] * 900))

    votes = tickets.votes(QUESTION)

    assert votes[REFUNDS].tickets == 1
    assert votes[SEATS].score < votes[REFUNDS].score


def test_a_copy_follows_changes_and_keeps_the_newest() -> None:
    old = Copy((), np.empty((0, 2), np.float32))
    entries = [Entry(TicketId(name), ("refunds",), at, None) for name, at in (("a", 1.0), ("b", 2.0), ("c", 3.0))]

    first = old.changed((), entries, towards(0.1, 0.2, 0.3), 2)
    second = first.changed({TicketId("c")}, [], np.empty((0, 2), np.float32), 2)

    assert [entry.ticket for entry in first.entries] == ["c", "b"]
    assert [entry.ticket for entry in second.entries] == ["b"]
    assert second.vectors[0, 0] == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("link", "article"),
    [
        ("refunds", REFUNDS),
        ("https://help.example/kb/seats", SEATS),
        ("http://www.help.example/kb/seats/?utm_source=mail#top", SEATS),
        ("https://HELP.example/kb/Seats", SEATS),
        ("https://help.example/de/articles/360001-Erstattungen", REFUNDS),
        ("https://help.example/kb/other", None),
        ("https://elsewhere.example/kb/seats", None),
        ("https://[half", None),
        ("", None),
    ],
)
def test_a_link_leads_to_its_article_however_it_is_written(link: str, article: str | None) -> None:
    assert THERE.article(link) == article


def test_the_question_is_what_was_said_before_anybody_answered() -> None:
    said = ticket(
        Said("customer", "My reader is dead."),
        Said("customer", "It does not start."),
        Said("bot", "Try https://help.example/kb/seats"),
        Said("customer", "No."),
        Said("teammate", "See https://help.example/kb/reader.", MONDAY + timedelta(hours=2)),
        Said("teammate", "Did it help?", MONDAY + timedelta(hours=9)),
        subject="Reader",
        customer=CustomerId("ann"),
    )

    one = solved(said)

    assert (one.subject, one.question) == ("Reader", "My reader is dead.\nIt does not start.")
    assert one.links == ("https://help.example/kb/reader",)
    assert (one.asked_at, one.answered_at) == (MONDAY, MONDAY + timedelta(hours=2))
    assert one.customer == "ann"


def test_an_article_that_only_the_bot_sent_does_not_count() -> None:
    said = ticket(
        Said("customer", "Help"),
        Said("bot", "Read https://help.example/kb/wrong"),
        Said("teammate", "That was wrong."),
        articles=("https://help.example/kb/wrong", "refunds"),
    )

    assert solved(said).links == ("refunds",)


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([Said("teammate", "https://help.example/kb/x")], "the customer asks nothing"),
        ([Said("customer", "Hi"), Said("bot", "https://help.example/kb/x")], "no teammate answered"),
        ([Said("customer", "Hi"), Said("teammate", "Hello")], "links an article"),
    ],
)
def test_a_ticket_without_a_lesson_says_why(messages: list[Said], reason: str) -> None:
    with pytest.raises(NotSolved, match=reason):
        solved(ticket(*messages))
