"""What other programs are told, described: every kind of event as a webhook of the OpenAPI document."""

from typing import Any

from connectors.webhooks import MEDIA_TYPE, PREFIX, VERSION
from desk.catalogue import CATALOGUE, Entry, Shape
from desk.webhooks.reports import REPORT

HEADERS = {
    "webhook-id": "The event's id, the same however often it is sent: take each id once.",
    "webhook-timestamp": "When it was sent, in seconds since 1970; refuse what is older than five minutes.",
    "webhook-signature": "`v1,` and the signature, as the Standard Webhooks make it; two while a secret is replaced.",
}
FIGURE: dict[str, Any] = {
    "type": "object",
    "properties": {
        **{name: {"type": "string"} for name in ("name", "unit", "direction", "standing")},
        **{name: {"type": "number"} for name in ("floor", "goal", "n")},
        **{name: {"type": ["number", "null"]} for name in ("value", "before")},
        "says_little": {"type": "boolean"},
    },
}


def described() -> dict[str, Any]:
    """Return the webhooks by the kinds of events that they tell."""
    return {kind: {"post": _operation(kind, entry)} for kind, entry in sorted(CATALOGUE.items())}


def _operation(kind: str, entry: Entry) -> dict[str, Any]:
    content = {MEDIA_TYPE.partition(";")[0]: {"schema": _event(kind, entry)}}
    return {
        "summary": entry.says,
        "description": "A CloudEvent, signed as the Standard Webhooks are: ids, choices and numbers, no words.",
        "operationId": f"told_{kind}",
        "tags": ["webhooks"],
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": says, "schema": {"type": "string"}}
            for name, says in HEADERS.items()
        ],
        "requestBody": {"required": True, "content": content},
        "responses": {"2XX": {"description": "It was taken; anything else is sent again later."}},
    }


def _event(kind: str, entry: Entry) -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "required": ["specversion", "id", "source", "type", "version", "time", "datacontenttype", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {**text, "examples": ["evt_1207"]},
            "source": {**text, "description": "The brand.", "examples": ["/brands/default"]},
            "type": {"const": PREFIX + kind},
            "version": {"const": VERSION, "description": "Of `data`: what is added does not change it."},
            "time": {**text, "format": "date-time"},
            "subject": {**text, "description": "The ticket, where it is about one."},
            "datacontenttype": {"const": "application/json"},
            "data": _data(kind, entry),
        },
    }


def _data(kind: str, entry: Entry) -> dict[str, Any]:
    facts = {name: _fact(shape) for name, shape in entry.facts.items()}
    more = {"kpis": {"type": "array", "items": FIGURE}} if kind == REPORT else {}
    return {
        "type": "object",
        "required": ["brand", "ticket", *(name for name, shape in entry.facts.items() if not shape.optional), *more],
        "properties": {"brand": {"type": "string"}, "ticket": {"type": ["string", "null"]}, **facts, **more},
    }


def _fact(shape: Shape) -> dict[str, Any]:
    listed: list[str | None] = [*shape.words, *([None] if shape.optional else [])]
    kind: dict[str, Any] = {"type": [shape.json, "null"] if shape.optional else shape.json, "description": shape.says}
    return {**kind, "enum": listed} if shape.words else kind
