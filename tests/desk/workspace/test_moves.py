import random
from contextlib import suppress
from datetime import datetime, timedelta
from typing import get_args

import pytest
from sqlalchemy import text

from database.database import Database
from desk.desk import Desk
from desk.editing import Edit
from desk.errors import DeskError, MoveRefused, ProblemRefused, TicketRefused, UnknownTeammate, UnknownTicket
from desk.inbox import Origin
from desk.moves import MOVES
from desk.tickets import Status
from desk.workspace import Then, Workspace
from domain.ids import DEFAULT_BRAND, BrandId, CustomerId, TeammateId, TicketId
from domain.triage import Priority
from tests.desk.decisions import NOW, handed_over
from tests.desk.workspace.conftest import ANNA, Ask

LATER = NOW + timedelta(hours=1)
THEN = get_args(Then)


async def told(desk: Desk, ticket: TicketId) -> list[str]:
    return [event.kind for event in await desk.events(ticket)]


async def backlog(database: Database) -> tuple[int, int]:
    """Return how many tickets are open by their events, and by their status."""
    counted = """
        SELECT sum(CASE WHEN kind IN ('ticket_opened', 'ticket_reopened') THEN 1
            WHEN kind IN ('ticket_solved', 'ticket_dropped') THEN -1 ELSE 0 END),
            (SELECT count(*) FROM tickets WHERE status NOT IN ('solved', 'closed'))
        FROM events
    """
    async with database.engine.connect() as connection:
        by_events, by_status = (await connection.execute(text(counted))).one()
        return by_events or 0, by_status


async def test_a_teammate_moves_a_ticket_and_its_history_says_who(desk: Desk, workspace: Workspace, ask: Ask) -> None:
    ticket = await ask("Where is my parcel?")

    held = await workspace.edit(DEFAULT_BRAND, ticket, Edit(status="on_hold"), ANNA, LATER)
    solved = await workspace.edit(DEFAULT_BRAND, ticket, Edit(status="solved"), ANNA, LATER)

    assert (held.status, solved.status, solved.solved_at) == ("on_hold", "solved", LATER)
    moved = next(event for event in await desk.events(ticket) if event.kind == "status_changed")
    assert moved.data == {"before": "new", "after": "on_hold", "by": ANNA}
    assert all(clock.stopped_at for clock in await desk.clocks(ticket))
    assert await desk.begin(ticket, LATER) is None


@pytest.mark.parametrize(("first", "then"), [("solved", "pending"), ("solved", "new"), ("closed", "open")])
async def test_a_move_that_there_is_not_changes_nothing(
    workspace: Workspace, ask: Ask, first: Status, then: Status
) -> None:
    ticket = await ask("Where is my parcel?")
    for status in ("solved", first):
        await workspace.edit(DEFAULT_BRAND, ticket, Edit(status=status), ANNA, NOW)

    with pytest.raises(MoveRefused, match=f"is {first} and cannot become {then}"):
        await workspace.edit(DEFAULT_BRAND, ticket, Edit(status=then, subject="Parcel"), ANNA, LATER)

    opened = await workspace.open(DEFAULT_BRAND, ticket)
    assert (opened.ticket.status, opened.ticket.subject) == (first, "")


async def test_a_reopened_ticket_runs_its_resolution_on(desk: Desk, workspace: Workspace, ask: Ask) -> None:
    ticket = await ask("Where is my parcel?")
    await workspace.edit(DEFAULT_BRAND, ticket, Edit(status="solved"), ANNA, NOW + timedelta(hours=2))

    again = await workspace.edit(DEFAULT_BRAND, ticket, Edit(status="open"), ANNA, NOW + timedelta(hours=3))

    running = [clock for clock in await desk.clocks(ticket) if clock.stopped_at is None]
    assert (again.status, again.solved_at) == ("open", None)
    assert [clock.kind for clock in running] == ["resolution"]
    assert running[0].timer.spans == ((NOW, NOW + timedelta(hours=2)),)


async def test_spam_is_closed_and_left_alone_until_it_was_none_after_all(
    desk: Desk, workspace: Workspace, ask: Ask, database: Database
) -> None:
    ticket = await ask("Buy my watches!")

    spam = await workspace.edit(DEFAULT_BRAND, ticket, Edit(spam=True), ANNA, LATER)
    assert (spam.status, spam.spam, await desk.begin(ticket, LATER)) == ("closed", True, None)
    assert await backlog(database) == (0, 0)
    restored = await workspace.edit(DEFAULT_BRAND, ticket, Edit(spam=False), ANNA, LATER)

    assert (restored.status, restored.spam) == ("open", False)
    assert await backlog(database) == (1, 1)


async def test_what_is_edited_is_told_and_followed_by_the_clocks(desk: Desk, workspace: Workspace, ask: Ask) -> None:
    ticket = await ask("Where is my parcel?", customer=None)
    wanted = Edit(
        subject="Parcel",
        tags=("late", "late", "parcel"),
        priority=Priority.P1,
        team="support",
        customer=CustomerId("c9"),
    )

    edited = await workspace.edit(DEFAULT_BRAND, ticket, wanted, ANNA, NOW)

    assert (edited.subject, edited.tags, edited.customer) == ("Parcel", ("late", "parcel"), "c9")
    assert (edited.priority, edited.team) == (Priority.P1, "support")
    assert {clock.due_at for clock in await desk.clocks(ticket)} == {LATER, NOW + timedelta(hours=4)}
    assert {"priority_changed", "team_changed"} <= set(await told(desk, ticket))


async def test_a_ticket_stays_its_customers_and_with_a_known_team(workspace: Workspace, ask: Ask) -> None:
    ticket = await ask("Where is my parcel?")

    with pytest.raises(TicketRefused, match="is a ticket of 'c1'"):
        await workspace.edit(DEFAULT_BRAND, ticket, Edit(customer=CustomerId("c2")), ANNA, NOW)
    with pytest.raises(TicketRefused, match="no team 'wizards': the policy has"):
        await workspace.edit(DEFAULT_BRAND, ticket, Edit(team="wizards"), ANNA, NOW)


async def test_who_waits_for_a_problem_hears_that_it_is_solved(desk: Desk, workspace: Workspace, ask: Ask) -> None:
    problem, first, second = [await ask("Nothing loads.", customer=f"c{number}") for number in range(3)]
    for ticket in (first, second):
        await workspace.edit(DEFAULT_BRAND, ticket, Edit(problem=problem, status="on_hold"), ANNA, NOW)
    await workspace.edit(DEFAULT_BRAND, second, Edit(problem=None), ANNA, NOW)

    await workspace.edit(DEFAULT_BRAND, problem, Edit(status="solved"), ANNA, LATER)

    woken, alone = await workspace.open(DEFAULT_BRAND, first), await workspace.open(DEFAULT_BRAND, second)
    assert (woken.ticket.status, alone.ticket.status) == ("open", "on_hold")
    assert woken.messages[-1].kind == "note"
    assert problem in woken.messages[-1].text
    assert (await workspace.open(DEFAULT_BRAND, problem)).linked == (first,)


async def test_problems_do_not_stand_in_line(workspace: Workspace, ask: Ask) -> None:
    first, second, third = [await ask("Nothing loads.", customer=f"c{number}") for number in range(3)]
    await workspace.edit(DEFAULT_BRAND, second, Edit(problem=first), ANNA, NOW)

    for ticket, problem in ((third, second), (first, third), (third, third), (third, TicketId("tic_no"))):
        with pytest.raises(ProblemRefused):
            await workspace.edit(DEFAULT_BRAND, ticket, Edit(problem=problem), ANNA, NOW)


async def test_a_reply_can_solve_and_a_note_reaches_nobody(desk: Desk, workspace: Workspace, ask: Ask) -> None:
    ticket = await ask("Where is my parcel?")

    note = await workspace.note(DEFAULT_BRAND, ticket, "He is an old customer.", ANNA, NOW)
    reply = await workspace.reply(DEFAULT_BRAND, ticket, "It comes today.", ANNA, LATER, then="solved")

    opened = await workspace.open(DEFAULT_BRAND, ticket)
    assert (opened.ticket.status, opened.ticket.bot_silent) == ("solved", True)
    assert (await desk.outgoing(note.id), reply.teammate) == (None, ANNA)
    assert await desk.outgoing(reply.id) is not None
    await workspace.edit(DEFAULT_BRAND, ticket, Edit(status="closed"), ANNA, LATER)
    with pytest.raises(MoveRefused, match="is closed"):
        await workspace.reply(DEFAULT_BRAND, ticket, "One more thing.", ANNA, LATER)


async def test_the_bot_reads_no_notes(desk: Desk, workspace: Workspace, ask: Ask) -> None:
    ticket = await ask("Where is my parcel?")
    attempt = await desk.begin(ticket, LATER)
    assert attempt is not None
    await desk.conclude(attempt, handed_over(attempt.turn), (), LATER)
    await workspace.note(DEFAULT_BRAND, ticket, "Our secret: it fell off the truck.", ANNA, LATER)
    await ask("And when does it come?", ticket, LATER)

    again = await desk.begin(ticket, LATER + timedelta(hours=1))

    assert again is not None
    assert "secret" not in again.turn.text + "".join(said.text for said in again.turn.history)


async def test_strangers_and_other_brands_change_nothing(workspace: Workspace, ask: Ask) -> None:
    ticket = await ask("Where is my parcel?")

    with pytest.raises(UnknownTicket):
        await workspace.edit(BrandId("other"), ticket, Edit(status="solved"), ANNA, NOW)
    with pytest.raises(UnknownTeammate):
        await workspace.edit(DEFAULT_BRAND, ticket, Edit(status="solved"), TeammateId("tea_no"), NOW)


@pytest.mark.parametrize("seed", range(4))
async def test_the_events_always_say_how_many_tickets_are_open(
    workspace: Workspace, ask: Ask, database: Database, seed: int
) -> None:
    chance = random.Random(seed)
    known = [await ask("Where is my parcel?") for _ in range(3)]

    for minute in range(40):
        now = NOW + timedelta(minutes=minute)
        with suppress(DeskError):
            known += await step(workspace, ask, chance, known, now)

    by_events, by_status = await backlog(database)
    assert by_events == by_status


async def step(
    workspace: Workspace, ask: Ask, chance: random.Random, known: list[TicketId], now: datetime
) -> list[TicketId]:
    """Do anything to any ticket, and return which tickets came of it."""
    ticket, other = chance.choice(known), chance.choice(known)
    what = chance.choice(["move", "move", "spam", "no spam", "ask", "reply", "merge", "split"])
    if what == "move":
        await workspace.edit(DEFAULT_BRAND, ticket, Edit(status=chance.choice(list(MOVES))), ANNA, now)
    elif what in ("spam", "no spam"):
        await workspace.edit(DEFAULT_BRAND, ticket, Edit(spam=what == "spam"), ANNA, now)
    elif what == "ask":
        return [await ask("And now?", ticket, now)]
    elif what == "reply":
        await workspace.reply(DEFAULT_BRAND, ticket, "It comes.", ANNA, now, chance.choice(THEN))
    elif what == "merge":
        await workspace.merge(DEFAULT_BRAND, ticket, other, ANNA, now)
    elif said := (await workspace.open(DEFAULT_BRAND, ticket)).messages:
        return [(await workspace.split(DEFAULT_BRAND, ticket, chance.choice(said).id, ANNA, now)).id]
    return []


async def test_a_reply_that_is_asked_for_twice_under_one_key_is_sent_once(
    desk: Desk, workspace: Workspace, ask: Ask
) -> None:
    ticket, origin = await ask("Where is my order?"), Origin(DEFAULT_BRAND, "api", "anna key-1")

    first = await workspace.reply(DEFAULT_BRAND, ticket, "It comes today.", ANNA, LATER, "solved", origin)
    again = await workspace.reply(DEFAULT_BRAND, ticket, "It comes today.", ANNA, LATER, "solved", origin)

    assert again == first
    assert [message.author for message in await desk.messages(ticket)] == ["customer", "teammate"]
