"""The file in the data directory by which other commands find a running `deskhand serve`."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

NAME = "serve.json"


@dataclass(frozen=True)
class Running:
    """A server of this data directory: where it listens, which process it is, and the key of this run."""

    url: str
    pid: int
    started: float
    key: str

    def __repr__(self) -> str:
        """Describe the server without its key."""
        return f"Running(url={self.url!r}, pid={self.pid})"

    @property
    def alive(self) -> bool:
        """Say whether that very process still runs; another one with its number does not count."""
        try:
            return abs(psutil.Process(self.pid).create_time() - self.started) < 1
        except psutil.NoSuchProcess:
            return False


def announce(data: Path, url: str, key: str) -> Running:
    """Write the file for this process, readable by its owner only."""
    data.mkdir(parents=True, exist_ok=True)
    own = psutil.Process()
    running = Running(url, own.pid, own.create_time(), key)
    aside = data / f".{NAME}.{own.pid}"
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(running), file)
    aside.replace(data / NAME)
    return running


def find(data: Path) -> Running | None:
    """Return the server that runs on this data directory; None when there is none, or it died without a word."""
    try:
        running = Running(**json.loads((data / NAME).read_bytes()))
    except (FileNotFoundError, NotADirectoryError, ValueError, TypeError):
        return None
    return running if running.alive else None


def withdraw(data: Path) -> None:
    """Remove the file, if it is still this process's own."""
    running = find(data)
    if running and running.pid == os.getpid():
        (data / NAME).unlink()
