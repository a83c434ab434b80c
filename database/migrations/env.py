"""Alembic's entry: bring the database of `conninfo` up to date, one process at a time."""

from alembic import context
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from database import (
    access,
    evals,
    fits,
    knowledge,
    mail,
    memory,
    people,
    policies,
    requests,
    rights,
    spending,
    tables,
    webhooks,
    work,
)
from database.metadata import metadata

ADVISORY_LOCK = 0x0DE5_CA5E
# Each fills the metadata.
ROOMS = (
    tables,
    people,
    access,
    work,
    policies,
    knowledge,
    requests,
    evals,
    fits,
    memory,
    spending,
    webhooks,
    mail,
    rights,
)


def ours(name: str | None, kind: str, _: object) -> bool:
    """Leave the queue's own tables to the queue's own schema."""
    return not (kind == "table" and name is not None and name.startswith("procrastinate_"))


def migrate(connection: Connection) -> None:
    """Run what is missing in one transaction."""
    context.configure(connection=connection, target_metadata=metadata, include_name=ours)
    with context.begin_transaction():
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")
        context.run_migrations()


with create_engine(
    "postgresql+psycopg://",
    connect_args=conninfo_to_dict(context.config.attributes["conninfo"]),
    poolclass=NullPool,
).connect() as connection:
    migrate(connection)
