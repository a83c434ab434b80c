"""The manual at /docs: the OpenAPI document made readable, without anything from another host."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markdown_it import MarkdownIt
from markupsafe import Markup

Schema = Mapping[str, Any]
_markdown = MarkdownIt("commonmark", {"html": False})


@dataclass(frozen=True)
class Field:
    """Something a request takes, and where it stands: path, query, header or body."""

    name: str
    where: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True)
class Answer:
    """A way a request can end, with an example where it is well."""

    status: str
    description: str
    example: str


@dataclass(frozen=True)
class Route:
    """One method of one path."""

    id: str
    method: str
    path: str
    summary: str
    description: Markup
    fields: tuple[Field, ...]
    command: str
    answers: tuple[Answer, ...]
    problems: tuple[Answer, ...]


@dataclass(frozen=True)
class Chapter:
    """The routes of one tag."""

    name: str
    description: str
    routes: tuple[Route, ...]


@dataclass(frozen=True)
class Manual:
    """The whole of it."""

    title: str
    version: str
    introduction: Markup
    chapters: tuple[Chapter, ...]


def manual(document: Schema, address: str) -> Manual:
    """Return the manual of an OpenAPI document; `address` is where its examples send their requests."""
    reader = _Reader(document, address.rstrip("/"))
    chapters = tuple(
        Chapter(tag["name"], tag["description"], tuple(reader.routes(tag["name"]))) for tag in document["tags"]
    )
    about = document["info"]
    return Manual(about["title"], about["version"], _rendered(about["description"]), chapters)


class _Reader:
    def __init__(self, document: Schema, address: str) -> None:
        self._document = document
        self._address = address

    def routes(self, tag: str) -> Iterator[Route]:
        for path, operations in self._document["paths"].items():
            for method, operation in operations.items():
                if tag in operation["tags"]:
                    yield self._route(path, method, operation)

    def _route(self, path: str, method: str, operation: Schema) -> Route:
        answers = tuple(self._answer(status, answer) for status, answer in operation["responses"].items())
        return Route(
            operation["operationId"],
            method,
            path,
            operation["summary"],
            _rendered(operation.get("description", "")),
            (*self._parameters(operation), *self._body(operation)),
            self._command(path, method, operation),
            tuple(answer for answer in answers if answer.status < "400"),
            tuple(answer for answer in answers if answer.status >= "400"),
        )

    def _parameters(self, operation: Schema) -> Iterator[Field]:
        for given in operation.get("parameters", ()):
            yield Field(
                given["name"], given["in"], self._type(given["schema"]), given["required"], given.get("description", "")
            )

    def _body(self, operation: Schema) -> Iterator[Field]:
        schema = self._resolved(_content(operation.get("requestBody", {})).get("schema", {}))
        for name, field in schema.get("properties", {}).items():
            required = name in schema.get("required", ())
            yield Field(name, "body", self._type(field), required, field.get("description", ""))

    def _answer(self, status: str, answer: Schema) -> Answer:
        content: Schema = next(iter(answer.get("content", {}).values()), {})
        example = content.get("example", "")
        return Answer(status, answer["description"], example if isinstance(example, str) else _pretty(example))

    def _command(self, path: str, method: str, operation: Schema) -> str:
        """Return the request as a command for curl."""
        for given in operation.get("parameters", ()):
            if given["in"] == "path":
                path = path.replace(f"{{{given['name']}}}", str(given["schema"]["examples"][0]))
        lines = ["curl" + ("" if method == "get" else f" -X {method.upper()}") + f" {self._address}{path}"]
        if operation.get("security"):
            lines.append('-H "Authorization: Bearer $DESKHAND_KEY"')
        body = _content(operation.get("requestBody", {}))
        if body:
            lines.append('-H "Content-Type: application/json"')
            lines.append(f"-d '{_pretty(self._example(body['schema']))}'")
        return " \\\n  ".join(lines)

    def _example(self, schema: Schema) -> Any:
        """Return an example of a schema, from the examples of its fields; optional fields without one are left out."""
        schema = self._resolved(schema)
        if "examples" in schema:
            return schema["examples"][0]
        if schema.get("type") == "array":
            return [self._example(schema["items"])]
        fields = schema.get("properties", {}).items()
        return {name: self._example(field) for name, field in fields if "examples" in field or self._deep(field)}

    def _deep(self, field: Schema) -> bool:
        return field.get("type") == "array" and "examples" not in field and "$ref" in field.get("items", {})

    def _type(self, schema: Schema) -> str:
        schema = self._resolved(schema)
        if "anyOf" in schema:
            return " or ".join(self._type(one) for one in schema["anyOf"] if one.get("type") != "null")
        if "enum" in schema:
            return " or ".join(json.dumps(word) for word in schema["enum"])
        if schema.get("type") == "array":
            return f"list of {self._type(schema['items'])}"
        return str(schema.get("format") or schema.get("title" if "properties" in schema else "type", "any"))

    def _resolved(self, schema: Schema) -> Schema:
        if "$ref" not in schema:
            return schema
        found: Schema = self._document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return found


def _content(part: Schema) -> Schema:
    content: Schema = part.get("content", {}).get("application/json", {})
    return content


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _rendered(text: str) -> Markup:
    return Markup(_markdown.render(text))  # our own descriptions, with HTML in them off
