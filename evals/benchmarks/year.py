"""A year of a busy desk, made by the database itself: tickets, messages, events and the ledger, all alike in shape.

What matters is how much there is, not what it says: words come from a small list, times are spread evenly, and the
same seed makes the same year.
"""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

YEAR = """
SELECT setseed(0.42);

INSERT INTO teammates (id, brand, name, email, teams, skills, languages, capacity, presence, presence_since, created_at)
SELECT 'tea_' || n, 'default', 'Teammate ' || n, n || '@example.com', '{support}', '{general}', '{en}', 20, 'available',
    now(), now()
FROM generate_series(1, 40) AS n;

INSERT INTO customers (brand, id, created_at)
SELECT 'default', 'c' || n, now() FROM generate_series(0, :tickets / 4) AS n;

CREATE TEMP TABLE made AS
SELECT 'tic_' || n AS id, 'c' || (random() * :tickets / 4)::int AS customer,
    CAST(:end AS timestamptz) - interval '365 days' * (1 - n::float / :tickets) AS at,
    (ARRAY['billing', 'refund', 'login', 'shipping', 'export', 'webhook'])[1 + n % 6] AS intent,
    'tea_' || (1 + n % 40) AS teammate, n, n % 10 < 4 AS alone, n > :tickets * 0.99 OR n % 1000 = 0 AS open
FROM generate_series(1, :tickets) AS n;

INSERT INTO tickets (id, brand, customer, channel, status, priority, language, asked, settled, bot_silent,
    handed_over_at, subject, intent, tags, team, assignee, solved_at, created_at, updated_at)
SELECT id, 'default', customer, 'email', CASE WHEN open THEN 'open' ELSE 'closed' END, 'P' || n % 4, 'en', 1, 1,
    NOT alone, CASE WHEN NOT alone THEN at END, intent || ' number ' || n, intent, ARRAY[intent],
    CASE WHEN NOT alone THEN 'support' END, CASE WHEN NOT alone AND n % 5 > 0 THEN teammate END,
    CASE WHEN NOT open THEN at + interval '1 day' END, at, at
FROM made;

INSERT INTO messages (id, ticket, number, author, kind, text, created_at)
SELECT 'msg_' || n || '_' || number, id, number, CASE number WHEN 1 THEN 'customer' ELSE 'teammate' END,
    CASE number WHEN 1 THEN 'text' ELSE 'reply' END,
    'My ' || intent || ' for the ' || (ARRAY['red', 'green', 'blue', 'old', 'new'])[1 + (n + number) % 5] || ' '
        || (ARRAY['reader', 'printer', 'account', 'invoice', 'parcel', 'password', 'seat'])[1 + (n * 7 + number) % 7]
        || ' of order ' || n || ' does not work since ' || n % 28 || ' days. Please help me with it.',
    at + interval '1 hour' * (number - 1)
FROM made, generate_series(1, 3) AS number;

INSERT INTO events (brand, ticket, kind, happened_at, data)
SELECT 'default', id, kind, at + after, data FROM made CROSS JOIN LATERAL (VALUES
    ('ticket_opened', interval '0', '{"channel": "email"}'::jsonb, true),
    ('message_received', interval '0', '{"number": 1}', true),
    ('case_decided', interval '1 minute', '{"outcome": "answered", "cost": 0.01}', true),
    ('message_written', interval '1 minute', '{"by": "bot"}', alone),
    ('citation_shown', interval '1 minute', jsonb_build_object('article', 'a' || n % 50), alone),
    ('handed_over', interval '1 minute', '{"by": "bot", "reason": "low_confidence"}', NOT alone),
    ('ticket_left', interval '1 hour', jsonb_build_object('by', teammate, 'seconds', 60 + n % 600), NOT alone),
    ('message_written', interval '1 hour', jsonb_build_object('by', teammate), NOT alone),
    ('message_delivered', interval '1 hour', '{"channel": "email"}', true),
    ('ticket_solved', interval '1 day',
        jsonb_build_object('by', CASE WHEN alone THEN 'desk' ELSE teammate END), NOT open),
    ('csat_asked', interval '1 day', '{}', NOT open),
    ('csat_given', interval '2 days', jsonb_build_object('mark', 1 + n % 5), NOT open AND n % 3 = 0),
    ('contacted_again', interval '3 days', '{}', n % 20 = 0),
    ('search_made', interval '0', jsonb_build_object('search', 's' || n, 'by', 'customer'), n % 2 = 0),
    ('search_opened', interval '1 minute', jsonb_build_object('search', 's' || n), n % 4 = 0)
) AS told (kind, after, data, happens)
WHERE happens;

INSERT INTO events (brand, kind, happened_at, data)
SELECT 'default', kind, CAST(:end AS timestamptz) - interval '1 day' * day + after,
    jsonb_build_object('by', 'tea_' || person)
FROM generate_series(1, 365) AS day, generate_series(1, 40) AS person,
    (VALUES ('shift_started', interval '9 hours'), ('shift_ended', interval '17 hours')) AS told (kind, after);

INSERT INTO outcomes (ticket, brand, customer, intent, opened_at, first_bot_reply_at, first_teammate_reply_at,
    answered_by_bot, handed_over, solved_at, csat_asked_at, csat)
SELECT id, 'default', customer, intent, at, CASE WHEN alone THEN at + interval '1 minute' END,
    CASE WHEN NOT alone THEN at + interval '1 hour' END, CASE WHEN alone AND NOT open THEN 'assumed' END,
    CASE WHEN NOT alone THEN 'low_confidence' END, CASE WHEN NOT open THEN at + interval '1 day' END,
    CASE WHEN NOT open THEN at + interval '1 day' END, CASE WHEN n % 3 = 0 THEN 1 + n % 5 END
FROM made;

INSERT INTO clocks (ticket, kind, started_at, running_since, due_at, half_at, risk_at, spans, stopped_at)
SELECT id, kind, at, at, at + long, at + long / 2, at + long * 0.8, '[]',
    CASE WHEN NOT open THEN at + interval '1 day' END
FROM made, (VALUES ('first_response', interval '4 hours'), ('resolution', interval '2 days')) AS asked (kind, long);

DROP TABLE made;
"""


async def fill(connection: AsyncConnection, tickets: int, end: datetime) -> None:
    """Make a year of so many tickets that ends at a time, and tell the planner about it."""
    for statement in YEAR.split(";\n"):
        if statement.strip():
            needed = {
                name: value for name, value in {"tickets": tickets, "end": end}.items() if f":{name}" in statement
            }
            await connection.execute(text(statement), needed)


async def settle(connection: AsyncConnection) -> None:
    """Bring statistics and visibility up to date, as the database does by itself over a year."""
    for table in ("customers", "tickets", "messages", "events", "outcomes", "clocks"):
        await connection.execute(text(f"VACUUM ANALYZE {table}"))
