"""A small help center, and the real parts to search it with."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from chromadb.api.client import Client

from database.database import Database
from domain.articles import Article
from domain.ids import ArticleId
from embedding.embedder import Vectors
from embedding.minilm import MiniLM
from kb_index.catalogue import Catalogue
from kb_index.chroma import ChromaVectors, open_client
from kb_index.index import KnowledgeIndex, Shelf, Shelves
from kb_index.indexing import Indexer
from kb_index.lexical import Lexical
from kb_index.store import PostgresKnowledge

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def article(name: str, title: str, body: str, **more: object) -> Article:
    return Article(ArticleId(name), title, body, **more)  # type: ignore[arg-type]  # the fields are those of Article


REFUNDS = article(
    "refunds",
    "Get a refund",
    "## When\n\nWe refund a payment within 14 days.\n\n## How\n\n1. Open **Billing**.\n2. Press Refund.",
    url="https://help.example/refunds",
)
SEATS = article("seats", "Add a seat", "Open Team and press Add seat. A seat costs 9 EUR a month.")
PASSWORD = article(
    "password", "Reset your password", "Press Forgot password. We send you a link that works for an hour."
)
CRASH = article("crash", "The app crashes", "Update the app first. If it crashes again, send us error code QX-4127.")
GOODWILL = article(
    "goodwill", "Goodwill refunds", "A teammate may refund up to 50 EUR after 14 days.", visibility="internal"
)
CONTRASENA = article(
    "password-es",
    "Restablecer la contraseña",
    "Pulse Olvidé mi contraseña. Le enviamos un enlace que vale una hora.",
    language="es",
    translation_of="password",
)
HELP_CENTER = [REFUNDS, SEATS, PASSWORD, CRASH, GOODWILL, CONTRASENA]


@dataclass
class Counting:
    """The packaged embedder, counting what it is given, and failing when told to."""

    minilm: MiniLM
    id: str = MiniLM.id
    dimension: int = MiniLM.dimension
    passages: list[str] = field(default_factory=list)
    failing: Exception | None = None

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self.minilm.embed_queries(texts)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if self.failing:
            raise self.failing
        self.passages.extend(texts)
        return self.minilm.embed_passages(texts)


@dataclass
class Process:
    """What one serving process has: a store and a Chroma that may be shared, and everything else of its own."""

    embedder: Counting
    store: PostgresKnowledge
    client: Client
    pool: Executor

    def __post_init__(self) -> None:
        self.shelves = Shelves(
            lambda brand, visibility: Shelf(ChromaVectors(self.client, brand, visibility, self.embedder), Lexical())
        )
        self.index = KnowledgeIndex(self.embedder, self.shelves, Catalogue(self.store), self.pool)
        self.indexer = Indexer(self.embedder, self.shelves, self.store, self.pool)

    def again(self) -> "Process":
        """Return the process that starts after this one has died: same store, same Chroma."""
        return Process(Counting(self.embedder.minilm), self.store, self.client, self.pool)


@pytest.fixture(scope="session")
def minilm() -> MiniLM:
    return MiniLM()


@pytest.fixture(scope="session")
def pool() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    with open_client(tmp_path / "chroma") as client:
        yield client


@pytest.fixture
def process(database: Database, client: Client, minilm: MiniLM, pool: Executor) -> Process:
    return Process(Counting(minilm), PostgresKnowledge(database.engine), client, pool)


@pytest.fixture
def chroma_server(tmp_path: Path) -> Iterator[str]:
    """The address of a Chroma server of this test alone."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = Path(sys.executable).with_name("chroma")
    run = [str(command), "run", "--path", str(tmp_path), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 30
        while time.monotonic() < until and not _listens(port):
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
