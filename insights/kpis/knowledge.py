"""What articles and search are worth."""

from insights.kpi import Kpi

ARTICLE_EFFECTIVENESS = Kpi(
    name="article_effectiveness",
    counts="Citations shown in the period that no thumbs-down, handover or second contact on the same matter followed",
    leaves_out="Readers who left without a word",
    query="""
        WITH shown AS (
            SELECT id, ticket, data->>'article' AS article, happened_at AS at FROM events
            WHERE brand = :brand AND kind = 'citation_shown' AND happened_at >= :start AND happened_at < :end
        ), failed AS (
            SELECT ticket, kind, data->>'article' AS article, happened_at AS at FROM events
            WHERE brand = :brand AND happened_at >= :start
                AND (kind IN ('handed_over', 'contacted_again')
                    OR kind = 'article_voted' AND NOT (data->>'up')::boolean)
        ), bad AS (
            SELECT DISTINCT shown.id FROM shown JOIN failed ON failed.ticket = shown.ticket AND failed.at >= shown.at
            WHERE failed.kind <> 'article_voted' OR failed.article = shown.article
        )
        SELECT avg((bad.id IS NULL)::int)::float AS value, count(*) AS n, '{}'::jsonb AS parts
        FROM shown LEFT JOIN bad USING (id)
    """,
)

SEARCH_SUCCESS = Kpi(
    name="search_success",
    counts="Searches of the period in which a result was opened or an answer confirmed; customers' share beside it",
    leaves_out="Searches through the API of another program",
    query="""
        WITH made AS (
            SELECT data->>'search' AS search, data->>'by' AS by FROM events
            WHERE brand = :brand AND kind = 'search_made' AND happened_at >= :start AND happened_at < :end
        ), found AS (
            SELECT DISTINCT data->>'search' AS search FROM events
            WHERE brand = :brand AND kind IN ('search_opened', 'search_answered') AND happened_at >= :start
        )
        SELECT avg((found.search IS NOT NULL)::int)::float AS value, count(*) AS n,
            jsonb_build_object(
                'customers', avg((found.search IS NOT NULL)::int) FILTER (WHERE by = 'customer')
            ) AS parts
        FROM made LEFT JOIN found USING (search)
    """,
)

FRESHNESS = Kpi(
    name="freshness",
    counts="Days since public articles were reviewed, on average at the period's end; since their last edit beside it",
    leaves_out="What a reviewer overlooked; an article that nobody has reviewed counts from its last edit",
    query="""
        WITH ages AS (
            SELECT extract(epoch FROM :end - coalesce(reviewed_at, updated_at, stored_at)) / 86400 AS reviewed,
                extract(epoch FROM :end - coalesce(updated_at, stored_at)) / 86400 AS edited
            FROM articles
            WHERE brand = :brand AND visibility = 'public' AND deleted_at IS NULL AND stored_at < :end
        )
        SELECT avg(reviewed)::float AS value, count(*) AS n, jsonb_build_object('since_edit', avg(edited)) AS parts
        FROM ages
    """,
)
