"""The job queue: the schema of Procrastinate 3.10 as it was published, and a trigger of ours."""

from pathlib import Path

import psycopg
from alembic import op

revision = "0001"
down_revision = None

SCHEMA = Path(__file__).parent.parent / "sql" / "procrastinate_3_10.sql"
WAKE = """
CREATE FUNCTION desk_wake_lock_followers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    news text := json_build_object('type', 'job_inserted', 'job_id', OLD.id)::text;
BEGIN
    PERFORM pg_notify('procrastinate_any_queue_v1', news);
    PERFORM pg_notify('procrastinate_queue_v1#' || OLD.queue_name, news);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION desk_wake_lock_followers() IS
    'Procrastinate announces new jobs only; a job that waited for this one''s lock would wait for the next poll.';
CREATE TRIGGER desk_wake_after_end AFTER UPDATE OF status ON procrastinate_jobs FOR EACH ROW
    WHEN (OLD.status = 'doing' AND NEW.status <> 'doing' AND OLD.lock IS NOT NULL)
    EXECUTE FUNCTION desk_wake_lock_followers();
CREATE TRIGGER desk_wake_after_delete AFTER DELETE ON procrastinate_jobs FOR EACH ROW
    WHEN (OLD.status = 'doing' AND OLD.lock IS NOT NULL)
    EXECUTE FUNCTION desk_wake_lock_followers();
"""


def upgrade() -> None:
    """Run both scripts in the migration's transaction."""
    raw = op.get_bind().connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    raw.execute(SCHEMA.read_bytes())
    raw.execute(WAKE)
