"""The demo's mailbox: mails that a folder took in place of a mail server."""

import asyncio
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.site import Site

SHOWN = 50


class Mailbox:
    """Open to whoever reaches the demo, which listens on loopback only."""

    def __init__(self, site: Site, folder: Path) -> None:
        self._site, self._folder = site, folder

    def routes(self) -> list[Route]:
        """Return where the page lies."""
        return [Route("/mailbox", self.mailbox, methods=["GET"])]

    async def mailbox(self, request: Request) -> Response:
        """Show the latest fifty mails, newest first."""
        mails = await asyncio.to_thread(self._mails)
        return self._site.page("mailbox.html", await self._site.open_context(request), mails=mails)

    def _mails(self) -> list[dict[str, Any]]:
        # A mail's file is named by its id, which ascends with time.
        newest = sorted(self._folder.glob("*.eml"), reverse=True)[:SHOWN]
        return [_read(file) for file in newest]


def _read(file: Path) -> dict[str, Any]:
    message = message_from_bytes(file.read_bytes(), policy=default)
    text = message.get_body(("plain",))
    return {
        "subject": message["Subject"],
        "to": message["To"],
        "date": message["Date"],
        "text": "" if text is None else text.get_content(),
    }
