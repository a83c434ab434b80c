"""The benchmarks run, and what they make is the same every time; how quick anything is, no test says."""

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from evals.benchmarks import made
from evals.benchmarks.__main__ import app
from kb_index.passages import cut


@pytest.fixture
def _apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DESKHAND_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("DESKHAND_CACHE", str(tmp_path / "cache"))


def ran(*arguments: str) -> dict[str, object]:
    result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    found: dict[str, object] = json.loads(result.stdout)
    return found


def test_what_is_made_is_the_same_every_time_and_has_the_asked_size() -> None:
    first, again = list(made.articles(3)), list(made.articles(3))

    assert first == again
    assert len({article.title for article in first}) == 3
    assert [len(cut(article)) for article in first] == [made.SECTIONS] * 3
    assert len({passage.id for passage in made.passages(20)}) == 20
    assert list(made.questions(2, 3)) == list(made.questions(2, 3))


def test_made_vectors_have_length_one_and_lie_in_clusters() -> None:
    vectors = made.vectors(500, 384, seed=0)

    nearest = np.sort(made.vectors(5, 384, seed=1) @ vectors.T, axis=1)[:, -1]

    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)
    assert vectors.shape == (500, 384)
    assert np.array_equal(vectors, made.vectors(500, 384, seed=0))
    assert not np.array_equal(vectors[:5], made.vectors(5, 384, seed=1))
    assert nearest.max() > 0.1


@pytest.mark.usefixtures("_apart")
def test_searching_great_many_passages_is_measured() -> None:
    found = ran("passages", "--count", "600", "--asked", "5")

    assert found["passages"] == 600
    assert found["recall"] == pytest.approx(1, abs=0.02)
    assert ran("passages", "--count", "600", "--asked", "5")["passages"] == 600


@pytest.mark.usefixtures("_apart")
def test_indexing_is_measured_beside_the_embedder_alone() -> None:
    found = ran("index", "--count", "3")

    assert (found["articles"], found["passages"]) == (3, 12)
    assert float(str(found["ratio"])) > 0


@pytest.mark.usefixtures("_apart")
def test_searching_is_measured_with_all_that_is_served() -> None:
    found = ran("search", "--count", "3", "--asked", "54")

    assert (found["articles"], found["passages"]) == (3, 12)
