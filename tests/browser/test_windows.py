"""The pages in a narrow window, light and dark."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page, expect

from tests.browser.people import ADA, sign_in

# What does not fit: everything whose right edge lies beyond the window's.
CUT_OFF = "all => all.filter(each => each.getBoundingClientRect().right > innerWidth).map(each => each.outerHTML)"


@pytest.fixture(params=["light", "dark"])
async def narrow(page: Page, request: pytest.FixtureRequest) -> Page:
    scheme: Literal["light", "dark"] = request.param
    await page.emulate_media(color_scheme=scheme)
    await page.set_viewport_size({"width": 360, "height": 740})
    return page


async def test_the_sign_in_page_fits_a_narrow_window(narrow: Page, tmp_path: Path) -> None:
    await narrow.goto("/sign-in")
    await narrow.screenshot(path=tmp_path / "sign-in.png")

    assert await narrow.evaluate("document.documentElement.scrollWidth") == 360
    assert await narrow.locator("main *").evaluate_all(CUT_OFF) == []


async def test_graphiql_fits_a_narrow_window_with_and_without_the_explorer(narrow: Page, tmp_path: Path) -> None:
    graphiql = await sign_in(narrow, ADA)
    await graphiql.run()
    await narrow.screenshot(path=tmp_path / "graphiql.png")

    assert await narrow.locator("section, form, form *, .graphiql-toolbar *").evaluate_all(CUT_OFF) == []
    await expect(graphiql.answer.get_by_text('"viewer"')).to_be_in_viewport(ratio=1)

    await narrow.get_by_role("button", name="Show Documentation Explorer").click()
    await narrow.get_by_text("Root Types").wait_for()
    await narrow.screenshot(path=tmp_path / "explorer.png")

    assert await narrow.locator("section, form, form *, .graphiql-plugin *").evaluate_all(CUT_OFF) == []
    assert await narrow.evaluate("document.documentElement.scrollWidth") == 360


async def test_the_editors_follow_the_colours_of_the_system(page: Page, tmp_path: Path) -> None:
    graphiql = await sign_in(page, ADA)
    await expect(graphiql.editor.locator(".monaco-editor.vs")).to_be_visible()

    await page.emulate_media(color_scheme="dark")

    await expect(graphiql.editor.locator(".monaco-editor.vs-dark")).to_be_visible()
    await expect(graphiql.answer.locator(".monaco-editor.vs-dark")).to_be_visible()
    await page.screenshot(path=tmp_path / "dark.png")
