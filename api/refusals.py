"""What the desk refuses, told as problems, in one place for all routes.

The desk's own messages name values that were sent; a problem document names the rule and the way out instead.
"""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from starlette.responses import Response

from api import problems
from api.problems import Invalid, Problem, Settled, TooSoon, Unauthorized, Unknown
from desk import errors
from desk.attachments import ENDINGS, LARGEST, MOST
from desk.errors import DeskError
from desk.work.macros import VARIABLES

_VARIABLES = ", ".join(f"{{{name}}}" for name in VARIABLES)
REFUSALS: Mapping[type[DeskError], tuple[type[Problem], str]] = {
    errors.UnknownBrand: (Unknown, "There is no such brand; `deskhand brands list` shows those there are."),
    errors.BrandRefused: (Invalid, "The brand exists already, or its id does not fit into an address."),
    errors.UnknownKey: (Unknown, "There is no such key; GET /v1/keys lists them."),
    errors.UnknownScope: (Invalid, "A key cannot allow this; the manual lists the scopes."),
    errors.UnknownAlert: (Unknown, "There is no such alert."),
    errors.UnknownTicket: (Unknown, "There is no such ticket."),
    errors.UnknownTeammate: (Unknown, "There is no such teammate, or they have left; GET /v1/teammates lists them."),
    errors.UnknownShift: (Unknown, "There is no such shift; GET /v1/shifts lists them."),
    errors.UnknownFollowUp: (Unknown, "There is no such follow-up; GET /v1/follow-ups lists those that are open."),
    errors.StaffRefused: (
        Invalid,
        "A team is not in the policy, an address is none or in use, a shift overlaps another or is longer than a day, "
        "a follow-up is due in the past, the ticket is done, or the only admin would be none.",
    ),
    errors.UnknownSuggestion: (Unknown, "There is no such suggestion; GET /v1/suggestions lists those that wait."),
    errors.UnknownMacro: (Unknown, "There is no such macro; GET /v1/macros lists them."),
    errors.UnknownSearch: (Unknown, "There is no such search; the answer to a search names its id."),
    errors.UnknownSource: (Unknown, "It was not shown there: name one of the results, or of the reply's sources."),
    errors.SuggestionDecided: (Settled, "Somebody has decided, or the customer wrote again; read the suggestion anew."),
    errors.MacroRefused: (
        Invalid,
        f"The name is taken, or a variable is unknown or stands for nothing here. Variables are {_VARIABLES}; in a "
        "retrievable macro they stand in the first and last lines only.",
    ),
    errors.PasswordRefused: (Invalid, "A password has 12 to 200 characters."),
    errors.SignInRefused: (
        Unauthorized,
        "The address, the password or the link lets nobody in; an admin can make a new link.",
    ),
    errors.ProviderRefused: (Unauthorized, "The account at the provider lets nobody in; an admin can make a link."),
    errors.TooManyFailures: (TooSoon, "Signing in failed too often; try again when Retry-After says."),
    errors.ProofRefused: (
        Invalid,
        "The token proves nothing: sign it with HS256 and the secret of `deskhand brands secret`, with `sub` and an "
        "`exp` minutes ahead.",
    ),
    errors.UnknownSubscription: (Unknown, "There is no such subscription; GET /v1/subscriptions lists them."),
    errors.UnknownDelivery: (Unknown, "There is no such delivery; GET /v1/deliveries lists them."),
    errors.SubscriptionRefused: (
        Invalid,
        "There is no such event, or the address cannot be told: it must be https, at port 443, on the open "
        "internet and without a password; the operator may name other hosts in DESKHAND_ALLOWED_HOSTS.",
    ),
    errors.UnknownOutgoing: (Unknown, "No such message goes out, or went; GET /v1/outbox lists them."),
    errors.OutgoingRefused: (
        Settled,
        "What was sent is not sent again, and of what is on its way nobody knows yet; read GET /v1/outbox anew.",
    ),
    errors.UnknownVersion: (Unknown, "There is no such version of the policy; GET /v1/policy/versions lists them."),
    errors.PolicyChanged: (Settled, "Somebody else changed the policy since you read it; edit the one that holds now."),
    errors.UnknownCustomer: (Unknown, "There is no such customer; a PATCH of one adds them."),
    errors.CustomerAmbiguous: (Settled, "Several customers have this address; name one of them by their id."),
    errors.UnknownMessage: (Unknown, "There is no such message in this ticket; GET /v1/tickets/{ticket} lists them."),
    errors.UnknownAttachment: (Unknown, "There is no such attachment; GET /v1/tickets/{ticket} lists them."),
    errors.MoveRefused: (
        Settled,
        "The ticket cannot get there from where it stands: a solved one can be opened or closed, a closed or merged "
        "one stays so; read the ticket anew.",
    ),
    errors.TicketRefused: (
        Invalid,
        "The team is not in the policy, or the ticket is a customer's already and cannot become another's.",
    ),
    errors.ProblemRefused: (
        Invalid,
        "The problem must be another ticket of this brand that waits for no problem itself, and none may wait for "
        "this one; link it to the cause itself.",
    ),
    errors.MergeRefused: (
        Settled,
        "Two tickets become one when both are known to be of one customer, neither was merged before, and the one "
        "that stays is not done. Say whose they are, or reopen it, first.",
    ),
    errors.SplitRefused: (Invalid, "Split at a message of the customer's that is not the first."),
    errors.CustomerRefused: (Invalid, "The time zone is none, or the tier is not in the policy."),
    errors.AttachmentRefused: (Invalid, f"Send 1 to {LARGEST:,} bytes of {', '.join(ENDINGS)}, {MOST} a ticket."),
    errors.ViewRefused: (
        Invalid,
        "`after` takes `next` of the page before, in the same order; the view `mine` needs `teammate`.",
    ),
    errors.RatingRefused: (Invalid, "Only solved tickets are marked, from 1 (bad) to 5 (good)."),
}


def install(app: FastAPI) -> None:
    """Answer what the desk refuses with a problem document."""
    app.add_exception_handler(DeskError, _refused)
    app.add_exception_handler(errors.LimitReached, _too_much)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, DeskError)
    kind, sentence = REFUSALS[type(error)]
    wait = {"Retry-After": str(error.seconds)} if isinstance(error, errors.TooManyFailures) else None
    return problems.document(problems.request_id(request), kind(sentence, headers=wait))


async def _too_much(request: Request, error: Exception) -> Response:
    """Name the limit, which is no secret, and when to come back; count what is refused."""
    assert isinstance(error, errors.LimitReached)
    request.app.state.refused[error.limit] += 1
    sentence = f"The limit `{error.limit}`, {error.most}, is reached; send it again when Retry-After says."
    too_soon = TooSoon(sentence, headers={"Retry-After": str(error.seconds)})
    return problems.document(problems.request_id(request), too_soon)
