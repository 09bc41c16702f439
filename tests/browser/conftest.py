"""The application on a real socket, a real Chromium that reaches this machine only, and all that it complains of."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.async_api import Browser, ConsoleMessage, Page, Request, WebError, async_playwright
from starlette.types import ASGIApp, Receive, Scope, Send

from auth.budgets import Budgets
from auth.demo import offer_demo
from mail.delivery import Delivery
from mail.letters import sender_of
from mail.transports import FolderTransport
from models.database import Database
from resolvers.api import Api
from resolvers.introspection import Introspection
from tests.applications import PLENTY
from tests.browser.people import PASSWORD
from tests.world import SEALER, Clock
from web.application import Application
from web.hosts import Hosts

# The names that `make test` looks for, too.
NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--disable-background-networking",
    "--disable-component-update",
    # Pages of other origins may ask this machine: it is the application that has to refuse them.
    "--disable-features=LocalNetworkAccessChecks",
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
def requested() -> list[str]:
    """What reached the server of every request: its target, and the page that it says it came from."""
    return []


def noting(app: ASGIApp, requested: list[str]) -> ASGIApp:
    """Return the application, which notes what every request tells of itself before its body."""

    async def noted(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            told = [scope["raw_path"], scope["query_string"], *(value for _, value in scope["headers"])]
            requested.append(b" ".join(told).decode())
        await app(scope, receive, send)

    return noted


@pytest.fixture
async def site(api: Api, database: Database, clock: Clock, tmp_path: Path, requested: list[str]) -> AsyncIterator[str]:
    """The demo world, loaded on the first of January 2026 and served; where it is."""
    clock.on(date(2026, 1, 1))
    await offer_demo(database, password=PASSWORD, kept_in=tmp_path / "demo-password", at=clock())

    @asynccontextmanager
    async def connect() -> AsyncIterator[Database]:
        yield database

    # It listens before the server runs: whoever comes early waits.
    with socket.create_server(("127.0.0.1", 0)) as listening:
        origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
        portals = "https://{subdomain}.portal.test/"
        app = Application(
            api,
            connect,
            now=clock,
            origin=origin,
            portal_url=portals,
            is_secure=False,
            sealer=SEALER,
            hosts=Hosts.of(listening_on="127.0.0.1", public="127.0.0.1"),
            mailbox=tmp_path / "mail",
            introspection=Introspection.OFF,
            # The clock stands still, so that nothing flows in.
            budgets=Budgets(PLENTY, PLENTY),
        ).assembled()
        server = uvicorn.Server(
            uvicorn.Config(noting(app, requested), lifespan="on", ws="none", log_config=None, access_log=False)
        )
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        yield origin
        server.should_exit = True
        await serving


@pytest.fixture
def deliver(database: Database, clock: Clock, tmp_path: Path) -> Callable[[], Awaitable[int]]:
    """Take what is posted to the demo's mailbox, and tell how many mails that were."""
    sender = sender_of("Reseller dashboard <no-reply@dashboard.example>")
    return Delivery(database, SEALER, FolderTransport(tmp_path / "mail"), sender=sender, now=clock).deliver_due


@pytest.fixture
async def page(chromium: Browser, site: str, complaints: list[str]) -> AsyncIterator[Page]:
    """An empty tab of somebody who was never here."""
    context = await chromium.new_context(base_url=site, viewport={"width": 1280, "height": 800})
    context.set_default_timeout(10_000)

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
