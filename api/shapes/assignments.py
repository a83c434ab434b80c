"""Who has a ticket, who may take it, and what is owed to its customer, as the API takes and shows them."""

from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field

from api.inputs import Acting, Id, Input, Moment, Storable
from api.outputs import Output
from desk.staff.follow_ups import Cause, FollowUp
from desk.staff.routing import Obstacle, Route, TermName, Wait
from desk.tickets import Ticket


class Giving(Input):
    """Who gets a ticket, and who says so."""

    teammate: Id | None = Field(description="Null gives it back to its team.", examples=["tea_4f1c"])
    by: Acting


class Owed(Input):
    """Something to be done for a ticket's customer."""

    text: Annotated[Storable, Field(min_length=1, max_length=2000)] = Field(examples=["Call back about the invoice."])
    due_at: Moment = Field(examples=["2026-05-05T12:00:00Z"])
    by: Acting
    owner: Id | None = Field(default=None, description="The teammate who does it; the one who adds it, where left out.")


class Done(Input):
    """Who has done it."""

    by: Acting


class Assignment(Output):
    """Whose ticket it is; without an assignee it waits for its team."""

    ticket: str
    team: str | None
    assignee: str | None
    assigned_at: datetime | None

    @classmethod
    def of(cls, ticket: Ticket) -> Self:
        """Return whose ticket it is, as it is shown."""
        return cls(ticket=ticket.id, team=ticket.team, assignee=ticket.assignee, assigned_at=ticket.assigned_at)


class ShownTerm(Output):
    """A part of a score, and the fact that it follows from."""

    name: TermName
    points: float
    why: str


class Candidate(Output):
    """Somebody who may take the ticket; `score` is the sum of the points."""

    teammate: str
    score: float
    terms: list[ShownTerm]


class PassedOver(Output):
    """Somebody who cannot take the ticket now, and the first thing that keeps them from it."""

    teammate: str
    obstacle: Obstacle


class Candidates(Output):
    """Who may take a ticket, best first, and who may not; `waits` says why nobody may, null where somebody may."""

    ticket: str
    candidates: list[Candidate]
    passed: list[PassedOver]
    waits: Wait | None

    @classmethod
    def of(cls, ticket: str, route: Route) -> Self:
        """Return what routing found, as it is shown."""
        return cls(
            ticket=ticket,
            candidates=[
                Candidate(
                    teammate=one.teammate,
                    score=one.score,
                    terms=[ShownTerm.model_validate(term, from_attributes=True) for term in one.terms],
                )
                for one in route.ranked
            ],
            passed=[PassedOver.model_validate(one, from_attributes=True) for one in route.passed],
            waits=route.waits,
        )


class ShownFollowUp(Output):
    """Something owed to a ticket's customer: by its owner, else by somebody of the team."""

    id: str
    ticket: str
    cause: Cause
    text: str
    team: str | None
    owner: str | None
    due_at: datetime
    created_at: datetime
    done_at: datetime | None
    done_by: str | None

    @classmethod
    def of(cls, follow_up: FollowUp) -> Self:
        """Return a follow-up as it is shown."""
        return cls.model_validate(follow_up, from_attributes=True)


class FollowUps(Output):
    """What is not done yet, whichever is due first."""

    follow_ups: list[ShownFollowUp]


ASSIGNMENT: dict[str, Any] = {
    "ticket": "tic_9c2e",
    "team": "support",
    "assignee": "tea_4f1c",
    "assigned_at": "2026-05-04T09:40:00Z",
}
CANDIDATES: dict[str, Any] = {
    "ticket": "tic_9c2e",
    "candidates": [
        {
            "teammate": "tea_4f1c",
            "score": 30.625,
            "terms": [
                {"name": "skill", "points": 16.0, "why": "'billing'"},
                {"name": "language", "points": 8.0, "why": "'de'"},
                {"name": "tier", "points": 4.0, "why": "'any customer'"},
                {"name": "duty", "points": 2.0, "why": "working now"},
                {"name": "room", "points": 0.625, "why": "3 of 8 tickets"},
            ],
        }
    ],
    "passed": [{"teammate": "tea_77aa", "obstacle": "on_break"}],
    "waits": None,
}
FOLLOW_UP: dict[str, Any] = {
    "id": "fol_02d4",
    "ticket": "tic_9c2e",
    "cause": "teammate",
    "text": "Call back about the invoice.",
    "team": "support",
    "owner": "tea_4f1c",
    "due_at": "2026-05-05T12:00:00Z",
    "created_at": "2026-05-04T09:50:00Z",
    "done_at": None,
    "done_by": None,
}
FOLLOW_UPS: dict[str, Any] = {"follow_ups": [FOLLOW_UP]}
FINISHED: dict[str, Any] = {**FOLLOW_UP, "done_at": "2026-05-05T10:00:00Z", "done_by": "tea_4f1c"}
