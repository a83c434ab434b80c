"""When something that could not be sent is tried again: soon at first, then later and later, and in the end never."""

from datetime import datetime, timedelta

DELAYS = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 3600, 21_600, 86_400, 259_200))
LONGEST = sum(DELAYS, timedelta())  # after so long something is given up, whatever kept it from being tried


def next_try(attempts: int, now: datetime, asked: timedelta | None = None) -> datetime | None:
    """Return when to try again after so many attempts, None when it was tried often enough.

    `asked` is how long the other side asked to be left alone; it can make the wait longer, up to the longest delay.
    """
    if attempts > len(DELAYS):
        return None
    return now + min(max(DELAYS[attempts - 1], asked or timedelta()), DELAYS[-1])
