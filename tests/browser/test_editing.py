"""What GraphiQL knows of our schema: the documentation explorer, and the worker behind the editor."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.graphiql import GraphiQL
from tests.browser.people import ADA, sign_in


@pytest.fixture
async def graphiql(page: Page) -> GraphiQL:
    return await sign_in(page, ADA)


async def test_the_explorer_tells_which_permission_a_mutation_needs(graphiql: GraphiQL, tmp_path: Path) -> None:
    page, explorer = graphiql.page, graphiql.page.get_by_role("region", name="Documentation Explorer")

    await page.get_by_role("button", name="Show Documentation Explorer").click()
    await explorer.get_by_role("combobox").fill("activateSubscription")
    await explorer.get_by_role("option", name="Mutation.activateSubscription").click()
    await expect(explorer.get_by_text("Starts the contract.")).to_be_visible()
    await page.screenshot(path=tmp_path / "explorer.png")

    await expect(explorer.get_by_text("Needs subscriptions:activate.")).to_be_visible()


async def test_the_editor_marks_a_field_that_does_not_exist(graphiql: GraphiQL, tmp_path: Path) -> None:
    page = graphiql.page

    await graphiql.write("{ viewer { name nonsense } }")
    await expect(graphiql.editor.locator(".squiggly-error")).to_have_count(1)
    await graphiql.editor.get_by_text("nonsense").hover()
    await expect(page.get_by_text('Cannot query field "nonsense" on type "Viewer".')).to_be_visible()
    await page.screenshot(path=tmp_path / "marked.png")

    # Where a worker may not be loaded, Monaco thinks in the page instead, and says so quietly.
    assert [worker.url for worker in page.workers if "/graphql.worker-" in worker.url] != []
