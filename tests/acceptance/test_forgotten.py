"""A customer who was erased stands nowhere: not in a dump of the database, nor in any byte of the data directory."""

import subprocess
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import httpx
import jwt
import psycopg
import pytest

import services
import settings
import worker
from api.app import create_app
from database import account, binaries
from desk.audit import OPERATOR
from desk.staff.staff import Profile
from domain.articles import Article
from domain.ids import DEFAULT_BRAND, ArticleId, CustomerId, TeammateId, TicketId
from domain.tickets import PastTicket, Said
from kb_index.solved import solved
from services import Services
from settings import Settings

WORD = "Quizzaciousword"
MIA = CustomerId(f"{WORD}-81")
ADDRESS = f"{WORD}@customer.example"
LONG_AGO = datetime(2026, 1, 5, 9, tzinfo=UTC)
REFUNDS = Article(
    ArticleId("refunds"),
    "Refunds",
    "## How long a refund takes\n\nA refund takes 5 working days. Open Billing and choose Refund to ask for one.",
    url="https://help.example/refunds",
)


@pytest.fixture
def read(tmp_path: Path) -> Settings:
    """Settings of a house that brings its own stores."""
    return settings.read(
        data=tmp_path / "data", cache=tmp_path / "cache", mail_address="help@shop.example", database_url=None
    )


@pytest.fixture
async def house(read: Settings) -> AsyncIterator[Services]:
    """A house with all its stores in one folder, and an article."""
    async with services.open_services(read) as opened:
        await opened.indexer.put(DEFAULT_BRAND, [REFUNDS], services.now())
        yield opened


@pytest.fixture
async def api(house: Services) -> AsyncIterator[httpx.AsyncClient]:
    """An admin's program."""
    _, key = await house.doors.keys.create(DEFAULT_BRAND, "admin", ["admin"], OPERATOR, services.now())
    transport = httpx.ASGITransport(create_app(house))
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as caller:
        yield caller


@pytest.fixture
async def anna(house: Services) -> TeammateId:
    """Somebody who works here."""
    profile = Profile("Anna", "anna@example.com", ("support",))
    return (await house.doors.staff.add(DEFAULT_BRAND, profile, services.now())).id


async def post(api: httpx.AsyncClient, path: str, said: Mapping[str, Any], session: str | None = None) -> Any:
    """Send something under a key of its own, and return the answer."""
    headers = {"Idempotency-Key": f"{path} {sorted(said)}"[:200].replace(" ", "")}
    if session:
        headers["Authorization"] = f"Bearer {session}"
    answer = await api.post(path, json=said, headers=headers)
    assert answer.status_code < 300, (path, answer.text)
    return answer.json()


async def work(house: Services, *tickets: str) -> None:
    """Do what the worker does of these tickets."""
    jobs = worker.Work(house.desk, house.respond, house.give_up, house.connectors, services.now)
    for ticket in tickets:
        await worker.handle_turn(jobs, TicketId(ticket))
        for message in await house.desk.messages(TicketId(ticket)):
            await worker.deliver(jobs, message.id)


async def chat(house: Services, api: httpx.AsyncClient) -> tuple[str, str, str]:
    """Talk in the chat, once about an article and once to a person; return the session and both tickets."""
    secret = await house.doors.visitors.make_secret(DEFAULT_BRAND, services.now())
    until = services.now() + timedelta(minutes=5)
    proof = jwt.encode({"sub": MIA, "exp": until, "name": f"Mia {WORD}", "email": ADDRESS}, secret, "HS256")
    session = (await post(api, "/v1/chat/session", {"brand": DEFAULT_BRAND, "token": proof}))["session"]
    asked = await post(api, "/v1/chat", {"text": f"How long does a refund of my {WORD} take?"}, session)
    person = {"text": f"I want to talk to a human being about {WORD}.", "language": "en"}
    handed = await post(api, "/v1/chat", person, session)
    await work(house, asked["ticket"], handed["ticket"])
    await post(api, "/v1/search", {"query": f"refund of a {WORD}", "record": "customer"}, session)
    return session, asked["ticket"], handed["ticket"]


async def mail(house: Services) -> str:
    """Write a mail with a file, and return its ticket."""
    written = EmailMessage()
    written["From"], written["To"] = f"Mia {WORD} <{ADDRESS}>", "help@shop.example"
    written["Subject"], written["Message-ID"] = f"My {WORD}", f"<{WORD}.1@customer.example>"
    written.set_content(f"It came in pieces, the {WORD}.\n" * 200)
    written.add_attachment(f"A list of {WORD}s".encode(), "text", "plain", filename=f"{WORD}.txt")
    assert house.mailing.intake is not None
    received = await house.mailing.intake.take(written.as_bytes())
    assert received is not None
    return received.ticket


async def teammates_work(api: httpx.AsyncClient, anna: TeammateId, asked: str, handed: str, mailed: str) -> None:
    """Do what a teammate does with these tickets."""
    waiting = (await api.get("/v1/suggestions")).json()["suggestions"]
    case = next(one["case"] for one in waiting if one["ticket"] == asked)
    await post(api, f"/v1/suggestions/{case}/edit", {"teammate": anna, "text": f"Your {WORD} takes 5 working days."})
    macro = (await post(api, "/v1/macros", {"name": "Hello", "text": "Dear {customer_name}, welcome."}))["id"]
    await post(api, f"/v1/macros/{macro}/fill", {"ticket": handed, "teammate": anna})
    await post(api, f"/v1/tickets/{handed}/notes", {"text": f"They mean the {WORD}.", "by": anna})
    due = (services.now() + timedelta(days=1)).isoformat()
    await post(api, f"/v1/tickets/{handed}/follow-ups", {"text": f"Call about {WORD}.", "due_at": due, "by": anna})
    changed = {"by": anna, "tags": [WORD.lower()], "subject": f"A {WORD}"}
    assert (await api.patch(f"/v1/tickets/{mailed}", json=changed)).status_code == 200
    solving = {"text": f"Here is another {WORD}.", "by": anna, "then": "solved"}
    await post(api, f"/v1/tickets/{mailed}/replies", solving)


async def past(house: Services, read: Settings) -> bytes:
    """Import a ticket of another desk, and return the vector that is remembered of it."""
    said = (Said("customer", f"My {WORD} is late.", LONG_AGO), Said("teammate", "See refunds.", LONG_AGO))
    ticket = PastTicket(
        TicketId(f"{WORD}-1"), LONG_AGO, said, f"Late {WORD}", MIA, ("refunds",), "solved", tags=(WORD,), csat="5"
    )
    async with services.open_past(read, DEFAULT_BRAND) as kept:
        await kept.history.put(DEFAULT_BRAND, "other desk", [ticket])
        await kept.memory.put(DEFAULT_BRAND, [solved(ticket)], services.now())
    with psycopg.connect(house.queue.conninfo, autocommit=True) as connection:
        row = connection.execute("SELECT vector FROM remembered_vectors").fetchone()
        connection.execute("ANALYZE")
        connection.execute("CHECKPOINT")
    assert row is not None
    return bytes(row[0])


def places(data: Path, *words: bytes) -> dict[str, int]:
    """Return how often words stand in the files of a folder, in letters of any size."""
    found: dict[str, int] = {}
    for path in data.rglob("*"):
        if path.is_file():
            content = path.read_bytes().lower()
            if times := sum(content.count(word.lower()) for word in words):
                found[str(path.relative_to(data))] = times
    return found


def dump(house: Services) -> bytes:
    """Return all that the database holds, as text."""
    programs = binaries.programs(account.for_cluster(house.settings.data / "postgres" / "cluster"))
    done = subprocess.run([programs / "pg_dump", house.queue.conninfo], check=True, capture_output=True)
    return done.stdout.lower()


async def test_an_erased_customer_is_in_no_dump_and_no_byte_of_the_data_directory(
    house: Services, api: httpx.AsyncClient, anna: TeammateId, read: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    session, asked, handed = await chat(house, api)
    mailed = await mail(house)
    await teammates_work(api, anna, asked, handed, mailed)
    vector = await past(house, read)
    rating = await post(api, f"/v1/tickets/{mailed}/messages", {"text": f"Thank you for the {WORD}, all is solved!"})
    word = WORD.encode()
    before = places(read.data, word, vector)
    held = {one["kind"] for one in (await api.get(f"/v1/customers/{ADDRESS}/holdings")).json()["holdings"]}

    erased = await api.delete(f"/v1/customers/{MIA}", headers={"Idempotency-Key": "erase"})
    done = await house.doors.rights.overwrite(services.now())

    assert rating["ticket"] == mailed
    assert held >= {
        "messages",
        "files",
        "mails received",
        "suggestions",
        "handovers",
        "cases",
        "follow-ups",
        "searches",
    }
    assert held >= {"remembered questions", "sessions", "profile", "tickets", "outcomes"}
    assert {Path(name).parts[2] for name in before} >= {"base", "pg_wal"}
    assert erased.status_code == 200
    assert done.busy == ()
    assert word.lower() not in dump(house)
    assert places(read.data, word, vector) == {}
    assert WORD.lower() not in "".join(capfd.readouterr()).lower()
    assert (await api.get(f"/v1/tickets/{handed}")).json()["messages"] == []
    assert (await api.get("/v1/chat/any", headers={"Authorization": f"Bearer {session}"})).status_code == 401
