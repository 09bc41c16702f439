"""Credentials in a browser: a forgotten password, and a second factor from its set-up to its recovery codes."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pyotp
from playwright.async_api import Page, expect

from tests.browser.people import ADA, PASSWORD, fill_in, open_mail, refused, sign_out
from tests.credentials import STEP
from tests.world import Clock

ANOTHER = "another horse battery staple"
Deliver = Callable[[], Awaitable[int]]


async def answer_with_code(page: Page, complaints: list[str], code: str) -> None:
    """Sign in with the password, and then with the code that the page asks for."""
    async with refused(page, complaints):
        await fill_in(page, ADA)
    await expect(page.get_by_label("Code of your authenticator")).to_be_visible()
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_label("Code of your authenticator").fill(code)
    await page.get_by_role("button", name="Sign in").click()


async def test_a_forgotten_password_is_replaced_by_the_link_from_the_mail(
    page: Page, site: str, deliver: Deliver, requested: list[str], tmp_path: Path
) -> None:
    await page.goto("/sign-in")
    await page.get_by_role("link", name="Forgotten your password?").click()
    await expect(page.get_by_label("E-mail address")).to_be_focused()
    await page.keyboard.type(ADA)
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Look into your mail").wait_for()
    await deliver()
    await page.screenshot(path=tmp_path / "sent.png")
    link = await open_mail(page, "password")
    requested.clear()

    await page.goto(link)
    await expect(page.get_by_label("Code from the link")).to_have_value(link.split("#")[1])
    assert page.url == f"{site}/reset"
    await page.get_by_label("New password").fill(ANOTHER)
    await page.get_by_role("button", name="Choose it").click()
    await page.get_by_role("link", name="Go on").click()
    await fill_in(page, ADA, ANOTHER)

    await page.wait_for_url("**/dashboards")
    assert [each for each in requested if link.split("#")[1] in each] == []


async def test_two_factor_is_set_up_and_asked_for(
    page: Page, clock: Clock, complaints: list[str], tmp_path: Path
) -> None:
    await page.goto("/")
    await fill_in(page, ADA)
    await page.get_by_role("link", name="Security").click()
    await page.get_by_role("button", name="Set it up").click()
    await expect(page.get_by_label("Code")).to_be_focused()
    phone = pyotp.TOTP(str(await page.locator(".secret").text_content()))
    await page.keyboard.type(phone.at(int(clock().timestamp())))
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Your recovery codes").wait_for()
    codes = await page.locator(".codes code").all_inner_texts()
    assert len(set(codes)) == 10
    clock.at += STEP

    await sign_out(page)
    await answer_with_code(page, complaints, phone.at(int(clock().timestamp())))
    await page.wait_for_url("**/dashboards")

    # The telephone is lost: one of the codes that were written down does.
    await sign_out(page)
    await answer_with_code(page, complaints, codes[3])
    await page.wait_for_url("**/dashboards")


async def test_a_mistyped_code_costs_another_try_and_not_another_scan(
    page: Page, clock: Clock, complaints: list[str], tmp_path: Path
) -> None:
    await page.goto("/")
    await fill_in(page, ADA)
    await page.get_by_role("link", name="Security").click()
    await page.get_by_role("button", name="Set it up").click()
    phone = pyotp.TOTP(str(await page.locator(".secret").text_content()))
    async with refused(page, complaints):
        await page.get_by_label("Code").fill("nonsense")
        await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("The code is wrong, or was used already.")
    await page.screenshot(path=tmp_path / "mistyped.png")

    await page.get_by_label("Code").fill(phone.at(int(clock().timestamp())))
    await page.keyboard.press("Enter")

    await page.get_by_role("heading", name="Your recovery codes").wait_for()
