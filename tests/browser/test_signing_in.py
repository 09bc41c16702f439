"""The sign-in page: who is led there, what it says, and that a keyboard is enough."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.people import ADA, PASSWORD, fill_in, refused


async def test_a_stranger_is_led_to_the_sign_in_page(page: Page, tmp_path: Path) -> None:
    await page.goto("/")
    await page.screenshot(path=tmp_path / "sign-in.png")

    await expect(page).to_have_url("/sign-in")
    await expect(page).to_have_title("Sign in · Reseller dashboard")
    await expect(page.get_by_label("E-mail address")).to_be_focused()


async def test_a_wrong_password_is_said_aloud_and_costs_the_password_only(
    page: Page, tmp_path: Path, complaints: list[str]
) -> None:
    await page.goto("/")
    async with refused(page, complaints):
        await fill_in(page, ADA, "wrong horse battery staple")

    await expect(page.get_by_role("alert")).to_have_text("The e-mail address or the password is wrong.")
    await expect(page.get_by_label("E-mail address")).to_have_value(ADA)
    await expect(page.get_by_label("Password")).to_have_value("")
    await expect(page.get_by_label("Password")).to_be_focused()
    await page.screenshot(path=tmp_path / "wrong.png")

    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url("/dashboards")
    await expect(page.get_by_text("Ada Lindgren")).to_be_visible()


@pytest.mark.parametrize("last", [("Enter",), ("Tab", "Enter")], ids=["in the field", "on the button"])
async def test_the_keyboard_alone_suffices(page: Page, last: tuple[str, ...]) -> None:
    await page.goto("/")
    await expect(page.get_by_label("E-mail address")).to_be_focused()

    await page.keyboard.type(ADA)
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    for key in last:
        await page.keyboard.press(key)

    await expect(page).to_have_url("/dashboards")


async def test_whoever_asks_for_graphiql_comes_back_to_it(page: Page) -> None:
    await page.goto("/graphiql")
    await expect(page).to_have_url("/sign-in?next=%2Fgraphiql")

    await fill_in(page, ADA)

    await expect(page).to_have_url("/graphiql")
