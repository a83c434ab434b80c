"""How a call to the desk can fail; each message names the value and the way out.

DeskError
 +- UnknownBrand   no such brand
 +- UnknownTicket  no such ticket of this brand
 +- UnknownKey     no such API key of this brand
 +- UnknownScope   an API key cannot allow this
 +- BrandRefused   a brand that exists already, or an id that does not fit into an address
"""


class DeskError(Exception):
    """The desk cannot do what it was asked to."""


class UnknownBrand(DeskError):
    """There is no such brand."""


class UnknownTicket(DeskError):
    """There is no such ticket of this brand."""


class UnknownKey(DeskError):
    """There is no such API key of this brand."""


class UnknownScope(DeskError):
    """An API key cannot allow this."""


class BrandRefused(DeskError):
    """A brand of this id cannot be added."""
