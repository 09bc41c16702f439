"""Everybody finds their own tabs in GraphiQL, and leaves nothing behind."""

import json
from pathlib import Path

from playwright.async_api import Page, expect

from tests.browser.graphiql import refusals
from tests.browser.people import ADA, BEN, CORA, fill_in, sign_in, sign_out


async def test_accepting_the_terms_opens_the_accounts_screen(page: Page, tmp_path: Path) -> None:
    graphiql = await sign_in(page, BEN)
    reseller_id = (await graphiql.run())["data"]["viewer"]["dashboards"][0]["id"]
    await graphiql.open("Terms")
    terms = (await graphiql.run())["data"]["reseller"]["terms"]
    await graphiql.open("AccountsScreen")
    before = await graphiql.run()
    await page.screenshot(path=tmp_path / "closed.png")
    chosen = f'{{resellerId: "{reseller_id}", version: "{terms["version"]}"}}'

    await graphiql.write(f"mutation {{ acceptTerms(input: {chosen}) {{ errors {{ code message }} }} }}")
    accepted = await graphiql.run()
    await graphiql.open("AccountsScreen")
    after = await graphiql.run()

    assert terms["isAccepted"] is False
    assert [each["extensions"]["code"] for each in refusals(before)] == ["TERMS_NOT_ACCEPTED"]
    assert refusals([accepted, after]) == []
    assert [each["name"] for each in after["data"]["reseller"]["accounts"]["nodes"]] == [
        "Wide World Importers",
        "Alpine Ski House",
        "Proseware",
    ]


async def test_a_member_of_an_account_finds_it_without_money(page: Page, tmp_path: Path) -> None:
    graphiql = await sign_in(page, CORA)

    answers = await graphiql.run_all(photographs=tmp_path)
    account_id = answers["Switcher"]["data"]["viewer"]["dashboards"][0]["id"]
    await graphiql.write(f'{{ account(id: "{account_id}") {{ subscription {{ total {{ amount }} }} }} }}')
    asked = await graphiql.run()

    assert list(answers) == ["Switcher", "MyAccount"]
    assert asked["data"] == {"account": {"subscription": {"total": None}}}
    assert "errors" not in asked
    assert refusals(answers) == []
    account = answers["MyAccount"]["data"]["account"]
    assert (account["name"], account["subscription"]) == (
        "Fourth Coffee",
        {"status": "ACTIVE", "systems": 250, "startsOn": "2025-07-06", "endsOn": "2026-07-05"},
    )
    assert [word for word in ("amount", "total", "USD") if word in json.dumps(answers)] == []


async def test_whoever_signs_out_leaves_nothing_to_the_next_person(page: Page) -> None:
    graphiql = await sign_in(page, ADA)
    await graphiql.write("{ viewer { email } }")
    await graphiql.run()

    await sign_out(page)

    assert await page.evaluate("() => ({...sessionStorage, ...localStorage})") == {}
    await page.go_back()
    await expect(page).to_have_url("/sign-in?next=%2Fgraphiql")
    assert "Ada" not in await page.content()
    await page.goto("/graphiql")
    await expect(page).to_have_url("/sign-in?next=%2Fgraphiql")
    assert "Ada" not in await page.content()

    await fill_in(page, CORA)

    assert await graphiql.tabs() == ["Switcher", "MyAccount"]
    assert (await graphiql.run())["data"]["viewer"]["name"] == "Cora Jensen"


async def test_whoever_signs_in_over_somebody_else_gets_their_own_lessons(page: Page) -> None:
    graphiql = await sign_in(page, ADA)
    await graphiql.run()

    await page.goto("/sign-in?next=/graphiql")
    await fill_in(page, CORA)
    await page.wait_for_url("**/graphiql")

    assert await graphiql.tabs() == ["Switcher", "MyAccount"]
    assert (await graphiql.run())["data"]["viewer"]["name"] == "Cora Jensen"


async def test_a_reload_keeps_the_work(page: Page) -> None:
    graphiql = await sign_in(page, CORA)
    await graphiql.write("query Mine { viewer { email } }")
    await page.wait_for_function("() => sessionStorage.getItem('graphiql:tabState')?.includes('query Mine')")

    await page.reload()

    assert await graphiql.tabs() == ["Switcher", "MyAccount", "Mine"]
    assert (await graphiql.run())["data"]["viewer"]["email"] == CORA
