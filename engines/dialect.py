"""What a model's server accepts, learned from its refusals: OpenAI-compatible servers agree on less than they say."""

import re
from dataclasses import dataclass, replace
from typing import Any, Literal

Rung = Literal["json_schema", "json_object", "prompt"]

_NEXT: dict[Rung, Rung] = {"json_schema": "json_object", "json_object": "prompt"}
_BOUNDS = {"minItems", "maxItems", "minimum", "maximum"}
_BOUND = re.compile("|".join(bound.lower() for bound in _BOUNDS))
_FORMAT = re.compile(r"response_format|json_schema|json_object|structured output|grammar")
_TOO_MUCH = re.compile(r"context|too large|too long|exceed")
_REASONS = re.compile(r"(?:.*/)?(?:o\d|gpt-(?:[5-9]|\d\d)(?!.*chat))", re.IGNORECASE)
_ROOM_TO_REASON = 4


@dataclass(frozen=True)
class Dialect:
    """How to ask one model: the rung of structured output, whether its schemas may bound, and what else it can be told.

    `max_tokens` is tried first, since local servers know no other name; a model that refuses it, or is called like
    one of the hosted API that does, is a reasoning model.
    """

    rung: Rung = "json_schema"
    bounds: bool = True
    limit: Literal["max_tokens", "max_completion_tokens"] | None = "max_tokens"
    temperature: bool = True
    effort: bool = False

    @classmethod
    def of(cls, model: str) -> "Dialect":
        """Return how to ask a model at first, by its name; what its server refuses is learned."""
        return _REASONING if _REASONS.match(model) else cls()

    def parameters(self, shape: dict[str, Any], answer_tokens: int) -> dict[str, Any]:
        """Return the request's parameters beside model and messages, for an answer of this JSON schema."""
        asked: dict[str, Any] = {}
        if self.rung == "json_schema":
            form = {"name": shape["title"], "strict": True, "schema": shape if self.bounds else _unbounded(shape)}
            asked["response_format"] = {"type": "json_schema", "json_schema": form}
        elif self.rung == "json_object":
            asked["response_format"] = {"type": "json_object"}
        if self.limit:
            thinks = self.limit == "max_completion_tokens"
            asked[self.limit] = answer_tokens * (_ROOM_TO_REASON if thinks else 1)
        if self.temperature:
            asked["temperature"] = 0
        if self.effort:
            asked["reasoning_effort"] = "low"
        return asked

    def after(self, refusal: str) -> "Dialect | None":
        """Return how to ask after a refusal in these words, None when they name nothing that could be left out."""
        words = refusal.lower()
        if self.rung == "json_schema" and self.bounds and "schema" in words and _BOUND.search(words):
            return replace(self, bounds=False)
        if self.rung in _NEXT and _FORMAT.search(words):
            return replace(self, rung=_NEXT[self.rung])
        if self.effort and "reasoning_effort" in words:
            return replace(self, effort=False)
        if self.limit and self.limit in words and not _TOO_MUCH.search(words):
            return self._after_limit()
        if self.temperature and "temperature" in words:
            return replace(self, temperature=False)
        return None

    def _after_limit(self) -> "Dialect":
        if self.limit == "max_tokens":
            return replace(_REASONING, rung=self.rung, bounds=self.bounds)
        return replace(self, limit=None)


_REASONING = Dialect(limit="max_completion_tokens", temperature=False, effort=True)


def _unbounded(node: Any) -> Any:
    """Return a schema without the bounds that some servers refuse; pydantic checks them on the answer."""
    if isinstance(node, dict):
        return {key: _unbounded(value) for key, value in node.items() if key not in _BOUNDS}
    return [_unbounded(value) for value in node] if isinstance(node, list) else node
