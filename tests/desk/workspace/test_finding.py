from datetime import timedelta

import pytest

from desk import finding
from desk.desk import Desk
from desk.editing import Edit
from desk.finding import Hit, Piece
from desk.workspace import Workspace
from domain.ids import DEFAULT_BRAND, BrandId, CustomerId, TicketId
from tests.desk.decisions import NOW
from tests.desk.workspace.conftest import ANNA, Ask


async def found(workspace: Workspace, query: str, brand: BrandId = DEFAULT_BRAND) -> list[TicketId]:
    return [hit.ticket.id for hit in await workspace.search(brand, query)]


async def test_a_ticket_is_found_by_its_words_its_notes_and_its_subject(workspace: Workspace, ask: Ask) -> None:
    parcel, invoice = await ask("My parcel is late."), await ask("My invoice is wrong.", customer="c2")
    await workspace.note(DEFAULT_BRAND, invoice, "The tax office called.", ANNA, NOW)
    await workspace.edit(DEFAULT_BRAND, parcel, Edit(subject="Lost by the carrier"), ANNA, NOW)

    assert await found(workspace, "PARCEL") == [parcel]
    assert await found(workspace, "tax office") == [invoice]
    assert await found(workspace, "carrier") == [parcel]
    assert await found(workspace, '"is late"') == [parcel]
    assert await found(workspace, "my -late") == [invoice]
    assert await found(workspace, "zebra") == []


async def test_who_says_it_more_often_comes_first_and_each_ticket_once(workspace: Workspace, ask: Ask) -> None:
    once = await ask("A refund, please, since this reader does not do what your shop says it does.")
    often = await ask("Refund! I want my refund, nothing but a refund.", customer="c2")
    await ask("Where is my refund?", once, NOW + timedelta(minutes=1))

    assert await found(workspace, "refund") == [often, once]


async def test_a_snippet_tells_the_match_apart_and_holds_no_markup_of_ours(workspace: Workspace, ask: Ask) -> None:
    await ask("I <b>want</b> a refund now.")

    hit = (await workspace.search(DEFAULT_BRAND, "refund"))[0]

    assert Piece("refund", True) in hit.snippet
    assert "".join(piece.text for piece in hit.snippet) == "I  want  a refund now."


async def test_ids_and_addresses_find_whose_they_are(workspace: Workspace, ask: Ask) -> None:
    ticket = await ask("My parcel is late.", customer="c7")
    await workspace.describe(DEFAULT_BRAND, CustomerId("c7"), {"email": "Cleo@Example.com"}, NOW)

    assert [await found(workspace, query) for query in (ticket, "c7", "cleo@example.com")] == [[ticket]] * 3


async def test_older_tickets_are_looked_through_where_the_newest_do_not_fill_the_page(
    workspace: Workspace, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "RECENT", 1)
    old = await ask("My parcel is late.")
    new = await ask("Another parcel is late.", at=NOW + timedelta(days=1), customer="c2")

    assert set(await found(workspace, "parcel")) == {old, new}


@pytest.mark.parametrize("query", ["", "   ", "'", '"', "-", "!!", ":*", "a & | b", "x" * 3000, "%_\\"])
async def test_no_query_breaks_the_search(workspace: Workspace, ask: Ask, query: str) -> None:
    await ask("My parcel is late.")

    assert isinstance(await workspace.search(DEFAULT_BRAND, query), list)


async def test_another_brands_tickets_are_never_found(desk: Desk, workspace: Workspace, ask: Ask) -> None:
    other = (await desk.add_brand(BrandId("other"), "Other", NOW)).id
    theirs = await ask("My canary is late.", brand=other, customer="c7")

    hits: list[Hit] = [
        hit for query in ("canary", theirs, "c7") for hit in await workspace.search(DEFAULT_BRAND, query)
    ]

    assert hits == []
    assert await found(workspace, "canary", other) == [theirs]
