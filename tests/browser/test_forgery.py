"""A page of somebody else, in the browser of somebody who is signed in: whatever it sends, nothing of it runs."""

import asyncio
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from playwright.async_api import Page

from models.audit import AuditEvent
from models.database import Database
from models.walls import EVERYTHING
from tests.browser.people import ADA, fill_in

EVIL = "mutation { signOut { errors { code } } }"
# Each way in which a page can send something across with the cookie; it returns what the page was let read of it.
SEND = """
async ([target, evil]) => {
  const body = JSON.stringify({query: evil}), read = {};
  const tried = async (name, options, address = target) => {
    const sent = fetch(address, {credentials: "include", ...options});
    read[name] = await sent.then((answer) => answer.text(), () => "");
  };
  const json = {"content-type": "application/json"}, query = `${target}?query=${encodeURIComponent(evil)}`;
  await tried("plain text", {method: "POST", mode: "no-cors", body});
  await tried("json without asking", {method: "POST", mode: "no-cors", headers: json, body});
  await tried("json", {method: "POST", headers: json, body});
  await tried("json on purpose", {method: "POST", headers: {...json, "x-requested-with": "XMLHttpRequest"}, body});
  await tried("link", {mode: "no-cors"}, query);
  navigator.sendBeacon(target, new Blob([body], {type: "text/plain"}));
  new Image().src = query;
  for (const encoding of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
    const frame = document.body.appendChild(document.createElement("iframe"));
    frame.name = encoding;
    const form = document.body.appendChild(document.createElement("form"));
    Object.assign(form, {action: target, method: "post", enctype: encoding, target: encoding});
    const field = form.appendChild(document.createElement("input"));
    const whole = {name: "query", value: evil}, split = {name: `${body.slice(0, -1)},"x":"`, value: '"}'};
    Object.assign(field, encoding === "text/plain" ? split : whole);
    form.submit();
  }
  return read;
}
"""
ASK = """
async ([target, evil]) => {
  const headers = {"content-type": "application/json"};
  return (await fetch(target, {method: "POST", headers, body: JSON.stringify({query: evil})})).json();
}
"""


# Some ask before they are sent, and are denied: what is left is sent straight away.
ARRIVING = 9


def arrived(requested: list[str]) -> list[str]:
    return [each for each in requested if each.startswith("/graphql")]


async def sign_outs(database: Database) -> int:
    async with database.snapshot(EVERYTHING) as moment:
        rows = await moment.fetch(sa.select(AuditEvent.id).where(AuditEvent.action == "signOut"))
    return len(rows)


# The same site at another port, with which the browser sends every cookie, and another site.
@pytest.mark.parametrize("elsewhere", ["http://127.0.0.1:9999", "http://127.0.0.2:9999"])
async def test_nothing_that_a_foreign_page_sends_runs(
    page: Page, site: str, database: Database, complaints: list[str], requested: list[str], elsewhere: str
) -> None:
    await page.goto("/")
    await fill_in(page, ADA)
    await page.wait_for_url("**/dashboards")
    await page.route(f"{elsewhere}/**", lambda route: route.fulfill(body="<body>", content_type="text/html"))
    await page.goto(elsewhere)
    before = len(requested)

    read = await page.evaluate(SEND, [f"{site}/graphql", EVIL])

    assert set(read.values()) == {""}
    # They did arrive: it is not only the browser that has refused them.
    async with asyncio.timeout(20):
        while len(arrived(requested[before:])) < ARRIVING:
            await page.evaluate("() => new Promise(requestAnimationFrame)")
    assert await sign_outs(database) == 0
    # The browser says of each what it has kept from the page.
    foreign = {urlsplit(each.removeprefix("request: ")).netloc for each in complaints if each.startswith("request: ")}
    assert foreign <= {urlsplit(elsewhere).netloc}

    await page.goto("/dashboards")
    answer = await page.evaluate(ASK, [f"{site}/graphql", EVIL])

    assert answer["data"] == {"signOut": {"errors": []}}
    assert await sign_outs(database) == 1
    complaints.clear()
