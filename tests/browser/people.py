"""The demo's people, and how they come in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from playwright.async_api import Page, expect

from tests.browser.graphiql import GraphiQL
from tests.clients import SCRIPTED
from tests.server.processes import SIGN_IN

PASSWORD = "correct horse battery staple"
ADA, BEN, CORA = "ada@northwind.example", "ben@contoso.example", "cora@fourthcoffee.example"


async def fill_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Send the form that the tab shows."""
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()


async def sign_in(page: Page, email: str) -> GraphiQL:
    """Come in by the front door, and go on to GraphiQL."""
    await page.goto("/")
    await fill_in(page, email)
    await page.wait_for_url("**/dashboards")
    await page.get_by_role("link", name="GraphiQL").click()
    await page.wait_for_url("**/graphiql")
    return GraphiQL(page)


async def sign_out(page: Page) -> None:
    """Leave."""
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url("**/sign-in")


async def invite(site: str, email: str, role: str = "READ_ONLY") -> None:
    """Let Ada invite somebody to her reseller's dashboard."""
    find = "{ viewer { dashboards(kinds: [RESELLER]) { id } } }"
    ask = "mutation($input: InviteMemberInput!) { inviteMember(input: $input) { errors { message } } }"
    async with httpx.AsyncClient(base_url=site, headers=SCRIPTED) as browser:
        await _ask(browser, SIGN_IN, email=ADA, password=PASSWORD)
        [dashboard] = (await _ask(browser, find))["viewer"]["dashboards"]
        told = await _ask(browser, ask, dashboardId=dashboard["id"], email=email, role=role)
    assert told["inviteMember"]["errors"] == []


async def open_mail(page: Page, subject: str) -> str:
    """Find the latest mail with this subject in the mailbox, and return its link."""
    await page.goto("/mailbox")
    mail = page.get_by_role("article").filter(has=page.get_by_role("heading", name=subject)).first
    return str(await mail.get_by_role("link").get_attribute("href"))


async def tab_to(page: Page, name: str) -> None:
    """Press Tab until a button has the focus."""
    button = page.get_by_role("button", name=name)
    for _ in range(20):
        if await button.evaluate("each => each === document.activeElement"):
            break
        await page.keyboard.press("Tab")
    await expect(button).to_be_focused()


async def _ask(browser: httpx.AsyncClient, document: str, **input: str) -> Any:
    body = (await browser.post("/graphql", json={"query": document, "variables": {"input": input}})).json()
    assert "errors" not in body, body
    return body["data"]


@asynccontextmanager
async def refused(page: Page, complaints: list[str]) -> AsyncIterator[None]:
    """Expect a page that comes with a 4xx: Chromium complains of it, and has advice about forms at any time besides."""
    async with page.expect_console_message(lambda message: message.type == "error") as told:
        yield
    complaints.remove(f"console: {(await told.value).text}")
