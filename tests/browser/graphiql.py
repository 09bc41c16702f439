"""GraphiQL as a person uses it: tabs, an editor, Run, and the answer that the response pane shows."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from playwright.async_api import Page, Response

# The pane's editor keeps in the page only the lines that are in sight; GraphiQL lets tests have Monaco itself.
SHOWS = """answer => {
    const pane = __MONACO.editor.getEditors().find(each => each.getDomNode().closest(".result-window"));
    const text = pane.getValue();
    return text !== "" && JSON.stringify(JSON.parse(text)) === JSON.stringify(JSON.parse(answer));
}"""


class GraphiQL:
    """The page, ready or soon to be: everything waits for what it needs."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.editor = page.get_by_role("region", name="Operation Editor")
        self.answer = page.get_by_role("region", name="Result Window")
        self._tabs = page.get_by_role("tablist", name="Select active operation")

    async def tabs(self) -> list[str]:
        """Return the names of the tabs, from left to right."""
        await self._tabs.get_by_role("tab").first.wait_for()
        return [name.strip() for name in await self._tabs.get_by_role("tab").all_inner_texts()]

    async def open(self, tab: str) -> None:
        """Go to a tab."""
        await self._tabs.get_by_role("button", name=tab, exact=True).click()
        await self.page.get_by_role("tabpanel", name=tab, exact=True).wait_for()

    async def write(self, document: str) -> None:
        """Write a document into a new tab."""
        await self.page.get_by_role("button", name="New tab").click()
        await self.page.get_by_role("tabpanel", name="<untitled>").wait_for()
        await self.editor.locator(".view-lines").click()
        await self.page.keyboard.insert_text(document)

    async def run(self) -> dict[str, Any]:
        """Press Run; return the answer as soon as the response pane shows it, all of it."""
        async with self.page.expect_response(_is_an_operation) as answered:
            await self.page.get_by_role("button", name="Execute query").click()
        text = await (await answered.value).text()
        await self.page.wait_for_function(SHOWS, arg=text)
        answer: dict[str, Any] = json.loads(text)
        return answer

    async def run_all(self, photographs: Path) -> dict[str, dict[str, Any]]:
        """Run every tab from left to right, photograph each, and return the answers."""
        answers = {}
        for tab in await self.tabs():
            await self.open(tab)
            answers[tab] = await self.run()
            await self.page.screenshot(path=photographs / f"{tab}.png")
        return answers


def refusals(answer: Any) -> list[dict[str, Any]]:
    """Return the entries of every list that is called errors, wherever it is in the answer."""
    return list(_refusals(answer))


def _refusals(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield from value.get("errors", [])
    for child in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from _refusals(child)


def _is_an_operation(response: Response) -> bool:
    request = response.request
    return request.url.endswith("/graphql") and "IntrospectionQuery" not in (request.post_data or "")
