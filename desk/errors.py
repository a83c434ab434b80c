"""How a call to the desk can fail; each message names the value and the way out.

DeskError
 +- UnknownBrand        no such brand
 +- UnknownTicket       no such ticket of this brand
 +- UnknownKey          no such API key of this brand
 +- UnknownScope        an API key cannot allow this
 +- BrandRefused        a brand that exists already, or an id that does not fit into an address
 +- UnknownSuggestion   no such suggestion of this brand
 +- UnknownSearch       no such search of this brand
 +- UnknownSource       neither a search nor a reply showed this article
 +- UnknownMacro        no such macro of this brand
 +- SuggestionDecided   a suggestion that somebody has decided on, or that is superseded
 +- MacroRefused        a macro cannot be as it was given, or lacks what its variables stand for
 +- RatingRefused       a mark that is none, or that nobody asked for
 +- UnknownTeammate     no such teammate of this brand, or they have left
 +- UnknownShift        no such shift of this teammate
 +- UnknownFollowUp     no such open follow-up of this brand
 +- UnknownAlert        no such alert of this brand
 +- StaffRefused        a teammate, a shift or a follow-up that cannot be as it was given
 +- UnknownCustomer     no such customer of this brand
 +- CustomerAmbiguous   several customers of this brand have the address
 +- UnknownMessage      no such message in this ticket
 +- UnknownAttachment   no such attachment of this ticket
 +- MoveRefused         a status that a ticket cannot get from where it stands
 +- TicketRefused       a ticket cannot be changed as asked
 +- ProblemRefused      a ticket that cannot be the problem of another
 +- MergeRefused        two tickets that cannot become one
 +- SplitRefused        a message that cannot begin a ticket
 +- CustomerRefused     a customer who cannot be as told
 +- AttachmentRefused   a file that is too large, one too many, or of a kind that is not taken
 +- ViewRefused         a page that no view has
 +- UnknownSubscription no such subscription of this brand
 +- UnknownDelivery     no such delivery of this brand
 +- SubscriptionRefused an address or events that nobody can be told
 +- UnknownOutgoing     no such message of this brand among those that go out
 +- OutgoingRefused     a message that was sent cannot be sent again, nor one on its way be settled
 +- PasswordRefused     a password that is too short or too long
 +- SignInRefused       an address, password or link that lets nobody in
 +- ProviderRefused     an account elsewhere that lets nobody in
 +- TooManyFailures     signing in failed so often that it must wait
 +- ProofRefused        a token that does not prove who a customer is
 +- LimitReached        so much was asked for that it must wait
 +- UnknownVersion      no such version of this brand's policy
 +- PolicyChanged       somebody else changed the policy that was being edited
"""

import math
from collections.abc import Sequence
from typing import Literal


class DeskError(Exception):
    """The desk cannot do what it was asked to."""


class UnknownBrand(DeskError):
    """There is no such brand."""


class UnknownTicket(DeskError):
    """There is no such ticket of this brand."""


class UnknownKey(DeskError):
    """There is no such API key of this brand."""


class UnknownScope(DeskError):
    """An API key cannot allow this."""


class BrandRefused(DeskError):
    """A brand of this id cannot be added."""


class UnknownTeammate(DeskError):
    """There is no such teammate of this brand, or they have left."""


class UnknownShift(DeskError):
    """There is no such shift of this teammate."""


class UnknownFollowUp(DeskError):
    """There is no such open follow-up of this brand."""


class StaffRefused(DeskError):
    """A teammate, a shift or a follow-up cannot be as it was given."""


class UnknownSuggestion(DeskError):
    """There is no such suggestion of this brand."""


class UnknownSearch(DeskError):
    """There is no such search of this brand."""


class UnknownSource(DeskError):
    """Neither this search nor a reply in this ticket showed such an article."""


class UnknownMacro(DeskError):
    """There is no such macro of this brand."""


class SuggestionDecided(DeskError):
    """Somebody has decided on a suggestion, or it is superseded."""


class MacroRefused(DeskError):
    """A macro cannot be as it was given, or lacks what its variables stand for."""


class RatingRefused(DeskError):
    """A mark is none, or nobody asked for it."""


class UnknownVersion(DeskError):
    """There is no such version of this brand's policy."""


class PolicyChanged(DeskError):
    """Somebody else changed the policy that was being edited."""


class UnknownAlert(DeskError):
    """There is no such alert of this brand."""


class UnknownCustomer(DeskError):
    """There is no such customer of this brand."""


class CustomerAmbiguous(DeskError):
    """Several customers have an address: whoever told it last need not be the one it belongs to."""

    def __init__(self, address: str, ids: Sequence[str]) -> None:
        listed = ", ".join(repr(one) for one in ids)
        super().__init__(f"several customers have the address {address!r}: name one by their id, {listed}")


class UnknownMessage(DeskError):
    """There is no such message in this ticket."""


class UnknownAttachment(DeskError):
    """There is no such attachment of this ticket."""


class MoveRefused(DeskError):
    """A ticket cannot get this status from where it stands."""


class TicketRefused(DeskError):
    """A ticket cannot be changed as asked."""


class ProblemRefused(DeskError):
    """A ticket cannot be the problem of another."""


class MergeRefused(DeskError):
    """Two tickets cannot become one."""


class SplitRefused(DeskError):
    """A message cannot begin a ticket."""


class CustomerRefused(DeskError):
    """A customer cannot be as told."""


class AttachmentRefused(DeskError):
    """A file is too large, one too many, or of a kind that is not taken."""


class ViewRefused(DeskError):
    """There is no such page of a view."""


class PasswordRefused(DeskError):
    """A password is too short or too long."""


class SignInRefused(DeskError):
    """An address, a password or a link lets nobody in."""


Reason = Literal["unknown", "unproven", "taken", "left", "no_role", "only_admin", "broken"]


class ProviderRefused(DeskError):
    """An account at a provider lets nobody in; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(f"the account at the provider lets nobody in: {reason}")
        self.reason = reason


class TooManyFailures(DeskError):
    """Signing in failed so often that it must wait, for `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"signing in failed too often: try again in {math.ceil(seconds)} s")
        self.seconds = math.ceil(seconds)


class LimitReached(DeskError):
    """So much was asked for that it must wait, for `seconds`; `limit` is how limits.yaml calls it."""

    def __init__(self, limit: str, most: int, seconds: float) -> None:
        super().__init__(f"the limit {limit!r} of limits.yaml, {most}, is reached: try again in {math.ceil(seconds)} s")
        self.limit = limit
        self.most = most
        self.seconds = math.ceil(seconds)


class ProofRefused(DeskError):
    """A token does not prove who a customer is."""


class UnknownSubscription(DeskError):
    """There is no such subscription of this brand."""


class UnknownDelivery(DeskError):
    """There is no such delivery of this brand."""


class SubscriptionRefused(DeskError):
    """An address cannot be told, or there are no such events."""


class UnknownOutgoing(DeskError):
    """There is no such message of this brand among those that go out."""


class OutgoingRefused(DeskError):
    """A message that was sent cannot be sent again, nor one that is on its way be settled."""
