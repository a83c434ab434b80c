from datetime import timedelta

import pytest
from sqlalchemy import select

from database.database import Database
from database.tables import cases, handovers, messages
from desk.desk import Desk
from desk.editing import Edit
from desk.errors import MergeRefused, SplitRefused, UnknownMessage, UnknownTicket
from desk.workspace import Workspace
from domain.ids import DEFAULT_BRAND, BrandId, MessageId, TicketId
from domain.triage import Priority
from tests.desk.decisions import NOW, handed_over
from tests.desk.workspace.conftest import ANNA, Ask


async def words(desk: Desk, ticket: TicketId) -> list[tuple[int, str]]:
    return [(message.number, message.text) for message in await desk.messages(ticket)]


async def test_merged_tickets_are_one_talk_in_the_order_it_was_said(
    desk: Desk, workspace: Workspace, ask: Ask, database: Database
) -> None:
    first = await ask("My parcel is late.", at=NOW)
    second = await ask("Where is my parcel?", at=NOW + timedelta(hours=1))
    await workspace.reply(DEFAULT_BRAND, first, "We look into it.", ANNA, NOW + timedelta(hours=2))
    await ask("It is order 17.", second, NOW + timedelta(hours=3))
    await workspace.note(DEFAULT_BRAND, second, "The same as the other.", ANNA, NOW + timedelta(hours=4))

    merged = await workspace.merge(DEFAULT_BRAND, second, first, ANNA, NOW + timedelta(hours=5))

    assert await words(desk, first) == [
        (1, "My parcel is late."),
        (2, "Where is my parcel?"),
        (3, "We look into it."),
        (4, "It is order 17."),
        (5, "The same as the other."),
    ]
    gone = await workspace.open(DEFAULT_BRAND, second)
    assert (gone.ticket.status, gone.ticket.merged_into, gone.messages) == ("closed", first, ())
    assert (merged.status, merged.asked, merged.bot_silent) == ("open", 4, True)
    assert (await workspace.open(DEFAULT_BRAND, first)).merged == (second,)


async def test_in_a_merged_ticket_the_customer_waits_since_they_first_waited(
    desk: Desk, workspace: Workspace, ask: Ask
) -> None:
    long_ago, lately = await ask("My parcel is late."), await ask("Hello?", at=NOW + timedelta(hours=1))
    due = [clock.due_at for clock in await desk.clocks(long_ago) if clock.kind == "first_response"]

    await workspace.merge(DEFAULT_BRAND, long_ago, lately, ANNA, NOW + timedelta(hours=2))

    running = [clock for clock in await desk.clocks(lately) if clock.stopped_at is None]
    assert [clock.due_at for clock in running if clock.kind == "first_response"] == due
    assert sorted(clock.kind for clock in running) == ["first_response", "resolution"]
    assert all(clock.stopped_at for clock in await desk.clocks(long_ago))


async def test_what_the_customer_writes_to_a_merged_ticket_goes_where_it_went(
    desk: Desk, workspace: Workspace, ask: Ask
) -> None:
    first, second = await ask("My parcel is late."), await ask("Where is my parcel?")
    await workspace.merge(DEFAULT_BRAND, second, first, ANNA, NOW)

    landed = await ask("Any news?", second, NOW + timedelta(hours=1))

    assert landed == first
    assert (await words(desk, first))[-1] == (3, "Any news?")


async def test_cases_and_handovers_follow_their_messages(
    desk: Desk, workspace: Workspace, ask: Ask, database: Database
) -> None:
    first, second = await ask("My parcel is late."), await ask("A person, please!", at=NOW + timedelta(minutes=1))
    attempt = await desk.begin(second, NOW + timedelta(minutes=2))
    assert attempt is not None
    await desk.conclude(attempt, handed_over(attempt.turn, Priority.P1), (), NOW + timedelta(minutes=2))

    merged = await workspace.merge(DEFAULT_BRAND, second, first, ANNA, NOW + timedelta(minutes=3))

    assert (merged.priority, merged.handed_over_at) == (Priority.P1, NOW + timedelta(minutes=2))
    assert [(case.id, case.turn) for case in await desk.cases(first)] == [(attempt.case, 2)]
    assert len(await desk.handovers(first)) == 1


@pytest.mark.parametrize(
    ("customers", "solved", "message"),
    [
        (("c1", "c2"), False, "not known to be of one customer"),
        ((None, None), False, "not known to be of one customer"),
        (("c1", "c1"), True, "is solved: reopen it first"),
    ],
)
async def test_tickets_that_are_not_one_stay_two(
    desk: Desk, workspace: Workspace, ask: Ask, customers: tuple[str | None, ...], solved: bool, message: str
) -> None:
    first, second = [await ask("My parcel is late.", customer=customer) for customer in customers]
    if solved:
        await workspace.edit(DEFAULT_BRAND, second, Edit(status="solved"), ANNA, NOW)

    with pytest.raises(MergeRefused, match=message):
        await workspace.merge(DEFAULT_BRAND, first, second, ANNA, NOW)

    assert len(await words(desk, first)) == 1


async def test_a_ticket_of_another_brand_is_never_merged(desk: Desk, workspace: Workspace, ask: Ask) -> None:
    other = (await desk.add_brand(BrandId("other"), "Other", NOW)).id
    ours, theirs = await ask("My parcel is late."), await ask("My parcel is late.", brand=other)

    with pytest.raises(UnknownTicket):
        await workspace.merge(DEFAULT_BRAND, ours, theirs, ANNA, NOW)
    with pytest.raises(UnknownTicket):
        await workspace.merge(DEFAULT_BRAND, theirs, ours, ANNA, NOW)


async def test_a_second_matter_becomes_a_ticket_whose_clocks_count_since_it_was_asked(
    desk: Desk, workspace: Workspace, ask: Ask
) -> None:
    ticket = await ask("My parcel is late.")
    await workspace.reply(DEFAULT_BRAND, ticket, "It comes today.", ANNA, NOW + timedelta(hours=1))
    await ask("Also, my invoice is wrong.", ticket, NOW + timedelta(hours=2))
    second = (await desk.messages(ticket))[-1]

    made = await workspace.split(DEFAULT_BRAND, ticket, second.id, ANNA, NOW + timedelta(hours=3))

    left = await workspace.open(DEFAULT_BRAND, ticket)
    assert await words(desk, made.id) == [(1, "Also, my invoice is wrong.")]
    assert [message.text for message in left.messages] == ["My parcel is late.", "It comes today."]
    assert (left.ticket.status, left.ticket.asked, made.status, made.asked) == ("pending", 1, "open", 1)
    started = {clock.kind: clock.started_at for clock in await desk.clocks(made.id)}
    assert started == dict.fromkeys(("first_response", "resolution"), NOW + timedelta(hours=2))


async def test_both_parts_go_on_by_themselves(desk: Desk, workspace: Workspace, ask: Ask, database: Database) -> None:
    ticket = await ask("My parcel is late.")
    await ask("Also, my invoice is wrong.", ticket, NOW + timedelta(minutes=1))
    attempt = await desk.begin(ticket, NOW + timedelta(minutes=2))
    assert attempt is not None
    second = (await desk.messages(ticket))[1]

    made = await workspace.split(DEFAULT_BRAND, ticket, second.id, ANNA, NOW + timedelta(minutes=3))
    unsent = await desk.conclude(attempt, handed_over(attempt.turn), (), NOW + timedelta(minutes=4))
    parts = [await desk.begin(one, NOW + timedelta(minutes=5)) for one in (ticket, made.id)]

    assert not unsent
    assert [part.turn.text for part in parts if part] == ["My parcel is late.", "Also, my invoice is wrong."]
    async with database.engine.connect() as connection:
        strays = select(cases.c.id).join(messages, messages.c.ticket == cases.c.ticket, isouter=True)
        assert (await connection.execute(strays.where(messages.c.id.is_(None)))).all() == []
        assert (await connection.execute(select(handovers.c.case))).all() == []


async def test_a_ticket_is_split_only_where_a_customer_spoke_again(desk: Desk, workspace: Workspace, ask: Ask) -> None:
    ticket = await ask("My parcel is late.")
    reply = await workspace.reply(DEFAULT_BRAND, ticket, "It comes today.", ANNA, NOW)
    first = (await desk.messages(ticket))[0]

    for message in (first.id, reply.id):
        with pytest.raises(SplitRefused):
            await workspace.split(DEFAULT_BRAND, ticket, message, ANNA, NOW)
    with pytest.raises(UnknownMessage):
        await workspace.split(DEFAULT_BRAND, ticket, MessageId("msg_no"), ANNA, NOW)
