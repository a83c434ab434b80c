"""What may be typed after `deskhand deliveries`."""

from datetime import datetime
from typing import Annotated, Literal

import typer

from cli.options import Data, Json, Owner

app = typer.Typer(no_args_is_help=True, help="Deliveries: what did not get to customers, and what becomes of it.")


State = Literal["queued", "sent", "failed"]
Cause = Literal["given_up", "refused", "uncertain", "returned"]
Repeatable = Literal["given_up", "refused", "returned"]
Channel = Literal["chat", "email", "api", "cli"]
On = Annotated[Channel | None, typer.Option(help="Only those of a channel.")]
Message = Annotated[str, typer.Argument(help="The message's id, as `deskhand deliveries list` prints it.")]


@app.command("list")
def list_deliveries(
    state: Annotated[State, typer.Option(help="Failed ones wait for a person.")] = "failed",
    cause: Annotated[Cause | None, typer.Option(help="Only those that failed for this cause.")] = None,
    channel: On = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="The most to print, the newest first.")] = 50,
    brand: Owner = "default",
    as_json: Json = False,
    data: Data = None,
) -> None:
    """List messages that did not go out, each with the reason."""
    from cli import delivering

    delivering.show(state, cause, channel, limit, brand, as_json, data=data)


@app.command("replay")
def replay(
    named: Annotated[
        str | None, typer.Argument(metavar="ID", help="A message's id, or a subscription's: then its failed events.")
    ] = None,
    every: Annotated[
        bool, typer.Option("--all", help="All that failed for one cause; what waits is tried now.")
    ] = False,
    cause: Annotated[
        Repeatable, typer.Option(help="With --all; uncertain ones are decided on one by one.")
    ] = "given_up",
    channel: On = None,
    since: Annotated[datetime | None, typer.Option(help="With --all: only those on their way since then, UTC.")] = None,
    brand: Owner = "default",
    as_json: Json = False,
    data: Data = None,
) -> None:
    """Send again what did not go out.

    A message of which nobody knows whether it arrived is sent too, when it is named.
    """
    from cli import delivering

    wanted = delivering.Wanted(named, every, cause, channel, since)
    delivering.replay(wanted, brand, as_json, data=data)


@app.command("arrived")
def arrived(message: Message, brand: Owner = "default", as_json: Json = False, data: Data = None) -> None:
    """Say that a failed message got there all the same; it is not sent again."""
    from cli import delivering

    delivering.arrived(message, brand, as_json, data=data)
