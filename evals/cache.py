"""Results kept on disk by content, so that an unchanged example costs nothing and a killed run goes on where it was."""

import json
from dataclasses import asdict
from pathlib import Path

from evals.examples import Example, digest
from evals.results import Result


class Cache:
    """The results of one system, one JSON line each, kept as they come.

    The key is what the system is and what it was asked. A line that a killed process left half written is passed over.
    """

    def __init__(self, folder: Path, system: str) -> None:
        self._system = system
        self._path = folder / f"{digest(system)}.jsonl"
        self._known: dict[str, Result] = {}
        folder.mkdir(parents=True, exist_ok=True)
        written = self._path.read_bytes() if self._path.exists() else b""
        self._torn = bool(written) and not written.endswith(b"\n")
        for line in written.splitlines():
            self._read(line)

    def get(self, example: Example, repeat: int) -> Result | None:
        """Return what the system gave for the same question before, under the example's own id."""
        known = self._known.get(self._key(example, repeat))
        return known and Result(example.id, repeat, known.document, known.ms)

    def put(self, example: Example, result: Result) -> None:
        """Keep a result; a failure is not kept, so that the next run tries again."""
        if result.error is not None:
            return
        key = self._key(example, result.repeat)
        self._known[key] = result
        line = json.dumps({"key": key, "result": asdict(result)}, ensure_ascii=False)
        with self._path.open("ab") as file:
            file.write((b"\n" if self._torn else b"") + line.encode("utf-8", "surrogatepass") + b"\n")
        self._torn = False

    def _key(self, example: Example, repeat: int) -> str:
        return digest([self._system, example.key(), repeat])

    def _read(self, line: bytes) -> None:
        try:
            kept = json.loads(line)
            self._known[kept["key"]] = Result(**kept["result"])
        except (ValueError, TypeError, KeyError):
            return
