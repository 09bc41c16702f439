"""Every page for people in a wide and in a narrow window, light and dark: nothing is cut off or covered."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Literal

import pyotp
import pytest
from playwright.async_api import Page, expect

from tests.browser.people import ADA, fill_in, invite, open_mail, refused
from tests.browser.test_windows import CUT_OFF
from tests.world import Clock

NEW = "nora.with.a.rather.long.address@northwind.example"
Deliver = Callable[[], Awaitable[int]]
Look = Callable[[str], Awaitable[None]]
WIDTHS = {"wide": 1280, "narrow": 360}
# How far the header reaches into what it stands above.
COVERED = """() => {
    const bar = document.querySelector(".bar"), main = document.querySelector("main");
    return bar ? Math.max(0, bar.getBoundingClientRect().bottom - main.getBoundingClientRect().top) : 0;
}"""
# WCAG 2's contrast of every text with what it stands on, the faintest first.
CONTRAST = """() => {
    const canvas = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
    const rgb = colour => {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data];
    };
    const light = colour => {
        const [r, g, b] = colour.map(each => each / 255)
            .map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const ground = each => {
        const colour = each ? rgb(getComputedStyle(each).backgroundColor) : [255, 255, 255, 255];
        return colour[3] ? colour : ground(each.parentElement);
    };
    const ratio = each => {
        const [a, b] = [light(rgb(getComputedStyle(each).color)), light(ground(each))].sort((x, y) => y - x);
        return (a + 0.05) / (b + 0.05);
    };
    const texts = [...document.querySelectorAll("body *:not(svg *)")]
        .filter(each => [...each.childNodes].some(node => node.nodeType === 3 && node.data.trim()));
    return texts.filter(each => ratio(each) < 4.5).map(each => each.outerHTML);
}"""


@pytest.fixture
def look(page: Page, tmp_path: Path) -> Look:
    """Photograph the page, and check that everything is there to be seen."""

    async def looked(name: str) -> None:
        await page.screenshot(path=tmp_path / f"{name}.png", full_page=True)
        width = await page.evaluate("innerWidth")
        assert await page.evaluate("document.documentElement.scrollWidth") == width, name
        assert await page.locator("body *:not(.scroll *):not(svg *)").evaluate_all(CUT_OFF) == [], name
        assert await page.evaluate(COVERED) == 0, name
        assert await page.evaluate(CONTRAST) == [], name

    return looked


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_fits_and_can_be_read(
    page: Page,
    site: str,
    deliver: Deliver,
    look: Look,
    clock: Clock,
    complaints: list[str],
    scheme: Literal["light", "dark"],
    width: str,
) -> None:
    await page.emulate_media(color_scheme=scheme)
    await page.set_viewport_size({"width": WIDTHS[width], "height": 740})
    await invite(site, NEW)

    await look_as_a_stranger(page, look, deliver)
    await look_as_somebody_new(page, look, complaints)
    await look_as_somebody_known(page, look, clock)


async def look_as_a_stranger(page: Page, look: Look, deliver: Deliver) -> None:
    await page.goto("/sign-in")
    await look("sign-in")
    await page.goto("/invitation")
    await look("invitation-link")
    await page.goto("/forgotten")
    await look("forgotten")
    await page.get_by_label("E-mail address").fill(ADA)
    await page.get_by_role("button", name="Send the link").click()
    await page.get_by_role("heading", name="Look into your mail").wait_for()
    await look("sent")
    await deliver()
    reset = await open_mail(page, "password")
    await look("mailbox")
    await page.goto(reset)
    await page.get_by_label("New password").focus()
    await look("reset")


async def look_as_somebody_new(page: Page, look: Look, complaints: list[str]) -> None:
    await page.goto(await open_mail(page, "Invitation"))
    await page.get_by_label("Your name").fill("Nora New")
    async with refused(page, complaints):
        await page.get_by_label("Choose a password").fill("aaaaaaaaaaaaaaaa")
        await page.keyboard.press("Enter")
    await page.get_by_role("alert").wait_for()
    await look("invitation")
    await page.get_by_label("Choose a password").fill("a horse with a hat")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="I agree").focus()
    await look("terms")
    await page.keyboard.press("Enter")
    await page.get_by_role("cell").first.wait_for()
    await look("accounts")


async def look_as_somebody_known(page: Page, look: Look, clock: Clock) -> None:
    await page.goto("/sign-in")
    await fill_in(page, ADA)
    await page.get_by_role("link", name="Fourth Coffee").click()
    await expect(page.locator("[aria-current]")).to_contain_text("Fourth Coffee")
    await look("dashboards")
    await page.get_by_role("link", name="Security").click()
    await page.get_by_role("button", name="End all others").wait_for()
    await look("security")
    await page.get_by_role("button", name="Set it up").click()
    await page.locator(".qr svg").wait_for()
    await look("two-factor")
    secret = str(await page.locator(".secret").text_content())
    await page.get_by_label("Code").fill(pyotp.TOTP(secret).at(int(clock().timestamp())))
    await page.keyboard.press("Enter")
    await page.locator(".codes").wait_for()
    await look("recovery-codes")
    await page.get_by_role("link", name="I have kept them").click()
    await page.get_by_role("button", name="Give it up").wait_for()
    await look("security-with-two-factor")
