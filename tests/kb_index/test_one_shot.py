"""The index of one folder, for one command."""

import json
import subprocess
import sys
import time
from concurrent.futures import Executor
from dataclasses import asdict
from pathlib import Path

import pytest

from domain.search import Query
from embedding.minilm import MiniLM
from kb_index.errors import SourceError
from kb_index.one_shot import Progress, open_folder
from kb_index.reading import BadArticle
from tests.kb_index.conftest import CONTRASENA, HELP_CENTER, NOW, PASSWORD, REFUNDS, Counting, Process
from tests.test_layers import ROOT


def written(folder: Path, *lines: object) -> Path:
    file = folder / "help.jsonl"
    rows = [row if isinstance(row, str) else json.dumps(row, default=str) for row in lines]
    file.write_text("\n".join(rows), "utf-8")
    return file


@pytest.fixture
def kb(tmp_path: Path) -> Path:
    return written(tmp_path, *map(asdict, HELP_CENTER))


@pytest.fixture
def embedder(minilm: MiniLM) -> Counting:
    return Counting(minilm)


async def test_the_served_index_and_the_one_shot_one_rank_alike(
    kb: Path, tmp_path: Path, embedder: Counting, pool: Executor, process: Process
) -> None:
    await process.indexer.put(Query("").brand, HELP_CENTER, NOW)
    one_shot = open_folder(kb, tmp_path / "cache", embedder, pool)

    for question in ("How long can I get my money back?", "QX-4127", "restablecer la contraseña por favor", "seat"):
        for query in (Query(question), Query(question, audience="teammate"), Query(question, language="es")):
            here, there = await one_shot.search(query), await process.index.search(query)
            assert [(hit.article, hit.title, hit.url) for hit in here.hits] == [
                (hit.article, hit.title, hit.url) for hit in there.hits
            ]
            assert [hit.score for hit in here.hits] == pytest.approx([hit.score for hit in there.hits], abs=1e-4)
            assert [it.passage for hit in here.hits for it in hit.passages] == [
                it.passage for hit in there.hits for it in hit.passages
            ]
            assert here.indexed == there.indexed


async def test_internal_articles_never_reach_customers(
    kb: Path, tmp_path: Path, embedder: Counting, pool: Executor
) -> None:
    index = open_folder(kb, tmp_path / "cache", embedder, pool)

    asked = await index.search(Query("goodwill refund up to 50 EUR after 14 days"))
    teammate = await index.search(Query("goodwill refund up to 50 EUR after 14 days", audience="teammate"))

    assert "goodwill" not in [hit.article for hit in asked.hits]
    assert teammate.hits[0].article == "goodwill"
    assert (asked.indexed, teammate.indexed) == (5, 6)


def test_it_is_built_again_only_when_the_content_changes_and_then_only_what_changed(
    kb: Path, tmp_path: Path, embedder: Counting, pool: Executor
) -> None:
    open_folder(kb, tmp_path / "cache", embedder, pool)
    first = len(embedder.passages)
    open_folder(kb, tmp_path / "cache", embedder, pool)
    unchanged = len(embedder.passages)

    written(tmp_path, asdict(REFUNDS), {**asdict(PASSWORD), "body": "Ask your administrator for a new one."})
    open_folder(kb, tmp_path / "cache", embedder, pool)

    assert (first, unchanged) == (7, 7)
    assert embedder.passages[7:] == ["Reset your password\nAsk your administrator for a new one."]


def test_bad_rows_are_told_about_each_time_and_the_rest_is_indexed(
    tmp_path: Path, embedder: Counting, pool: Executor
) -> None:
    kb = written(tmp_path, asdict(REFUNDS), "{oops", {"id": "x", "title": "X"})
    cold: list[BadArticle | Progress] = []
    warm: list[BadArticle | Progress] = []

    open_folder(kb, tmp_path / "cache", embedder, pool, cold.append)
    open_folder(kb, tmp_path / "cache", embedder, pool, warm.append)

    assert [it.place for it in warm if isinstance(it, BadArticle)] == [f"{kb}:2", f"{kb}:3"]
    assert [it for it in cold if isinstance(it, Progress)] == [Progress(0, 2), Progress(2, 2)]
    assert warm == [it for it in cold if isinstance(it, BadArticle)]


def test_a_folder_without_a_readable_article_is_refused_and_leaves_nothing(
    tmp_path: Path, embedder: Counting, pool: Executor
) -> None:
    kb = written(tmp_path, "{oops")
    told: list[BadArticle | Progress] = []

    with pytest.raises(SourceError, match="none of the 1 articles can be read"):
        open_folder(kb, tmp_path / "cache", embedder, pool, told.append)
    with pytest.raises(SourceError, match="does not exist"):
        open_folder(tmp_path / "nowhere", tmp_path / "cache", embedder, pool)

    assert isinstance(told[0], BadArticle)
    assert not (tmp_path / "cache").exists()


async def test_a_build_that_is_interrupted_leaves_nothing_half_way(
    kb: Path, tmp_path: Path, embedder: Counting, pool: Executor
) -> None:
    embedder.failing = KeyError("killed")
    with pytest.raises(KeyError):
        open_folder(kb, tmp_path / "cache", embedder, pool)
    embedder.failing = None

    index = open_folder(kb, tmp_path / "cache", embedder, pool)

    assert (await index.search(Query("refund"))).hits[0].article == "refunds"


async def test_a_damaged_index_is_built_again(kb: Path, tmp_path: Path, embedder: Counting, pool: Executor) -> None:
    open_folder(kb, tmp_path / "cache", embedder, pool)
    (folder,) = (tmp_path / "cache").iterdir()
    (folder / "about.json").unlink()

    index = open_folder(kb, tmp_path / "cache", embedder, pool)

    assert (await index.search(Query("refund"))).hits[0].article == "refunds"


def test_many_processes_may_build_and_open_it_at_once(kb: Path, tmp_path: Path) -> None:
    code = (
        "import asyncio, sys; from pathlib import Path; from concurrent.futures import ThreadPoolExecutor\n"
        "from domain.search import Query; from embedding.minilm import MiniLM\n"
        "from kb_index.one_shot import open_folder\n"
        "index = open_folder(Path(sys.argv[1]), Path(sys.argv[2]), MiniLM(), ThreadPoolExecutor(1))\n"
        "print(asyncio.run(index.search(Query('refund'))).hits[0].article, 'chromadb' in sys.modules)"
    )
    command = [sys.executable, "-c", code, str(kb), str(tmp_path / "cache")]

    processes = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(3)]

    assert [process.communicate()[0].strip() for process in processes] == ["refunds False"] * 3
    assert len(list((tmp_path / "cache").iterdir())) == 1


async def test_a_folder_is_opened_like_a_file(tmp_path: Path, embedder: Counting, pool: Executor) -> None:
    folder = tmp_path / "help"
    folder.mkdir()
    (folder / "password.md").write_text(f"# {PASSWORD.title}\n\n{PASSWORD.body}")
    (folder / "password-es.md").write_text(
        f"---\ntranslation_of: password\nlanguage: es\n---\n# {CONTRASENA.title}\n\n{CONTRASENA.body}"
    )

    index = open_folder(folder, tmp_path / "cache", embedder, pool)

    results = await index.search(Query("¿Cómo puedo restablecer la contraseña de mi cuenta?"))
    assert [hit.article for hit in results.hits] == ["password-es"]


def test_a_cached_index_opens_at_once(tmp_path: Path, embedder: Counting, pool: Executor) -> None:
    rows = [{**asdict(REFUNDS), "id": f"a{number}"} for number in range(435)]
    kb = written(tmp_path, *rows)
    open_folder(kb, tmp_path / "cache", embedder, pool)

    start = time.process_time()
    open_folder(kb, tmp_path / "cache", embedder, pool)

    assert time.process_time() - start < 0.3
