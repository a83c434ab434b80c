"""What windows and programs tell of what people do."""

from typing import Any, Literal

from pydantic import Field

from api.inputs import Acting, Id, Input
from api.outputs import Output
from desk.work.outcomes import RATINGS


class Looks(Input):
    """A teammate has a ticket before them; say so every minute while it is true."""

    teammate: Acting
    ticket: Id | None = Field(default=None, description="Null when they left.", examples=["tic_9c2e"])


class WrapUp(Input):
    """What a teammate spent on a ticket after leaving it."""

    teammate: Acting
    ticket: Id = Field(examples=["tic_9c2e"])
    seconds: int = Field(ge=0, le=7200, examples=[90])


class SearchEnd(Input):
    """What became of a search."""

    how: Literal["opened", "answered", "given_up"] = Field(examples=["opened"])
    article: Id | None = Field(default=None, description="What was opened.", examples=["refunds"])


class Reading(Input):
    """A customer looked up what a reply rests on."""

    article: Id = Field(examples=["refunds"])


class Mark(Input):
    """How content a customer is with how a ticket was solved."""

    mark: int = Field(ge=RATINGS[0], le=RATINGS[1], description="1 is bad, 5 is good.", examples=[5])


class Noted(Output):
    """It was noted."""

    state: Literal["noted"] = "noted"


NOTED: dict[str, Any] = {"state": "noted"}
