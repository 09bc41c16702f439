"""A server on a real socket, a mail office, and people who get in by their mail, as their browsers do it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import httpx

from mail.delivery import Delivery
from mail.inviting import Postman
from models.database import Database
from models.walls import EVERYTHING
from resolvers.operating import Operator
from tests.clients import SCRIPTED, Client
from tests.mail.office import Office
from tests.web.reading import Page, require_a_good_page
from tests.world import SEALER, Clock

LINK = re.compile(r"https?://\S+")


@dataclass
class Town:
    """What the story happens in; `secrets` has whatever nobody but its owner may ever know."""

    address: str
    database: Database
    clock: Clock
    office: Office
    delivery: Delivery
    secrets: set[str] = field(default_factory=set)
    browsers: "list[Browser]" = field(default_factory=list)

    async def operate(self, run: Callable[[Operator], Any]) -> Any:
        """Let the operator do something, in one transaction."""
        async with self.database.transaction(EVERYTHING) as transaction:
            return await run(Operator(transaction, Postman(self.address, SEALER), self.clock()))

    async def mail_to(self, address: str) -> EmailMessage:
        """Send what is posted, and return the one mail that arrived, at this address."""
        before = len(self.office.accepted)
        await self.delivery.deliver_due()
        [mail] = self.office.accepted[before:]
        assert (mail["To"], self.office.recipients[-1]) == (address, address)
        return mail

    async def link_to(self, address: str, path: str) -> str:
        """Send what is posted, and return the code in the link of the one mail that arrived."""
        body = (await self.mail_to(address)).get_body(("plain",))
        assert body is not None
        [link] = LINK.findall(body.get_content())
        assert link.startswith(f"{self.address}{path}#")
        code = str(link.split("#")[1])
        self.secrets.add(code)
        return code

    def browser(self) -> "Browser":
        """Return a browser in which nobody is signed in."""
        self.browsers.append(Browser(self))
        return self.browsers[-1]

    async def close(self) -> None:
        """Close every browser."""
        for browser in self.browsers:
            await browser.http.aclose()


class Browser(Client):
    """Opens pages, sends their forms and follows where these lead; asks the API with the same cookie."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.http = httpx.AsyncClient(base_url=town.address, headers=SCRIPTED, follow_redirects=True, timeout=30)
        self.page, self.path = Page(""), ""

    async def open(self, path: str) -> None:
        """Go to a page."""
        await self._arrive(await self.http.get(path))

    async def send(self, form: str, **typed: str) -> None:
        """Send a form of the page, with what a person has typed into it."""
        fields = self.page.fields(form)
        assert set(typed) <= set(fields)
        self.town.secrets |= {text for name, text in typed.items() if name == "password"}
        await self._arrive(await self.http.post(form, data={**fields, **typed}))

    async def press(self, form: str) -> None:
        """Press the button of a form without fields."""
        assert form in [each["action"] for each in self.page.all("form")]
        await self.send(form)

    @property
    def heading(self) -> str:
        """What the page is about."""
        return self.page.texts("h1")[0]

    async def _arrive(self, response: httpx.Response) -> None:
        self.page = require_a_good_page(response)
        self.path = response.url.raw_path.decode()
        self.town.secrets |= {cookie.value for cookie in self.http.cookies.jar if cookie.value}
