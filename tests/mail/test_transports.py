"""How mails are handed over: encrypted where credentials travel, or written to a folder."""

import ssl
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from uuid import UUID

import pytest

from mail.letters import Kind, as_message, compose
from mail.transports import (
    FolderTransport,
    RefusedForNow,
    SmtpServer,
    SmtpTransport,
    SmtpUrlError,
    Undelivered,
    smtp_server,
)
from tests.mail.certificates import contexts
from tests.mail.conftest import INVITATION, SENDER
from tests.mail.office import Office

MAIL_ID = UUID("01943f2e-8c00-7000-8000-000000000001")
FROM_PLAIN, FROM_TLS = False, True
LOGIN = "robot:p%40ss%20word"


def letter(to: str = "ben@contoso.example") -> EmailMessage:
    at = datetime(2025, 1, 1, 12, tzinfo=UTC)
    return as_message(compose(Kind.INVITATION, INVITATION), mail_id=MAIL_ID, to=to, sender=SENDER, at=at)


@pytest.fixture
def ends(tmp_path: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return contexts(tmp_path)


@pytest.fixture
async def offering(ends: tuple[ssl.SSLContext, ssl.SSLContext]) -> AsyncIterator[Office]:
    """An office that offers STARTTLS."""
    opened = Office()
    server = await opened.open(starttls=ends[0])
    yield opened
    server.close()


@pytest.fixture
async def encrypted(ends: tuple[ssl.SSLContext, ssl.SSLContext]) -> AsyncIterator[Office]:
    """An office that is encrypted from the start."""
    opened = Office()
    server = await opened.open(ssl_context=ends[0])
    yield opened
    server.close()


async def test_credentials_travel_through_starttls(
    offering: Office, ends: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    await SmtpTransport(f"smtp://{LOGIN}@{offering.address}", trust=ends[1]).send(letter())

    assert offering.logins == [(b"robot", b"p@ss word")]
    assert offering.were_encrypted == [True]


async def test_credentials_travel_through_smtps(encrypted: Office, ends: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    await SmtpTransport(f"smtps://{LOGIN}@{encrypted.address}", trust=ends[1]).send(letter())

    assert encrypted.logins == [(b"robot", b"p@ss word")]
    assert encrypted.were_encrypted == [True]


async def test_credentials_do_not_travel_where_starttls_is_not_offered(office: Office) -> None:
    with pytest.raises(RefusedForNow, match="STARTTLS"):
        await SmtpTransport(f"smtp://{LOGIN}@{office.address}").send(letter())

    assert (office.logins, office.seen) == ([], [])


async def test_credentials_do_not_travel_to_somebody_who_is_not_trusted(offering: Office, encrypted: Office) -> None:
    for url in (f"smtp://{LOGIN}@{offering.address}", f"smtps://{LOGIN}@{encrypted.address}"):
        with pytest.raises(RefusedForNow, match="certificate verify failed"):
            await SmtpTransport(url).send(letter())

    assert (offering.logins, encrypted.logins) == ([], [])


async def test_without_credentials_encryption_is_taken_where_it_is_offered(offering: Office, office: Office) -> None:
    await SmtpTransport(f"smtp://{offering.address}").send(letter())
    await SmtpTransport(f"smtp://{office.address}").send(letter())

    assert (offering.were_encrypted, office.were_encrypted) == ([True], [False])


async def test_wrong_credentials_are_no_fault_of_the_mail(
    offering: Office, ends: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    with pytest.raises(RefusedForNow, match=r"^535 "):
        await SmtpTransport(f"smtp://robot:wrong@{offering.address}", trust=ends[1]).send(letter())


async def test_a_server_that_is_not_there_is_asked_later(office: Office) -> None:
    with pytest.raises(RefusedForNow, match=r"^SMTPConnectError: "):
        await SmtpTransport("smtp://127.0.0.1:1").send(letter())


@pytest.mark.parametrize("to", ["zoë@contoso.example", "o'hara+a@contoso.example"])
async def test_unusual_addresses_arrive(office: Office, to: str) -> None:
    await SmtpTransport(f"smtp://{office.address}").send(letter(to))

    assert office.recipients == [to]


async def test_a_recipient_is_one_however_it_is_written(office: Office) -> None:
    office.recipient_answer = "550 5.1.3 What an address"
    with pytest.raises(Undelivered):
        await SmtpTransport(f"smtp://{office.address}").send(letter("eve@evil.example, ben@contoso.example"))

    assert office.seen == []


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", SmtpServer("mail.example", 587, FROM_PLAIN, None, None)),
        ("smtps://mail.example", SmtpServer("mail.example", 465, FROM_TLS, None, None)),
        ("smtp://u%3A:p%2F%40@mail.example:2525/", SmtpServer("mail.example", 2525, FROM_PLAIN, "u:", "p/@")),
        ("smtp://[::1]:25", SmtpServer("::1", 25, FROM_PLAIN, None, None)),
    ],
)
def test_the_address_of_a_server_is_a_url(url: str, server: SmtpServer) -> None:
    assert smtp_server(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example:25",
        "http://mail.example",
        "smtp://",
        "smtp://u:hunter2@h:99999",
        "smtp://u:hunter2@h:0x19",
        "smtp://hunter2@mail.example",
        "smtp://u:hunter2@mail.example/path",
        "smtp://u:hunter2@mail.example?tls=no",
    ],
)
def test_a_wrong_address_is_refused_without_telling_the_password(url: str) -> None:
    with pytest.raises(SmtpUrlError, match=r"^(the port )?must ") as caught:
        smtp_server(url)

    assert "hunter2" not in str(caught.value)


def test_a_server_shown_does_not_show_its_password() -> None:
    assert "hunter2" not in repr(smtp_server("smtp://u:hunter2@mail.example"))


async def test_a_folder_gets_one_file_a_mail_that_only_we_may_read(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "mails"
    await FolderTransport(folder).send(letter())
    await FolderTransport(folder).send(letter())

    (file,) = folder.iterdir()
    assert file.name == f"{MAIL_ID}.eml"
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(folder.stat().st_mode)) == (0o600, 0o700)
    kept = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert kept["To"] == "ben@contoso.example"
    body = kept.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == compose(Kind.INVITATION, INVITATION).text.splitlines()


async def test_a_folder_that_cannot_be_written_is_tried_later(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(RefusedForNow, match=r"^The folder cannot be written: File exists$"):
        await FolderTransport(tmp_path / "taken").send(letter())
