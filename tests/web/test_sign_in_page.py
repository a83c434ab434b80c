"""The page to sign in, in a real browser."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from pydantic import SecretStr

from desk.staff.staff import Profile
from domain.ids import DEFAULT_BRAND
from services.accounts import Accounts
from tests import provider
from tests.api.conftest import NOW, House, served
from tests.provider import CLIENT, SECRET
from tests.web.test_chat_page import browser, see

__all__ = ["browser"]


@pytest.fixture
async def page(browser: Any) -> AsyncIterator[Any]:
    """A tab of a window of its own."""
    tab = await (await browser.new_context()).new_page()
    yield tab
    await tab.context.close()


async def test_a_teammate_signs_in_with_an_account_elsewhere_and_out_again(page: Any, house: House) -> None:
    await house.doors.staff.add(DEFAULT_BRAND, Profile("Anna Lund", "anna@example.com", ()), NOW)
    async with provider.providing(NOW) as elsewhere:
        outbound = elsewhere.outbound()
        about = {"oidc_issuer": elsewhere.issuer, "oidc_client_id": CLIENT, "oidc_client_secret": SecretStr(SECRET)}
        read = house.settings.model_copy(update={**about, "oidc_name": "Example"})
        async with served(replace(house, accounts=Accounts.of(read, outbound, lambda: NOW))) as caller:
            await page.goto(f"{caller.base_url}/sign-in")
            await page.get_by_role("link", name="Sign in with Example").click()
            await see(page.locator("#inside")).to_contain_text("You are signed in as Anna Lund (teammate).")
            await page.get_by_role("button", name="Sign out").click()
            await see(page.get_by_label("Password", exact=True)).to_be_visible()
        await outbound.close()


async def test_the_page_tells_why_an_account_elsewhere_lets_nobody_in(page: Any, house: House) -> None:
    async with served(house) as caller:
        await page.goto(f"{caller.base_url}/sign-in?trouble=left")

        await see(page.get_by_role("alert")).to_contain_text("You no longer work at this desk.")
        await see(page.get_by_label("E-mail address")).to_be_visible()
