from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from database.database import Database
from desk.desk import Desk
from desk.history import History, Oddity, oddities
from desk.views import Asked
from desk.work import outcomes
from desk.workspace import Workspace
from domain.ids import DEFAULT_BRAND, BrandId, CustomerId, TicketId
from domain.tickets import PastTicket, Said
from domain.triage import Priority
from tests.desk.decisions import NOW
from tests.desk.workspace.test_moves import backlog

THEN = datetime.fromisoformat("2024-05-01T09:00:00+02:00")
ANSWERED = THEN + timedelta(hours=2)


def past(ticket: str = "t1", **columns: object) -> PastTicket:
    said = (Said("customer", "My parcel is late.", THEN), Said("teammate", "It comes today.", ANSWERED))
    known: dict[str, object] = {"status": "Solved", "priority": "high", "csat": "good", "customer": CustomerId("c1")}
    return replace(PastTicket(TicketId(ticket), THEN, said), **{**known, **columns})  # type: ignore[arg-type]  # fields of it


@pytest.fixture
def history(database: Database) -> History:
    """The door to past tickets."""
    return History(database.engine)


async def test_a_past_ticket_is_kept_as_it_was(
    desk: Desk, workspace: Workspace, history: History, database: Database
) -> None:
    await history.put(DEFAULT_BRAND, "old desk", [past(subject="Parcel", tags=("late",))])

    page = await workspace.page(Asked(DEFAULT_BRAND, "done"), NOW)
    ticket = page.tickets[0].ticket
    opened = await workspace.open(DEFAULT_BRAND, ticket.id)

    assert (ticket.status, ticket.priority, ticket.solved_at) == ("solved", Priority.P1, ANSWERED)
    assert (ticket.subject, ticket.tags, ticket.customer, ticket.source_id) == ("Parcel", ("late",), "c1", "t1")
    assert [(said.author, said.text, said.created_at) for said in opened.messages] == [
        ("customer", "My parcel is late.", THEN),
        ("teammate", "It comes today.", ANSWERED),
    ]
    async with database.engine.connect() as connection:
        ledger = await outcomes.of(connection, ticket.id)
    assert ledger is not None
    assert (ledger.csat, ledger.first_teammate_reply_at, ledger.solved_at) == (5, ANSWERED, ANSWERED)


async def test_its_events_happened_then_and_are_recorded_now(
    desk: Desk, workspace: Workspace, history: History, database: Database
) -> None:
    await history.put(DEFAULT_BRAND, "old desk", [past(), past("t2", status="open", csat=None)])

    done = (await workspace.page(Asked(DEFAULT_BRAND, "done"), NOW)).tickets[0].ticket
    told = await desk.events(done.id)

    assert [(event.kind, event.happened_at) for event in told] == [
        ("ticket_opened", THEN),
        ("message_received", THEN),
        ("message_written", ANSWERED),
        ("ticket_solved", ANSWERED),
        ("csat_asked", ANSWERED),
        ("csat_given", ANSWERED),
    ]
    assert all(event.recorded_at > event.happened_at + timedelta(days=365) for event in told)
    assert await backlog(database) == (1, 1)


async def test_what_is_there_already_stays_as_it_is(desk: Desk, workspace: Workspace, history: History) -> None:
    first = await history.put(DEFAULT_BRAND, "old desk", [past(), past("t2")])

    again = await history.put(DEFAULT_BRAND, "old desk", [past(subject="Changed"), past("t3")])
    elsewhere = await history.put(DEFAULT_BRAND, "another desk", [past()])

    page = await workspace.page(Asked(DEFAULT_BRAND, "all"), NOW)
    assert (first, again, elsewhere) == (["added", "added"], ["unchanged", "added"], ["added"])
    assert len(page.tickets) == 4
    assert {one.ticket.subject for one in page.tickets} == {""}


async def test_the_bot_leaves_past_tickets_alone_and_no_clock_runs(
    desk: Desk, workspace: Workspace, history: History
) -> None:
    asked = (Said("customer", "Is anybody there?"), Said("customer", "  "))
    await history.put(DEFAULT_BRAND, "old desk", [past(status="open", messages=asked)])
    ticket = (await workspace.page(Asked(DEFAULT_BRAND, "unassigned"), NOW)).tickets[0].ticket

    await desk.sweep(NOW)

    assert await desk.begin(ticket.id, NOW) is None
    assert (await desk.clocks(ticket.id), len(await desk.messages(ticket.id))) == ([], 1)


async def test_forgotten_tickets_are_gone_and_our_own_stay(desk: Desk, workspace: Workspace, history: History) -> None:
    other = (await desk.add_brand(BrandId("other"), "Other", NOW)).id
    await history.put(DEFAULT_BRAND, "old desk", [past(), past("t2"), past("t3", customer=CustomerId("c2"))])
    await history.put(other, "old desk", [past()])

    assert await history.forget(DEFAULT_BRAND, ticket=TicketId("t2")) == 1
    assert await history.forget(DEFAULT_BRAND, customer=CustomerId("c1")) == 1

    left = [(await workspace.page(Asked(brand, "all"), NOW)).tickets for brand in (DEFAULT_BRAND, other)]
    assert [[one.ticket.source_id for one in page] for page in left] == [["t3"], ["t1"]]


def test_what_the_desk_does_not_know_is_told_with_what_was_taken_instead() -> None:
    assert oddities(past()) == []
    assert oddities(past(status="Zombie", priority="huge", csat="meh")) == [
        Oddity("status", "Zombie", "closed"),
        Oddity("priority", "huge", "P3"),
        Oddity("csat", "meh", "no mark"),
    ]
