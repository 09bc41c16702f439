"""The first chapter of the guide, over real SMTP and HTTP: a reseller's people get in, and one of them out again."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
import uvicorn
from structlog.testing import capture_logs

from mail.delivery import Delivery
from mail.letters import sender_of
from mail.transports import SmtpTransport
from models import Base, Mail
from models.database import Database
from resolvers.api import Api
from tests.credentials import STEP
from tests.mail.office import Office
from tests.peeking import peek
from tests.scenarios.town import Browser, Town
from tests.searching import found as found_in_clear
from tests.world import PRICES, SEALER, TERMS, Clock
from web.application import Application
from web.hosts import Hosts

ADA, RITA = "ada@northwind.test", "rita@northwind.test"
PASSWORD, ANOTHER = "correct horse battery staple", "another horse battery staple"
SENDER = sender_of("Reseller dashboard <no-reply@dashboard.example>")
DASHBOARDS = "{ viewer { dashboards { id name role } } }"
ACCOUNTS = """
query($id: ID!) { reseller(id: $id) { accounts { nodes { name status subscription { status } } } } }
"""
MEMBERS = "query($id: ID!) { reseller(id: $id) { members { id user { email } } } }"
# What libraries on the side of the people and their mail server log is theirs.
THEIRS = ("mail.log", "httpx", "httpcore", "asyncio")


@pytest.fixture
async def town(api: Api, database: Database, clock: Clock) -> AsyncIterator[Town]:
    """The application behind uvicorn, with an outbox that leaves through a mail office."""

    @asynccontextmanager
    async def connect() -> AsyncIterator[Database]:
        yield database

    office = Office()
    postal = await office.open()
    delivery = Delivery(database, SEALER, SmtpTransport(f"smtp://{office.address}"), sender=SENDER, now=clock)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        portals = "https://{subdomain}.portal.test/"
        hosts = Hosts.of(listening_on="127.0.0.1", public="127.0.0.1")
        made = Application(api, connect, clock, address, portals, is_secure=False, sealer=SEALER, hosts=hosts)
        app = made.assembled()
        server = uvicorn.Server(uvicorn.Config(app, lifespan="on", ws="none", log_config=None, access_log=False))
        serving = asyncio.create_task(server.serve(sockets=[listening]))
        town = Town(address, database, clock, office, delivery)
        yield town
        await town.close()
        server.should_exit = True
        await serving
    postal.close()


async def found(town: Town) -> str:
    """Let the operator load prices, publish terms and create a reseller; returns the reseller's id."""
    await town.operate(lambda operator: operator.load_price_book(PRICES))
    await town.operate(lambda operator: operator.publish_terms(TERMS))
    told = await town.operate(
        lambda operator: operator.create_reseller("Northwind", ADA, is_eligible=True, time_zone="UTC", currency="USD")
    )
    return str(told["id"])


async def get_in(town: Town, email: str, name: str) -> Browser:
    """Follow the link of the mail that is on its way, set up, and agree to the terms."""
    browser, token = town.browser(), await town.link_to(email, "/invitation")
    await browser.open("/invitation")
    await browser.send("/invitation", token=token)
    assert browser.heading == "Join Northwind"
    await browser.send("/invitation/accept", name=name, password=PASSWORD)
    assert browser.heading == "Terms of Northwind"
    await browser.press("/terms")
    assert browser.heading == "Accounts of Northwind"
    return browser


async def accounts(browser: Browser, reseller: str) -> Any:
    return (await browser.query(ACCOUNTS, id=reseller))["reseller"]["accounts"]["nodes"]


async def sell(ada: Browser, reseller: str) -> None:
    """Add the first account, save its contract and activate it."""
    added = {"resellerId": reseller, "name": "Fourth Coffee", "subdomain": "fourth-coffee"}
    created = await ada.mutate("createAccount", {**added, "supportType": "HUNTRESS_SUPPORTED"}, "account { id }")
    asked = {"accountId": created["account"]["id"], "systems": 10, "billingInterval": "MONTHLY"}
    saved = await ada.mutate("upsertSubscription", asked, "subscription { id }")
    activated = await ada.mutate("activateSubscription", {"id": saved["subscription"]["id"]})
    assert [each["errors"] for each in (created, saved, activated)] == [[], [], []]


async def invite_rita(ada: Browser, reseller: str) -> None:
    given = {"dashboardId": reseller, "email": RITA, "role": "READ_ONLY"}
    assert (await ada.mutate("inviteMember", given))["errors"] == []


async def test_from_the_operators_command_to_a_second_user_and_back(town: Town) -> None:
    # The operator creates the reseller; the mail leads its first admin in, as far as an empty accounts screen.
    reseller = await found(town)
    ada = await get_in(town, ADA, "Ada Lindgren")
    assert (ada.path, ada.page.texts("td")) == (f"/accounts?reseller={reseller}", ["There are no accounts yet."])
    assert await ada.query(DASHBOARDS) == {
        "viewer": {"dashboards": [{"id": reseller, "name": "Northwind", "role": "ADMIN"}]}
    }

    # She adds the first account, and its contract becomes active.
    await sell(ada, reseller)
    sold = [{"name": "Fourth Coffee", "status": "ACTIVE", "subscription": {"status": "ACTIVE"}}]
    assert await accounts(ada, reseller) == sold

    # She invites Rita, who may look at everything and change nothing.
    await invite_rita(ada, reseller)
    rita = await get_in(town, RITA, "Rita Holm")
    assert "Fourth Coffee" in rita.page.texts("td")
    assert await accounts(rita, reseller) == sold
    wanted = {"resellerId": reseller, "name": "Mine", "subdomain": "mine", "supportType": "HUNTRESS_SUPPORTED"}
    assert await rita.refused("createAccount", wanted) == ("FORBIDDEN", [])
    invited = {"dashboardId": reseller, "email": "eve@evil.test", "role": "READ_ONLY"}
    assert await rita.refused("inviteMember", invited) == ("FORBIDDEN", [])

    # Ada removes her: at once she sees nothing, and stays somebody who can sign in.
    members = (await ada.query(MEMBERS, id=reseller))["reseller"]["members"]
    [membership] = [each["id"] for each in members if each["user"]["email"] == RITA]
    assert (await ada.mutate("removeMember", {"membershipId": membership}))["errors"] == []
    assert await rita.query("query($id: ID!) { reseller(id: $id) { name } }", id=reseller) == {"reseller": None}
    assert await rita.query(DASHBOARDS) == {"viewer": {"dashboards": []}}
    await rita.open(f"/accounts?reseller={reseller}")
    assert (rita.heading, "Fourth Coffee" in rita.page.texts("td")) == ("Nothing here", False)
    await rita.open("/dashboards")
    assert rita.page.texts("li") == ["You were not added to any dashboard yet."]
    assert await accounts(ada, reseller) == sold


async def test_no_secret_of_that_story_is_stored_or_logged_in_clear(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    dumps = []

    with capture_logs() as logged:
        reseller = await found(town)
        dumps.append(await dump(town))
        ada = await get_in(town, ADA, "Ada Lindgren")
        await sell(ada, reseller)
        await invite_rita(ada, reseller)
        dumps.append(await dump(town))
        await get_in(town, RITA, "Rita Holm")
        await make_a_key(town, ada, reseller)
        await set_two_factor_up(town, ada)
        await reset(town, RITA)
        dumps.append(await dump(town))

    lines = [str(each) for each in logged]
    lines += [f"{each.getMessage()} {each.exc_text}" for each in caplog.records if not each.name.startswith(THEIRS)]
    told = "\n".join(lines)
    assert len([each for each in logged if each["event"] == "answered"]) > 20
    # Two invitations and a reset, three passwords and a code, sessions, a key, an authenticator with its ten codes.
    assert len(town.secrets) > 20
    assert found_in_clear(town.secrets, told, *dumps) == []


async def make_a_key(town: Town, ada: Browser, reseller: str) -> None:
    given = {"dashboardId": reseller, "name": "Robot", "role": "READ_ONLY"}
    payload = await ada.mutate("createApiKey", given, "secret")
    robot = await town.browser().http.post(
        "/graphql", json={"query": "{ viewer { name } }"}, headers={"authorization": f"Bearer {payload['secret']}"}
    )
    assert robot.json()["data"] == {"viewer": {"name": "Robot"}}
    town.secrets.add(payload["secret"])


async def set_two_factor_up(town: Town, ada: Browser) -> None:
    await ada.open("/security")
    await ada.press("/security/two-factor")
    [secret] = [text for _, given, text in ada.page.elements if given.get("class") == "secret"]
    await ada.send("/security/two-factor/confirm", code=pyotp.TOTP(secret).at(int(town.clock().timestamp())))
    codes = ada.page.texts("code")
    assert (ada.heading, len(codes)) == ("Your recovery codes", 10)
    town.secrets |= {secret, *codes}
    town.clock.at += STEP
    again = town.browser()
    await again.open("/sign-in")
    await again.send("/sign-in", email=ADA, password=PASSWORD)
    await again.send("/sign-in", email=ADA, password=PASSWORD, code=codes[0])
    assert again.heading == "My dashboards"


async def reset(town: Town, email: str) -> None:
    browser = town.browser()
    await browser.open("/forgotten")
    await browser.send("/forgotten", email=email)
    await dump(town)
    token = await town.link_to(email, "/reset")
    await browser.open("/reset")
    await browser.send("/reset", token=token, password=ANOTHER)
    assert browser.heading == "Your password is another one"
    assert "Your password" in (await town.mail_to(email))["Subject"]


async def dump(town: Town) -> str:
    """Return everything that is stored; the codes that wait in the outbox are secrets, too."""
    waiting = await peek(town.database, sa.select(Mail.sealed).where(Mail.sealed.is_not(None)))
    links = [SEALER.unseal(row.sealed).get("link", "#") for row in waiting]
    town.secrets |= {link.split("#")[1] for link in links} - {""}
    names = [table.name for table in Base.metadata.sorted_tables]
    everything = " UNION ALL ".join(f"SELECT '{name}', {name}::text FROM {name}" for name in names)
    return "\n".join(str(row) for row in await peek(town.database, sa.text(everything)))
