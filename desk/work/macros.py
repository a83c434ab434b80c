"""Macros: replies that a team saved, with variables such as `{customer_name}` for what differs each time.

Drafts may rest on a retrievable one as on a public article, whose title is its name. Salutation and closing, the lines
at both ends that hold variables, are no part of that article.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol, Self, get_args

from sqlalchemy import Row, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from database.tables import brands, customers
from database.work import macros
from desk import events, tickets
from desk.errors import MacroRefused, UnknownMacro
from desk.staff import teammates
from desk.tickets import Ticket
from domain.articles import Article
from domain.ids import ArticleId, BrandId, MacroId, TeammateId, TicketId, new

Variable = Literal["customer_name", "teammate_name", "brand_name", "ticket", "subject"]
VARIABLES: tuple[Variable, ...] = get_args(Variable)
_VARIABLE = re.compile(r"\{([^{}\s]*)\}")


@dataclass(frozen=True)
class Macro:
    """A saved reply; `retrievable` says whether drafts may rest on it, as they do on articles."""

    id: MacroId
    brand: BrandId
    name: str
    text: str
    language: str
    retrievable: bool
    used: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Return the macro of a row of its table."""
        return cls(**{name: getattr(row, name) for name in cls.__dataclass_fields__})


class Evidence(Protocol):
    """Where articles are kept that drafts may rest on."""

    async def show(self, brand: BrandId, article: Article, now: datetime) -> None:
        """Let drafts rest on an article as it is now."""
        ...

    async def hide(self, brand: BrandId, article: ArticleId, now: datetime) -> None:
        """Let no draft rest on an article from now on, if there is one."""
        ...


class Macros:
    """The macros of all brands; every method is one transaction and takes the time from its caller.

    What drafts may rest on is shown after it is saved, and hidden before it is gone; without `evidence`, nothing is.
    """

    def __init__(self, engine: AsyncEngine, evidence: Evidence | None = None) -> None:
        self._engine = engine
        self._evidence = evidence

    async def of(self, brand: BrandId) -> list[Macro]:
        """Return the macros of a brand, the most used first."""
        chosen = select(macros).where(macros.c.brand == brand, macros.c.deleted_at.is_(None))
        async with self._engine.connect() as connection:
            rows = await connection.execute(chosen.order_by(macros.c.used.desc(), macros.c.name))
            return [Macro.of(row) for row in rows]

    async def find(self, brand: BrandId, macro: MacroId) -> Macro:
        """Return a macro of a brand.

        Raises UnknownMacro.
        """
        async with self._engine.connect() as connection:
            return await _find(connection, brand, macro)

    async def add(
        self, brand: BrandId, name: str, text: str, language: str, now: datetime, retrievable: bool = False
    ) -> Macro:
        """Save a reply.

        Raises MacroRefused for a name that is taken, a variable that nobody knows, or one in the midst of what drafts
        may rest on.
        """
        _known(text)
        macro = Macro(MacroId(new("mac")), brand, name, text, language, retrievable, 0, now, now)
        shown = article(macro) if retrievable else None
        async with self._engine.begin() as connection:
            await _stored(connection, insert(macros).values(vars(macro)), name)
        if shown and self._evidence:
            await self._evidence.show(brand, shown, now)
        return macro

    async def change(self, brand: BrandId, macro: MacroId, now: datetime, **columns: object) -> Macro:
        """Set columns of a macro: `name`, `text`, `language` or `retrievable`.

        Raises UnknownMacro, or MacroRefused as `add` does.
        """
        _known(str(columns.get("text", "")))
        if columns.get("retrievable") is False:
            await self._hide(brand, macro, now)
        async with self._engine.begin() as connection:
            found = await _find(connection, brand, macro)
            chosen = update(macros).where(macros.c.id == macro).values(updated_at=now, **columns)
            await _stored(connection, chosen, str(columns.get("name", found.name)))
            changed = await _find(connection, brand, macro)
            shown = article(changed) if changed.retrievable else None
        if shown and self._evidence:
            await self._evidence.show(brand, shown, now)
        return changed

    async def delete(self, brand: BrandId, macro: MacroId, now: datetime) -> None:
        """Take a macro away; its name is free again.

        Raises UnknownMacro.
        """
        await self._hide(brand, macro, now)
        async with self._engine.begin() as connection:
            await _find(connection, brand, macro)
            await connection.execute(update(macros).where(macros.c.id == macro).values(deleted_at=now))

    async def render(
        self, brand: BrandId, macro: MacroId, ticket: TicketId, teammate: TeammateId, now: datetime
    ) -> str:
        """Return a macro as it reads in a ticket, and count that it was used.

        Raises UnknownMacro, UnknownTicket, UnknownTeammate, or MacroRefused when a variable stands for nothing here.
        """
        async with self._engine.begin() as connection:
            found = await _find(connection, brand, macro)
            values = await _values(connection, brand, ticket, teammate)
            text = filled(found.text, values)
            await connection.execute(update(macros).where(macros.c.id == macro).values(used=macros.c.used + 1))
            await events.record(connection, brand, ticket, "macro_used", now, macro=macro, by=teammate)
        return text

    async def _hide(self, brand: BrandId, macro: MacroId, now: datetime) -> None:
        if self._evidence:
            await self._evidence.hide(brand, named(macro), now)


def named(macro: MacroId) -> ArticleId:
    """Return the id of the article that a macro is to drafts."""
    return ArticleId(f"macro:{macro}")


def article(macro: Macro) -> Article:
    """Return what drafts may rest on of a macro: its text, without the lines at both ends that hold variables.

    Raises MacroRefused when nothing is left, or a variable stands in the midst of what is.
    """
    lines = macro.text.splitlines()
    kept = [place for place, line in enumerate(lines) if line.strip() and not _VARIABLE.search(line)]
    text = "\n".join(lines[kept[0] : kept[-1] + 1]) if kept else ""
    if not text or _VARIABLE.search(text):
        raise MacroRefused(
            f"drafts cannot rest on {macro.name!r}: variables may stand in its first and last lines only, "
            "such as the salutation, and something must stand between"
        )
    return Article(named(macro.id), macro.name, text, updated_at=macro.updated_at, language=macro.language)


def filled(text: str, values: Mapping[str, str | None]) -> str:
    """Return a text with its variables filled in, each once: what a value holds is never read as a variable.

    Raises MacroRefused when one stands for nothing.
    """
    missing = [name for name in _VARIABLE.findall(text) if not values.get(name)]
    if missing:
        named = ", ".join(f"{{{name}}}" for name in dict.fromkeys(missing))
        raise MacroRefused(f"nothing is known here for {named}: write it yourself, or take another macro")
    return _VARIABLE.sub(lambda found: values[found[1]] or "", text)


def _known(text: str) -> None:
    unknown = [name for name in _VARIABLE.findall(text) if name not in VARIABLES]
    if unknown:
        listed = ", ".join(f"{{{name}}}" for name in VARIABLES)
        raise MacroRefused(f"{{{unknown[0]}}} is no variable: use {listed}, or leave the braces out")


async def _find(connection: AsyncConnection, brand: BrandId, macro: MacroId) -> Macro:
    alive = (macros.c.brand == brand) & (macros.c.id == macro) & macros.c.deleted_at.is_(None)
    row = (await connection.execute(select(macros).where(alive))).one_or_none()
    if row is None:
        raise UnknownMacro(f"brand {brand!r} has no macro {macro!r}: GET /v1/macros lists those there are")
    return Macro.of(row)


async def _stored(connection: AsyncConnection, statement: Any, name: str) -> None:
    try:
        async with connection.begin_nested():
            await connection.execute(statement)
    except IntegrityError as error:
        raise MacroRefused(f"there is a macro {name!r} already: choose another name") from error


async def _values(
    connection: AsyncConnection, brand: BrandId, ticket_id: TicketId, teammate: TeammateId
) -> dict[str, str | None]:
    ticket = await tickets.of_brand(connection, brand, ticket_id)
    writer = await teammates.hold(connection, brand, teammate)
    named = await connection.execute(select(brands.c.name).where(brands.c.id == brand))
    return {
        "customer_name": await _customer(connection, ticket),
        "teammate_name": writer.name,
        "brand_name": named.scalar_one(),
        "ticket": ticket.id,
        "subject": ticket.subject,
    }


async def _customer(connection: AsyncConnection, ticket: Ticket) -> str | None:
    known = (customers.c.brand == ticket.brand) & (customers.c.id == ticket.customer)
    name: str | None = (await connection.execute(select(customers.c.name).where(known))).scalar()
    return name
