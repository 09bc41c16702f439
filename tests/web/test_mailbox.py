"""The demo's mailbox: mails that a folder took in place of a mail server."""

from pathlib import Path

import pytest

from domain.tenancy import Role
from mail.delivery import Delivery
from mail.letters import sender_of
from mail.transports import FolderTransport
from tests.clients import Client
from tests.web.conftest import Assemble
from tests.web.reading import require_a_good_page
from tests.world import SEALER, World, gid

SENDER = sender_of("Reseller dashboard <no-reply@dashboard.example>")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the demo keeps its mail."""
    return tmp_path / "mail"


@pytest.fixture
def reader(assemble: Assemble, folder: Path) -> Client:
    """Somebody in front of the demo who is not signed in."""
    return Client(assemble(mailbox=folder))


async def deliver(world: World, folder: Path) -> int:
    delivery = Delivery(world.database, SEALER, FolderTransport(folder), sender=SENDER, now=world.clock)
    return await delivery.deliver_due()


async def test_without_the_demo_there_is_no_mailbox(stranger: Client) -> None:
    response = await stranger.http.get("/mailbox")

    assert response.status_code == 404


async def test_before_the_first_mail_it_is_empty(reader: Client) -> None:
    page = require_a_good_page(await reader.http.get("/mailbox"))

    assert (page.texts("h1"), page.texts("p")[-1]) == (["Mailbox"], "No mail was sent yet.")


async def test_a_mail_is_shown_with_a_link_that_opens_the_invitation(
    world: World, reader: Client, folder: Path
) -> None:
    reseller = await world.reseller("North & <Wind>")
    admin = await world.member(Role.ADMIN, reseller)
    given = {"dashboardId": gid(reseller), "email": "nora@example.test", "role": "READ_ONLY"}
    await admin.mutate("inviteMember", given)
    token = await world.token("nora@example.test")

    assert await deliver(world, folder) == 1
    response = await reader.http.get("/mailbox")

    page = require_a_good_page(response)
    [link] = [link["href"] for link in page.all("a")]
    assert page.texts("h2") == ["Invitation to North & <Wind>"]
    assert page.texts("p")[1].startswith("To nora@example.test, Wed, 01 Jan 2025 12:00:00")
    assert (link, "<Wind>" in response.text) == (f"http://testserver/invitation#{token}", False)


async def test_the_latest_come_first_and_no_more_than_fifty(world: World, reader: Client, folder: Path) -> None:
    reseller = await world.reseller()
    admin = await world.admin(reseller)
    for number in range(51):
        given = {"dashboardId": gid(reseller), "email": f"n{number}@example.test", "role": "READ_ONLY"}
        await admin.mutate("inviteMember", given)
    await deliver(world, folder)

    page = require_a_good_page(await reader.http.get("/mailbox"))

    to = [text.split(",")[0] for text in page.texts("p")[1:]]
    assert to == [f"To n{number}@example.test" for number in range(50, 0, -1)]


async def test_what_is_no_mail_is_not_read(reader: Client, folder: Path) -> None:
    _write(folder, "secret-key", ".half.part")

    response = await reader.http.get("/mailbox")

    assert (response.status_code, "geheim" in response.text) == (200, False)


def _write(folder: Path, *names: str) -> None:
    folder.mkdir()
    for name in names:
        (folder / name).write_text("geheim")
