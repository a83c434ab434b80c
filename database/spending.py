"""What models cost, by day: one ledger for all processes that share a database."""

from datetime import date

from sqlalchemy import BigInteger, Column, Date, Double, Table, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from database.metadata import metadata
from domain.decisions import Usage

spending = Table(
    "spending",
    metadata,
    Column("day", Date, primary_key=True, comment="of UTC"),
    Column("model_calls", BigInteger, nullable=False),
    Column("prompt_tokens", BigInteger, nullable=False),
    Column("completion_tokens", BigInteger, nullable=False),
    Column("cached_tokens", BigInteger, nullable=False, comment="of the prompts, cheap to read again"),
    Column("cost", Double, nullable=False, comment="money; calls without a known price count nothing"),
)
_COUNTED = ("model_calls", "prompt_tokens", "completion_tokens", "cached_tokens", "cost")


class PostgresLedger:
    """Counts what models cost where every process of the installation counts it."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def spent(self, day: date) -> Usage:
        """Return what all processes spent on a day."""
        query = select(*(spending.c[name] for name in _COUNTED)).where(spending.c.day == day)
        async with self._engine.connect() as connection:
            row = (await connection.execute(query)).mappings().first()
        return Usage(**row) if row else Usage()

    async def note(self, spent: Usage, day: date) -> None:
        """Add what a call has cost to its day."""
        counted = {name: getattr(spent, name) or 0 for name in _COUNTED}
        added = insert(spending).values(day=day, **counted)
        together = {name: spending.c[name] + added.excluded[name] for name in _COUNTED}
        async with self._engine.begin() as connection:
            await connection.execute(added.on_conflict_do_update(index_elements=["day"], set_=together))
