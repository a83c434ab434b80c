"""A server's refusals teach how to ask its model."""

from typing import Any

import pytest

from engines.dialect import Dialect

SHAPE: dict[str, Any] = {
    "title": "Answer",
    "type": "object",
    "properties": {"scores": {"type": "array", "maxItems": 3, "items": {"type": "number", "minimum": 0, "maximum": 1}}},
}


def test_a_new_server_is_asked_for_the_most() -> None:
    asked = Dialect().parameters(SHAPE, 100)

    assert asked["response_format"]["json_schema"] == {"name": "Answer", "strict": True, "schema": SHAPE}
    assert asked["max_tokens"] == 100
    assert asked["temperature"] == 0


@pytest.mark.parametrize(
    ("words", "learned"),
    [
        ("Invalid schema for response_format: 'maxItems' is not permitted", Dialect(bounds=False)),
        ("response_format: Input should be 'text' or 'json_object'", Dialect(rung="json_object")),
        ("'response_format.type' must be 'json_schema' or 'text'", Dialect(rung="json_object")),
        ("Unsupported value: 'temperature' does not support 0 with this model", Dialect(temperature=False)),
        (
            "Unsupported parameter: 'max_tokens' is not supported. Use 'max_completion_tokens' instead",
            Dialect(limit="max_completion_tokens", temperature=False, effort=True),
        ),
    ],
)
def test_a_refusal_teaches_one_thing(words: str, learned: Dialect) -> None:
    assert Dialect().after(words) == learned


@pytest.mark.parametrize(
    "words",
    [
        "",
        "The model is overloaded",
        "This model's maximum context length is 4096 tokens, 'max_tokens' must be smaller",
        "max_tokens is too large: 1000",
    ],
)
def test_other_refusals_teach_nothing(words: str) -> None:
    assert Dialect().after(words) is None


def test_the_ladder_ends_with_the_bare_prompt() -> None:
    rungs = [Dialect()]
    while further := rungs[-1].after("response_format is not supported"):
        rungs.append(further)

    assert [dialect.rung for dialect in rungs] == ["json_schema", "json_object", "prompt"]
    assert "response_format" not in rungs[-1].parameters(SHAPE, 100)


def test_bounds_are_left_out_where_they_are_refused() -> None:
    schema = Dialect(bounds=False).parameters(SHAPE, 100)["response_format"]["json_schema"]["schema"]

    assert schema["properties"] == {"scores": {"type": "array", "items": {"type": "number"}}}


def test_a_reasoning_model_has_room_to_reason_and_is_asked_to_be_brief() -> None:
    learned = Dialect().after("'max_tokens' is not supported")

    assert learned
    asked = learned.parameters(SHAPE, 100)
    assert asked["max_completion_tokens"] == 400
    assert asked["reasoning_effort"] == "low"
    assert "temperature" not in asked


def test_what_is_refused_twice_is_left_out() -> None:
    learned: Dialect | None = Dialect()
    for words in ("'max_tokens' is not supported", "unknown field reasoning_effort", "unknown max_completion_tokens"):
        assert learned
        learned = learned.after(words)

    assert learned == Dialect(limit=None, temperature=False)
