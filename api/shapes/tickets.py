"""Tickets as teammates list, read and change them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints

from api.inputs import Acting, Id, Input, Language, Name, Storable, Text
from api.outputs import Output
from api.shapes.outbox import DELIVERY, ShownDelivery
from desk.attachments import Attachment
from desk.finding import Hit
from desk.messages import Kind, Message
from desk.outbox import Standing
from desk.tickets import Status, Ticket
from desk.timing import clocks
from desk.timing.clocks import Clock
from desk.views import Listed, Page, View
from desk.workspace import Opened, Then
from domain.triage import Priority
from domain.turns import Author, Channel

Tag = Annotated[str, StringConstraints(pattern=r"^[^\s,;]{1,60}$")]


class Asking(Input):
    """What a customer says, as another program hands it in; without `customer` nobody knows who they are."""

    text: Text = Field(examples=["I was charged twice. How do I get my money back?"])
    customer: Id | None = Field(default=None, description="Your id of the customer.", examples=["cus_81"])
    channel: Channel = Field(default="api", description="Where replies go to.")
    language: Language | None = Field(default=None, description="The customer's language, where it is known.")


class SaidMore(Input):
    """What a customer says in a ticket of theirs."""

    text: Text = Field(examples=["It is invoice 17."])


class Replying(Input):
    """A teammate's words for the customer."""

    text: Text = Field(examples=["You will have the money on Friday."])
    by: Acting
    then: Then = Field(default="pending", description="What the ticket stands at afterwards.")


class Noting(Input):
    """A teammate's words for the others; no customer sees them and no bot reads them."""

    text: Text = Field(examples=["She calls again on Monday."])
    by: Acting


class Changing(Input):
    """What becomes of a ticket; what is left out stays as it is."""

    by: Acting
    status: Status | None = Field(default=None, description="Where it may go from where it stands.", examples=["open"])
    priority: Priority | None = Field(default=None, examples=["P1"])
    team: Name | None = Field(default=None, description="One of the policy's teams.", examples=["billing"])
    subject: Annotated[Storable, Field(max_length=300)] | None = Field(default=None, examples=["Charged twice"])
    tags: list[Tag] | None = Field(default=None, max_length=30, examples=[["refund"]])
    customer: Id | None = Field(default=None, description="Whose it is, while nobody knows.", examples=["cus_81"])
    problem: Id | None = Field(
        default=None, description="The ticket about its cause; send null for none.", examples=["tic_77aa"]
    )
    spam: bool | None = Field(default=None, description="Spam is closed; what was none after all is open again.")


class Merging(Input):
    """Where a ticket goes on."""

    into: Id = Field(description="A ticket of the same customer that is not done.", examples=["tic_9c2e"])
    by: Acting


class Splitting(Input):
    """Where a ticket becomes two."""

    message: Id = Field(description="The customer's message that begins the second.", examples=["msg_03ce"])
    by: Acting


class HandingBack(Input):
    """Who lets the bot answer again."""

    by: Acting


class ShownTicket(Output):
    """A ticket: who has it, what it is about, and where it stands."""

    id: str
    subject: str
    status: Status
    priority: Priority
    channel: Channel
    customer: str | None
    language: str | None
    intent: str | None
    tags: list[str]
    team: str | None
    assignee: str | None
    problem: str | None
    merged_into: str | None
    continues: str | None
    spam: bool
    bot_silent: bool = Field(description="Whether only people answer; see POST /v1/tickets/{ticket}/hand-back.")
    handed_over_at: datetime | None
    solved_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, ticket: Ticket) -> Self:
        """Return a ticket as it is shown."""
        return cls(**{name: getattr(ticket, name) for name in cls.model_fields} | {"tags": list(ticket.tags)})


class ListedTicket(Output):
    """A ticket in a list; `due_at` is when the first of its running clocks ends."""

    ticket: ShownTicket
    customer: str | None = Field(description="The customer's name, else their address or id.")
    preview: str = Field(description="How the customer's first message begins.")
    due_at: datetime | None
    suggested: bool = Field(description="Whether a draft waits for a teammate.")

    @classmethod
    def of(cls, listed: Listed) -> Self:
        """Return a ticket as a list shows it."""
        return cls(**{**vars(listed), "ticket": ShownTicket.of(listed.ticket)})


class TicketPage(Output):
    """Some tickets of a view; `next` goes into `after` for those that follow, null after the last."""

    tickets: list[ListedTicket]
    next: str | None

    @classmethod
    def of(cls, page: Page) -> Self:
        """Return a page as it is shown."""
        return cls(tickets=[ListedTicket.of(one) for one in page.tickets], next=page.next)


class Views(Output):
    """How many open tickets each view holds."""

    views: dict[View, int]


class ShownPiece(Output):
    """Some words of a message, as text; `match` says whether they were looked for."""

    text: str
    match: bool


class ShownHit(Output):
    """A ticket that was found, and the words that it was found by."""

    ticket: ShownTicket
    snippet: list[ShownPiece]
    score: float

    @classmethod
    def of(cls, hit: Hit) -> Self:
        """Return a ticket that was found as it is shown."""
        pieces = [ShownPiece(text=piece.text, match=piece.match) for piece in hit.snippet]
        return cls(ticket=ShownTicket.of(hit.ticket), snippet=pieces, score=hit.score)


class FoundTickets(Output):
    """The tickets that a query found, best first."""

    results: list[ShownHit]

    @classmethod
    def of(cls, hits: Sequence[Hit]) -> Self:
        """Return what was found as it is shown."""
        return cls(results=[ShownHit.of(hit) for hit in hits])


class ShownMessage(Output):
    """One thing said in a ticket; a `note` is among teammates only."""

    id: str
    number: int
    author: Author
    kind: Kind
    text: str
    teammate: str | None
    case: str | None
    automatic: bool
    created_at: datetime

    @classmethod
    def of(cls, message: Message) -> Self:
        """Return a message as teammates see it."""
        return cls(**{name: getattr(message, name) for name in ShownMessage.model_fields})


class ToldMessage(ShownMessage):
    """One thing said in a ticket, and how it fares on its way to the customer."""

    delivery: ShownDelivery | None = Field(default=None, description="Null for what goes to no customer.")

    @classmethod
    def told(cls, message: Message, standing: Standing | None) -> Self:
        """Return a message with how it fares on its way."""
        delivery = ShownDelivery.of(standing) if standing else None
        return cls.of(message).model_copy(update={"delivery": delivery})


class ShownClock(Output):
    """A clock of a ticket; while it rests, `due_at` is as if it had not begun to."""

    kind: clocks.Kind
    started_at: datetime
    due_at: datetime
    rests: bool
    stopped_at: datetime | None

    @classmethod
    def of(cls, clock: Clock) -> Self:
        """Return a clock as it is shown."""
        return cls(
            kind=clock.kind,
            started_at=clock.started_at,
            due_at=clock.due_at,
            rests=clock.timer.rests,
            stopped_at=clock.stopped_at,
        )


class ShownAttachment(Output):
    """A file of a ticket; `media_type` is what its bytes say."""

    id: str
    ticket: str
    message: str | None
    name: str
    media_type: str
    size: int
    created_at: datetime
    url: str

    @classmethod
    def of(cls, file: Attachment) -> Self:
        """Return a file as it is shown, with where its bytes are."""
        told = {name: getattr(file, name) for name in cls.model_fields if name != "url"}
        return cls(**told, url=f"/v1/tickets/{file.ticket}/attachments/{file.id}")


class WholeTicket(ShownTicket):
    """A ticket with all that was said in it, its clocks and its files."""

    messages: list[ToldMessage]
    clocks: list[ShownClock]
    attachments: list[ShownAttachment]
    merged: list[str] = Field(description="The tickets that go on in this one.")
    linked: list[str] = Field(description="The tickets that wait for this one as their problem.")

    @classmethod
    def whole(cls, opened: Opened) -> Self:
        """Return a ticket as teammates read it."""
        return cls(
            **dict(ShownTicket.of(opened.ticket)),
            messages=[ToldMessage.told(message, opened.standings.get(message.id)) for message in opened.messages],
            clocks=[ShownClock.of(clock) for clock in opened.clocks],
            attachments=[ShownAttachment.of(file) for file in opened.attachments],
            merged=list(opened.merged),
            linked=list(opened.linked),
        )


class Stored(Output):
    """Where a customer's message was stored: in another ticket than it named where that one is closed or merged."""

    ticket: str
    message: str


TICKET: dict[str, Any] = {
    "id": "tic_9c2e",
    "subject": "Charged twice",
    "status": "open",
    "priority": "P2",
    "channel": "email",
    "customer": "cus_81",
    "language": "en",
    "intent": "refund",
    "tags": ["refund"],
    "team": "billing",
    "assignee": "tea_4f1c",
    "problem": None,
    "merged_into": None,
    "continues": None,
    "spam": False,
    "bot_silent": True,
    "handed_over_at": "2026-05-04T09:01:00Z",
    "solved_at": None,
    "created_at": "2026-05-04T09:00:00Z",
    "updated_at": "2026-05-04T09:05:00Z",
}
MESSAGE: dict[str, Any] = {
    "id": "msg_03ce",
    "number": 2,
    "author": "teammate",
    "kind": "reply",
    "text": "You will have the money on Friday.",
    "teammate": "tea_4f1c",
    "case": None,
    "automatic": False,
    "created_at": "2026-05-04T09:05:00Z",
}
NOTE: dict[str, Any] = {**MESSAGE, "kind": "note", "text": "She calls again on Monday."}
ATTACHMENT: dict[str, Any] = {
    "id": "att_5b0d",
    "ticket": "tic_9c2e",
    "message": None,
    "name": "invoice.pdf",
    "media_type": "application/pdf",
    "size": 48211,
    "created_at": "2026-05-04T09:06:00Z",
    "url": "/v1/tickets/tic_9c2e/attachments/att_5b0d",
}
_CLOCK = {
    "kind": "resolution",
    "started_at": "2026-05-04T09:00:00Z",
    "due_at": "2026-05-07T09:00:00Z",
    "rests": False,
    "stopped_at": None,
}
WHOLE: dict[str, Any] = {
    **TICKET,
    "messages": [{**MESSAGE, "delivery": DELIVERY}],
    "clocks": [_CLOCK],
    "attachments": [ATTACHMENT],
    "merged": [],
    "linked": [],
}
_LISTED = {
    "ticket": TICKET,
    "customer": "Cleo Marin",
    "preview": "I was charged twice. How do I get my money back?",
    "due_at": "2026-05-07T09:00:00Z",
    "suggested": False,
}
PAGE: dict[str, Any] = {
    "tickets": [_LISTED],
    "next": "WyJuZXdlc3QiLCAiMjAyNi0wNS0wNFQwOTowNTowMCswMDowMCIsICJ0aWNfOWMyZSJd",
}
COUNTS: dict[str, Any] = {
    "views": {
        "open": 41,
        "mine": 6,
        "unassigned": 3,
        "at_risk": 2,
        "breached": 0,
        "suggested": 4,
        "handed_over": 19,
    }
}
_PIECES = [
    {"text": "I was charged twice. How do I get my ", "match": False},
    {"text": "money", "match": True},
    {"text": " back?", "match": False},
]
HITS: dict[str, Any] = {"results": [{"ticket": TICKET, "snippet": _PIECES, "score": 0.0608}]}
STORED: dict[str, Any] = {"ticket": "tic_9c2e", "message": "msg_03ce"}
