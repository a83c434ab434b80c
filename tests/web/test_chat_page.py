import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.conftest import ANSWER, House, served

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
QUIET = ["--headless", "--no-sandbox", "--disable-background-networking"]
QUESTION = "Can I get a <b>refund</b>?"
SIZES = [(360, 740), (768, 1024), (1280, 800)]
PATIENCE_MS = 8000

Open = Callable[..., Awaitable[Any]]

playwright = pytest.importorskip("playwright.async_api", reason="the pages are tested with playwright: install it")


def see(thing: Any) -> Any:
    """Expect something of an element, for as long as the machine may take."""
    return playwright.expect(thing)


@pytest.fixture
async def browser() -> AsyncIterator[Any]:
    """A Chromium of this machine."""
    if not CHROMIUM:
        pytest.skip("the pages are tested in Chromium: install it, on Debian with `apt-get install chromium`")
    async with playwright.async_playwright() as driver:
        launched = await driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield launched
        await launched.close()


@pytest.fixture
async def desk(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """A server of the house."""
    async with served(house) as caller:
        yield caller


@pytest.fixture
async def opened(browser: Any, desk: httpx.AsyncClient) -> AsyncIterator[Open]:
    """Open the chat page in a window of its own; whatever it complains of is an error in the end."""
    playwright.expect.set_options(timeout=PATIENCE_MS)
    complaints: list[str] = []

    async def page(size: tuple[int, int] = SIZES[2], **options: Any) -> Any:
        window = await browser.new_context(viewport={"width": size[0], "height": size[1]}, **options)
        tab = await window.new_page()
        tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        await tab.goto(str(desk.base_url))
        return tab

    yield page
    assert [complaint for complaint in complaints if "Failed to load resource" not in complaint] == []


async def ask(page: Any, text: str = QUESTION) -> str:
    """Write a question as a person does, and return its ticket."""
    await page.get_by_label("Your message").fill(text)
    await page.keyboard.press("Enter")
    await see(page.locator(".message.customer:not(.waiting)").last).to_contain_text(text)
    ticket: str = await page.evaluate("sessionStorage.getItem('deskhand.ticket')")
    return ticket


async def picture(page: Any, folder: Path, name: str) -> None:
    """Keep a picture of the page, where a person wants to look at it."""
    width = page.viewport_size["width"]
    await page.screenshot(path=Path(os.environ.get("SCREENSHOTS", folder)) / f"{name}-{width}.png")


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size[0]))
async def test_a_question_is_answered_with_sources_that_can_be_read(
    opened: Open, house: House, size: tuple[int, int], tmp_path: Path
) -> None:
    page = await opened(size, color_scheme="dark" if size[0] == 768 else "light", reduced_motion="reduce")
    await see(page.get_by_text("You are talking to a bot, not a person.")).to_be_visible()
    await picture(page, tmp_path, "welcome")

    ticket = await ask(page)
    await house.work(ticket)
    await see(page.get_by_role("status")).to_have_text("Searching the help center…")
    await picture(page, tmp_path, "working")
    await house.answer(ticket)

    reply = page.locator(".message.bot")
    await see(reply).to_contain_text(ANSWER)
    await see(reply.get_by_role("link", name="Refunds", exact=True)).to_have_attribute(
        "href", "https://help.example/refunds"
    )
    await see(reply.locator("blockquote")).not_to_be_visible()
    await reply.get_by_role("link", name="Source 1: Refunds").press("Enter")
    await see(reply.locator("blockquote")).to_have_text("Fernway refunds a payment in full within 14 days.")
    await see(page.get_by_role("status")).to_have_text("")
    await picture(page, tmp_path, "answered")
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


async def test_what_people_write_is_shown_as_text(opened: Open, house: House) -> None:
    page = await opened()

    ticket = await ask(page, "<img src=x onerror=alert(1)>\nsecond line")
    await house.answer(ticket, "Use <b>bold</b> & <script>alert(1)</script>.")

    await see(page.locator(".message.customer .words")).to_have_text("<img src=x onerror=alert(1)>\nsecond line")
    await see(page.locator(".message.bot")).to_contain_text("Use <b>bold</b> & <script>alert(1)</script>.")


async def test_a_handover_is_plain_to_see(opened: Open, house: House, tmp_path: Path) -> None:
    page = await opened(SIZES[0])

    await house.hand_over(await ask(page))

    await see(page.locator(".message.notice")).to_contain_text("A colleague takes over.")
    await see(page.locator("#role")).to_have_text("A person has your chat now")
    await see(page.get_by_label("Your message")).to_be_enabled()
    await picture(page, tmp_path, "handed-over")


async def test_a_teammate_is_told_apart_from_the_bot(opened: Open, house: House) -> None:
    page = await opened()
    ticket = await ask(page)

    await house.desk.write(ticket, "I am Ana, and I have refunded it.", house.context.now())  # type: ignore[arg-type]  # a plain id
    await house.deliver(ticket)

    await see(page.locator(".message.teammate .by")).to_have_text("Support team")


async def test_a_reload_and_a_second_tab_show_the_same(opened: Open, house: House) -> None:
    page, other = await opened(), await opened()
    ticket = await ask(page)
    await other.evaluate("ticket => sessionStorage.setItem('deskhand.ticket', ticket)", ticket)
    await other.reload()

    await house.answer(ticket)
    await see(page.locator(".message.bot")).to_be_visible()
    await see(other.locator(".message.bot")).to_be_visible()
    await page.reload()
    await see(page.locator(".message.bot")).to_be_visible()

    assert await page.locator(".message").all_inner_texts() == await other.locator(".message").all_inner_texts()


async def test_a_second_tab_sees_what_the_first_one_asks_next(opened: Open, house: House) -> None:
    page, other = await opened(), await opened()
    ticket = await ask(page)
    await other.evaluate("ticket => sessionStorage.setItem('deskhand.ticket', ticket)", ticket)
    await other.reload()
    await house.answer(ticket)

    await ask(page, "And how long does it take?")
    await house.work(ticket)

    await see(other.locator(".message.customer").last).to_contain_text("And how long does it take?")


async def test_a_message_that_was_not_sent_is_kept_and_can_be_sent_again(
    opened: Open, house: House, tmp_path: Path
) -> None:
    page = await opened(SIZES[0])
    await page.route("**/v1/chat", lambda route: route.abort())

    await page.get_by_label("Your message").fill(QUESTION)
    await page.get_by_role("button", name="Send").click()
    await see(page.get_by_role("alert").filter(has_text="Not sent")).to_be_visible()
    await picture(page, tmp_path, "not-sent")
    await page.unroute("**/v1/chat")
    await page.get_by_role("button", name="Try again").click()

    await see(page.locator(".message.customer:not(.waiting, .unsent)")).to_have_count(1)
    ticket = await page.evaluate("sessionStorage.getItem('deskhand.ticket')")
    assert len(await house.desk.messages(ticket)) == 1


async def test_a_lost_connection_is_told_and_what_happened_meanwhile_is_shown(browser: Any, house: House) -> None:
    window = await browser.new_context()
    page = await window.new_page()
    async with served(house) as desk:
        await page.goto(str(desk.base_url))
        ticket = await ask(page)
        port = desk.base_url.port

    await see(page.get_by_role("alert")).to_contain_text("The connection was lost.")
    await house.answer(ticket)
    async with served(house, port or 0):
        await see(page.locator(".message.bot")).to_contain_text(ANSWER)
        await see(page.locator("#trouble")).not_to_be_visible()
        await window.close()


async def test_a_burst_of_messages_keeps_its_order_in_one_conversation(opened: Open, house: House) -> None:
    page = await opened()
    box = page.get_by_label("Your message")

    for text in ("One", "Two", "Three"):
        await box.fill(text)
        await page.keyboard.press("Enter")
    await see(page.locator(".message.customer:not(.waiting)")).to_have_count(3)

    ticket = await page.evaluate("sessionStorage.getItem('deskhand.ticket')")
    assert [message.text for message in await house.desk.messages(ticket)] == ["One", "Two", "Three"]


async def test_a_new_conversation_begins_empty(opened: Open, house: House) -> None:
    page = await opened()
    first = await ask(page)

    await page.get_by_role("button", name="New chat").click()
    await see(page.locator(".message")).to_have_count(0)

    assert await ask(page, "Something else") != first


async def test_a_conversation_that_is_gone_is_told_in_words(opened: Open) -> None:
    page = await opened()
    await page.evaluate("sessionStorage.setItem('deskhand.ticket', 'tic_gone')")

    await page.reload()

    await see(page.get_by_role("alert")).to_have_text("This conversation is no longer here. Start a new one.")
    await see(page.get_by_text("You are talking to a bot, not a person.")).to_be_visible()


async def test_without_demo_mode_the_page_says_how_to_open_it(browser: Any, house: House) -> None:
    page = await browser.new_page()
    async with served(replace(house, demo=False)) as desk:
        await page.goto(str(desk.base_url))

        await see(page.get_by_text("deskhand serve --demo")).to_be_visible()
        await page.close()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: str(size[0]))
async def test_the_manual_fits_every_window(opened: Open, size: tuple[int, int], tmp_path: Path) -> None:
    page = await opened(size)

    await page.goto(f"{page.url}docs")

    await see(page.get_by_role("heading", name="Deskhand: the HTTP API")).to_be_visible()
    await picture(page, tmp_path, "manual")
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
