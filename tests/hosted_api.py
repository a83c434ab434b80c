"""A model server as strict as the hosted API is described: what its published shape does not allow is refused."""

import json
import re
from collections.abc import Iterator
from typing import Any

from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
from pydantic import TypeAdapter, ValidationError

from tests.stub_server import Behaviour, says

REQUEST: TypeAdapter[Any] = TypeAdapter(CompletionCreateParamsNonStreaming)
PARAMETERS = CompletionCreateParamsNonStreaming.__required_keys__ | CompletionCreateParamsNonStreaming.__optional_keys__
REASONING = re.compile(r"o\d|gpt-5(?!-chat)|thinker")
NAME = re.compile(r"[\w-]{1,64}", re.ASCII)
KEYWORDS = {
    *("type", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf", "$ref", "$defs"),
    *("title", "description", "pattern", "format", "multipleOf", "minItems", "maxItems"),
    *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"),
}
DEEPEST = 10


def answering(content: str) -> Any:
    """Return a behaviour that gives this answer to a request that the hosted API would take."""

    def answer(request: dict[str, Any]) -> Behaviour:
        fault = next(faults(request), None)
        return says(content) if fault is None else _refusal(*fault)

    return answer


def faults(request: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what the hosted API would refuse, as the parameter and its sentence."""
    for strange in sorted(request.keys() - PARAMETERS):
        yield strange, f"Unrecognized request argument supplied: {strange}"
    try:
        REQUEST.validate_python(request)
    except ValidationError as error:
        wrong = error.errors()[0]
        yield str(wrong["loc"][0]), f"{'.'.join(map(str, wrong['loc']))}: {wrong['msg']}"
    yield from _by_model(request)
    form = request.get("response_format", {})
    if form.get("type") == "json_object" and not any("json" in one["content"].lower() for one in request["messages"]):
        yield "messages", "'messages' must contain the word 'json' to use 'response_format' of type 'json_object'."
    if form.get("type") == "json_schema":
        yield from (("response_format", f"Invalid schema for response_format: {one}") for one in _schema_faults(form))


def _by_model(request: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if not REASONING.match(request["model"]):
        if "reasoning_effort" in request:
            yield "reasoning_effort", "Unrecognized request argument supplied: reasoning_effort"
        return
    if "max_tokens" in request:
        yield (
            "max_tokens",
            "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead.",
        )
    if request.get("temperature", 1) != 1:
        yield (
            "temperature",
            "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) is.",
        )


def _schema_faults(form: dict[str, Any]) -> Iterator[str]:
    described = form["json_schema"]
    if not NAME.fullmatch(described["name"]):
        yield f"name {described['name']!r}"
    if described["schema"].get("type") != "object":
        yield "the root is no object"
    yield from _node_faults(described["schema"], 0)


def _node_faults(node: dict[str, Any], depth: int) -> Iterator[str]:
    """Yield what strict mode does not take: all properties required, none besides, a known keyword, not too deep."""
    if strange := sorted(node.keys() - KEYWORDS):
        yield f"{strange[0]!r} is not permitted"
    if depth > DEEPEST:
        yield "it is nested too deep"
    if "$ref" in node and len(node) > 1:
        yield "$ref cannot have keywords beside it"
    if node.get("type") == "object":
        if node.get("additionalProperties") is not False:
            yield "'additionalProperties' is required to be supplied and to be false"
        if set(node.get("required", ())) != set(node.get("properties", {})):
            yield "'required' is required to name every property"
    inner = [*node.get("properties", {}).values(), *node.get("$defs", {}).values(), *node.get("anyOf", ())]
    for one in [*inner, *([node["items"]] if "items" in node else [])]:
        yield from _node_faults(one, depth + 1)


def _refusal(parameter: str, sentence: str) -> Behaviour:
    fault = {"message": sentence, "type": "invalid_request_error", "param": parameter, "code": "unsupported_value"}
    return Behaviour(400, json.dumps({"error": fault}))
