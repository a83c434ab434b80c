"""Back up what these settings keep, and bring it back."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from database import backup, restoring
from database.backup import Manifest
from database.database import Database, open_database
from desk import audit
from desk.audit import Entry
from prompts import policy as policies
from services import open_services
from services.owning import owned

if TYPE_CHECKING:
    from settings import Settings

PAGES = "policy"  # folder of the data directory that restored pages go to


@dataclass(frozen=True)
class BroughtBack:
    """What was restored: `under_way` mails wait for a decision, `pages` is where policy pages lie, None without any.

    `passages` were indexed again.
    """

    manifest: Manifest
    under_way: int
    passages: int
    pages: Path | None


async def back_up(settings: Settings, file: Path, now: datetime) -> Manifest:
    """Write a backup, beside a running server or without one, and note it in the audit log.

    Raises BackupFailed.
    """
    pages = policies.texts(settings.policy) if settings.policy else {}
    async with open_database(_url(settings), settings.data) as database:
        made = await asyncio.to_thread(backup.write, database.conninfo, file, pages, now)
        await _note(database, Entry("backed_up", file.name, None), now)
    return made


async def restore(settings: Settings, file: Path, force: bool, now: datetime) -> BroughtBack:
    """Replace what these settings keep by a backup, and make its indexes again.

    Raises BackupUnusable, BackupFailed and TargetTaken, before which nothing has changed, and DataDirectoryBusy.
    """
    async with AsyncExitStack() as stack:
        if settings.chroma_url is None:
            await stack.enter_async_context(owned(settings.data))
        database = await stack.enter_async_context(open_database(_url(settings), settings.data))
        found = await asyncio.to_thread(restoring.restore, database.conninfo, file, force)
        await _note(database, Entry("restored", file.name, None, data={"made_at": str(found.manifest.made_at)}), now)
        shutil.rmtree(settings.data / "chroma", ignore_errors=True)
    pages = await asyncio.to_thread(_unpack, settings.data / PAGES, found.pages)
    return BroughtBack(found.manifest, found.under_way, await _indexed(settings), pages)


def _url(settings: Settings) -> str | None:
    return settings.database_url.get_secret_value() if settings.database_url else None


async def _note(database: Database, entry: Entry, now: datetime) -> None:
    async with database.engine.begin() as connection:
        await audit.record(connection, entry, now)


def _unpack(folder: Path, pages: dict[str, str]) -> Path | None:
    """Put policy pages into the data directory, from where nothing reads them until a setting says so."""
    if not pages:
        return None
    folder.mkdir(exist_ok=True)
    for name, text in pages.items():
        (folder / name).write_text(text, "utf-8")
    return folder


async def _indexed(settings: Settings) -> int:
    """Open everything once, which makes the indexes, and return how many passages they hold."""
    async with open_services(settings) as opened:
        brands = [brand.id for brand in await opened.desk.brands()]
        found = [await opened.indexer.check(brand) for brand in brands]
        return sum(shelf.passages for agreements in found for shelf in agreements)
