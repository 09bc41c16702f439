"""What one request knows: who asks, which moment it reads, what day it is."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from auth.budgets import Budgets
from auth.sessions import ORDINARY, Lengths, SignedIn
from auth.viewer import Viewer
from domain.budgets import Standing
from mail.inviting import Postman
from models.database import Database, Snapshot
from models.loaders import Loaders
from models.scopes import Scope
from models.walls import Tenants

NOBODY = Scope()


@dataclass
class Context:
    """One request. Its clock stands still, so that every field speaks of the same instant.

    `portal_url` leads to an account's dashboard, with {subdomain} in it; `client_address` is where the request came
    from, `user_agent` what sent it; `session_token` is the cookie's, and sessions are opened with `lengths`. Its cost
    is taken from one of `budgets`; the schema is shown where it `may_introspect`.
    """

    database: Database
    now: datetime
    viewer: Viewer | None
    portal_url: str
    postman: Postman
    request_id: str = ""
    client_address: str | None = None
    user_agent: str | None = None
    session_token: str | None = None
    lengths: Lengths = ORDINARY
    budgets: Budgets = field(default_factory=Budgets)
    may_introspect: bool = True
    # What the answer has to say to the browser, besides its body.
    opened_session: SignedIn | None = None
    has_ended_session: bool = False
    # How the budget of who asks stands, once the operation's cost is taken from it.
    standing: Standing | None = None

    snapshot: Snapshot = field(init=False)
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self._renew()

    def today(self, time_zone: str) -> date:
        """Return the civil day in a reseller's time zone."""
        return self.now.astimezone(ZoneInfo(time_zone)).date()

    async def become(self, viewer: Viewer | None) -> None:
        """Go on as this viewer: what was read for the one before is forgotten."""
        self.viewer = viewer
        await self.refresh()

    async def go_on_in(self, opened: SignedIn) -> None:
        """Go on in a session that was just opened, and whose cookie comes with the answer."""
        self.opened_session, self.has_ended_session, self.session_token = opened, False, opened.token
        await self.become(opened.viewer)

    async def leave(self) -> None:
        """Go on as nobody: the session has ended, and the answer removes its cookie."""
        self.opened_session, self.has_ended_session, self.session_token = None, True, None
        await self.become(None)

    async def refresh(self) -> None:
        """Read from a new moment: after a commit, what was read before it is stale."""
        await self.close()
        self._renew()

    async def close(self) -> None:
        """Give the request's connection back."""
        await self.snapshot.close()

    def _renew(self) -> None:
        self.snapshot = self.database.snapshot(self.scope.tenants)
        self.loaders = Loaders(self.snapshot, self.scope)

    @property
    def scope(self) -> Scope:
        """The part of the data that the viewer may touch at all."""
        return self.viewer.scope if self.viewer else NOBODY

    def transaction(self, tenants: Tenants | None = None) -> AbstractAsyncContextManager[AsyncSession]:
        """Open the one transaction of a write: in the viewer's tenants' data, or those to which a secret has led."""
        return self.database.transaction(self.scope.tenants if tenants is None else tenants)


if TYPE_CHECKING:
    Info = strawberry.Info[Context, None]
else:
    Info = strawberry.Info

Clock = Callable[[], datetime]
