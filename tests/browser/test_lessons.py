"""The tabs that teach the main job, run by the ADMIN of a reseller."""

from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.graphiql import GraphiQL, refusals
from tests.browser.people import ADA, sign_in

LESSONS = ["Switcher", "Terms", "AccountsScreen", "GetQuote", "CreateAccount", "SaveContract", "ActivateContract"]


@pytest.fixture
async def graphiql(page: Page) -> GraphiQL:
    return await sign_in(page, ADA)


def accounts(answer: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return what the accounts screen shows: name, status, and when it ends."""
    nodes = answer["data"]["reseller"]["accounts"]["nodes"]
    return [(node["name"], node["status"], node["statusEndsOn"]) for node in nodes]


async def test_every_lesson_runs_as_it_stands(graphiql: GraphiQL, tmp_path: Path) -> None:
    answers = await graphiql.run_all(photographs=tmp_path)

    assert list(answers) == LESSONS
    assert refusals(answers) == []
    switcher, terms, screen, quote, created, saved, activated = (answer["data"] for answer in answers.values())
    assert [(each["name"], each["isCurrent"]) for each in switcher["viewer"]["dashboards"]] == [
        ("Northwind Managed IT", True),
        ("Fourth Coffee", False),
        ("Roastery", False),
    ]
    assert (terms["reseller"]["terms"]["version"], terms["reseller"]["terms"]["isAccepted"]) == ("demo-1", True)
    assert screen["reseller"]["accounts"]["totalCount"] == 8
    assert quote["quote"]["total"] == {"amount": "22464.00", "currencyCode": "USD"}  # 480 systems at 3.90, 12 months
    assert (created["createAccount"]["account"]["status"], created["createAccount"]["account"]["trialEndsOn"]) == (
        "TRIALING",
        "2026-01-21",
    )
    assert saved["upsertSubscription"]["created"] is True
    assert activated["activateSubscription"]["subscription"]["startsOn"] == "2026-01-12"
    assert activated["activateSubscription"]["account"]["status"] == "ACTIVE"


async def test_the_accounts_screen_shows_what_the_lessons_have_changed(graphiql: GraphiQL) -> None:
    for lesson in ("CreateAccount", "ActivateContract", "AccountsScreen"):
        await graphiql.open(lesson)
        answer = await graphiql.run()

    assert accounts(answer) == [
        ("Humongous Insurance", "TRIAL_EXPIRED", "2025-12-07"),
        ("Lucerne Publishing", "TRIAL_EXPIRED", "2025-12-22"),
        ("Adventure Works", "TRIALING", "2026-01-18"),
        ("Margie's Travel", "TRIALING", "2026-01-21"),
        ("Tailspin Toys", "TRIALING", "2026-01-21"),
        ("Fourth Coffee", "ACTIVE", "2026-07-05"),
        ("Graphic Design Institute", "ACTIVE", "2026-11-01"),
        ("City Power & Light", "ACTIVE", "2027-01-09"),
        ("Blue Yonder Airlines", "ACTIVE", "2027-01-11"),
    ]


async def test_creating_the_same_account_twice_is_refused_as_data(graphiql: GraphiQL, tmp_path: Path) -> None:
    await graphiql.open("CreateAccount")
    await graphiql.run()

    again = await graphiql.run()
    await graphiql.page.screenshot(path=tmp_path / "taken.png")

    assert again["data"]["createAccount"]["account"] is None
    assert [(each["code"], each["path"]) for each in refusals(again)] == [("SUBDOMAIN_TAKEN", ["input", "subdomain"])]
