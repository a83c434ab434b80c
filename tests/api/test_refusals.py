from fastapi import FastAPI

from api import refusals
from desk import errors
from desk.errors import DeskError


def test_whatever_the_desk_refuses_is_told_as_a_problem() -> None:
    refused = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, DeskError)}
    app = FastAPI()

    refusals.install(app)

    assert refused <= refusals.REFUSALS.keys() | app.exception_handlers.keys()
