import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from database.database import Database
from database.tables import outbox
from desk.desk import Desk, Incoming
from desk.errors import SuggestionDecided, UnknownSuggestion, UnknownTeammate
from desk.work.deciding import Suggestions
from desk.work.edits import Edit, edits, share_kept
from domain.ids import DEFAULT_BRAND, BrandId, TeammateId, TicketId
from tests.desk.decisions import NOW, REPLY
from tests.desk.work.conftest import ANNA, BEN, Suggest

UNDO = timedelta(seconds=10)
MINE = f"{REPLY} Tell me if that fails."


async def replies(desk: Desk, ticket: TicketId) -> list[str]:
    return [message.text for message in await desk.messages(ticket) if message.kind == "reply"]


async def told(desk: Desk, ticket: TicketId) -> list[str]:
    return [event.kind for event in await desk.events(ticket) if event.kind.startswith("suggestion")]


async def queued(database: Database) -> int:
    async with database.engine.connect() as connection:
        count: int = (await connection.execute(select(func.count()).select_from(outbox))).scalar_one()
        return count


async def test_a_suggested_decision_waits_for_a_teammate(suggest: Suggest, suggestions: Suggestions) -> None:
    made = await suggest()

    waiting = await suggestions.waiting(DEFAULT_BRAND)

    assert [one.case for one in waiting] == [made.case]
    assert (made.state, made.text, made.turn) == ("waiting", REPLY, 1)


async def test_an_approved_suggestion_is_sent_when_it_can_no_longer_be_undone(
    desk: Desk, suggest: Suggest, suggestions: Suggestions
) -> None:
    made = await suggest()
    approved = await suggestions.approve(DEFAULT_BRAND, made.case, ANNA, NOW, UNDO)

    await suggestions.send_due(NOW + UNDO - timedelta(seconds=1))
    assert (approved.state, await replies(desk, made.ticket)) == ("approved", [])
    await suggestions.send_due(NOW + UNDO)

    sent = (await desk.messages(made.ticket))[-1]
    assert (sent.author, sent.text, sent.teammate, sent.case) == ("teammate", REPLY, ANNA, made.case)
    assert (await desk.ticket(made.ticket, DEFAULT_BRAND)).status == "pending"
    assert {clock.kind for clock in await desk.clocks(made.ticket) if clock.stopped_at is None} == {"resolution"}


async def test_approving_leaves_the_next_draft_to_the_bot(
    desk: Desk, suggest: Suggest, suggestions: Suggestions
) -> None:
    made = await suggest()
    await suggestions.approve(DEFAULT_BRAND, made.case, ANNA, NOW, timedelta())

    again = await suggest("And my phone number?", made.ticket)

    assert again.state == "waiting"


async def test_approved_twice_from_two_clients_and_swept_by_two_workers_is_one_message(
    desk: Desk, database: Database, suggest: Suggest, suggestions: Suggestions
) -> None:
    made = await suggest()

    await asyncio.gather(
        *(suggestions.approve(DEFAULT_BRAND, made.case, who, NOW, UNDO) for who in (ANNA, ANNA, BEN, BEN))
    )
    await asyncio.gather(*(suggestions.send_due(NOW + UNDO) for _ in range(4)))
    retried = await suggestions.approve(DEFAULT_BRAND, made.case, ANNA, NOW + UNDO, UNDO)

    assert retried.state == "sent"
    assert await replies(desk, made.ticket) == [REPLY]
    assert await queued(database) == 1
    assert await told(desk, made.ticket) == ["suggestion_approved"]


async def test_an_undone_approval_sends_nothing_and_can_be_given_again(
    desk: Desk, suggest: Suggest, suggestions: Suggestions
) -> None:
    made = await suggest()
    await suggestions.approve(DEFAULT_BRAND, made.case, ANNA, NOW, UNDO)

    undone = await suggestions.undo(DEFAULT_BRAND, made.case, ANNA, NOW + timedelta(seconds=5))
    await suggestions.send_due(NOW + timedelta(hours=1))

    assert (undone.state, undone.decided_by, await replies(desk, made.ticket)) == ("waiting", None, [])
    await suggestions.approve(DEFAULT_BRAND, made.case, BEN, NOW + timedelta(hours=1), timedelta())
    assert await replies(desk, made.ticket) == [REPLY]


async def test_what_was_sent_cannot_be_undone(suggest: Suggest, suggestions: Suggestions) -> None:
    made = await suggest()
    await suggestions.approve(DEFAULT_BRAND, made.case, ANNA, NOW, timedelta())

    with pytest.raises(SuggestionDecided, match="is sent: it cannot be undone"):
        await suggestions.undo(DEFAULT_BRAND, made.case, ANNA, NOW)


async def test_an_edited_suggestion_is_sent_in_the_teammates_words_and_keeps_the_difference(
    desk: Desk, suggest: Suggest, suggestions: Suggestions
) -> None:
    made = await suggest()
    advice = [{"part": "clear", "score": 1.0}]

    edited = await suggestions.edit(DEFAULT_BRAND, made.case, BEN, MINE, NOW, timedelta(), advice)

    assert (edited.state, edited.text, edited.final_text, edited.advice) == ("sent", REPLY, MINE, advice)
    assert await replies(desk, made.ticket) == [MINE]
    event = next(event for event in await desk.events(made.ticket) if event.kind == "suggestion_edited")
    assert event.data == {"case": made.case, "by": BEN, "kept": 1.0}


async def test_a_rejected_suggestion_keeps_its_reason_and_is_never_sent(
    desk: Desk, suggest: Suggest, suggestions: Suggestions
) -> None:
    made = await suggest()

    rejected = await suggestions.reject(DEFAULT_BRAND, made.case, ANNA, "wrong", "He asks for the other address.", NOW)
    await suggestions.send_due(NOW + timedelta(days=1))

    assert (rejected.state, rejected.reason, await replies(desk, made.ticket)) == ("rejected", "wrong", [])
    with pytest.raises(SuggestionDecided, match="is rejected: it cannot be approved"):
        await suggestions.approve(DEFAULT_BRAND, made.case, BEN, NOW, UNDO)


@pytest.mark.parametrize("approved", [False, True], ids=["waiting", "approved"])
async def test_the_customers_next_message_withdraws_what_was_not_sent(
    desk: Desk, suggest: Suggest, suggestions: Suggestions, approved: bool
) -> None:
    made = await suggest()
    if approved:
        await suggestions.approve(DEFAULT_BRAND, made.case, ANNA, NOW, UNDO)

    await desk.receive(Incoming(DEFAULT_BRAND, "I meant my e-mail address.", "email", made.ticket), NOW)
    await suggestions.send_due(NOW + UNDO)

    assert (await suggestions.find(DEFAULT_BRAND, made.case)).state == "superseded"
    assert await replies(desk, made.ticket) == []


async def test_a_teammates_own_reply_withdraws_the_suggestion(
    desk: Desk, suggest: Suggest, suggestions: Suggestions
) -> None:
    made = await suggest()

    await desk.write(made.ticket, "I have changed it for you.", NOW)

    assert (await suggestions.find(DEFAULT_BRAND, made.case)).state == "superseded"
    assert await suggestions.waiting(DEFAULT_BRAND) == []


async def test_another_brand_and_a_stranger_decide_nothing(suggest: Suggest, suggestions: Suggestions) -> None:
    made = await suggest()

    with pytest.raises(UnknownSuggestion):
        await suggestions.approve(BrandId("other"), made.case, ANNA, NOW, UNDO)
    with pytest.raises(UnknownTeammate):
        await suggestions.approve(DEFAULT_BRAND, made.case, TeammateId("tea_nobody"), NOW, UNDO)

    assert (await suggestions.find(DEFAULT_BRAND, made.case)).state == "waiting"


def test_an_edit_is_told_word_by_word() -> None:
    changed = edits("Open Profile and save.", "Open Settings and save. Thanks!")

    assert changed == [
        Edit("kept", "Open "),
        Edit("removed", "Profile "),
        Edit("added", "Settings "),
        Edit("kept", "and "),
        Edit("removed", "save."),
        Edit("added", "save. Thanks!"),
    ]
    assert "".join(edit.text for edit in changed if edit.change != "added") == "Open Profile and save."


@pytest.mark.parametrize(
    ("before", "after", "kept"), [("a b c d", "a b c d e", 1.0), ("a b c d", "x b c y", 0.5), ("a", "b", 0.0)]
)
def test_the_share_that_was_kept_counts_the_drafts_words(before: str, after: str, kept: float) -> None:
    assert share_kept(before, after) == kept
