"""Timers: when a clock ran, and from that and its aim when it is half spent, at risk and due.

What a clock has spent is counted afresh with the aim it has now. A ticket that becomes graver is therefore due as if it
had been so from the start, which may be in the past.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from desk.timing import calendar as hours
from desk.timing.calendar import Span
from domain.hours import Calendar


@dataclass(frozen=True)
class Aim:
    """How long a clock may run, and the calendar by which that is counted."""

    allowed: timedelta
    calendar: Calendar


@dataclass(frozen=True)
class Timer:
    """When a clock ran: earlier `spans`, and since when it runs now, or would if it did not rest."""

    since: datetime
    spans: tuple[Span, ...] = ()
    rests: bool = False

    def rest(self, now: datetime) -> Self:
        """Return this timer stopped for a while; a resting one goes on resting."""
        if self.rests:
            return self
        ran = ((self.since, now),) if now > self.since else ()
        return replace(self, spans=(*self.spans, *ran), since=max(now, self.since), rests=True)

    def go_on(self, now: datetime) -> Self:
        """Return this timer running again; a running one goes on running."""
        return replace(self, since=max(now, self.since), rests=False) if self.rests else self


@dataclass(frozen=True)
class Marks:
    """When a clock is half spent, when a fifth is left and it is at risk, and when it is due.

    Those that a resting clock has not reached are where they would be had it not begun to rest.
    """

    half_at: datetime
    risk_at: datetime
    due_at: datetime

    def passed(self, now: datetime) -> int:
        """Return how many of the marks lie in the past: 1 half, 2 at risk, 3 breached."""
        return sum(mark < now for mark in (self.half_at, self.risk_at, self.due_at))


def spent(timer: Timer, calendar: Calendar, now: datetime) -> timedelta:
    """Return how long a clock has run until now, by a calendar."""
    running = timedelta() if timer.rests else hours.between(calendar, timer.since, now)
    return sum((hours.between(calendar, *span) for span in timer.spans), running)


def marks(timer: Timer, aim: Aim) -> Marks:
    """Return when a clock reaches its marks, or reached them."""
    half, risk, due = (_reached(timer, aim.calendar, aim.allowed * part // 10) for part in (5, 8, 10))
    return Marks(half, risk, due)


def _reached(timer: Timer, calendar: Calendar, amount: timedelta) -> datetime:
    """Return the first time by which a clock has spent so much."""
    for span in timer.spans:
        ran = hours.between(calendar, *span)
        if ran >= amount:
            return hours.after(calendar, span[0], amount)
        amount -= ran
    return hours.after(calendar, timer.since, amount)
