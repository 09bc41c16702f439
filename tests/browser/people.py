"""The demo's people, and how they come in."""

from playwright.async_api import Page

from tests.browser.graphiql import GraphiQL

PASSWORD = "correct horse battery staple"
ADA, BEN, CORA = "ada@northwind.example", "ben@contoso.example", "cora@fourthcoffee.example"


async def fill_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Send the form that the tab shows."""
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in").click()


async def sign_in(page: Page, email: str) -> GraphiQL:
    """Come in by the front door, and return what is behind it."""
    await page.goto("/")
    await fill_in(page, email)
    await page.wait_for_url("**/graphiql")
    return GraphiQL(page)


async def sign_out(page: Page) -> None:
    """Leave."""
    await page.get_by_role("button", name="Sign out").click()
    await page.wait_for_url("**/sign-in")
