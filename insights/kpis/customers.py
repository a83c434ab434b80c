"""What customers feel: how content they are, whether once was enough, and how long they wait."""

from insights.kpi import Kpi

SATISFACTION = Kpi(
    name="customer_satisfaction",
    counts="Marks of 4 or 5 of all marks given in the period; of a customer who marked twice, the last",
    leaves_out="Customers who were asked and gave no mark; how many were asked stands beside it",
    query="""
        WITH marks AS (
            SELECT DISTINCT ON (ticket) ticket, (data->>'mark')::int AS mark
            FROM events
            WHERE brand = :brand AND kind = 'csat_given' AND happened_at >= :start AND happened_at < :end
            ORDER BY ticket, happened_at DESC, id DESC
        )
        SELECT avg((mark >= 4)::int)::float AS value, count(*) AS n,
            jsonb_build_object('asked', (
                SELECT count(*) FROM events
                WHERE brand = :brand AND kind = 'csat_asked' AND happened_at >= :start AND happened_at < :end
            )) AS parts
        FROM marks
    """,
)

FIRST_CONTACT_RESOLUTION = Kpi(
    name="first_contact_resolution",
    counts="Tickets solved in the period that were never reopened and whose customer did not ask the same again",
    leaves_out="Customers who may still come back: the last days of a period look better than they will",
    query="""
        WITH solved AS (
            SELECT DISTINCT ticket FROM events
            WHERE brand = :brand AND kind = 'ticket_solved' AND happened_at >= :start AND happened_at < :end
        )
        SELECT avg((reopened = 0 AND contacted_again_at IS NULL)::int)::float AS value, count(*) AS n,
            '{}'::jsonb AS parts
        FROM solved JOIN outcomes USING (ticket)
    """,
)

FIRST_RESPONSE = Kpi(
    name="average_first_response",
    counts="Hours from opening a ticket to its first answer, for tickets opened in the period; bot and people apart",
    leaves_out="Tickets without an answer yet; nights and weekends are not taken out",
    query="""
        WITH waits AS (
            SELECT extract(epoch FROM least(first_bot_reply_at, first_teammate_reply_at) - opened_at) / 3600 AS hours,
                coalesce(first_bot_reply_at < coalesce(first_teammate_reply_at, 'infinity'), false) AS bot
            FROM outcomes
            WHERE brand = :brand AND opened_at >= :start AND opened_at < :end
                AND coalesce(first_bot_reply_at, first_teammate_reply_at) IS NOT NULL
        )
        SELECT avg(hours)::float AS value, count(*) AS n,
            jsonb_build_object(
                'bot', avg(hours) FILTER (WHERE bot), 'bot_tickets', count(*) FILTER (WHERE bot),
                'people', avg(hours) FILTER (WHERE NOT bot), 'people_tickets', count(*) FILTER (WHERE NOT bot)
            ) AS parts
        FROM waits
    """,
)
