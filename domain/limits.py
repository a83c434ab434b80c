"""How much is taken from one caller before they are told to wait: policy data; 0 is no limit."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Allowance:
    """What one of a kind may ask for."""

    requests_a_minute: int = 0
    messages_a_minute: int = 0
    messages_a_day: int = 0


@dataclass(frozen=True)
class Sessions:
    """How many sessions may be opened, from one address and for all the brand."""

    address_an_hour: int = 0
    brand_an_hour: int = 0


@dataclass(frozen=True)
class MailLimits:
    """How many mails of one address are answered by the bot, and how many it is sent, within a day."""

    answered_a_day: int = 0
    sent_a_day: int = 0


@dataclass(frozen=True)
class Limits:
    """What limits.yaml holds: what a visitor, a known customer, an address, a key and the whole brand may ask for."""

    visitor: Allowance = field(default_factory=Allowance)
    customer: Allowance = field(default_factory=Allowance)
    address: Allowance = field(default_factory=Allowance)
    key: Allowance = field(default_factory=Allowance)
    brand: Allowance = field(default_factory=Allowance)
    sessions: Sessions = field(default_factory=Sessions)
    mails: MailLimits = field(default_factory=MailLimits)
