"""Claims that differ from their quote in one figure, sign or name, beside honest rewordings of it.

`python -m evals.planted` writes claims.jsonl from frames.yaml; a frame is in one split with all its fillings.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

FRAMES = Path(__file__).with_name("frames.yaml")
CLAIMS = Path(__file__).with_name("claims.jsonl")
WRONG = ("figure", "sign", "name")


def rows() -> Iterator[dict[str, Any]]:
    """Yield the examples, each with its id, split and kind: clean, figure, sign or name."""
    for frame in yaml.safe_load(FRAMES.read_text(encoding="utf-8")):
        for number, fill in enumerate(frame["fills"], 1):
            name = f"{frame['frame'].replace(' ', '-')}-{number}"
            for place, clean in enumerate(frame["clean"], 1):
                yield _row(frame, fill, f"{name}-clean-{place}", "clean", clean)
            for kind in WRONG:
                yield _row(frame, fill, f"{name}-{kind}", kind, frame[kind])


def written() -> str:
    """Return all examples as JSONL."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows())


def _row(frame: Mapping[str, Any], fill: Mapping[str, Any], name: str, kind: str, claim: str) -> dict[str, Any]:
    return {
        "id": name,
        "split": frame["split"],
        "planted": kind,
        "context": frame["quote"].format_map(fill),
        "answer": claim.format_map(fill),
        "label": "supported" if kind == "clean" else "unsupported",
    }
