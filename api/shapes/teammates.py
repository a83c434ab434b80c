"""Teammates and their shifts as the API takes and shows them."""

from datetime import datetime
from typing import Any, Self

from pydantic import Field

from api.inputs import Input, Language, Moment, Name
from api.outputs import Output
from desk.access.roles import Role
from desk.staff.routing import Presence
from desk.staff.shifts import Shift
from desk.staff.staff import CAPACITY, Profile
from desk.staff.teammates import Teammate

MOST_TICKETS = 1000


class Person(Input):
    """A teammate; without skills or languages of their own they have those of their teams."""

    name: Name = Field(examples=["Anna Lund"])
    email: Name = Field(examples=["anna@example.com"])
    teams: list[Name] = Field(
        default=[], max_length=50, description="As teams.yaml names them.", examples=[["support"]]
    )
    skills: list[Name] = Field(
        default=[], max_length=100, description="What they are good at; the name of a tier of customers is one too."
    )
    languages: list[Language] = Field(default=[], max_length=100)
    capacity: int = Field(
        default=CAPACITY, ge=0, le=MOST_TICKETS, description="How many tickets they work on at the same time."
    )

    def profile(self) -> Profile:
        """Return it in the desk's words."""
        lists = {name: tuple(dict.fromkeys(getattr(self, name))) for name in ("teams", "skills", "languages")}
        return Profile(self.name, self.email, capacity=self.capacity, **lists)


class Being(Input):
    """Whether a teammate is there."""

    presence: Presence = Field(examples=["available"])


class Plan(Input):
    """A shift, of up to 24 hours."""

    starts_at: Moment = Field(examples=["2026-05-04T09:00:00Z"])
    ends_at: Moment = Field(examples=["2026-05-04T17:00:00Z"])
    planned: int | None = Field(default=None, ge=0, le=MOST_TICKETS, description="How many tickets it is planned for.")


class ShownTeammate(Output):
    """A teammate; `load` counts the tickets they work on, which are new or open."""

    id: str
    name: str
    email: str
    teams: list[str]
    skills: list[str]
    languages: list[str]
    capacity: int
    role: Role
    load: int
    presence: Presence
    presence_since: datetime
    assigned_at: datetime | None

    @classmethod
    def of(cls, teammate: Teammate, load: int) -> Self:
        """Return a teammate as they are shown."""
        return cls.model_validate({**vars(teammate), "load": load})


class Teammates(Output):
    """The people of a brand, by name."""

    teammates: list[ShownTeammate]


class Left(Output):
    """A teammate who has left; the tickets they had go to others within seconds."""

    id: str
    state: str = "left"


class ShownShift(Output):
    """When a teammate is planned to be here, and for how many tickets."""

    id: int
    teammate: str
    starts_at: datetime
    ends_at: datetime
    planned: int | None

    @classmethod
    def of(cls, shift: Shift) -> Self:
        """Return a shift as it is shown."""
        return cls.model_validate(shift, from_attributes=True)


class Shifts(Output):
    """Planned shifts, the earliest first."""

    shifts: list[ShownShift]


class Unplanned(Output):
    """A shift that was taken back."""

    id: int
    state: str = "deleted"


TEAMMATE: dict[str, Any] = {
    "id": "tea_4f1c",
    "name": "Anna Lund",
    "email": "anna@example.com",
    "teams": ["support"],
    "skills": ["billing"],
    "languages": ["en", "de"],
    "capacity": 8,
    "role": "teammate",
    "load": 3,
    "presence": "available",
    "presence_since": "2026-05-04T09:00:00Z",
    "assigned_at": "2026-05-04T09:40:00Z",
}
TEAMMATES: dict[str, Any] = {"teammates": [TEAMMATE]}
LEFT: dict[str, Any] = {"id": "tea_4f1c", "state": "left"}
SHIFT: dict[str, Any] = {
    "id": 17,
    "teammate": "tea_4f1c",
    "starts_at": "2026-05-04T09:00:00Z",
    "ends_at": "2026-05-04T17:00:00Z",
    "planned": 30,
}
SHIFTS: dict[str, Any] = {"shifts": [SHIFT]}
UNPLANNED: dict[str, Any] = {"id": 17, "state": "deleted"}
