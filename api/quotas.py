"""What callers may have within a while, as all processes count it together: messages and sessions."""

from datetime import timedelta

from fastapi import Request

from api.access import Access
from api.allowances import Allowances, of_kind
from api.callers import address
from api.ports import Services
from desk.tallies import Quota
from domain.ids import BrandId
from domain.limits import Allowance

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


async def take_message(request: Request, caller: Access, house: Services) -> None:
    """Count a customer's message; those of the operator and of a demo are not counted.

    Raises LimitReached.
    """
    who, limits = caller.counted, await _known(request).of(house, caller.brand)
    if who.kind == "operator":
        return
    quotas = _messages(who.limited, f"{caller.brand} {who.name}", of_kind(limits, who))
    if who.kind == "visitor":
        quotas += _messages("address", address(request.scope), limits.address)
    quotas += _messages("brand", caller.brand, limits.brand)
    await house.doors.tallies.take(quotas, house.context.now())


async def take_session(request: Request, brand: BrandId, house: Services) -> None:
    """Count a session that somebody wants to open, whether they may or not.

    Raises LimitReached.
    """
    if house.demo:
        return
    most = (await _known(request).of(house, brand)).sessions
    quotas = [
        Quota("sessions.address_an_hour", address(request.scope), most.address_an_hour, HOUR),
        Quota("sessions.brand_an_hour", brand, most.brand_an_hour, HOUR),
    ]
    await house.doors.tallies.take(quotas, house.context.now())


def _messages(kind: str, name: str, allowed: Allowance) -> list[Quota]:
    return [
        Quota(f"{kind}.messages_a_minute", name, allowed.messages_a_minute, MINUTE),
        Quota(f"{kind}.messages_a_day", name, allowed.messages_a_day, DAY),
    ]


def _known(request: Request) -> Allowances:
    known: Allowances = request.app.state.allowances
    return known
