"""Who signs in and how, as the API takes and shows it."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, model_validator

from api.inputs import Id, Input, Storable
from api.outputs import Output
from desk.access.links import HOLDS
from desk.access.roles import RIGHTS, Role
from desk.access.sessions import Session
from desk.audit import Sealed
from domain.ids import DEFAULT_BRAND

Secret = Annotated[SecretStr, Field(max_length=4000)]
CHECKED = "X-CSRF-Token"


class SigningIn(Input):
    """An address with its password, or a link's token."""

    brand: Id = Field(default=DEFAULT_BRAND, description="Whose desk it is; a link knows.")
    email: Storable | None = Field(default=None, max_length=300, examples=["anna@example.com"])
    password: Secret | None = None
    link: Secret | None = Field(default=None, description="What stands behind `#` in a link.")

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        by_password = self.email is not None and self.password is not None
        if by_password == (self.link is not None):
            raise ValueError("Give `email` and `password`, or `link` alone.")
        return self


class Password(Input):
    """A new password."""

    password: Secret = Field(description="12 to 200 characters.")


class Giving(Input):
    """A role for a teammate."""

    role: Role = Field(examples=["lead"])


class Visiting(Input):
    """A customer who begins to talk from a brand's own site."""

    brand: Id = Field(default=DEFAULT_BRAND, description="Whose site it is.")
    token: Storable | None = Field(
        default=None,
        max_length=8000,
        description="A JSON Web Token (HS256) that the brand's backend signed: `sub`, `exp`, and `name` and `email`.",
    )


class SignedIn(Output):
    """Who is signed in, what they may do, and what their page sends along with whatever writes."""

    teammate: str
    name: str
    brand: str
    role: Role
    does: list[str] = Field(description="Scopes.")
    reads: list[str] = Field(description="Scopes for requests that change nothing.")
    csrf_token: str = Field(description=f"Goes into the header `{CHECKED}` of what writes.")
    expires_at: datetime

    @classmethod
    def of(cls, session: Session, csrf: str) -> Self:
        """Return a session as its own page sees it."""
        rights = RIGHTS[session.role]
        told = {name: getattr(session, name) for name in ("teammate", "name", "brand", "role", "expires_at")}
        return cls(**told, does=sorted(rights.does), reads=sorted(rights.reads), csrf_token=csrf)


class SignedOut(Output):
    """The session is over."""

    state: Literal["signed_out"] = "signed_out"


class Link(Output):
    """A link that signs a teammate in once; null in a repeat of the request."""

    teammate: str
    link: str | None = None
    expires_at: datetime

    @classmethod
    def of(cls, teammate: str, link: str, now: datetime) -> Self:
        """Return a link that was made now."""
        return cls(teammate=teammate, link=link, expires_at=now + HOLDS)


class Visit(Output):
    """A customer's session: send it as `Authorization: Bearer SESSION`."""

    session: str
    expires_at: datetime


class LoggedEntry(Output):
    """Something that was done, by whom, to what; `hash` seals it and everything before it."""

    number: int
    at: datetime
    action: str
    object: str
    by: str
    data: dict[str, Any]
    hash: str

    @classmethod
    def of(cls, sealed: Sealed) -> Self:
        """Return an entry as it is shown."""
        told = {name: getattr(sealed.entry, name) for name in ("action", "object", "by")}
        return cls(number=sealed.number, at=sealed.at, **told, data=dict(sealed.entry.data), hash=sealed.hash.hex())


class AuditLog(Output):
    """What was done, the newest first; `next` is the `before` of the page that follows, null on the last."""

    entries: list[LoggedEntry]
    next: int | None


SIGNED_IN: dict[str, Any] = {
    "teammate": "tea_4f1c",
    "name": "Anna Lund",
    "brand": "default",
    "role": "teammate",
    "does": ["drafts", "search", "tickets"],
    "reads": ["articles", "staff"],
    "csrf_token": "5e1c0a...",
    "expires_at": "2026-05-11T09:00:00Z",
}
SIGNED_OUT: dict[str, Any] = {"state": "signed_out"}
LINK: dict[str, Any] = {
    "teammate": "tea_4f1c",
    "link": "https://desk.example.com/sign-in#dhl_Zk3q...",
    "expires_at": "2026-05-05T09:00:00Z",
}
VISIT: dict[str, Any] = {"session": "dhv_Zk3q...", "expires_at": "2026-06-03T09:00:00Z"}
AUDIT_LOG: dict[str, Any] = {
    "entries": [
        {
            "number": 12,
            "at": "2026-05-04T09:00:00Z",
            "action": "key_created",
            "object": "key_5b7c",
            "by": "tea_4f1c",
            "data": {"scopes": ["search", "chat"]},
            "hash": "9f86d081884c7d65...",
        }
    ],
    "next": None,
}
