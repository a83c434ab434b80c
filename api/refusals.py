"""What the desk refuses, told as problems, in one place for all routes.

The desk's own messages name values that were sent; a problem document names the rule and the way out instead.
"""

from collections.abc import Mapping

from fastapi import FastAPI, Request
from starlette.responses import Response

from api import problems
from api.problems import Invalid, Problem, Settled, Unknown
from desk import errors
from desk.errors import DeskError
from desk.work.macros import VARIABLES

_VARIABLES = ", ".join(f"{{{name}}}" for name in VARIABLES)
REFUSALS: Mapping[type[DeskError], tuple[type[Problem], str]] = {
    errors.UnknownTicket: (Unknown, "There is no such ticket."),
    errors.UnknownTeammate: (Unknown, "There is no such teammate, or they have left; GET /v1/teammates lists them."),
    errors.UnknownShift: (Unknown, "There is no such shift; GET /v1/shifts lists them."),
    errors.UnknownFollowUp: (Unknown, "There is no such follow-up; GET /v1/follow-ups lists those that are open."),
    errors.StaffRefused: (
        Invalid,
        "A team is not in the policy, an address is none or in use, a shift overlaps another or is longer than a day, "
        "a follow-up is due in the past, or the ticket is done.",
    ),
    errors.UnknownSuggestion: (Unknown, "There is no such suggestion; GET /v1/suggestions lists those that wait."),
    errors.UnknownMacro: (Unknown, "There is no such macro; GET /v1/macros lists them."),
    errors.UnknownSearch: (Unknown, "There is no such search; the answer to a search names its id."),
    errors.SuggestionDecided: (Settled, "Somebody has decided, or the customer wrote again; read the suggestion anew."),
    errors.MacroRefused: (
        Invalid,
        f"The name is taken, or a variable is unknown or stands for nothing here. Variables are {_VARIABLES}.",
    ),
    errors.UnknownVersion: (Unknown, "There is no such version of the policy; GET /v1/policy/versions lists them."),
    errors.PolicyChanged: (Settled, "Somebody else changed the policy since you read it; edit the one that holds now."),
    errors.RatingRefused: (Invalid, "Only solved tickets are marked, from 1 (bad) to 5 (good)."),
}


def install(app: FastAPI) -> None:
    """Answer what the desk refuses with a problem document."""
    app.add_exception_handler(DeskError, _refused)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, DeskError)
    kind, sentence = REFUSALS[type(error)]
    return problems.document(problems.request_id(request), kind(sentence))
