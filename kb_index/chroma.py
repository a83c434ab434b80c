"""Vectors in Chroma: embedded in one process, or on a server for many."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

import numpy as np

from domain.articles import Visibility
from domain.ids import BrandId, PassageId
from embedding.embedder import Embedder, Vectors
from kb_index.errors import IndexUnavailable

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateCollectionConfiguration
    from chromadb.api.models.Collection import Collection

BATCH = 5000
TIMEOUT_S = 15.0
PROBES = 8
PREFIX = "deskhand-"
SPACE: "CreateCollectionConfiguration" = {
    "hnsw": {"space": "ip", "ef_construction": 200, "ef_search": 400, "max_neighbors": 32}
}


@contextmanager
def open_client(folder: Path, url: str | None = None) -> Iterator["Client"]:
    """Yield the client of a Chroma server, or without `url` the embedded one in `folder`, and close it.

    The embedded one belongs to one process at a time: two that write damage it. Whoever calls this holds the lock.
    Raises IndexUnavailable when there is no answer.
    """
    client = _client(folder, url)
    servers = [client._server, cast("Client", client._admin_client)._server]
    sessions = [server._session for server in servers if hasattr(server, "_session")]
    try:
        for session in sessions:
            session.timeout = TIMEOUT_S  # Chroma would wait for ever
        yield client
    finally:
        client.close()
        for session in sessions:
            session.close()  # Chroma leaves its connections open


def _client(folder: Path, url: str | None) -> "Client":
    import chromadb
    from chromadb.config import Settings

    settings = Settings(anonymized_telemetry=False)
    with _translated(url or str(folder)):
        if url is None:
            folder.mkdir(parents=True, exist_ok=True)
            return cast("Client", chromadb.PersistentClient(str(folder), settings))
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 8000)
        host = parts.hostname or ""
        return cast("Client", chromadb.HttpClient(host, port, ssl=parts.scheme == "https", settings=settings))


class ChromaVectors:
    """The vectors of one brand, visibility and embedder, in a collection of their own."""

    def __init__(self, client: "Client", brand: BrandId, visibility: Visibility, embedder: Embedder) -> None:
        self._client = client
        self._name = _name(brand, visibility, embedder)
        self._about = {
            "brand": brand,
            "visibility": visibility,
            "embedder": embedder.id,
            "dimension": embedder.dimension,
        }
        self._collection = self._open()

    def upsert(self, ids: Sequence[PassageId], vectors: Vectors) -> None:
        """Keep a vector for each id, in the place of an earlier one."""
        with _translated(self._name):
            for start in range(0, len(ids), BATCH):
                part = slice(start, start + BATCH)
                self._collection.upsert(ids=list(ids[part]), embeddings=np.asarray(vectors[part], np.float32))

    def delete(self, ids: Sequence[PassageId]) -> None:
        """Forget these ids; one that is unknown does no harm."""
        with _translated(self._name):
            for start in range(0, len(ids), BATCH):
                self._collection.delete(ids=list(ids[start : start + BATCH]))

    def query(self, vector: Vectors, k: int) -> list[tuple[PassageId, float]]:
        """Return the `k` nearest ids with their cosine, the nearest first; rarely one of them is missed."""
        with _translated(self._name):
            found = self._collection.query(query_embeddings=vector[np.newaxis], n_results=k, include=["distances"])
        ids, distances = found["ids"][0], (found["distances"] or [[]])[0]
        pairs = [(PassageId(name), 1 - float(distance)) for name, distance in zip(ids, distances, strict=True)]
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))

    def cosines(self, vector: Vectors, ids: Sequence[PassageId]) -> Mapping[PassageId, float]:
        """Return the cosine of each of these ids that is known."""
        if not ids:
            return {}
        with _translated(self._name):
            found = self._collection.get(ids=list(ids), include=["embeddings"])
        vectors = np.asarray(found["embeddings"], np.float32).reshape(-1, len(vector))
        return {PassageId(name): float(cosine) for name, cosine in zip(found["ids"], vectors @ vector, strict=True)}

    def ids(self) -> set[PassageId]:
        """Return every id that is kept."""
        with _translated(self._name):
            return {PassageId(name) for name in self._collection.get(include=[])["ids"]}

    def count(self) -> int:
        """Return how many vectors are kept."""
        with _translated(self._name):
            return self._collection.count()

    def sound(self) -> bool:
        """Say whether a few of the vectors that are kept are found by themselves."""
        with _translated(self._name):
            sample = self._collection.get(limit=PROBES, include=["embeddings"])
        probes = zip(sample["ids"], np.asarray(sample["embeddings"], np.float32), strict=True)
        return all(any(cosine > 0.999 for _, cosine in self.query(vector, 1)) for _, vector in probes)

    def clear(self) -> None:
        """Forget everything."""
        with _translated(self._name):
            self._client.delete_collection(self._name)
        self._collection = self._open()

    def _open(self) -> "Collection":
        with _translated(self._name):
            collection = self._client.get_or_create_collection(
                self._name, configuration=SPACE, metadata=self._about, embedding_function=None
            )
        if collection.metadata != self._about:
            raise IndexUnavailable(
                f"the collection {self._name!r} holds {collection.metadata!r}, not {self._about!r}: another program "
                "made it. Give Deskhand a Chroma database of its own"
            )
        return collection


def discard(client: "Client", embedder: str) -> None:
    """Remove every collection with vectors of an embedder; none there is no harm."""
    with _translated(embedder):
        for collection in client.list_collections():
            about = collection.metadata or {}
            if collection.name.startswith(PREFIX) and about.get("embedder") == embedder:
                client.delete_collection(collection.name)


def _name(brand: BrandId, visibility: Visibility, embedder: Embedder) -> str:
    digest = hashlib.sha256(f"{brand}\n{visibility}\n{embedder.id}\n{embedder.dimension}".encode()).hexdigest()
    return f"{PREFIX}{visibility}-{digest[:24]}"


@contextmanager
def _translated(place: str) -> Iterator[None]:
    """Turn what Chroma and its HTTP client raise into our own error."""
    import httpx
    from chromadb.errors import ChromaError

    try:
        yield
    except (ChromaError, httpx.HTTPError, ValueError, RuntimeError) as exc:
        raise IndexUnavailable(f"Chroma does not answer at {place!r}: {type(exc).__name__}: {exc}") from exc
