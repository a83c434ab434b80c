"""What the chat page tells and asks beside the conversation: sources looked up, and a mark once all is solved."""

from pathlib import Path

import pytest

from database.database import Database
from tests.api.conftest import House
from tests.api.test_noted import solved, told
from tests.web.test_chat_page import SIZES, Open, ask, browser, desk, opened, picture, see

__all__ = ["browser", "desk", "opened"]


@pytest.mark.parametrize("size", SIZES)
async def test_a_solved_question_is_marked_once_with_keys_or_a_finger(
    opened: Open, house: House, database: Database, size: tuple[int, int], tmp_path: Path
) -> None:
    page = await opened(size, color_scheme="dark" if size[0] == 768 else "light", reduced_motion="reduce")
    ticket = await ask(page)
    await house.answer(ticket)
    await see(page.locator(".message.bot")).to_be_visible()
    await see(page.locator(".rating")).to_have_text("That solved it")
    await picture(page, tmp_path, "answered")

    await solved(database, ticket)
    await page.reload()
    stars = page.get_by_role("group", name="How content are you with our help?").get_by_role("button")
    await see(stars).to_have_count(5)
    await stars.first.focus()
    for _ in range(3):
        await page.keyboard.press("Tab")
    await picture(page, tmp_path, "rating")
    assert (await stars.first.bounding_box())["width"] >= 44
    await page.keyboard.press("Enter")

    await see(page.locator(".rating")).to_have_text("Thank you. You gave 4 of 5 stars.")
    await see(page.locator(".rating p")).to_be_focused()
    await picture(page, tmp_path, "rated")
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    await page.reload()
    await see(page.locator(".message.bot")).to_be_visible()
    await see(page.locator(".rating")).to_be_empty()
    assert await told(database, "csat_given") == [("csat_given", {"mark": 4})]


async def test_a_customer_says_that_it_is_solved_and_is_asked_for_a_mark(
    opened: Open, house: House, database: Database
) -> None:
    page = await opened()
    ticket = await ask(page)
    await house.answer(ticket)
    button = page.get_by_role("button", name="That solved it")

    await page.route("**/confirm", lambda route: route.abort())
    await button.click()
    await see(page.get_by_role("alert")).to_contain_text("There is no connection")
    await page.unroute("**/confirm")
    await button.click()

    await see(page.locator(".rating p")).to_contain_text("How content are you with our help?")
    await see(page.get_by_role("button", name="1 of 5 stars: bad")).to_be_focused()
    assert await told(database, "ticket_solved") == [("ticket_solved", {"by": "customer"})]


async def test_what_a_person_has_is_not_ended_by_a_button(opened: Open, house: House) -> None:
    page = await opened()
    await house.hand_over(await ask(page))

    await see(page.locator(".message.bot")).to_be_visible()
    await see(page.locator(".rating")).to_be_empty()


async def test_a_mark_that_did_not_arrive_can_be_given_again(opened: Open, house: House, database: Database) -> None:
    page = await opened()
    ticket = await ask(page)
    await house.answer(ticket)
    await solved(database, ticket)
    await page.reload()
    fifth = page.get_by_role("button", name="5 of 5 stars: very good")

    await page.route("**/rating", lambda route: route.abort())
    await fifth.click()
    await see(page.get_by_role("alert")).to_contain_text("There is no connection")
    await page.unroute("**/rating")
    await fifth.click()

    await see(page.locator(".rating")).to_have_text("Thank you. You gave 5 of 5 stars.")
    await see(page.locator("#trouble")).to_be_hidden()


async def test_a_source_that_is_looked_up_is_told_once(opened: Open, house: House, database: Database) -> None:
    page = await opened()
    await house.answer(await ask(page))
    quote = page.locator(".message.bot summary")

    async with page.expect_response("**/citations"):
        await quote.click()
    await quote.click()
    await quote.click()
    await see(page.locator("blockquote")).to_be_visible()

    assert await told(database, "citation_opened") == [("citation_opened", {"article": "refunds"})]
