"""A run that was killed goes on where it was, and ends as if nothing had happened."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from evals import runs
from evals.runs import Run
from tests.test_layers import ROOT

RUN = "import sys, cli; cli.main()"


def start(folder: Path, cache: Path) -> subprocess.Popen[bytes]:
    command = [
        sys.executable,
        "-c",
        RUN,
        "eval",
        "demo",
        "--limit",
        "10",
        "--workers",
        "2",
        "--save",
        folder / "run.json",
    ]
    environment = {**os.environ, "DESKHAND_DATA": str(folder), "DESKHAND_CACHE": str(cache)}
    return subprocess.Popen(
        list(map(str, command)), cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def kept(folder: Path) -> int:
    return sum(file.read_bytes().count(b"\n") for file in (folder / "evals").glob("*.jsonl"))


def finished(folder: Path, cache: Path) -> Run:
    process = start(folder, cache)
    _, complaints = process.communicate(timeout=300)
    assert process.returncode in (0, 1), complaints.decode()
    (run,) = runs.read(folder / "run.json")
    return run


def test_a_killed_run_ends_with_the_same_fingerprint(tmp_path: Path, cache: Path) -> None:
    undisturbed = finished(tmp_path / "undisturbed", cache)

    process = start(tmp_path / "killed", cache)
    while kept(tmp_path / "killed") < 3 and process.poll() is None:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    before = kept(tmp_path / "killed")
    resumed = finished(tmp_path / "killed", cache)

    assert 3 <= before < 10
    assert resumed.fingerprint == undisturbed.fingerprint
    assert [score.value for score in resumed.scores if score.unit != "ms"] == [
        score.value for score in undisturbed.scores if score.unit != "ms"
    ]
