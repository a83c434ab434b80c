"""Examples, results and cases as tests need them."""

import json
from pathlib import Path
from typing import Any

import yaml
from hypothesis import settings

from evals import results
from evals.examples import ROWS, Example, Kind
from evals.results import Case, Result

# No deadline, since other work shares the machine, and the same inputs every time.
CALM = settings(deadline=None, derandomize=True, max_examples=60)


def example(kind: Kind, name: str = "one", positive: bool | None = None, **fields: Any) -> Example:
    slices = fields.pop("slices", {})
    row = ROWS[kind].model_validate({"kind": kind, **fields})
    return Example(name, row, positive, slices)  # type: ignore[arg-type]  # ROWS holds exactly the shapes of AnyRow


def case(asked: Example, document: dict[str, Any] | None, repeat: int = 0, ms: float = 1.0) -> Case:
    error = None if document is not None else "no answer"
    return results.case(asked, Result(asked.id, repeat, document, ms, error))


def searched(relevant: list[str], found: list[str], name: str = "one") -> Case:
    asked = example("retrieval", name, bool(relevant), question="How?", relevant=relevant)
    return case(asked, found_document(found))


def found_document(articles: list[str], **more: Any) -> dict[str, Any]:
    ranked = [{"article": article, "score": 1 / place} for place, article in enumerate(articles, start=1)]
    return {"query": "How?", "results": ranked, **more}


def write_rows(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def write_suite(path: Path, **said: Any) -> Path:
    path.write_text(yaml.safe_dump(said, sort_keys=False), "utf-8")
    return path
