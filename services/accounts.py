"""Accounts elsewhere that teammates sign in with, as the settings say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Self

from domain.ids import BrandId
from settings import Settings

if TYPE_CHECKING:
    from connectors.oidc import Provider
    from connectors.outbound import Outbound


@dataclass(frozen=True)
class Accounts:
    """A provider of accounts: whose teammates sign in there, and what the button calls it."""

    provider: Provider
    brand: BrandId
    name: str

    @classmethod
    def of(cls, settings: Settings, outbound: Outbound, now: Callable[[], datetime]) -> Self | None:
        """Return the provider that is set, None where none is; nobody is asked anything yet."""
        if settings.oidc_issuer is None or settings.oidc_client_id is None:
            return None
        from connectors.oidc import Client, Provider

        secret = settings.oidc_client_secret.get_secret_value() if settings.oidc_client_secret else None
        client = Client(settings.oidc_issuer, settings.oidc_client_id, secret, settings.oidc_claim)
        return cls(Provider(client, outbound, now), BrandId(settings.oidc_brand), settings.oidc_name)


async def look(settings: Settings, now: Callable[[], datetime]) -> str:
    """Ask the provider what it says of itself, and say so. Raises ProviderDown."""
    from connectors.outbound import Outbound

    outbound = Outbound(settings.allowed_hosts or ())
    try:
        accounts = Accounts.of(settings, outbound, now)
        keys = await accounts.provider.check() if accounts else 0
    finally:
        await outbound.close()
    return f"{settings.oidc_issuer} signs with {keys} key{'s' if keys != 1 else ''}"
