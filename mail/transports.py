"""Where mails go: a server that speaks SMTP, or a folder.

RefusedForGood   the server will never take this mail: an answer 5xx about its recipient or its content
RefusedForNow    anything else: an answer 4xx, silence, a lost connection, wrong credentials, a full disk
SmtpUrlError     the address of the server cannot be used; the message says why, without the password
"""

import asyncio
import os
import re
import ssl
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as CRLF
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

TIMEOUT_SECONDS = 20.0
PARTING_SECONDS = 2.0
PORTS = {"smtp": 587, "smtps": 465}
# What a server says may quote the mail: links, and anything as long as a token, are left out.
_SECRET = re.compile(r"\S*://\S*|[\w-]{20,}")


class Undelivered(Exception):
    """A mail that was not taken; the message says why, and nothing of what the mail says."""


class RefusedForGood(Undelivered):
    """Trying again is of no use."""


class RefusedForNow(Undelivered):
    """It may be taken later."""


class SmtpUrlError(ValueError):
    """The address of an SMTP server that cannot be used."""


class Transport(Protocol):
    """What takes mails."""

    async def send(self, message: EmailMessage) -> None:
        """Return once the mail is in other hands. Raises RefusedForGood or RefusedForNow."""


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where an SMTP server is, and who we are to it."""

    host: str
    port: int
    is_tls_from_the_start: bool
    user: str | None
    password: str | None = field(repr=False)


def smtp_server(url: str) -> SmtpServer:
    """Read `smtp://user:password@host:587` or `smtps://…:465`; %-escapes stand for what a URL cannot hold.

    Raises SmtpUrlError.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise SmtpUrlError("the port must be a number from 1 to 65535") from None
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
        raise SmtpUrlError("must look like smtp://user:password@host:587 or smtps://user:password@host:465")
    if (parts.username is None) != (parts.password is None):
        raise SmtpUrlError("must have both a user and a password, or neither")
    user, password = (unquote(each) if each else None for each in (parts.username, parts.password))
    return SmtpServer(parts.hostname, port or PORTS[parts.scheme], parts.scheme == "smtps", user, password)


class SmtpTransport:
    """An SMTP server. Credentials only ever travel encrypted; without them STARTTLS is used where it is offered."""

    def __init__(
        self, url: str, *, timeout_seconds: float = TIMEOUT_SECONDS, trust: ssl.SSLContext | None = None
    ) -> None:
        self._server, self._timeout = smtp_server(url), timeout_seconds
        self._trust = trust or ssl.create_default_context()

    async def send(self, message: EmailMessage) -> None:
        """Hand the mail over on a connection of its own."""
        connection = self._connection(message["From"].addresses[0].domain)
        try:
            await connection.connect()
            await connection.send_message(message)
            # It was taken: how we part makes no difference.
            with suppress(SMTPException, OSError):
                await connection.quit(timeout=PARTING_SECONDS)
        except (SMTPException, OSError, ValueError) as error:
            raise _refusal(error) from None
        finally:
            connection.close()

    def _connection(self, local_hostname: str) -> SMTP:
        server = self._server
        must_be_private = server.user is not None
        must_be_trusted = must_be_private or server.is_tls_from_the_start
        # None: where it is offered. Then any certificate does: whoever can forge one can hide the offer as well.
        start_tls = False if server.is_tls_from_the_start else must_be_private or None
        return SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.is_tls_from_the_start,
            start_tls=start_tls,
            tls_context=self._trust if must_be_trusted else None,
            validate_certs=must_be_trusted,
            timeout=self._timeout,
            local_hostname=local_hostname,
        )


class FolderTransport:
    """A folder: one file a mail, which only we may read. A mail that comes again takes the place of itself."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, message: EmailMessage) -> None:
        """Write the mail whole, then give it its name: `<the mail's id>.eml`."""
        name = str(message["Message-ID"]).strip("<>").partition("@")[0]
        try:
            await asyncio.to_thread(self._write, f"{name}.eml", message.as_bytes(policy=CRLF))
        except OSError as error:
            raise RefusedForNow(f"The folder cannot be written: {error.strerror}") from None

    def _write(self, name: str, content: bytes) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # Its mode is 0600 from the start.
        with tempfile.NamedTemporaryFile(dir=self._folder, prefix=".", suffix=".part", delete=False) as file:
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(self._folder / name)
            except BaseException:
                Path(file.name).unlink()
                raise


def transport_to(smtp_url: str, folder: Path) -> Transport:
    """Return the way to a server that speaks SMTP, or, where none is given, into the folder. Raises SmtpUrlError."""
    return SmtpTransport(smtp_url) if smtp_url else FolderTransport(folder)


def _refusal(error: Exception) -> Undelivered:
    if isinstance(error, SMTPRecipientsRefused):
        error = error.recipients[0]
    if not isinstance(error, SMTPResponseException):
        return RefusedForNow(f"{type(error).__name__}: {_without_secrets(str(error))}")
    reason = _without_secrets(f"{error.code} {error.message}")
    # Whoever refuses our name or our password refuses us, not this mail: the operator can mend that.
    is_about_the_mail = isinstance(error, SMTPRecipientRefused | SMTPDataError)
    return RefusedForGood(reason) if is_about_the_mail and error.code >= 500 else RefusedForNow(reason)


def _without_secrets(said: str) -> str:
    return " ".join(_SECRET.sub("…", said).split())
