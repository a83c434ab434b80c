"""What is held of a customer: copied whole, erased whole, and nothing of anybody else."""

import io
import json
import zipfile
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from database.database import Database
from database.rights import erasures
from desk.access.visitors import Visitors
from desk.activity import Activity
from desk.audit import Audit
from desk.desk import Desk, Incoming
from desk.errors import CustomerAmbiguous, UnknownCustomer
from desk.policies import Change, Policies
from desk.queue import Queue
from desk.rights import holdings
from desk.rights.rights import DataRights
from desk.staff.staff import Profile, Staff
from desk.work.deciding import Suggestions
from desk.workspace import Workspace
from domain.ids import DEFAULT_BRAND, ArticleId, BrandId, CustomerId, TeammateId, TicketId
from kb_index import postgres_memory
from prompts import policy as pages
from tests.desk.decisions import NOW, handed_over, suggested

MIA, OTTO = CustomerId("mia"), CustomerId("otto")
WORD = "Pomegranate"
LATER = NOW + timedelta(seconds=30)
REMEMBERED = """
INSERT INTO remembered (brand, ticket, subject, question, links, asked_at, answered_at, hash, sequence, stored_at)
VALUES ('default', 't1', '', :question, '{}', :at, :at, '', 1, :at)
"""
Write = Callable[..., Awaitable[TicketId]]


@pytest.fixture
def rights(database: Database, queue: Queue) -> DataRights:
    """The door to what is held of customers."""
    return DataRights(database.engine, queue, Policies(database.engine), postgres_memory.forgetting)


@pytest.fixture
def workspace(database: Database, queue: Queue) -> Workspace:
    """The door to tickets."""
    return Workspace(database.engine, queue)


@pytest.fixture
async def anna(database: Database) -> TeammateId:
    """Somebody who works here."""
    door = Staff(database.engine, Policies(database.engine))
    return (await door.add(DEFAULT_BRAND, Profile("Anna", "anna@example.com", ("support",)), NOW)).id


@pytest.fixture
def write(desk: Desk) -> Write:
    """What makes a customer write."""

    async def written(who: CustomerId = MIA, words: str = f"My {WORD} is broken.", brand: str = DEFAULT_BRAND) -> Any:
        return (await desk.receive(Incoming(BrandId(brand), words, "email", customer=who), NOW)).ticket

    return written


async def tables(database: Database) -> list[str]:
    """Return the tables of the database but those of the queue and of its own migrations."""
    ours = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename !~ '^(procrastinate|alembic)_'"
    async with database.engine.connect() as connection:
        return list((await connection.execute(text(f"{ours} ORDER BY tablename"))).scalars())


async def words_left(database: Database, word: str) -> list[str]:
    """Return the tables in which a word stands."""
    found = []
    for table in await tables(database):
        there = text(f'SELECT 1 FROM "{table}" AS t WHERE t::text ILIKE :word LIMIT 1')
        async with database.engine.connect() as connection:
            found += [table] if (await connection.execute(there, {"word": f"%{word}%"})).first() else []
    return found


async def archive(rights: DataRights, named: str) -> zipfile.ZipFile:
    file = io.BytesIO()
    await rights.export(DEFAULT_BRAND, named, file, LATER)
    return zipfile.ZipFile(file)


async def test_every_table_says_what_of_it_is_a_persons(database: Database) -> None:
    said = [*(one.table.name for one in holdings.HOLDINGS), *holdings.ELSEWHERE, *holdings.NOTHING]

    assert sorted(said) == await tables(database)


async def test_an_export_tells_what_was_said_and_holds_the_files_as_they_came(
    rights: DataRights, workspace: Workspace, write: Write, anna: TeammateId
) -> None:
    ticket = await write()
    await write(OTTO, "Otto asks something else.")
    await workspace.reply(DEFAULT_BRAND, ticket, "Send it back, please.", anna, LATER)
    file = await workspace.attach(DEFAULT_BRAND, ticket, "photo.txt", b"a broken one", LATER)

    copied = await archive(rights, MIA)

    talk = copied.read("conversations.txt").decode()
    assert f"you:\n    My {WORD} is broken.\n" in talk
    assert "our team:\n    Send it back, please.\n" in talk
    assert copied.read(f"files/{file.id}-photo.txt") == b"a broken one"
    data = json.loads(copied.read("data.json"))
    assert data["profile"][0]["id"] == MIA
    assert data["tickets"][0]["messages"][0]["text"] == f"My {WORD} is broken."
    assert "Otto" not in talk + json.dumps(data)


async def test_an_erased_customer_leaves_numbers_and_no_words(
    rights: DataRights,
    workspace: Workspace,
    desk: Desk,
    write: Write,
    database: Database,
    queue: Queue,
    anna: TeammateId,
) -> None:
    activity, suggestions = Activity(database.engine), Suggestions(database.engine, queue)
    await workspace.describe(DEFAULT_BRAND, MIA, {"name": f"Mia {WORD}", "email": f"{WORD}@example.com"}, NOW)
    await Visitors(database.engine).open(DEFAULT_BRAND, None, NOW)
    first, second = await write(), await write()
    for ticket, decide in ((first, suggested), (second, handed_over)):
        attempt = await desk.begin(ticket, LATER)
        assert attempt is not None
        assert await desk.conclude(attempt, decide(attempt.turn), (), LATER)
        if decide is suggested:
            edited = f"Your {WORD} is fine."
            await suggestions.edit(DEFAULT_BRAND, attempt.case, anna, edited, LATER, timedelta())
    await workspace.note(DEFAULT_BRAND, second, f"They love {WORD}.", anna, LATER)
    await workspace.attach(DEFAULT_BRAND, first, f"{WORD}.txt", WORD.encode(), LATER)
    await activity.searched(DEFAULT_BRAND, "customer", WORD, [ArticleId("a")], LATER, MIA)
    await write(OTTO, "Otto asks something else.")
    told = await count_of(database)
    before = await rights.held(DEFAULT_BRAND, f"{WORD}@example.com")

    gone = await rights.erase(DEFAULT_BRAND, MIA, LATER)

    assert set(before) <= set(gone.held)
    assert {one.kind for one in before} >= {"messages", "suggestions", "handovers", "files", "searches", "profile"}
    assert await words_left(database, WORD) == []
    assert await words_left(database, "Otto asks") == ["messages"]
    after = await count_of(database)
    assert {kind: times for kind, times in told.items() if after[kind] < times} == {}
    shell = await workspace.open(DEFAULT_BRAND, second)
    assert (shell.ticket.status, shell.ticket.customer, shell.messages) == ("closed", None, ())
    with pytest.raises(UnknownCustomer, match="has no customer 'mia'"):
        await rights.held(DEFAULT_BRAND, MIA)


async def count_of(database: Database) -> dict[str, int]:
    """Return how many events there are of each kind."""
    async with database.engine.connect() as connection:
        rows = await connection.execute(text("SELECT kind, count(*) FROM events GROUP BY kind"))
        return {str(row[0]): int(row[1]) for row in rows}


async def test_to_look_at_what_is_held_changes_nothing(rights: DataRights, write: Write, database: Database) -> None:
    await write()

    held = {one.kind: (one.rows, one.fate) for one in await rights.held(DEFAULT_BRAND, MIA)}

    assert held["messages"] == (1, "erased")
    assert held["tickets"] == (1, "emptied")
    assert held["events"][1] == "kept"
    assert await words_left(database, WORD) == ["messages"]


async def test_a_case_under_way_comes_to_nothing(rights: DataRights, desk: Desk, write: Write) -> None:
    ticket = await write()
    attempt = await desk.begin(ticket, LATER)
    assert attempt is not None

    await rights.erase(DEFAULT_BRAND, MIA, LATER)

    assert not await desk.conclude(attempt, handed_over(attempt.turn), (), LATER)
    assert await desk.messages(ticket) == []
    assert await desk.begin(ticket, LATER + timedelta(days=1)) is None


async def test_who_writes_again_to_an_erased_ticket_opens_another_of_their_own(
    rights: DataRights, desk: Desk, write: Write, workspace: Workspace
) -> None:
    ticket = await write()
    await rights.erase(DEFAULT_BRAND, MIA, LATER)

    again = await desk.receive(Incoming(DEFAULT_BRAND, "It is me again.", "email", ticket, MIA), LATER)

    assert again.ticket != ticket
    assert (await workspace.open(DEFAULT_BRAND, again.ticket)).ticket.customer == MIA
    assert await desk.messages(ticket) == []


async def test_what_was_merged_or_split_goes_with_its_customer(
    rights: DataRights, workspace: Workspace, write: Write, database: Database, desk: Desk, anna: TeammateId
) -> None:
    first, second = await write(), await write(words=f"Another {WORD}.")
    await workspace.merge(DEFAULT_BRAND, first, second, anna, LATER)
    said = await desk.messages(second)
    await workspace.split(DEFAULT_BRAND, second, said[-1].id, anna, LATER)

    await rights.erase(DEFAULT_BRAND, MIA, LATER)

    assert await words_left(database, WORD) == []
    assert await words_left(database, MIA) == []


async def test_an_address_that_several_told_names_nobody(
    rights: DataRights, workspace: Workspace, database: Database
) -> None:
    for who in (MIA, OTTO):
        await workspace.describe(DEFAULT_BRAND, who, {"email": "both@example.com"}, NOW)

    with pytest.raises(CustomerAmbiguous, match="name one by their id, 'mia', 'otto'"):
        await rights.erase(DEFAULT_BRAND, "Both@example.com", LATER)


async def test_a_customer_of_another_brand_stays(rights: DataRights, desk: Desk, write: Write) -> None:
    await desk.add_brand(BrandId("acme"), "Acme", NOW)
    await write()
    theirs = await write(brand="acme")

    await rights.erase(DEFAULT_BRAND, MIA, LATER)

    assert [message.text for message in await desk.messages(theirs)] == [f"My {WORD} is broken."]


async def test_who_was_exported_and_erased_is_noted_without_their_id(
    rights: DataRights, write: Write, database: Database
) -> None:
    await write()

    await archive(rights, MIA)
    await rights.erase(DEFAULT_BRAND, MIA, LATER, by="key_1")

    entries = [sealed.entry for sealed in await Audit(database.engine).entries(DEFAULT_BRAND)]
    assert [(entry.action, entry.by) for entry in entries] == [
        ("customer_erased", "key_1"),
        ("customer_exported", "operator"),
    ]
    assert entries[0].object == entries[1].object
    assert await words_left(database, MIA) == []


async def test_the_policy_lets_go_what_is_too_old_and_keeps_the_rest(
    rights: DataRights, workspace: Workspace, write: Write, database: Database, desk: Desk, anna: TeammateId
) -> None:
    old, open_still = await write(), await write(OTTO, "Otto asks something else.")
    await workspace.reply(DEFAULT_BRAND, old, "It is solved.", anna, LATER, "solved")
    await Activity(database.engine).searched(DEFAULT_BRAND, "customer", WORD, [], LATER)
    wanted = (
        pages.texts()["retention.yaml"]
        .replace("tickets: null", "tickets: 30")
        .replace("searches: null", "searches: 30")
    )
    await Policies(database.engine).put(DEFAULT_BRAND, Change({"retention.yaml": wanted}, "a test"), NOW)

    await rights.sweep(LATER + timedelta(days=29))
    kept = await words_left(database, WORD)
    await rights.sweep(LATER + timedelta(days=31))

    assert kept == ["messages", "searches"]
    assert await words_left(database, WORD) == []
    assert len(await desk.messages(open_still)) == 1


async def test_the_policy_lets_go_files_questions_and_people_without_a_ticket(
    rights: DataRights, workspace: Workspace, write: Write, database: Database
) -> None:
    ticket = await write(OTTO, "Otto asks something else.")
    await workspace.attach(DEFAULT_BRAND, ticket, "photo.txt", WORD.encode(), LATER)
    await workspace.describe(DEFAULT_BRAND, MIA, {"name": WORD}, NOW)
    async with database.engine.begin() as connection:
        await postgres_memory.forgetting(connection, DEFAULT_BRAND)
        row = {"question": WORD, "at": NOW}
        await connection.execute(text(REMEMBERED), row)
    wanted = pages.texts()["retention.yaml"]
    for kind in ("files", "memories", "customers"):
        wanted = wanted.replace(f"{kind}: null", f"{kind}: 7")
    await Policies(database.engine).put(DEFAULT_BRAND, Change({"retention.yaml": wanted}, "a test"), NOW)

    await rights.sweep(LATER + timedelta(days=8))

    async with database.engine.connect() as connection:
        left = [
            (await connection.execute(text(f"SELECT count(*) FROM {one}"))).scalar()
            for one in ("attachments", "remembered")
        ]
        assert left == [0, 0]
        people = (await connection.execute(text("SELECT id FROM customers"))).scalars().all()
    assert people == [OTTO]


async def test_an_erasure_is_written_over_by_whoever_sweeps_and_once_an_hour(
    rights: DataRights, write: Write, database: Database
) -> None:
    async def waiting() -> list[bool]:
        async with database.engine.connect() as connection:
            rows = await connection.execute(select(erasures.c.overwritten_at).order_by(erasures.c.erased_at))
            return [at is None for at in rows.scalars()]

    for who, at in ((MIA, LATER), (OTTO, LATER + timedelta(minutes=5))):
        await write(who)
        await rights.erase(DEFAULT_BRAND, who, at)
        await rights.sweep(at)
    soon = await waiting()
    await rights.sweep(LATER + timedelta(hours=1))

    assert soon == [False, True]
    assert await waiting() == [False, False]
