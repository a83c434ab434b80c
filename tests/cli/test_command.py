"""The command at its door: what it prints where, and how it ends."""

import json
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import psycopg
import pytest

from cli import faults
from tests.cli.conftest import COMMAND, Deskhand

PYTHON_THAT_FAILS = """
import sys
from cli import faults
sys.excepthook = faults.report
raise RuntimeError("boom")
"""


def test_help_is_instant_and_names_every_command(run: Deskhand) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime

    helps = [run("--help") for _ in range(3)]

    spent = (resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before) / len(helps)
    assert spent < 0.5
    for command in ("serve", "work", "index", "search", "ask", "doctor", "keys", "brands"):
        assert f"  {command} " in helps[0].stdout


def test_json_is_the_only_thing_on_stdout(run: Deskhand, help_center: Path) -> None:
    done = run("ask", "How long does a refund take?", "--kb", help_center, "--json")

    decision = json.loads(done.stdout)
    assert done.returncode == 0
    assert decision["outcome"] == "suggested"
    assert "5 working days" in decision["reply"]["text"]
    assert decision["ticket"] is None


def test_only_demo_mode_would_send_and_internal_articles_are_for_teammates(typed: Deskhand, help_center: Path) -> None:
    demo = typed("ask", "How long does a refund take?", "--kb", help_center, "--demo", "--json")
    customer = typed("search", "refunds over 900 EUR", "--kb", help_center, "--json")
    teammate = typed(
        "search", "refunds over 900 EUR", "--kb", help_center, "--json", "--audience", "teammate", "-k", "1"
    )

    assert json.loads(demo.stdout)["outcome"] == "answered"
    assert "fraud" not in [row["article"] for row in json.loads(customer.stdout)["results"]]
    assert [row["article"] for row in json.loads(teammate.stdout)["results"]] == ["fraud"]


def test_a_file_of_questions_prints_one_document_a_line_in_order(
    typed: Deskhand, help_center: Path, tmp_path: Path
) -> None:
    rows = [
        {"id": "first", "question": "I want to talk to a person"},
        {"id": 2, "question": "How long does that take?", "history": ["user: I want a refund", "agent: Sure."]},
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, rows)))

    asked = typed("ask", "--file", tmp_path / "rows.jsonl", "--kb", help_center)
    searched = typed("search", "--file", tmp_path / "rows.jsonl", "--kb", help_center, "-k", "1")

    decisions = [json.loads(line) for line in asked.stdout.splitlines()]
    assert [decision["id"] for decision in decisions] == ["first", 2]
    assert decisions[0]["handover"]["reason"] == "asked_for_person"
    assert [json.loads(line)["id"] for line in searched.stdout.splitlines()] == ["first", 2]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["ask", ""], "the question is empty"),
        (["ask", "x" * 20_001], "20,001 characters; at most 20,000 are read"),
        (["ask", "caf\udce9"], "not valid UTF-8"),
        (["ask"], "give one question in quotes"),
        (["ask", "Hello", "--file", "rows.jsonl"], "not both"),
        (["ask", "--file", "/nowhere.jsonl"], "'/nowhere.jsonl' cannot be read: No such file"),
        (["ask", "Hello", "--kb", "/nowhere"], "'/nowhere' does not exist"),
        (["ask", "Hello", "--kb", "/", "--policy", "/nowhere"], "'/nowhere' is not a folder"),
        (["search", "Hello", "--audience", "boss"], "--audience is 'boss'"),
        (["index", "/nowhere"], "'/nowhere' does not exist"),
        (["index", "/proc/self/fdinfo"], "holds no article"),
        (["serve", "--workers", "2"], "belong to one process"),
        (["serve", "--demo", "--host", "0.0.0.0"], "binds this machine only"),
        (["work"], "set DESKHAND_DATABASE_URL and DESKHAND_CHROMA_URL"),
        (["search", "Hello", "--data", "/proc/nowhere"], "set DESKHAND_DATA to a folder of yours"),
    ],
)
def test_what_is_asked_wrongly_ends_in_a_sentence(
    typed: Deskhand, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    done = typed(*arguments, DESKHAND_DATA=str(tmp_path / "data"))

    assert sentence in done.stderr
    assert (done.returncode, done.stdout) == (2, "")
    assert not (tmp_path / "data").exists()


def test_a_setting_that_cannot_work_is_named(typed: Deskhand) -> None:
    done = typed("ask", "Hello", DESKHAND_PORT="many")

    assert done.returncode == 2
    assert "DESKHAND_PORT: input should be a valid integer" in done.stderr


def test_what_nobody_expected_is_one_line_and_a_log(environment: Mapping[str, str], tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PYTHON_THAT_FAILS],
        env={**environment, "DESKHAND_DATA": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    log = tmp_path / "logs" / "errors.log"
    assert done.stderr == f"deskhand: something failed that should not (RuntimeError); what happened is in {log}\n"
    assert done.returncode == 1
    assert "RuntimeError: boom" in log.read_text()


def test_every_error_written_for_people_is_expected() -> None:
    names = {error.__name__ for error in faults.expected()}

    assert {"Refusal", "SettingsError", "ServicesError", "DatabaseError", "DeskError", "KnowledgeError"} <= names
    assert {"EmbedderError", "PolicyError"} <= names


def test_ctrl_c_while_indexing_keeps_what_is_done_and_a_second_run_goes_on(
    environment: Mapping[str, str], typed: Deskhand, tmp_path: Path, database_url: str
) -> None:
    rows = [{"id": f"a{n}", "title": f"Article {n}", "body": f"Step {n} of the plan. " * 20} for n in range(240)]
    (tmp_path / "articles.jsonl").write_text("\n".join(map(json.dumps, rows)))
    own = {"DESKHAND_DATA": str(tmp_path / "data"), "DESKHAND_DATABASE_URL": database_url}

    process = subprocess.Popen(
        [*COMMAND, "index", tmp_path / "articles.jsonl"],
        env={**environment, **own},
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # ignored by what a shell began behind itself
    )
    _wait_for_vectors(database_url, 64)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    second = typed("index", tmp_path / "articles.jsonl", "--json", **own)

    counts = json.loads(second.stdout)
    kept = int(said.split("stopped; ")[1].split()[0])
    assert process.returncode == 130
    assert "Run the same command again to go on." in said
    assert "Traceback" not in said
    assert 0 < kept <= counts["unchanged"] < 240
    assert counts["unchanged"] + counts["added"] == 240


def test_sigterm_closes_what_a_command_opened(
    environment: Mapping[str, str], tmp_path: Path, database_url: str
) -> None:
    rows = [{"id": f"a{n}", "title": f"Article {n}", "body": f"Step {n} of the plan. " * 20} for n in range(240)]
    (tmp_path / "articles.jsonl").write_text("\n".join(map(json.dumps, rows)))
    own = {"DESKHAND_DATA": str(tmp_path / "data"), "DESKHAND_DATABASE_URL": database_url}

    process = subprocess.Popen(
        [*COMMAND, "index", tmp_path / "articles.jsonl"], env={**environment, **own}, stderr=subprocess.PIPE, text=True
    )
    _wait_for_vectors(database_url, 1)
    process.terminate()
    _, said = process.communicate(timeout=60)

    assert process.returncode == 143
    assert "articles are stored" in said


def _wait_for_vectors(database_url: str, count: int) -> None:
    """Return once so many texts are embedded; articles are stored ahead of that, before they are acknowledged."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        for _ in range(600):
            row = connection.execute("SELECT count(*) FROM vectors").fetchone()
            if row and row[0] >= count:
                return
            time.sleep(0.1)
    raise AssertionError("nothing was indexed within a minute")
