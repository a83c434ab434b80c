"""`deskhand doctor`: what is configured, what is reachable, what to fix."""

import asyncio
import json
import os
import shutil
import sys
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC

import httpx
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

import services
import settings
from api import readiness
from api.outputs import Agreements, Readiness, ShownBuilding
from api.routes.oidc import BACK
from cli import running, vitals
from cli.findings import Finding, State
from cli.loop import run
from cli.refusal import Refusal
from cli.remote import Remote
from cli.running import Running
from connectors.connector import ConnectorError
from connectors.oidc import ProviderDown
from desk.deliveries import Troubles
from domain.ids import BrandId
from embedding import loading
from embedding.embedder import EmbedderError
from prompts import policy
from services import accounts, mailing
from services.doors import open_doors
from settings import Settings

MARKS: dict[State, tuple[str, str]] = {"good": ("✓", "green"), "note": ("·", "yellow"), "fix": ("✗", "red")}
TIMEOUT_S = 5.0
LITTLE_SPACE = 1_000_000_000  # bytes


def examine(as_json: bool, **passed: object) -> None:
    """Print every finding; the exit code is 1 when something must be fixed."""
    findings = run(_findings(passed))
    if as_json:
        sys.stdout.write(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2) + "\n")
    else:
        _print(findings)
    if any(finding.state == "fix" for finding in findings):
        raise typer.Exit(1)


async def _findings(passed: dict[str, object]) -> list[Finding]:
    try:
        read = settings.read(**passed)
    except settings.SettingsError as error:
        return [Finding("settings", "fix", str(error))]
    known = [_settings(), _data(read), _policy(read), await _server(read)]
    models = [await _embedder(read), *([await _reranker(read.reranker)] if read.reranker else [])]
    return [
        *known,
        *await _stores(read),
        await _model(read),
        *models,
        *await _mail(read),
        *await _accounts(read),
        *await _traces(read),
        *await _desk(read),
    ]


def _settings() -> Finding:
    unknown = settings.unknown(os.environ)
    if unknown:
        return Finding("settings", "fix", f"{', '.join(unknown)}: there is no such setting, see docs/settings.md")
    return Finding("settings", "good", "every variable is known")


def _data(read: Settings) -> Finding:
    place = next(folder for folder in (read.data, *read.data.parents) if folder.exists())
    if not os.access(place, os.W_OK):
        return Finding("data", "fix", f"{str(place)!r} cannot be written: set DESKHAND_DATA to a folder of yours")
    free = shutil.disk_usage(place).free
    if free < LITTLE_SPACE:
        return Finding("data", "fix", f"only {free / 1e6:.0f} MB are free at {str(place)!r}: make room")
    state: State = "good" if read.data.exists() else "note"
    return Finding("data", state, f"{read.data}{'' if read.data.exists() else ' (made when it is first needed)'}")


def _policy(read: Settings) -> Finding:
    try:
        loaded = policy.load(read.policy)
    except policy.PolicyError as error:
        return Finding("policy", "fix", str(error))
    return Finding("policy", "good", f"version {loaded.version}, {len(loaded.intents)} intents")


async def _server(read: Settings) -> Finding:
    server = running.find(read.data)
    if server is None:
        return Finding("server", "note", "does not run: `deskhand serve` starts it")
    answer = await _get(f"{server.url}/healthz")
    if isinstance(answer, str):
        return Finding("server", "fix", f"process {server.pid} at {server.url}: {answer}: stop it and start it again")
    return Finding("server", "good", f"{server.url}, process {server.pid}")


async def _stores(read: Settings) -> list[Finding]:
    """Look at the stores through the running server, else by opening them; a data directory is not made for it."""
    if server := running.find(read.data):
        answer = await _get(f"{server.url}/readyz")
        if isinstance(answer, str):
            return [Finding("stores", "fix", answer)]
        found = _ready(Readiness.model_validate_json(answer.content))
        return [*found, await _index_of(read, server)] if found[0].state == "good" else found
    if not read.data.exists() and not read.shared:
        return [Finding("stores", "note", "nothing is kept yet: `deskhand index FOLDER` begins")]
    try:
        async with services.open_services(read) as opened:
            found = _ready(await readiness.of(opened))
            brands = [brand.id for brand in await opened.desk.brands()]
            return [*found, _agreed({brand: Agreements.of(await opened.indexer.check(brand)) for brand in brands})]
    except services.DataDirectoryBusy as error:
        return [Finding("stores", "note", str(error))]
    except services.ERRORS as error:
        return [Finding("stores", "fix", str(error))]


def _ready(found: Readiness) -> list[Finding]:
    if found.faults:
        return [Finding("stores", "fix", "; ".join(f"{part} {fault}" for part, fault in found.faults.items()))]
    if not found.articles:
        return [Finding("stores", "note", "no articles yet: `deskhand index FOLDER` reads a help center")]
    served = Finding("stores", "good", f"{found.articles} public articles of the default brand are served")
    return [served, *([_building(found.building)] if found.building else [])]


def _building(found: ShownBuilding) -> Finding:
    meanwhile = f"{found.answering} answers until then" if found.answering else "until then little is found"
    return Finding(
        "change", "note", f"{found.done} of {found.total} passages have a vector of {found.embedder}; {meanwhile}"
    )


async def _index_of(read: Settings, server: Running) -> Finding:
    """Let the running server compare what it stores with what it finds, brand by brand."""
    try:
        async with services.open_desk(read) as desk:
            brands = [brand.id for brand in await desk.brands()]
        found: dict[BrandId, Agreements] = {}
        for brand in brands:
            async with Remote.opened(server, brand) as remote:
                found[brand] = await remote.check()
    except (*services.ERRORS, Refusal) as error:
        return Finding("index", "fix", str(error))
    return _agreed(found)


def _agreed(found: Mapping[BrandId, Agreements]) -> Finding:
    """Say whether everything stored is found and nothing else is held; what is missing mends itself at a start."""
    wrong = [
        f"{brand}, {shelf.visibility}: of {shelf.passages} passages {shelf.missing} have no vector, {shelf.surplus} "
        f"vectors belong to none; {shelf.worded} of {shelf.articles} articles are found by words"
        for brand, agreements in found.items()
        for shelf in agreements.shelves
        if shelf.missing or shelf.surplus or shelf.worded != shelf.articles
    ]
    if wrong:
        return Finding("index", "fix", f"{'; '.join(wrong)}: restart `deskhand serve`, which mends it from the store")
    passages = sum(shelf.passages for agreements in found.values() for shelf in agreements.shelves)
    return Finding("index", "good", f"store, vectors and words agree on {passages} passages")


async def _model(read: Settings) -> Finding:
    """Ask the model server for its models, which costs nothing; a server without such a list still counts."""
    if read.model_url is None:
        return Finding("model", "good", "none configured: the embedded engine answers")
    key = read.model_key.get_secret_value() if read.model_key else None
    answer = await _get(*listing(read.model_url, key))
    if isinstance(answer, str):
        return Finding("model", "fix", f"{read.model_url}: {answer}: the embedded engine answers meanwhile")
    if answer.status_code in (401, 403):
        return Finding("model", "fix", f"{read.model_url} refuses the key (HTTP {answer.status_code})")
    return Finding("model", "good", f"{read.model_url}, {read.model_large or read.model_small}")


def listing(url: str, key: str | None) -> tuple[str, dict[str, str]]:
    """Return where a server lists its models and the header that proves who asks; Azure has its own names for both."""
    address = httpx.URL(url)
    azure = "api-version" in address.params and not address.path.endswith("/v1")
    path = address.path.rstrip("/").removesuffix("/openai") + "/openai" if azure else address.path.rstrip("/")
    proof = {"api-key": key or ""} if azure else {"Authorization": f"Bearer {key}"}
    return str(address.copy_with(path=f"{path}/models")), proof if key else {}


async def _embedder(read: Settings) -> Finding:
    """Embed two words, so that a missing or damaged model is found here and not by a customer."""
    try:
        embedder = loading.load(read.embedder)
        await asyncio.to_thread(embedder.embed_queries, ["two words"])
    except EmbedderError as error:
        return Finding("embedder", "fix", str(error))
    return Finding("embedder", "good", f"{embedder.id}, {embedder.dimension} dimensions")


async def _reranker(name: str) -> Finding:
    """Read two words, for the same reason."""
    try:
        reader = await asyncio.to_thread(loading.load_reader, name)
        await asyncio.to_thread(reader.read, "two words", ["two words"])
    except EmbedderError as error:
        return Finding("reranker", "fix", str(error))
    return Finding("reranker", "good", reader.id)


async def _mail(read: Settings) -> list[Finding]:
    """Sign in to the mail servers that are set, and leave again; nothing is sent and nothing changed."""
    asked = [("mail out", read.mail_smtp, mailing.greet), ("mail in", read.mail_imap, mailing.look)]
    return [await _answered(name, ask(read)) for name, server, ask in asked if server]


async def _accounts(read: Settings) -> list[Finding]:
    """Ask the provider of the teammates' accounts, and say where browsers come back to, which is registered there."""
    if read.oidc_issuer is None:
        return []
    found = await _answered("accounts", accounts.look(read, services.now))
    back = f"{read.public_url or f'http://{read.host}:{read.port}'}{BACK}"
    return [found if found.state == "fix" else replace(found, message=f"{found.message}; it sends back to {back}")]


async def _answered(name: str, asked: Awaitable[str]) -> Finding:
    try:
        return Finding(name, "good", await asked)
    except (ConnectorError, ProviderDown) as error:
        return Finding(name, "fix", str(error))


async def _traces(read: Settings) -> list[Finding]:
    """Ask the collector for anything: whatever it answers, it is there."""
    if read.otlp_endpoint is None:
        return []
    answer = await _get(read.otlp_endpoint)
    if isinstance(answer, str):
        return [Finding("traces", "fix", f"{read.otlp_endpoint}: {answer}: they are lost meanwhile, and nothing else")]
    return [Finding("traces", "good", f"go to {read.otlp_endpoint}")]


async def _desk(read: Settings) -> list[Finding]:
    """Look at the desk at work, and for what does not get to customers; what the stores lack was told before."""
    if not read.data.exists() and not read.shared:
        return []
    try:
        async with open_doors(read) as doors:
            found, now = await doors.monitor.vitals(), services.now()
            return [
                vitals.worker(found, expected=read.shared or running.find(read.data) is not None),
                vitals.queue(found),
                vitals.time(found, now),
                *vitals.erasures(found),
                *undelivered(await doors.deliveries.troubles(now)),
                vitals.log(await doors.audit.verify()),
                vitals.backup(await doors.audit.newest("backed_up"), now),
            ]
    except services.ERRORS:
        return []


def undelivered(found: Troubles) -> list[Finding]:
    """Say what did not get there, what does not move, and who is left alone, each with the way out."""
    told: list[Finding] = []
    if found.failed:
        causes = ", ".join(f"{many} {cause}" for cause, many in sorted(found.failed.items()))
        way = "`deskhand deliveries list` says why, `deskhand deliveries replay` sends again"
        told.append(Finding("messages", "fix", f"did not reach their customers: {causes}: {way}"))
    if found.overdue:
        way = "run `deskhand serve` or `deskhand work`; where one runs, its log says what breaks"
        told.append(Finding("messages", "fix", f"{found.overdue} wait although their time has come: {way}"))
    if found.untold:
        named = ", ".join(f"{many} for {one}" for one, many in sorted(found.untold.items()))
        way = "mend the address, then `deskhand deliveries replay SUBSCRIPTION`"
        told.append(Finding("events", "fix", f"were given up: {named}: {way}"))
    for one, until in found.left_alone.items():
        at = f"{until.astimezone(UTC):%H:%M:%S} UTC"
        told.append(Finding("left alone", "fix", f"{one} failed again and again and is tried after {at}: mend it"))
    return told or [Finding("deliveries", "good", "nothing that was sent has failed")]


async def _get(url: str, headers: Mapping[str, str] | None = None) -> httpx.Response | str:
    """Return the response, or in words why there is none."""
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client:
            return await client.get(url, headers=headers)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        return f"does not answer ({type(error).__name__})"


def _print(findings: Sequence[Finding]) -> None:
    table = Table.grid(padding=(0, 2))
    for finding in findings:
        mark, colour = MARKS[finding.state]
        table.add_row(Text(mark, colour), Text(finding.name, "bold"), Text(finding.message))
    Console().print(table)
