from datetime import timedelta

import pytest

from database.database import Database
from desk.desk import Desk, Incoming
from desk.errors import MacroRefused, UnknownMacro, UnknownTicket
from desk.work.macros import Macros, filled
from domain.ids import DEFAULT_BRAND, BrandId, MacroId, TicketId
from tests.desk.decisions import NOW
from tests.desk.work.conftest import ANNA

TEXT = "Your ticket is {ticket}. {teammate_name} from {brand_name}"


@pytest.fixture
def macros(database: Database, people: None) -> Macros:
    return Macros(database.engine)


async def ticket(desk: Desk) -> TicketId:
    return (await desk.receive(Incoming(DEFAULT_BRAND, "Hello {brand_name}", "chat"), NOW)).ticket


async def test_a_macro_reads_as_the_ticket_needs_it_and_counts_its_use(desk: Desk, macros: Macros) -> None:
    macro = await macros.add(DEFAULT_BRAND, "Who we are", TEXT, "en", NOW)
    asked = await ticket(desk)

    text = await macros.render(DEFAULT_BRAND, macro.id, asked, ANNA, NOW)

    assert text == f"Your ticket is {asked}. Anna from Default"
    assert (await macros.find(DEFAULT_BRAND, macro.id)).used == 1
    assert [event.kind for event in await desk.events(asked)][-1] == "macro_used"


async def test_a_variable_that_nobody_knows_is_refused_when_it_is_saved(macros: Macros) -> None:
    with pytest.raises(MacroRefused, match=r"\{customer\} is no variable: use \{customer_name\}"):
        await macros.add(DEFAULT_BRAND, "Greeting", "Dear {customer},", "en", NOW)

    assert await macros.of(DEFAULT_BRAND) == []


async def test_a_variable_that_stands_for_nothing_is_told_instead_of_left_empty(desk: Desk, macros: Macros) -> None:
    macro = await macros.add(DEFAULT_BRAND, "Greeting", "Dear {customer_name},", "en", NOW)

    with pytest.raises(MacroRefused, match=r"nothing is known here for \{customer_name\}"):
        await macros.render(DEFAULT_BRAND, macro.id, await ticket(desk), ANNA, NOW)

    assert (await macros.find(DEFAULT_BRAND, macro.id)).used == 0


def test_what_a_customer_calls_themselves_is_never_read_as_a_variable() -> None:
    assert filled("Dear {customer_name},", {"customer_name": "{ticket}", "ticket": "secret"}) == "Dear {ticket},"


async def test_a_name_is_taken_once_until_its_macro_is_deleted(macros: Macros) -> None:
    macro = await macros.add(DEFAULT_BRAND, "Greeting", "Hello", "en", NOW)
    with pytest.raises(MacroRefused, match="there is a macro 'greeting' already"):
        await macros.add(DEFAULT_BRAND, "greeting", "Hi", "en", NOW)

    await macros.delete(DEFAULT_BRAND, macro.id, NOW)
    await macros.add(DEFAULT_BRAND, "greeting", "Hi", "en", NOW)

    assert [one.text for one in await macros.of(DEFAULT_BRAND)] == ["Hi"]


async def test_a_changed_macro_keeps_the_rest(macros: Macros) -> None:
    macro = await macros.add(DEFAULT_BRAND, "Greeting", "Hello", "en", NOW)

    changed = await macros.change(DEFAULT_BRAND, macro.id, NOW + timedelta(hours=1), text="Good day")

    assert (changed.name, changed.text, changed.updated_at) == ("Greeting", "Good day", NOW + timedelta(hours=1))


async def test_macros_and_tickets_of_another_brand_are_unknown(desk: Desk, macros: Macros) -> None:
    other = (await desk.add_brand(BrandId("other"), "Other", NOW)).id
    macro = await macros.add(DEFAULT_BRAND, "Greeting", "Hello", "en", NOW)
    foreign = await macros.add(other, "Greeting", "Hello", "en", NOW)

    with pytest.raises(UnknownMacro):
        await macros.find(other, macro.id)
    with pytest.raises(UnknownMacro):
        await macros.delete(DEFAULT_BRAND, MacroId("mac_none"), NOW)
    with pytest.raises(UnknownTicket):
        await macros.render(other, foreign.id, await ticket(desk), ANNA, NOW)
