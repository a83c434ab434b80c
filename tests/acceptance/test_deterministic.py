"""The same turn is decided the same way by every process: without a model nothing is left to chance."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

HELP_CENTER = Path(__file__).parents[2] / "demo" / "help_center"
ARTICLES = ("*/*invit*.md", "*/*seat*.md", "*/*refund*.md", "*/*invoice*.md", "*/*password*.md")
TURNS = (
    {"id": "how", "question": "How do I invite a colleague?"},
    {"id": "two", "question": "Where do I find my invoices? And can I get a refund of the setup fee?"},
    {"id": "angry", "question": "This is the third time I ask!!! Why was I charged twice in May?"},
    {"id": "other", "question": "¿Cómo cambio mi contraseña?"},
    {"id": "nothing", "question": "Which wine goes with trout?"},
    {"id": "person", "question": "Let me talk to a human, please."},
    {"id": "follow", "question": "And how long?", "history": ["user: Can I get a refund?", "agent: Yes, you can."]},
)
OF_ONE_RUN = ("case", "timings_ms", "decided_at")


def decisions(articles: Path, folder: Path, seed: str, threads: str) -> list[dict[str, Any]]:
    """Index the articles anew and decide every turn, in a process of its own; ids and timings are left out."""
    folder.mkdir()
    asked = folder / "turns.jsonl"
    asked.write_text("".join(json.dumps(turn) + "\n" for turn in TURNS), "utf-8")
    own = {"DESKHAND_DATA": str(folder / "data"), "DESKHAND_CACHE": str(folder / "cache"), "DESKHAND_THREADS": threads}
    done = subprocess.run(
        [sys.executable, "-c", "import cli; cli.main()", "ask", "--kb", str(articles), "--file", str(asked), "--json"],
        env=os.environ | own | {"PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    every = [json.loads(line) for line in done.stdout.splitlines()]
    return [{name: value for name, value in one.items() if name not in OF_ONE_RUN} for one in every]


def test_two_processes_with_an_index_each_decide_byte_for_byte_the_same(tmp_path: Path) -> None:
    articles = tmp_path / "articles"
    articles.mkdir()
    for file in sorted({file for names in ARTICLES for file in HELP_CENTER.glob(names)}):
        shutil.copy(file, articles / f"{file.parent.name}-{file.name}")

    one, other = (
        decisions(articles, tmp_path / f"run{seed}", seed, threads) for seed, threads in (("1", "1"), ("2", "2"))
    )

    assert [decision["id"] for decision in one] == [turn["id"] for turn in TURNS]
    assert {decision["outcome"] for decision in one} >= {"suggested", "handed_over"}
    assert json.dumps(one) == json.dumps(other)
