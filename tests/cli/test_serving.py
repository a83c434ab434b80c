"""A running server, and the other commands beside it."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import yaml

from cli import running
from cli.serving import _listening
from prompts import policy
from tests.cli.conftest import COMMAND, Deskhand

PATIENCE_S = 60


@dataclass(frozen=True)
class Served:
    """A server, the data directory it serves, and the port it has."""

    process: subprocess.Popen[str]
    data: Path
    url: str

    @property
    def port(self) -> str:
        return self.url.rpartition(":")[2]


def start(environment: Mapping[str, str], data: Path) -> Served:
    process = subprocess.Popen(
        [*COMMAND, "serve", "--demo", "--port", "0", "--data", str(data)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    deadline = time.monotonic() + PATIENCE_S
    while (found := running.find(data)) is None:
        assert process.poll() is None, "the server ended"
        assert time.monotonic() < deadline, "the server did not start"
        time.sleep(0.05)
    return Served(process, data, found.url)


@pytest.fixture(scope="module")
def served(
    environment: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory, help_center: Path, run: Deskhand
) -> Iterator[Served]:
    """A server in demo mode with the help center indexed through it."""
    data = tmp_path_factory.mktemp("served") / "data"
    server = start(environment, data)
    indexed = run("index", help_center, "--data", data)
    assert indexed.returncode == 0
    yield server
    server.process.terminate()
    server.process.communicate(timeout=PATIENCE_S)


def test_questions_go_through_the_server(served: Served, typed: Deskhand) -> None:
    asked = typed("ask", "How long does a refund take?", "--data", served.data, "--json")
    found = typed("search", "password", "-k", "1", "--data", served.data)
    stranger = typed("search", "password", "--brand", "nobody", "--data", served.data)
    policy = typed("ask", "Hello", "--policy", served.data, "--data", served.data)

    assert json.loads(asked.stdout)["outcome"] == "answered"
    assert "Reset your password" in found.stdout
    assert stranger.returncode == 2
    assert "There is no such brand" in stranger.stderr
    assert "answers with its own policy" in policy.stderr


def test_articles_go_through_the_server_and_bad_ones_are_named(served: Served, typed: Deskhand, tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text("# Opening hours\n\nWe are open from 9 to 17 o'clock.")
    (tmp_path / "bad.md").write_bytes(b"# Caf\xe9\n\nText.")

    first = typed("index", tmp_path, "--data", served.data, "--json")
    second = typed("index", tmp_path, "--data", served.data)
    found = typed("search", "When are you open?", "-k", "1", "--data", served.data, "--json")

    counts = json.loads(first.stdout)
    assert (first.returncode, second.returncode) == (3, 3)
    assert (counts["added"], counts["unchanged"]) == (1, 0)
    assert counts["skipped"][0]["place"].endswith("bad.md")
    assert "not UTF-8" in counts["skipped"][0]["reason"]
    assert f"skipped {tmp_path / 'bad.md'}" in first.stderr
    assert "0 added, 0 changed, 1 unchanged, 1 skipped" in second.stdout
    assert json.loads(found.stdout)["results"][0]["article"] == "good"


def test_a_chat_is_answered_by_the_worker_inside(served: Served) -> None:
    with httpx.Client(base_url=served.url, timeout=PATIENCE_S, trust_env=False) as client:
        accepted = client.post("/v1/chat", json={"text": "How long does a refund take?"}).json()
        with client.stream("GET", accepted["events"]) as events:
            kinds = _kinds_until_done(events.iter_lines())

    assert kinds[0] == "status"
    assert kinds[-2:] == ["reply", "done"]


def test_an_article_is_taken_back_through_the_server_which_names_the_replies_on_it(
    served: Served, typed: Deskhand, tmp_path: Path
) -> None:
    (tmp_path / "parking.md").write_text("# Parking\n\nA parking permit costs 12 EUR a day at the garage.")
    typed("index", tmp_path, "--data", served.data)
    with httpx.Client(base_url=served.url, timeout=PATIENCE_S, trust_env=False) as client:
        accepted = client.post("/v1/chat", json={"text": "How much is a parking permit a day?"}).json()
        with client.stream("GET", accepted["events"]) as events:
            kinds = _kinds_until_done(events.iter_lines())

    listed = typed("articles", "replies", "parking", "--data", served.data, "--json")
    deleted = typed("articles", "delete", "parking", "--data", served.data)
    again = typed("articles", "delete", "parking", "--data", served.data)

    assert "reply" in kinds
    assert [reply["ticket"] for reply in json.loads(listed.stdout)] == [accepted["ticket"]]
    assert "parking is deleted; 1 reply rests on it." in deleted.stdout
    assert accepted["ticket"] in deleted.stdout
    assert again.returncode == 2
    assert "no such article" in again.stderr


def test_keys_are_made_beside_the_server_and_it_takes_them(served: Served, typed: Deskhand) -> None:
    key = typed("keys", "create", "website", "--scopes", "articles", "--data", served.data).stdout.strip()

    article = httpx.get(f"{served.url}/v1/articles/fraud", headers={"Authorization": f"Bearer {key}"}, trust_env=False)

    assert article.json()["visibility"] == "internal"


def test_an_edited_policy_holds_for_the_next_message_without_a_restart(
    served: Served, typed: Deskhand, tmp_path: Path
) -> None:
    phrases = yaml.safe_load(policy.texts()["phrases.yaml"])
    phrases["en"]["handed_over"] = "Ada takes over and has read all of it."
    (tmp_path / "phrases.yaml").write_text(yaml.safe_dump(phrases, allow_unicode=True), "utf-8")

    before = _told(served, "I want to talk to a person, please.")
    imported = typed("policy", "import", tmp_path, "--data", served.data)
    after = _told(served, "I want to talk to a person, please.")
    asked = json.loads(typed("ask", "May I speak to a human?", "--data", served.data, "--json").stdout)

    assert imported.returncode == 0
    assert "Ada takes over" not in before
    assert "Ada takes over and has read all of it." in after
    assert "Ada takes over" in asked["reply"]["text"]
    assert asked["versions"]["policy_number"] == "1"


def test_the_doctor_finds_the_server_and_what_is_wrong(served: Served, typed: Deskhand) -> None:
    well = typed("doctor", "--data", served.data, "--json")
    unwell = typed(
        "doctor",
        "--data",
        served.data,
        "--json",
        DESKHAND_MODEL_URL="http://127.0.0.1:9/v1",
        DESKHAND_MODEL_LARGE="any",
        DESKHAND_EMBEDDER="word2vec",
        DESKHAND_RERANKER=str(served.data / "gone"),
        DESKHAND_MODLE="x",
    )

    states = {finding["name"]: finding["state"] for finding in json.loads(well.stdout)}
    faults = {finding["name"]: finding["message"] for finding in json.loads(unwell.stdout) if finding["state"] == "fix"}
    assert well.returncode == 0
    assert {name for name, state in states.items() if state != "good"} == {"backup"}
    assert {"worker", "queue", "time", "audit log"} <= states.keys()
    assert unwell.returncode == 1
    assert set(faults) == {"settings", "model", "embedder", "reranker"}
    assert "DESKHAND_MODLE" in faults["settings"]


def test_no_part_of_an_answer_waits_for_another() -> None:
    with _listening("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()

    with accepted:
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_a_second_server_is_refused_by_port_and_by_directory(served: Served, typed: Deskhand, tmp_path: Path) -> None:
    same_port = typed("serve", "--port", served.port, "--data", tmp_path / "other")
    same_data = typed("serve", "--port", "0", "--data", served.data)

    assert (same_port.returncode, same_data.returncode) == (2, 2)
    assert f"cannot listen on 127.0.0.1:{served.port}" in same_port.stderr
    assert f"in use by process {served.process.pid}" in same_data.stderr
    assert not (tmp_path / "other").exists()


def test_a_stop_takes_the_file_along_and_a_killed_server_is_not_looked_for(
    environment: Mapping[str, str], typed: Deskhand, tmp_path: Path
) -> None:
    first = start(environment, tmp_path / "data")
    first.process.send_signal(signal.SIGTERM)
    said, _ = first.process.communicate(timeout=PATIENCE_S)
    left = sorted(path.name for path in first.data.iterdir())

    second = start(environment, tmp_path / "data")
    os.kill(second.process.pid, signal.SIGKILL)
    second.process.communicate()
    after = typed("search", "refund", "--data", second.data, "--json")
    gone = typed("articles", "delete", "refunds", "--data", second.data)

    assert first.process.returncode == 0
    assert f"Deskhand is at {first.url}" in said
    assert str(first.data) in said
    assert "serve.json" not in left
    assert (second.data / "serve.json").exists()
    assert json.loads(after.stdout)["results"] == []
    assert gone.returncode == 2
    assert "brand 'default' has no article 'refunds'" in gone.stderr


def _told(served: Served, text: str) -> str:
    """Return all that a conversation says once it has an answer."""
    with httpx.Client(base_url=served.url, timeout=PATIENCE_S, trust_env=False) as client:
        accepted = client.post("/v1/chat", json={"text": text}).json()
        with client.stream("GET", accepted["events"]) as events:
            _kinds_until_done(events.iter_lines())
        return client.get(f"/v1/chat/{accepted['ticket']}").text


def _kinds_until_done(lines: Iterator[str]) -> list[str]:
    kinds = []
    for line in lines:
        if line.startswith("event: "):
            kinds.append(line.removeprefix("event: "))
        if kinds and kinds[-1] == "done":
            break
    return kinds
