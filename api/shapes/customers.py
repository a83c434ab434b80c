"""Customers as teammates and other programs see them and tell of them."""

from datetime import date, datetime
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints

from api.inputs import Day, Input, Language, Name
from api.outputs import Output
from desk.customers import Customer

Email = Annotated[str, StringConstraints(pattern=r"^[^@\s\x00]+@[^@\s\x00]+$", max_length=300)]


class Telling(Input):
    """What is told of a customer; what is left out stays as it is, and null forgets it."""

    name: Name | None = Field(default=None, examples=["Cleo Marin"])
    email: Email | None = Field(default=None, examples=["cleo@example.com"])
    tier: Name | None = Field(default=None, description="One of the policy's tiers; its targets hold for them.")
    plan: Name | None = Field(default=None, examples=["Business"])
    renews_on: Day | None = Field(default=None, examples=["2026-09-01"])
    time_zone: Name | None = Field(default=None, examples=["Europe/Berlin"])
    language: Language | None = Field(default=None, examples=["en"])


class ShownCustomer(Output):
    """A customer, as far as they are known."""

    id: str
    name: str | None
    email: str | None
    tier: str | None
    plan: str | None
    renews_on: date | None
    time_zone: str | None
    language: str | None
    created_at: datetime

    @classmethod
    def of(cls, customer: Customer) -> Self:
        """Return a customer as they are shown."""
        return cls(**{name: getattr(customer, name) for name in cls.model_fields})


CUSTOMER: dict[str, Any] = {
    "id": "cus_81",
    "name": "Cleo Marin",
    "email": "cleo@example.com",
    "tier": None,
    "plan": "Business",
    "renews_on": "2026-09-01",
    "time_zone": "Europe/Berlin",
    "language": "en",
    "created_at": "2026-05-04T09:00:00Z",
}
