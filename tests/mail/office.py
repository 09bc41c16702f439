"""A real SMTP server on loopback, in the test's own event loop, which answers as it is told."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

Hook = Callable[[], Awaitable[None]]


@dataclass
class Office:
    """Keeps what it accepts; `seen` has what reached it whole, accepted or not."""

    seen: list[EmailMessage] = field(default_factory=list)
    accepted: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)
    were_encrypted: list[bool] = field(default_factory=list)
    recipient_answer: str = "250 OK"
    content_answer: str = "250 OK"
    before_answer: Hook | None = None
    is_dropping: bool = False
    port: int = 0
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def has_seen(self, count: int) -> None:
        """Wait until so many mails have reached the office."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self.seen) >= count)

    async def has_accepted(self, count: int) -> None:
        """Wait until so many mails were accepted."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self.accepted) >= count)

    async def open(
        self, *, ssl_context: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None
    ) -> asyncio.Server:
        """Begin to serve on a free port."""
        options: dict[str, Any] = {"tls_context": starttls, "enable_SMTPUTF8": True, "timeout": 3600}
        if ssl_context is not None:
            options["auth_require_tls"] = False  # encrypted from the start, which aiosmtpd does not look at
        server = await asyncio.get_running_loop().create_server(
            lambda: SMTP(self, authenticator=self._authenticate, **options), "127.0.0.1", 0, ssl=ssl_context
        )
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def handle_RCPT(  # noqa: N802 # aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 # aiosmtpd's name
        message = message_from_bytes(envelope.content or b"", policy=policy.default)  # type: ignore[arg-type] # bytes
        await self._keep(self.seen, message)
        assert isinstance(server.transport, asyncio.Transport)
        if self.is_dropping:
            server.transport.abort()
            await asyncio.Event().wait()  # until aiosmtpd notices
        if self.before_answer is not None:
            await self.before_answer()
        if self.content_answer.startswith("250"):
            self.recipients += envelope.rcpt_tos
            self.were_encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
            await self._keep(self.accepted, message)
        return self.content_answer

    async def _keep(self, where: list[EmailMessage], message: Any) -> None:
        async with self._changed:
            where.append(message)
            self._changed.notify_all()

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"p@ss word", handled=False)
