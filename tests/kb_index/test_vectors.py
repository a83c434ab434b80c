"""Both stores of vectors, held to the same promises."""

from pathlib import Path

import numpy as np
import pytest
from chromadb.api.client import Client

from domain.ids import BrandId, PassageId
from embedding.embedder import Vectors
from embedding.minilm import MiniLM
from kb_index.chroma import ChromaVectors, open_client
from kb_index.errors import IndexUnavailable
from kb_index.vectors import ExactVectors, VectorStore

BRAND = BrandId("default")


def ids(count: int) -> list[PassageId]:
    return [PassageId(f"article{row // 5}#{row}") for row in range(count)]


def unit(count: int, seed: int = 7) -> Vectors:
    """Vectors in clusters, as real ones are."""
    random = np.random.default_rng(seed)
    vectors = random.normal(size=(40, 384))[random.integers(0, 40, count)] + random.normal(size=(count, 384))
    scaled: Vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    return scaled


def chroma(client: Client) -> ChromaVectors:
    return ChromaVectors(client, BRAND, "public", MiniLM())


@pytest.fixture(params=["exact", "chroma"])
def store(request: pytest.FixtureRequest, client: Client) -> VectorStore:
    return ExactVectors() if request.param == "exact" else chroma(client)


def test_the_nearest_come_first_with_their_cosine(store: VectorStore) -> None:
    vectors = unit(20)
    store.upsert(ids(20), vectors)

    found = store.query(vectors[3], 5)

    assert found[0][0] == ids(20)[3]
    assert [cosine for _, cosine in found] == pytest.approx(sorted(vectors @ vectors[3], reverse=True)[:5], abs=1e-5)
    assert store.cosines(vectors[3], [ids(20)[4], PassageId("x#1")]) == pytest.approx(
        {ids(20)[4]: float(vectors[3] @ vectors[4])}, abs=1e-5
    )


def test_what_is_put_again_is_replaced_and_what_is_deleted_is_gone(store: VectorStore) -> None:
    vectors = unit(3)
    store.upsert(ids(2), vectors[:2])

    store.upsert(ids(1), vectors[2:])
    store.delete([ids(2)[1], PassageId("never#1")])

    assert store.ids() == set(ids(1))
    assert store.count() == 1
    assert store.query(vectors[2], 9)[0][1] == pytest.approx(1, abs=1e-5)


def test_an_empty_store_finds_nothing(store: VectorStore) -> None:
    store.upsert(ids(2), unit(2))
    store.clear()

    assert store.query(unit(1)[0], 3) == []
    assert store.cosines(unit(1)[0], []) == {}
    assert store.ids() == set()
    assert store.sound()


def test_both_stores_rank_alike(client: Client) -> None:
    names, vectors, questions = ids(3000), unit(3000), unit(40, seed=8)
    exact, near = ExactVectors(names, vectors), chroma(client)
    near.upsert(names, vectors)

    pairs = [(exact.query(question, 50), near.query(question, 50)) for question in questions]

    # Chroma's graph is built by several threads and its search is approximate: now and then it misses one of the near.
    both = [(dict(one), dict(other), dict(one).keys() & dict(other)) for one, other in pairs]
    assert np.mean([len(shared) / 50 for _, _, shared in both]) > 0.99
    assert all(one[name] == pytest.approx(other[name], abs=1e-5) for one, other, shared in both for name in shared)


def test_each_brand_visibility_and_embedder_has_a_collection_of_its_own(client: Client) -> None:
    class Other(MiniLM):
        id = "other-model"
        dimension = 3

    chroma(client).upsert(ids(2), unit(2))

    assert ChromaVectors(client, BRAND, "internal", MiniLM()).count() == 0
    assert ChromaVectors(client, BrandId("Größe / 2"), "public", MiniLM()).count() == 0
    assert ChromaVectors(client, BRAND, "public", Other()).count() == 0
    assert chroma(client).count() == 2


def test_a_collection_that_somebody_else_made_is_refused(client: Client) -> None:
    made = chroma(client)._collection
    made.modify(metadata={"embedder": "another"})

    with pytest.raises(IndexUnavailable, match=r"'another'.*a Chroma database of its own"):
        chroma(client)


def test_vectors_survive_a_restart(tmp_path: Path) -> None:
    with open_client(tmp_path / "kept") as client:
        chroma(client).upsert(ids(9), unit(9))

    with open_client(tmp_path / "kept") as client:
        assert chroma(client).ids() == set(ids(9))
        assert chroma(client).sound()


def test_a_server_keeps_what_one_client_put_for_the_next(chroma_server: str, tmp_path: Path) -> None:
    vectors = unit(9)
    with open_client(tmp_path / "unused", chroma_server) as client:
        chroma(client).upsert(ids(9), vectors)

    with open_client(tmp_path / "unused", chroma_server) as client:
        found = dict(chroma(client).query(vectors[2], 1))

    assert found == pytest.approx({ids(9)[2]: 1}, abs=1e-5)
    assert not (tmp_path / "unused").exists()


def test_a_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    with pytest.raises(IndexUnavailable, match=r"http://127\.0\.0\.1:9"), open_client(tmp_path, "http://127.0.0.1:9"):
        pass
