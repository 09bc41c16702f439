"""The whole story in a real browser: from the operator's command to somebody who is let go."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Page

from mail.inviting import Postman
from models.database import Database
from models.walls import EVERYTHING
from resolvers.operating import Operator
from tests.browser.graphiql import GraphiQL, refusals
from tests.browser.people import open_mail, sign_out
from tests.world import SEALER, Clock

Deliver = Callable[[], Awaitable[int]]
ACCOUNTS = "accounts { nodes { id name status subscription { id status } } }"


async def get_in(page: Page, subject: str, name: str) -> None:
    """Follow the link of the latest mail, set up, and agree to the terms."""
    await page.goto(await open_mail(page, subject))
    await page.get_by_label("Your name").fill(name)
    await page.get_by_label("Choose a password").fill(f"a horse for {name}")
    await page.get_by_role("button", name="Set up and join").click()
    await page.get_by_role("button", name="I agree").click()
    await page.wait_for_url("**/accounts?reseller=*")


async def do(page: Page, mutation: str, selection: str, /, **given: Any) -> Any:
    """Write a mutation into GraphiQL, run it, and return its payload."""
    written = ", ".join(f"{key}: {value}" for key, value in given.items())
    document = f"mutation {{ {mutation}(input: {{{written}}}) {{ {selection} errors {{ code }} }} }}"
    return (await ask(page, document))[mutation]


async def ask(page: Page, document: str) -> Any:
    """Write an operation into GraphiQL, run it, and return its data."""
    await page.goto("/graphiql")
    graphiql = GraphiQL(page)
    await graphiql.tabs()
    await graphiql.write(document)
    return (await graphiql.run())["data"]


async def test_from_the_operators_command_to_somebody_who_is_let_go(
    page: Page, site: str, database: Database, clock: Clock, deliver: Deliver
) -> None:
    async with database.transaction(EVERYTHING) as transaction:
        operator = Operator(transaction, Postman(site, SEALER), clock())
        told = await operator.create_reseller(
            "Acme MSP", "zoe@acme.example", is_eligible=True, time_zone="UTC", currency="USD"
        )
    reseller = json.dumps(told["id"])
    await deliver()

    await get_in(page, "Invitation to Acme MSP", "Zoe")
    added = await do(
        page,
        "createAccount",
        "account { id status trialEndsOn }",
        resellerId=reseller,
        name='"Tailspin Toys"',
        subdomain='"tailspin-toys"',
        supportType="PARTNER_SUPPORTED",
    )
    account = json.dumps(added["account"]["id"])
    saved = await do(
        page,
        "upsertSubscription",
        "subscription { id status }",
        accountId=account,
        systems=50,
        billingInterval="MONTHLY",
    )
    contract = json.dumps(saved["subscription"]["id"])
    activated = await do(page, "activateSubscription", "subscription { startsOn } account { status }", id=contract)
    await do(
        page, "inviteMember", "invitation { id }", dashboardId=reseller, email='"yan@acme.example"', role="READ_ONLY"
    )
    await deliver()
    await sign_out(page)

    await get_in(page, "Invitation to Acme MSP", "Yan")
    seen = await ask(page, f"{{ reseller(id: {reseller}) {{ {ACCOUNTS} }} }}")
    refused = await do(page, "updateAccount", "account { id }", id=account, name='"Mine"')
    mine = await ask(page, f"{{ reseller(id: {reseller}) {{ members {{ id role user {{ name }} }} }} }}")
    await sign_out(page)

    await page.get_by_label("E-mail address").fill("zoe@acme.example")
    await page.get_by_label("Password").fill("a horse for Zoe")
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/dashboards")
    [yan] = [each for each in mine["reseller"]["members"] if each["user"]["name"] == "Yan"]
    removed = await do(page, "removeMember", "removedId", membershipId=json.dumps(yan["id"]))
    await sign_out(page)
    await page.get_by_label("E-mail address").fill("yan@acme.example")
    await page.get_by_label("Password").fill("a horse for Yan")
    await page.get_by_role("button", name="Sign in").click()
    await page.get_by_text("You were not added to any dashboard yet.").wait_for()

    assert (added["account"]["status"], added["account"]["trialEndsOn"]) == ("TRIALING", "2026-01-21")
    assert saved["subscription"]["status"] == "PENDING"
    assert activated == {"subscription": {"startsOn": "2026-01-22"}, "account": {"status": "ACTIVE"}, "errors": []}
    assert [(each["name"], each["status"]) for each in seen["reseller"]["accounts"]["nodes"]] == [
        ("Tailspin Toys", "ACTIVE")
    ]
    assert refusals(refused) == [{"code": "FORBIDDEN"}]
    assert removed == {"removedId": yan["id"], "errors": []}
