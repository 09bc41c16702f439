"""Getting in by the link from the mail: setting up with the keyboard alone, and signing in there."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.people import BEN, PASSWORD, invite, open_mail, refused, tab_to

NEW, INVITATION = "nora@northwind.example", "Invitation to Northwind Managed IT"
Deliver = Callable[[], Awaitable[int]]


async def test_a_new_person_gets_in_with_the_keyboard_alone(
    page: Page, site: str, deliver: Deliver, requested: list[str], tmp_path: Path
) -> None:
    await invite(site, NEW)
    assert await deliver() == 1
    link = await open_mail(page, INVITATION)
    token = link.split("#")[1]
    requested.clear()

    # The script hands the code over in the body of a form, and takes it out of the address bar.
    await page.goto(link)
    await expect(page).to_have_title("Join Northwind Managed IT · Reseller dashboard")
    assert page.url == f"{site}/invitation"
    await expect(page.get_by_label("Your name")).to_be_focused()
    await page.keyboard.type("Nora New")
    await page.keyboard.press("Tab")
    await page.keyboard.type("a horse with a hat")
    await page.screenshot(path=tmp_path / "set-up.png")
    await page.keyboard.press("Enter")

    await page.wait_for_url("**/terms?reseller=*")
    await tab_to(page, "I agree to version demo-1")
    await page.keyboard.press("Enter")

    await page.wait_for_url("**/accounts?reseller=*")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Accounts of Northwind Managed IT")
    await expect(page.get_by_role("cell", name="Adventure Works")).to_be_visible()
    assert [each for each in requested if token in each or "hat" in each] == []
    assert len([each for each in requested if each.startswith("/invitation ")]) == 2


async def test_somebody_who_has_a_password_signs_in_there(
    page: Page, site: str, deliver: Deliver, tmp_path: Path, complaints: list[str]
) -> None:
    await invite(site, BEN, "ADMIN")
    await deliver()
    await page.goto(await open_mail(page, INVITATION))

    await expect(page.get_by_label("Your password")).to_be_focused()
    async with refused(page, complaints):
        await page.keyboard.type("wrong horse battery staple")
        await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_have_text("The e-mail address or the password is wrong.")
    await page.screenshot(path=tmp_path / "wrong.png")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="I agree").click()

    await page.get_by_role("link", name="My dashboards").click()
    await expect(page.get_by_role("listitem")).to_have_count(2)
    await page.get_by_role("link", name="Northwind Managed IT").click()
    current = page.locator("[aria-current=true]")
    await expect(current).to_have_count(1)
    await expect(current).to_contain_text("Northwind Managed IT")
    await expect(current).to_contain_text("✓")


async def test_without_the_script_the_code_is_typed(page: Page, site: str, deliver: Deliver) -> None:
    await invite(site, NEW)
    await deliver()
    token = (await open_mail(page, INVITATION)).split("#")[1]

    await page.goto("/invitation")
    await page.get_by_label("Code").fill(token)
    await page.get_by_role("button", name="Go on").click()

    await expect(page.get_by_label("Your name")).to_be_visible()


async def test_a_link_that_was_used_leads_nowhere(
    page: Page, site: str, deliver: Deliver, complaints: list[str], tmp_path: Path
) -> None:
    await invite(site, NEW)
    await deliver()
    link = await open_mail(page, INVITATION)
    await page.goto(link)
    await page.get_by_label("Your name").fill("Nora New")
    await page.get_by_label("Choose a password").fill("a horse with a hat")
    await page.get_by_role("button", name="Set up and join").click()
    await page.wait_for_url("**/terms?reseller=*")

    async with refused(page, complaints):
        await page.goto(link)
        await page.get_by_role("heading", name="This link cannot be used").wait_for()
    await page.screenshot(path=tmp_path / "used.png")

    assert page.url == f"{site}/invitation"
