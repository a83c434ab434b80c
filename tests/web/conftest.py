"""A browser, and the house whose pages it opens."""

import shutil
from collections.abc import AsyncIterator

import pytest

from tests.api.conftest import house as house

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
QUIET = ["--headless", "--no-sandbox", "--disable-background-networking"]
playwright = pytest.importorskip("playwright.async_api", reason="the pages are tested with playwright: install it")


@pytest.fixture
async def browser() -> AsyncIterator[object]:
    """A Chromium of this machine."""
    if not CHROMIUM:
        pytest.skip("the pages are tested in Chromium: install it, on Debian with `apt-get install chromium`")
    async with playwright.async_playwright() as driver:
        launched = await driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield launched
        await launched.close()
