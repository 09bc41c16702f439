"""A real Chromium that reaches this machine only, and everything that it complains of."""

import shutil
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, Request, WebError, async_playwright

# The names that `make test` looks for, too.
NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
]


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """The browser, started once."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.fail(f"The browser tests need one of these on the PATH: {', '.join(NAMES)}")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the page complained of: errors, violations of its security policy, requests to another host.

    A test that provokes one takes it from the list; what remains fails the test.
    """
    return []


@pytest.fixture
async def page(chromium: Browser, complaints: list[str]) -> AsyncIterator[Page]:
    """An empty tab of somebody who was never here."""
    context = await chromium.new_context(viewport={"width": 1280, "height": 800})

    def note_console(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(f"console: {message.text}")

    def note_crash(error: WebError) -> None:
        complaints.append(f"script: {error.error}")

    def note_request(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob"} and address.hostname != "127.0.0.1":
            complaints.append(f"request: {request.url}")

    context.on("console", note_console)
    context.on("weberror", note_crash)
    context.on("request", note_request)
    yield await context.new_page()
    await context.close()

    assert complaints == []
