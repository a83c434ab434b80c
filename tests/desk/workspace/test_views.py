from datetime import datetime, timedelta

import pytest

from database.database import Database
from desk import tickets
from desk.desk import Desk
from desk.editing import Edit
from desk.errors import ViewRefused
from desk.views import VIEWS, Asked, Order, View
from desk.workspace import Workspace
from domain.ids import DEFAULT_BRAND, BrandId, CustomerId, TicketId
from domain.triage import Priority
from tests.desk.decisions import NOW, suggested
from tests.desk.workspace.conftest import ANNA, BEN, Ask

MORNING = NOW + timedelta(minutes=10)


async def listed(
    workspace: Workspace, view: View, now: datetime = MORNING, order: Order = "newest", brand: BrandId = DEFAULT_BRAND
) -> list[TicketId]:
    page = await workspace.page(Asked(brand, view, order, ANNA), now)
    return [one.ticket.id for one in page.tickets]


async def test_each_view_holds_what_its_name_says(
    desk: Desk, workspace: Workspace, ask: Ask, database: Database
) -> None:
    bots, hers, his, drafted, done = [await ask("Hello?", customer=f"c{number}") for number in range(5)]
    async with database.engine.begin() as connection:
        await tickets.change(connection, hers, NOW, assignee=ANNA, bot_silent=True, handed_over_at=NOW)
        await tickets.change(connection, his, NOW, assignee=BEN, bot_silent=True, handed_over_at=NOW)
    attempt = await desk.begin(drafted, MORNING)
    assert attempt is not None
    await desk.conclude(attempt, suggested(attempt.turn), (), MORNING)
    await workspace.edit(DEFAULT_BRAND, done, Edit(status="solved"), ANNA, NOW)

    found = {view: set(await listed(workspace, view)) for view in VIEWS}

    assert found == {
        "open": {bots, hers, his, drafted},
        "mine": {hers},
        "unassigned": {drafted},
        "at_risk": set(),
        "breached": set(),
        "suggested": {drafted},
        "handed_over": {hers, his},
        "done": {done},
        "all": {bots, hers, his, drafted, done},
    }
    counted = await workspace.counts(DEFAULT_BRAND, MORNING, ANNA)
    assert counted == {view: len(found[view]) for view in counted}
    assert (await workspace.counts(DEFAULT_BRAND, MORNING))["mine"] == 0


async def test_a_ticket_goes_from_at_risk_to_breached_and_rests_while_it_is_pending(
    workspace: Workspace, ask: Ask
) -> None:
    ticket = await ask("Nothing works!")
    await workspace.edit(DEFAULT_BRAND, ticket, Edit(priority=Priority.P0), ANNA, NOW)

    at_risk, breached = NOW + timedelta(minutes=25), NOW + timedelta(minutes=31)
    assert (await listed(workspace, "at_risk", at_risk), await listed(workspace, "breached", at_risk)) == ([ticket], [])
    assert (await listed(workspace, "at_risk", breached), await listed(workspace, "breached", breached)) == (
        [],
        [ticket],
    )
    await workspace.reply(DEFAULT_BRAND, ticket, "We look into it.", ANNA, breached)
    assert await listed(workspace, "breached", breached) == []


@pytest.mark.parametrize("order", ["newest", "due"])
async def test_pages_hold_every_ticket_once_and_in_order(workspace: Workspace, ask: Ask, order: Order) -> None:
    made = [await ask("Hello?", at=NOW + timedelta(minutes=number // 2), customer=f"c{number}") for number in range(7)]
    await workspace.edit(DEFAULT_BRAND, made[3], Edit(priority=Priority.P0), ANNA, NOW + timedelta(hours=1))

    seen, after, pages = list[TicketId](), None, 0
    while pages == 0 or after:
        page = await workspace.page(Asked(DEFAULT_BRAND, "open", order), MORNING, after, limit=3)
        seen, after, pages = [*seen, *(one.ticket.id for one in page.tickets)], page.next, pages + 1

    assert pages == 3
    assert (len(seen), set(seen), seen[0]) == (7, set(made), made[3])


@pytest.mark.parametrize("cursor", ["", "!", "bm90aGluZw", "WyJuZXdlc3QiLCIyMDI2Il0", "ü", "WzEsMiwzXQ"])
async def test_a_cursor_that_is_none_is_refused(workspace: Workspace, cursor: str) -> None:
    with pytest.raises(ViewRefused, match="is no cursor"):
        await workspace.page(Asked(DEFAULT_BRAND), NOW, cursor)


async def test_a_cursor_of_another_order_and_a_view_of_nobody_are_refused(workspace: Workspace, ask: Ask) -> None:
    for number in range(2):
        await ask("Hello?", customer=f"c{number}")
    page = await workspace.page(Asked(DEFAULT_BRAND, "open", "due"), NOW, limit=1)

    with pytest.raises(ViewRefused, match="another order"):
        await workspace.page(Asked(DEFAULT_BRAND, "open", "newest"), NOW, page.next)
    with pytest.raises(ViewRefused, match="name one"):
        await workspace.page(Asked(DEFAULT_BRAND, "mine"), NOW)


async def test_a_list_says_who_asks_what_and_until_when(workspace: Workspace, ask: Ask) -> None:
    ticket = await ask("Where is my parcel?" + "!" * 500)
    await workspace.describe(DEFAULT_BRAND, CustomerId("c1"), {"name": "Cleo"}, NOW)
    await workspace.edit(DEFAULT_BRAND, ticket, Edit(priority=Priority.P0, tags=("late",), team="support"), ANNA, NOW)

    asked = Asked(DEFAULT_BRAND, "open", team="support", tag="late", customer=CustomerId("c1"))
    page = await workspace.page(asked, NOW)
    others = await workspace.page(Asked(DEFAULT_BRAND, "open", tag="early"), NOW)

    shown = page.tickets[0]
    assert (shown.customer, shown.preview[:20], len(shown.preview)) == ("Cleo", "Where is my parcel?!", 160)
    assert shown.due_at == NOW + timedelta(minutes=30)
    assert others.tickets == ()


async def test_no_view_holds_a_ticket_of_another_brand(desk: Desk, workspace: Workspace, ask: Ask) -> None:
    other = (await desk.add_brand(BrandId("other"), "Other", NOW)).id
    await ask("Hello?", brand=other)

    assert [view for view in VIEWS if await listed(workspace, view)] == []
    assert (await workspace.counts(DEFAULT_BRAND, NOW))["open"] == 0
    assert len(await listed(workspace, "open", brand=other)) == 1
