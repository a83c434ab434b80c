"""The KPIs of a support desk, each one described query."""

from insights.kpi import Kpi
from insights.kpis import contacts, customers, knowledge, staff

KPIS: tuple[Kpi, ...] = (
    customers.SATISFACTION,
    customers.FIRST_CONTACT_RESOLUTION,
    staff.HANDLE_TIME,
    customers.FIRST_RESPONSE,
    contacts.BACKLOG,
    staff.UTILISATION,
    staff.PRODUCTIVITY,
    contacts.ESCALATION,
    contacts.SELF_SERVICE,
    knowledge.ARTICLE_EFFECTIVENESS,
    knowledge.SEARCH_SUCCESS,
    knowledge.FRESHNESS,
    contacts.COST,
    contacts.VOLUME,
)
