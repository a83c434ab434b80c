"""Identifiers that must not be mixed up, and how new ones are made."""

import uuid
from typing import NewType

BrandId = NewType("BrandId", str)
ArticleId = NewType("ArticleId", str)
PassageId = NewType("PassageId", str)
CustomerId = NewType("CustomerId", str)
TicketId = NewType("TicketId", str)
MessageId = NewType("MessageId", str)
CaseId = NewType("CaseId", str)
AskId = NewType("AskId", str)
TeammateId = NewType("TeammateId", str)
MacroId = NewType("MacroId", str)
FollowUpId = NewType("FollowUpId", str)
AttachmentId = NewType("AttachmentId", str)
SearchId = NewType("SearchId", str)
SubscriptionId = NewType("SubscriptionId", str)

DEFAULT_BRAND = BrandId("default")


def new(prefix: str) -> str:
    """Return an id nobody can guess, such as `tic_3f...`: 122 random bits behind a prefix that says what it names."""
    return f"{prefix}_{uuid.uuid4().hex}"
