"""Macros as they are saved, shown and filled in."""

from datetime import datetime
from typing import Any

from pydantic import Field

from api.inputs import Acting, Id, Input, Language, Name, Text
from api.outputs import Output


class NewMacro(Input):
    """A reply to save; variables are written as `{customer_name}`."""

    name: Name = Field(examples=["How to send a screenshot"])
    text: Text = Field(examples=["Dear {customer_name}, please send us a screenshot. {teammate_name}"])
    language: Language = Field(default="en", examples=["en"])
    retrievable: bool = Field(
        default=False,
        description="Whether drafts may rest on it, as on the public article `macro:ID`: customers see its name as a "
        "source. Its first and last lines stay out of it where they hold variables; between them there may be none.",
    )


class ChangedMacro(Input):
    """What changes of a macro; what is left out stays."""

    name: Name | None = Field(default=None, examples=["Screenshots"])
    text: Text | None = None
    language: Language | None = None
    retrievable: bool | None = None


class Filling(Input):
    """Where a macro is used, and by whom."""

    ticket: Id = Field(examples=["tic_9c2e"])
    teammate: Acting


class ShownMacro(Output):
    """A saved reply; `used` counts how often it was filled in."""

    id: str
    name: str
    text: str
    language: str
    retrievable: bool
    used: int
    created_at: datetime
    updated_at: datetime


class Macros(Output):
    """The macros of a brand, the most used first."""

    macros: list[ShownMacro]


class Filled(Output):
    """A macro as it reads in a ticket, to be edited and sent."""

    text: str


class Deleted(Output):
    """A macro that is gone."""

    id: str
    state: str = "deleted"


MACRO: dict[str, Any] = {
    "id": "mac_1b9d",
    "name": "How to send a screenshot",
    "text": "Dear {customer_name}, please send us a screenshot. {teammate_name}",
    "language": "en",
    "retrievable": False,
    "used": 12,
    "created_at": "2026-05-04T09:00:00Z",
    "updated_at": "2026-05-04T09:00:00Z",
}
MACROS: dict[str, Any] = {"macros": [MACRO]}
FILLED: dict[str, Any] = {"text": "Dear Mrs Lund, please send us a screenshot. Anna"}
DELETED: dict[str, Any] = {"id": "mac_1b9d", "state": "deleted"}
