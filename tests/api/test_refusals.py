from api.refusals import REFUSALS
from desk import errors
from desk.errors import DeskError


def test_whatever_the_desk_refuses_is_told_as_a_problem() -> None:
    refused = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, DeskError)}

    assert refused - {DeskError} <= REFUSALS.keys()
