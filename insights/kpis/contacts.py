"""How many contacts there are, who ends them, and what they cost."""

from insights.kpi import Kpi

BACKLOG = Kpi(
    name="backlog",
    counts="Tickets open at the period's end: opened and reopened ones, less those solved and dropped",
    leaves_out="Nothing; tickets that wait for their customer are open too",
    query="""
        WITH moves AS (
            SELECT kind, count(*) AS tickets FROM events
            WHERE brand = :brand AND kind IN ('ticket_opened', 'ticket_reopened', 'ticket_solved', 'ticket_dropped')
                AND happened_at < :end
            GROUP BY kind
        )
        SELECT coalesce(sum(tickets * (CASE WHEN kind IN ('ticket_opened', 'ticket_reopened') THEN 1 ELSE -1 END)), 0)
                ::float AS value,
            coalesce(sum(tickets) FILTER (WHERE kind = 'ticket_opened'), 0)::int AS n, '{}'::jsonb AS parts
        FROM moves
    """,
)

ESCALATION = Kpi(
    name="escalation_rate",
    counts="Tickets that the bot handed over, of those opened in the period; moved between teams beside it",
    leaves_out="Handovers of tickets opened before the period",
    query="""
        WITH opened AS (
            SELECT ticket FROM events
            WHERE brand = :brand AND kind = 'ticket_opened' AND happened_at >= :start AND happened_at < :end
        ), moved AS (
            SELECT DISTINCT ticket, kind FROM events
            WHERE brand = :brand AND happened_at >= :start
                AND (kind = 'handed_over' AND data->>'by' = 'bot'
                    OR kind = 'team_changed' AND data->>'before' IS NOT NULL AND data->>'by' <> 'bot')
        )
        SELECT count(*) FILTER (WHERE handed.ticket IS NOT NULL)::float / nullif(count(*), 0) AS value, count(*) AS n,
            jsonb_build_object(
                'between_teams', count(*) FILTER (WHERE teams.ticket IS NOT NULL)::float / nullif(count(*), 0)
            ) AS parts
        FROM opened
            LEFT JOIN moved AS handed ON handed.ticket = opened.ticket AND handed.kind = 'handed_over'
            LEFT JOIN moved AS teams ON teams.ticket = opened.ticket AND teams.kind = 'team_changed'
    """,
)

SELF_SERVICE = Kpi(
    name="self_service_rate",
    counts="Tickets solved in the period that no person was needed for; confirmed by the customer and assumed apart",
    leaves_out="Solved tickets that came back, or whose customer asked the same again, count as not ended",
    query="""
        WITH solved AS (
            SELECT answered_by_bot AS sure, answered_by_bot IS NOT NULL AND first_teammate_reply_at IS NULL
                AND handed_over IS NULL AND contacted_again_at IS NULL AND reopened = 0 AS alone
            FROM outcomes
            WHERE brand = :brand AND solved_at >= :start AND solved_at < :end
        )
        SELECT avg(alone::int)::float AS value, count(*) AS n,
            jsonb_build_object(
                'confirmed', avg((alone AND sure = 'confirmed')::int), 'assumed', avg((alone AND sure = 'assumed')::int)
            ) AS parts
        FROM solved
    """,
)

COST = Kpi(
    name="cost_per_contact",
    counts="Paid shift hours, channels and model calls of the period, for each ticket opened in it, in US dollars",
    leaves_out="Licences, rent and whatever the policy does not price; model calls without a known price",
    query="""
        WITH shifts AS (
            SELECT kind, happened_at AS since,
                lead(happened_at, 1, least(:end, :now, happened_at + interval '1 day'))
                    OVER (PARTITION BY data->>'by' ORDER BY happened_at, id) AS until
            FROM events
            WHERE brand = :brand AND kind IN ('shift_started', 'shift_ended')
                AND happened_at >= :start - interval '1 day' AND happened_at < :end
        ), sent AS (
            SELECT data->>'channel' AS channel, count(*) AS messages FROM events
            WHERE brand = :brand AND kind = 'message_delivered' AND happened_at >= :start AND happened_at < :end
            GROUP BY channel
        ), sums AS (
            SELECT
                (SELECT coalesce(sum(extract(epoch FROM until - greatest(since, :start))), 0)::float / 3600 * :hour
                    FROM shifts WHERE kind = 'shift_started' AND until > :start) AS people,
                (SELECT coalesce(sum(messages * (CAST(:channels AS jsonb)->>channel)::float), 0) FROM sent) AS channels,
                (SELECT coalesce(sum((data->>'cost')::float), 0) FROM events
                    WHERE brand = :brand AND kind IN ('case_decided', 'case_superseded')
                        AND happened_at >= :start AND happened_at < :end) AS model,
                (SELECT count(*) FROM events
                    WHERE brand = :brand AND kind = 'ticket_opened'
                        AND happened_at >= :start AND happened_at < :end) AS contacts
        )
        SELECT (people + channels + model) / nullif(contacts, 0) AS value, contacts AS n,
            jsonb_build_object('people', people, 'channels', channels, 'model', model) AS parts
        FROM sums
    """,
)

VOLUME = Kpi(
    name="ticket_volume",
    counts="Tickets opened in the period against those of the period before, as a share: -0.2 is a fifth fewer",
    leaves_out="How many customers there are: a growing business writes more",
    query="""
        WITH opened AS (
            SELECT count(*) FILTER (WHERE happened_at >= :start) AS here,
                count(*) FILTER (WHERE happened_at < :start) AS before
            FROM events
            WHERE brand = :brand AND kind = 'ticket_opened'
                AND happened_at >= :past AND happened_at < :end
        )
        SELECT here::float / nullif(before, 0) - 1 AS value, here AS n,
            jsonb_build_object('here', here, 'before', before) AS parts
        FROM opened
    """,
)
