"""Which policy the hub goes by: a brand's newest, as soon as its examples have been learned."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from domain.ids import BrandId
from domain.policy import Policy

if TYPE_CHECKING:
    from desk.policies import Policies

PATIENCE_S = 2.0  # learning takes about one; a customer hardly notices it once


class Governing:
    """Gives each case its brand's policy; while a new one is learned for long, the one before serves on."""

    def __init__(self, policies: Policies, learn: Callable[[Policy], None], patience_s: float = PATIENCE_S) -> None:
        self._policies = policies
        self._learn = learn
        self._patience_s = patience_s
        self._held: dict[BrandId, Policy] = {}
        self._coming: dict[BrandId, asyncio.Task[None]] = {}

    def held(self, brand: BrandId) -> Policy:
        """Return the policy that this process went by last."""
        return self._held.get(brand, self._policies.usual)

    async def policy(self, brand: BrandId) -> Policy:
        """Return the policy to go by now."""
        wanted = await self._policies.in_force(brand)
        if self._held.get(brand) is not wanted:
            coming = self._coming.get(brand)
            if coming is None:
                coming = self._coming[brand] = asyncio.create_task(self._take(brand, wanted))
            await asyncio.wait({coming}, timeout=self._patience_s if brand in self._held else None)
        return self.held(brand)

    async def _take(self, brand: BrandId, wanted: Policy) -> None:
        try:
            await asyncio.to_thread(self._learn, wanted)
            self._held[brand] = wanted
        finally:
            del self._coming[brand]
