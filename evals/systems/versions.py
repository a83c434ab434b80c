"""What a system's answers rest on besides its data: the code they come from, and the libraries that compute them."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

HOUSE = Path(__file__).parent.parent.parent
READ = {".py", ".md", ".yaml", ".txt", ".json"}
LIBRARIES = ("numpy", "onnxruntime", "tantivy", "tokenizers")

SEARCHING = ("evals/systems", "domain", "embedding", "kb_index", "agents/retriever.py", "engines/language.py")
PLAIN = ("evals/baselines", "domain/text.py")
THINKING = (*SEARCHING, "agents", "engines", "prompts", "graph.py")


@cache
def of(*rooms: str) -> str:
    """Return a short hash of the files of these rooms, and of what they compute with."""
    digest = hashlib.sha256(" ".join(f"{name}={version(name)}" for name in LIBRARIES).encode())
    for file in sorted({file for room in rooms for file in _files(HOUSE / room)}):
        digest.update(f"\n{file.relative_to(HOUSE)}\n".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _files(room: Path) -> list[Path]:
    return [room] if room.is_file() else [file for file in room.rglob("*") if file.suffix in READ]
