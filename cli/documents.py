"""What `--json` prints: one document per command, in the very shapes that the HTTP API answers with."""

from typing import Any

from pydantic import TypeAdapter

from api.outputs import Found
from domain.decisions import Decision

DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)


def plain(document: Found | Decision) -> dict[str, Any]:
    """Return a document as JSON values."""
    if isinstance(document, Found):
        return document.model_dump(mode="json")
    values: dict[str, Any] = DECISION.dump_python(document, mode="json")
    return values
