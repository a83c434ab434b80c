"""`deskhand deliveries`: it needs the desk's tables only, so it works beside a running server too."""

import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TypeVar

import typer

import services
import settings
from api.shapes.outbox import ShownOutgoing
from cli.loop import run
from cli.refusal import Refusal
from desk.deliveries import Asked, Outgoing, Repeatable
from desk.outbox import Cause, Standing, State
from domain.ids import BrandId, MessageId, SubscriptionId
from domain.turns import Channel
from services.doors import Doors, open_doors

SUBSCRIPTION = "sub_"  # how the id of one begins
T = TypeVar("T")


@dataclass(frozen=True)
class Wanted:
    """What is to be sent again: the one that is `named`, or with `every` all that failed for a cause."""

    named: str | None
    every: bool
    cause: Repeatable
    channel: Channel | None
    since: datetime | None


@dataclass(frozen=True)
class Replayed:
    """How much is on its way again, how much is `left` for the next time, and how much that waits is tried now."""

    replayed: int
    left: int = 0
    hastened: int = 0


def show(
    state: State,
    cause: Cause | None,
    channel: Channel | None,
    limit: int,
    brand: str,
    as_json: bool,
    **passed: object,
) -> None:
    """Print messages on their way, the newest first."""
    asked = Asked(BrandId(brand), state, cause, channel)
    found = _at(brand, passed, lambda doors: doors.deliveries.page(asked, limit=limit))
    if as_json:
        _print_json([_shown(one) for one in found])
        return
    if not found:
        typer.echo(f"No message is {state}." if cause is None else f"No message is {cause}.", err=True)
        return
    typer.echo("\n".join(_describe(one) for one in found))
    if len(found) == limit:
        typer.echo("There may be more: --limit prints them.", err=True)
    if state == "failed":
        typer.echo("Send one again: deskhand deliveries replay ID; all after an outage: replay --all", err=True)


def replay(wanted: Wanted, brand: str, as_json: bool, **passed: object) -> None:
    """Send again what did not go out."""
    if (wanted.named is None) is not wanted.every:
        raise Refusal("name a message or a subscription, or say --all: `deskhand deliveries list` shows what failed")
    if wanted.named and not wanted.named.startswith(SUBSCRIPTION):
        message = MessageId(wanted.named)
        found = _at(brand, passed, lambda doors: doors.deliveries.replay(BrandId(brand), message, None, services.now()))
        _tell(found, as_json, "is on its way")
        return
    told = _at(brand, passed, lambda doors: _replayed(doors, wanted, BrandId(brand)))
    if as_json:
        _print_json(asdict(told))
        return
    named = "Events" if wanted.named else "Messages"
    typer.echo(f"{named} on their way again: {told.replayed}. Tried now instead of later: {told.hastened}.")
    if told.left:
        typer.echo(f"{told.left} are left: say it again.", err=True)


def arrived(message: str, brand: str, as_json: bool, **passed: object) -> None:
    """Note that a message got there."""
    named = MessageId(message)
    found = _at(brand, passed, lambda doors: doors.deliveries.arrived(BrandId(brand), named, None, services.now()))
    _tell(found, as_json, "counts as delivered")


async def _replayed(doors: Doors, wanted: Wanted, brand: BrandId) -> Replayed:
    """Send again all that is wanted, messages up to so many at once."""
    now = services.now()
    if wanted.named:
        return Replayed(await doors.webhooks.replay_failed(brand, SubscriptionId(wanted.named), now))
    since = wanted.since.replace(tzinfo=UTC) if wanted.since else None
    asked = Asked(brand, "failed", wanted.cause, wanted.channel, since)
    replayed = await doors.deliveries.replay_failed(asked, wanted.cause, None, now)
    hastened = await doors.deliveries.hasten(asked, now)
    return Replayed(replayed, await doors.deliveries.count(asked), hastened)


def _at(brand: str, passed: dict[str, object], work: Callable[[Doors], Awaitable[T]]) -> T:
    """Return what the work comes to at the doors of the desk."""
    read = settings.read(**passed)

    async def done() -> T:
        async with open_doors(read, BrandId(brand)) as doors:
            return await work(doors)

    return run(done())


def _tell(found: Outgoing, as_json: bool, outcome: str) -> None:
    if as_json:
        _print_json(_shown(found))
    else:
        typer.echo(f"{found.standing.message} of ticket {found.ticket} {outcome}.")


def _shown(found: Outgoing) -> object:
    return ShownOutgoing.of(found).model_dump(mode="json")


def _print_json(document: object) -> None:
    sys.stdout.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def _describe(one: Outgoing) -> str:
    """Return a message as a person reads it: what may be copied stands in one piece."""
    standing = one.standing
    since = f"{standing.queued_at.astimezone(UTC):%Y-%m-%d %H:%M}"
    lines = [f"{standing.message}  {standing.channel}, {since} UTC: {_state(standing)}"]
    lines += [f"  {standing.error}"] if standing.error else []
    return "\n".join([*lines, f"  in {one.ticket}: {' '.join(one.preview.split())}"])


def _state(standing: Standing) -> str:
    if standing.state == "queued" and standing.error:
        attempts = "1 attempt" if standing.attempts == 1 else f"{standing.attempts} attempts"
        return f"waits after {attempts}, next at {standing.next_attempt_at.astimezone(UTC):%H:%M:%S} UTC"
    return standing.cause or standing.state
