"""Which addresses a request of ours may go to: what the internet can reach, and what the operator names.

Refused   an address that we do not ask; its message says what is wrong with it and the way out
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Self
from urllib.parse import urlsplit

import httpx

Address = IPv4Address | IPv6Address

PORTS = {"http": 80, "https": 443}
USUAL = tuple(PORTS.values())
SHOWN = 200  # characters of an address that a message repeats
WAY_OUT = "the operator may name it in DESKHAND_ALLOWED_HOSTS"
NAME = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)*"
)
NUMBER = re.compile(r"(?:0x[0-9a-f]*|\d+)\Z")  # what a resolver may read as a part of an address

_UNICAST = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_INSIDE = tuple(
    ipaddress.ip_network(network)
    for network in (
        "168.63.129.16/32",  # the metadata of one cloud; those of the others are link-local or private
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "240.0.0.0/4",
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "3fff::/20",
    )
)
_ISATAP = 0x5EFE


class Refused(Exception):
    """An address is none that we ask; trying again does not help."""


@dataclass(frozen=True)
class Allowed:
    """What may be asked beside the open internet at its usual ports.

    `hosts` are of the operator's own network, each with the port it may be asked at, None for `ports`.
    """

    hosts: frozenset[tuple[str, int | None]] = frozenset()
    ports: frozenset[int] = frozenset(USUAL)

    @classmethod
    def of(cls, named: Iterable[str], ports: Iterable[int] = USUAL) -> Self:
        """Return hosts written as `intranet.example`, `intranet.example:8080` or `[::1]:8080`.

        Raises ValueError for what is none of these.
        """
        return cls(frozenset(_named(entry) for entry in named), frozenset(ports))

    def holds(self, url: httpx.URL) -> bool:
        """Say whether the operator named this host, with this port where it is not a usual one."""
        return (host(url), port(url)) in self.hosts or (port(url) in self.ports and (host(url), None) in self.hosts)


def port(url: httpx.URL) -> int:
    """Return the port of an address."""
    return url.port or PORTS[url.scheme]


def host(url: httpx.URL) -> str:
    """Return the host of an address as names are compared: in lower case, without the last dot."""
    return url.raw_host.decode("ascii").lower().removesuffix(".")


def check(address: str, allowed: Allowed, secure: bool = False) -> httpx.URL:
    """Return an address that may be asked, as far as its text tells; `secure` wants TLS where nobody named the host.

    Raises Refused.
    """
    shown = repr(address[:SHOWN])
    url = _parsed(address, shown)
    if url.scheme not in PORTS:
        raise Refused(f"{shown} has the scheme {url.scheme!r}: only http and https are asked")
    if url.userinfo:
        raise Refused(f"{shown} holds a name or password before its host: leave them out")
    literal = _literal(url, shown)
    if allowed.holds(url):
        return url
    if secure and url.scheme != "https":
        raise Refused(f"{shown} is not encrypted: use https, or {WAY_OUT}")
    if port(url) not in allowed.ports:
        raise Refused(f"{shown} has the port {url.port}: only 80 and 443 are asked; {WAY_OUT} with its port")
    if literal is not None:
        require(literal)
    return url


def require(address: Address) -> None:
    """See that the whole internet can reach an address.

    Raises Refused.
    """
    if not is_public(address):
        raise Refused(f"{str(address)!r} is no address of the open internet: {WAY_OUT}")


def is_public(address: Address) -> bool:
    """Say whether an address belongs to the open internet; what carries another address is judged by that one."""
    if isinstance(address, IPv6Address):
        if address in _NAT64:
            return is_public(_carried(address))
        if address not in _UNICAST or address.scope_id is not None:
            return False
        if (int(address) >> 32) & 0xFDFFFFFF == _ISATAP and not is_public(_carried(address)):
            return False
    inside = any(address in network for network in _INSIDE if network.version == address.version)
    return address.is_global and not address.is_multicast and not inside


def _carried(address: IPv6Address) -> IPv4Address:
    return IPv4Address(int(address) & 0xFFFFFFFF)


def _parsed(address: str, shown: str) -> httpx.URL:
    if "\\" in address or any(character.isspace() for character in address):
        raise Refused(f"{shown} holds a space or a backslash: write it as a plain address")
    try:
        return httpx.URL(address)
    except httpx.InvalidURL as error:
        raise Refused(f"{shown} is no address: {error}") from error


def _literal(url: httpx.URL, shown: str) -> Address | None:
    """Return the address that a host is written as, None for a name."""
    name = host(url)
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        pass
    if not NAME.fullmatch(name) or NUMBER.match(name.rpartition(".")[2]):
        raise Refused(f"{shown} has no host that is a plain name or address: it reads {name!r}")
    return None


def _named(entry: str) -> tuple[str, int | None]:
    parts = urlsplit(f"//{entry}")
    if not parts.hostname or parts.netloc != entry or parts.username is not None:
        raise ValueError(f"wants hosts such as 'intranet.example' or 'intranet.example:8080', not {entry!r}")
    return parts.hostname.removesuffix("."), parts.port
