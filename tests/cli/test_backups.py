"""A backup beside a running server, and a desk elsewhere that goes on from it."""

import json
from collections.abc import Mapping
from pathlib import Path

import httpx

from tests.cli.conftest import Deskhand
from tests.cli.test_serving import PATIENCE_S, start

QUESTION = "How long does a refund take?"


def test_a_desk_restored_elsewhere_answers_the_same(
    environment: Mapping[str, str], help_center: Path, typed: Deskhand, tmp_path: Path
) -> None:
    server, file, elsewhere = start(environment, tmp_path / "data"), tmp_path / "desk.zip", tmp_path / "elsewhere"
    typed("index", help_center, "--data", server.data)
    begun = httpx.post(f"{server.url}/v1/chat", json={"text": QUESTION}, timeout=PATIENCE_S, trust_env=False).json()
    key = typed("keys", "create", "site", "--scopes", "metrics", "--data", server.data).stdout.strip()
    asked = json.loads(typed("ask", QUESTION, "--data", server.data, "--json").stdout)

    made = typed("backup", file, "--data", server.data, "--json")
    again = typed("backup", file, "--data", server.data)
    over = typed("restore", file, "--data", server.data, "--force")
    scraped = httpx.get(f"{server.url}/metrics", headers={"Authorization": f"Bearer {key}"}, trust_env=False)
    server.process.terminate()
    server.process.communicate(timeout=PATIENCE_S)
    restored = typed("restore", file, "--data", elsewhere)
    twice = typed("restore", file, "--data", elsewhere)
    answered = json.loads(typed("ask", QUESTION, "--data", elsewhere, "--json").stdout)
    sealed = typed("audit", "verify", "--data", elsewhere)

    assert json.loads(made.stdout)["rows"]["articles"] == 3
    assert (made.returncode, again.returncode, over.returncode) == (0, 2, 2)
    assert "exists: choose another name" in again.stderr
    assert "is in use by process" in over.stderr
    assert "deskhand_database_up 1.0" in scraped.text
    assert restored.returncode == 0
    assert "Restored 1 ticket," in restored.stdout
    assert "3 passages are indexed." in restored.stdout
    assert (twice.returncode, "--force" in twice.stderr) == (2, True), twice.stderr
    assert begun["ticket"].startswith("tic_")
    assert answered["reply"] == asked["reply"]
    assert [found["passage"] for found in answered["evidence"]] == [found["passage"] for found in asked["evidence"]]
    assert (sealed.returncode, "hold together" in sealed.stdout) == (0, True)
