"""`deskhand report`: the KPIs of a brand beside their targets. It works beside a running server too."""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime

import typer
from rich.console import Console
from rich.table import Table

import services
import settings
from cli.loop import run
from domain.ids import BrandId
from domain.staffing import Unit
from insights.kpi import FEW, Period, Reading, Standing

LOOKS: Mapping[Standing, str] = {"good": "green", "fair": "yellow", "poor": "red", "unknown": "dim"}
COUNTED = {"asked", "bot_tickets", "people_tickets", "solved", "planned", "here", "before"}
HOURS = {"hours": "in all", "available_hours": "available"}


def report(days: int, end: datetime | None, brand: str, as_json: bool, **passed: object) -> None:
    """Print the KPIs of so many days that end at a time, now where there is none."""
    from api.shapes.insights import Kpis

    read = settings.read(**passed)
    period = Period.last(days, end.replace(tzinfo=UTC) if end else services.now())
    readings = run(_readings(read, BrandId(brand), period))
    if as_json:
        sys.stdout.write(Kpis.of(period, readings).model_dump_json(indent=2) + "\n")
        return
    console = Console()
    console.print(f"{brand}: {period.start:%d %B %Y} to {period.end:%d %B %Y}, {days} days against the {days} before")
    console.print(_table(readings))
    if few := [_named(one.kpi.name) for one in readings if one.says_little]:
        which = "all of them" if len(few) == len(readings) else ", ".join(few)
        typer.echo(f"\nFewer than {FEW} cases, so they say little yet: {which}.", err=True)


async def _readings(read: settings.Settings, brand: BrandId, period: Period) -> list[Reading]:
    async with services.open_insights(read, brand) as (insights, policy):
        return await insights.kpis(brand, period, policy.kpis, policy.cost, services.now())


def _table(readings: list[Reading]) -> Table:
    table = Table("KPI", box=None, pad_edge=False)
    for title in ("now", "goal", "floor", "before", "cases"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("stands")
    table.add_column("beside it")
    for one in readings:
        unit = one.target.unit
        figures = [_figure(value, unit) for value in (one.found.value, one.target.goal, one.target.floor)]
        look = LOOKS[one.standing]
        table.add_row(
            _named(one.kpi.name),
            *figures,
            _figure(one.before.value, unit),
            str(one.found.n),
            f"[{look}]{one.standing}[/]" if one.found.value is not None else "[dim]nothing to count[/]",
            _parts(one.found.parts, unit),
        )
    return table


def _named(name: str) -> str:
    return name.replace("_", " ")


def _parts(parts: Mapping[str, float | None], unit: Unit) -> str:
    """Return what stands beside a value: counts and hours as such, all else in the unit of the KPI."""
    return ", ".join(f"{HOURS.get(name, _named(name))} {_part(name, value, unit)}" for name, value in parts.items())


def _part(name: str, value: float | None, unit: Unit) -> str:
    if name in COUNTED:
        return _figure(value, "tickets")
    return _figure(value, "hours" if name in HOURS else unit)


def _figure(value: float | None, unit: Unit) -> str:
    """Return a value as people write it."""
    if value is None:
        return "-"
    match unit:
        case "share":
            return f"{100 * value:.1f} %"
        case "minutes":
            return f"{value:.1f} min"
        case "hours":
            return f"{value:.1f} h" if value >= 1 else f"{60 * value:.0f} min"
        case "days":
            return f"{value:.0f} days"
        case "tickets":
            return f"{value:,.0f}"
        case "usd":
            return f"${value:,.2f}"
