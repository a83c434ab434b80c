"""Who a request comes from, as far as that can be told before anything is asked: what limits are counted by.

Nothing is allowed by it. A token counts as its owner's once it has held; until then, and for customers' sessions
always, a request counts as its address's, since anybody may invent tokens and open sessions.
"""

import hashlib
import ipaddress
from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

from starlette.datastructures import Headers
from starlette.requests import cookie_parser
from starlette.types import Scope

from domain.ids import BrandId

Kind = Literal["address", "visitor", "customer", "key", "teammate", "operator"]
REMEMBERED = 20_000  # tokens; then those that were not used for longest are forgotten
NETWORK_BITS = 64  # of an address of IPv6: whoever has one has all that begin like it


@dataclass(frozen=True)
class Caller:
    """Who calls: `name` tells callers apart, `brand` is whose they are, where that is known."""

    kind: Kind
    name: str
    brand: BrandId | None = None

    @property
    def trusted(self) -> bool:
        """Say whether somebody let them in by name, so that their like cannot be made at will."""
        return self.kind in ("key", "teammate", "operator")

    @property
    def limited(self) -> str:
        """Return under which name limits.yaml has what they may ask for; a teammate may as much as a program."""
        return "key" if self.kind == "teammate" else self.kind


class Callers:
    """The callers of one application, by the tokens that held."""

    def __init__(self, cookie: str) -> None:
        self._cookie = cookie
        self._known: OrderedDict[bytes, Caller] = OrderedDict()

    def remember(self, token: str | None, caller: Caller) -> None:
        """Know from now on whose a token is."""
        if token:
            self._known[_hashed(token)] = caller
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)

    def of(self, scope: Scope) -> Caller:
        """Return who a request comes from; an address where no token of it is known."""
        token = self._token(scope)
        if token and (known := self._known.get(digest := _hashed(token))):
            self._known.move_to_end(digest)
            return known
        return Caller("address", address(scope))

    def _token(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        kind, _, token = headers.get("authorization", "").partition(" ")
        if token and kind.lower() == "bearer":
            return token.strip()
        return cookie_parser(headers.get("cookie", "")).get(self._cookie)


def address(scope: Scope) -> str:
    """Return where a request comes from: its address, of IPv6 the network."""
    host = str((scope.get("client") or ("unknown",))[0])
    try:
        given = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(given, ipaddress.IPv6Address):
        if given.ipv4_mapped:
            return str(given.ipv4_mapped)
        return str(ipaddress.ip_network((given.packed, NETWORK_BITS), strict=False))
    return host


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
