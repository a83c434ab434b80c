"""What the doctor says of a desk at work: its workers, its queue, its time, its log and its backups."""

from datetime import datetime, timedelta

from cli.findings import Finding
from desk.audit import Checked
from desk.vitals import Vitals

LATE = timedelta(seconds=60)
APART = timedelta(seconds=5)
OLD = timedelta(days=7)
DAY = timedelta(days=1)


def worker(found: Vitals, expected: bool) -> Finding:
    """Say whether anybody works; `expected` where a server runs or others might."""
    if found.workers:
        age = found.heartbeat_age_s or 0
        return Finding("worker", "good", f"{_many(found.workers, 'worker')}, the last sign of life {age:.0f} s ago")
    if expected:
        way = "restart `deskhand serve`, or start `deskhand work`"
        return Finding("worker", "fix", f"none gives a sign of life, so customers wait: {way}")
    return Finding("worker", "note", "none runs: `deskhand serve` brings one")


def queue(found: Vitals) -> Finding:
    """Say whether jobs pile up, or were given up."""
    ready, given_up = found.jobs["ready"], found.jobs["failed"]
    waited = timedelta(seconds=found.oldest_job_s or 0)
    if waited > LATE:
        way = "start another `deskhand work`, or raise DESKHAND_TICKETS_AT_ONCE; if nothing moves, the log says why"
        return Finding("queue", "fix", f"{_many(ready, 'job')} waiting, the oldest for {_long(waited)}: {way}")
    if given_up:
        way = "the sweep takes their tickets up again; the log says why"
        return Finding("queue", "note", f"{_many(given_up, 'job')} given up after several attempts: {way}")
    return Finding("queue", "good", f"{_many(ready, 'job')} waiting, {found.jobs['running']} running")


def time(found: Vitals, now: datetime) -> Finding:
    """Say whether this machine and the database agree what time it is."""
    apart = found.at - now
    if abs(apart) > APART:
        side = "ahead of" if apart > timedelta() else "behind"
        way = "let both be set by the network, since deadlines and sessions go by them"
        return Finding("time", "fix", f"the database is {_long(abs(apart))} {side} this machine: {way}")
    return Finding("time", "good", "this machine and the database agree")


def erasures(found: Vitals) -> list[Finding]:
    """Say where bytes of an erased customer still lie in the database's files although there was time enough."""
    age = timedelta(seconds=found.erasure_age_s or 0)
    if age <= DAY:
        return []
    way = "something reads these tables all the time; the log of the worker names them"
    return [Finding("erasures", "fix", f"one of {_long(age)} ago is not overwritten on disk yet: {way}")]


def log(found: Checked) -> Finding:
    """Say whether the audit log holds together."""
    if found.fault:
        way = "find out who had the database; `deskhand backup` keeps what is there for whoever looks into it"
        return Finding("audit log", "fix", f"was tampered with: {found.fault}: {way}")
    return Finding("audit log", "good", f"{found.entries} entries hold together")


def backup(newest: datetime | None, now: datetime) -> Finding:
    """Say how old the newest backup is."""
    if newest is None:
        return Finding("backup", "note", "none was made yet: `deskhand backup FILE`")
    age = now - newest
    if age > OLD:
        return Finding("backup", "note", f"the newest is {_long(age)} old: `deskhand backup FILE`")
    return Finding("backup", "good", f"the newest is {_long(age)} old")


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _long(span: timedelta) -> str:
    """Return a span in the largest unit that it fills twice."""
    seconds = span.total_seconds()
    units = (("days", 86400), ("hours", 3600), ("minutes", 60))
    return next((f"{seconds / size:.0f} {unit}" for unit, size in units if seconds >= 2 * size), f"{seconds:.0f} s")
