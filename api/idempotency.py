"""A writing request that is repeated under its `Idempotency-Key` gets the first answer and has no second effect."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel, StringConstraints

from api import problems
from api.access import Access, identified
from api.ports import Services, services
from database.requests import RequestDiffers, RequestRunning, Requests
from desk.inbox import Origin
from domain.ids import BrandId

Key = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,200}$")]
SOURCE = "api"
AnswerT = TypeVar("AnswerT", bound=BaseModel)


@dataclass(frozen=True)
class Once:
    """One request, and the key it may be repeated under."""

    brand: BrandId
    caller: str
    key: str | None
    fingerprint: bytes
    response: Response
    requests: Requests
    now: Callable[[], datetime]

    @property
    def origin(self) -> Origin | None:
        """Return what a message is received under, so that it is stored once even if nobody lives to answer."""
        return Origin(self.brand, SOURCE, f"{self.caller} {self.key}") if self.key else None

    async def __call__(
        self, shape: type[AnswerT], work: Callable[[], Awaitable[AnswerT]], unkept: frozenset[str] = frozenset()
    ) -> AnswerT:
        """Return what the work answers, or what it answered before; the fields `unkept` are null in a repeat."""
        if self.key is None:
            return await work()
        earlier = await self._earlier(self.key)
        if earlier is not None:
            self.response.headers["Idempotency-Replayed"] = "true"
            return shape.model_validate(earlier)
        return await self._first(self.key, work, unkept)

    async def _earlier(self, key: str) -> dict[str, object] | None:
        try:
            return await self.requests.begin(self.caller, key, self.fingerprint, self.now())
        except RequestDiffers as error:
            raise problems.Invalid(str(error)) from error
        except RequestRunning as error:
            raise problems.Conflict(str(error), headers={"Retry-After": "1"}) from error

    async def _first(self, key: str, work: Callable[[], Awaitable[AnswerT]], unkept: frozenset[str]) -> AnswerT:
        answer = None
        try:
            answer = await work()
        finally:
            if answer is None:
                await self.requests.abandon(self.caller, key)
        await self.requests.finish(self.caller, key, answer.model_dump(mode="json", exclude=set(unkept)))
        return answer


async def once(
    request: Request,
    response: Response,
    access: Annotated[Access, Depends(identified)],
    house: Annotated[Services, Depends(services)],
    idempotency_key: Annotated[
        Key | None, Header(description="Any text of yours, new for each request; kept for a day.")
    ] = None,
) -> Once:
    """Return how this request is answered once."""
    named = f"{request.method} {request.url.path}\n".encode()
    fingerprint = hashlib.sha256(named + await request.body()).digest()
    return Once(access.brand, access.caller, idempotency_key, fingerprint, response, house.requests, house.context.now)
