"""What a caller may ask in a minute, by the limits of their brand as they were some seconds ago."""

from time import monotonic

from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.types import Scope

from api.callers import Caller, address
from api.ports import Services
from api.rates import Rate
from domain.ids import BrandId
from domain.limits import Allowance, Limits

KNOWN_FOR_S = 10.0  # then the policy is asked again
MOST_BRANDS = 1000


class Allowances:
    """The limits of all brands, at hand."""

    def __init__(self) -> None:
        self._known: dict[BrandId, tuple[float, Limits]] = {}

    async def rates(self, house: Services, caller: Caller, scope: Scope) -> list[Rate]:
        """Return how often a caller may ask, by everything they are counted as; nothing for the operator."""
        if caller.kind == "operator":
            return []
        if caller.brand is None:
            return [_address(house.policies.usual.limits, scope)]
        limits = await self.of(house, caller.brand)
        own = Rate(f"{caller.limited}.requests_a_minute", caller.name, of_kind(limits, caller).requests_a_minute)
        brand = Rate("brand.requests_a_minute", caller.brand, limits.brand.requests_a_minute)
        return [own, _address(limits, scope), brand] if caller.kind == "visitor" else [own, brand]

    async def of(self, house: Services, brand: BrandId) -> Limits:
        """Return the limits of a brand."""
        at, limits = self._known.get(brand, (0.0, house.policies.usual.limits))
        if not at or monotonic() - at > KNOWN_FOR_S:
            if len(self._known) >= MOST_BRANDS:  # anybody may make some up
                self._known.clear()
            self._known[brand] = monotonic(), limits  # one request asks, the others go by what was known
            try:
                limits = (await house.policies.in_force(brand)).limits
            except (OperationalError, InterfaceError):
                return limits  # the route tells that the store does not answer
            self._known[brand] = monotonic(), limits
        return limits


def of_kind(limits: Limits, caller: Caller) -> Allowance:
    """Return what a caller's kind may ask for."""
    found: Allowance = getattr(limits, caller.limited)
    return found


def _address(limits: Limits, scope: Scope) -> Rate:
    return Rate("address.requests_a_minute", address(scope), limits.address.requests_a_minute)
