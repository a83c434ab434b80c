"""How teammates' time is spent, and what comes of it."""

from insights.kpi import Kpi

_HANDLING = """
    SELECT data->>'by' AS teammate, ticket, (data->>'seconds')::float AS seconds
    FROM events
    WHERE brand = :brand AND kind IN ('ticket_left', 'wrapped_up') AND happened_at >= :start AND happened_at < :end
"""

HANDLE_TIME = Kpi(
    name="average_handle_time",
    counts="Minutes that teammates looked at a ticket, and wrapped it up, for each ticket touched in the period",
    leaves_out="Idle time from the third minute on; tickets that no teammate opened",
    query=f"""
        WITH handling AS ({_HANDLING})
        SELECT sum(seconds) / 60 / nullif(count(DISTINCT ticket), 0) AS value, count(DISTINCT ticket) AS n,
            jsonb_build_object('hours', sum(seconds) / 3600) AS parts
        FROM handling
    """,
)

UTILISATION = Kpi(
    name="utilisation",
    counts="Handling time of the time that teammates were on shift and not on a break",
    leaves_out="Work that touches no ticket; who is on shift beyond a day without a sign counts for that day only",
    query=f"""
        WITH handling AS ({_HANDLING}), moves AS (
            SELECT data->>'by' AS teammate, kind, happened_at AS since,
                lead(happened_at, 1, least(:end, :now, happened_at + interval '1 day'))
                    OVER (PARTITION BY data->>'by' ORDER BY happened_at, id) AS until
            FROM events
            WHERE brand = :brand AND kind IN ('shift_started', 'break_started', 'break_ended', 'shift_ended')
                AND happened_at >= :start - interval '1 day' AND happened_at < :end
        ), available AS (
            SELECT sum(extract(epoch FROM until - greatest(since, :start))) AS seconds,
                count(DISTINCT teammate) AS people
            FROM moves
            WHERE kind IN ('shift_started', 'break_ended') AND until > :start
        )
        SELECT (SELECT sum(seconds) FROM handling) / nullif(seconds, 0) AS value, people AS n,
            jsonb_build_object('available_hours', seconds / 3600) AS parts
        FROM available
    """,
)

PRODUCTIVITY = Kpi(
    name="productivity",
    counts="Tickets that teammates solved in the period, of those that its shifts were planned for",
    leaves_out="What the bot solved; shifts without a plan, and what was solved on them is counted all the same",
    query="""
        WITH solved AS (
            SELECT count(DISTINCT ticket) AS tickets FROM events
            WHERE brand = :brand AND kind = 'ticket_solved' AND happened_at >= :start AND happened_at < :end
                AND data->>'by' NOT IN ('bot', 'customer', 'desk')
        ), planned AS (
            SELECT sum(planned) AS tickets, count(planned) AS shifts
            FROM shifts JOIN teammates ON teammates.id = shifts.teammate
            WHERE teammates.brand = :brand AND starts_at >= :start AND starts_at < :end
        )
        SELECT solved.tickets::float / nullif(planned.tickets, 0) AS value, planned.shifts AS n,
            jsonb_build_object('solved', solved.tickets, 'planned', planned.tickets) AS parts
        FROM solved, planned
    """,
)
