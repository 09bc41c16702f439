"""GraphiQL as an attacker would have it: filled from a link, keeping tokens, shown in a page of theirs."""

import json
from urllib.parse import urlencode

from playwright.async_api import Page, Request

from tests.browser.graphiql import GraphiQL
from tests.browser.people import CORA, sign_in

EVIL = "mutation Evil { signOut { errors { code } } }"
HEADER = json.dumps({"authorization": "Bearer rdk_secret"})
FOREIGN = "<!doctype html><title>Elsewhere</title><iframe src='{site}/graphiql' title='inside'></iframe>"


async def test_a_link_brings_no_operation_no_variables_and_no_headers(page: Page) -> None:
    await sign_in(page, CORA)
    evil = {"query": EVIL, "variables": '{"evil":1}', "headers": HEADER, "operationName": "Evil"}

    await page.goto(f"/graphiql?{urlencode(evil)}#{urlencode(evil)}")
    async with page.expect_request("**/graphql") as sent:
        answer = await (graphiql := GraphiQL(page)).run()

    request = await sent.value
    assert await graphiql.tabs() == ["Switcher", "MyAccount"]
    assert answer["data"]["viewer"]["name"] == "Cora Jensen"
    assert "evil" not in (await page.locator("#graphiql").inner_text()).lower()
    assert "authorization" not in await request.all_headers()


async def test_headers_that_were_typed_are_kept_nowhere(page: Page) -> None:
    await sign_in(page, CORA)
    await page.get_by_role("button", name="Headers").click()
    await page.get_by_role("region", name="Headers").locator(".view-lines:visible").click()
    await page.keyboard.insert_text('{"x-request-id": "kept-nowhere"}')
    sent = await _request_of_run(page)
    # It writes half a second after the latest key, and has by the time it tells of another tab.
    await GraphiQL(page).write("query Mine { viewer { email } }")
    await page.wait_for_function("() => sessionStorage.getItem('graphiql:tabState')?.includes('query Mine')")

    kept = await page.evaluate("() => JSON.stringify([{...sessionStorage}, {...localStorage}, document.cookie])")
    await page.reload()
    after = await _request_of_run(page)

    assert sent.headers["x-request-id"] == "kept-nowhere"
    assert "kept-nowhere" not in kept
    assert "x-request-id" not in after.headers


async def test_it_is_shown_in_no_page_of_another_site(page: Page, site: str, complaints: list[str]) -> None:
    await sign_in(page, CORA)
    elsewhere = site.replace("127.0.0.1", "127.0.0.2")
    await page.route(
        f"{elsewhere}/**", lambda route: route.fulfill(body=FOREIGN.format(site=site), content_type="text/html")
    )

    await page.goto(elsewhere)

    [inside] = page.main_frame.child_frames
    assert await page.title() == "Elsewhere"
    assert inside.url == "chrome-error://chromewebdata/"
    # The route answers for the other site: nothing left the machine.
    assert [each for each in complaints if "frame-ancestors" not in each] == [f"request: {elsewhere}/"]
    complaints.clear()


async def _request_of_run(page: Page) -> Request:
    async with page.expect_request(
        lambda each: each.url.endswith("/graphql") and "Introspection" not in (each.post_data or "")
    ) as sent:
        await GraphiQL(page).run()
    return await sent.value
