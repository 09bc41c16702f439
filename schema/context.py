"""What one request knows: who asks, which moment it reads, what day it is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import strawberry

from auth.budgets import Budgets
from auth.sessions import ORDINARY, Lengths, SignedIn
from auth.viewer import Viewer
from domain.budgets import Standing
from mail.inviting import Postman
from models.database import Database, Snapshot
from models.drafts import drafted
from models.loaders import Loaders
from models.scopes import Scope
from schema.changes import Call, Change
from schema.notes import Notes

NOBODY = Scope()


class Days(dict[str, date]):
    """The civil days of one instant by time zone: each is worked out when it is first asked for."""

    __slots__ = ("_now",)

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self._now = now

    def __missing__(self, time_zone: str) -> date:
        day = self[time_zone] = self._now.astimezone(ZoneInfo(time_zone)).date()
        return day


@dataclass
class Context:
    """One request. Its clock stands still, so that every field speaks of the same instant.

    `portal_url` leads to an account's dashboard, with {subdomain} in it; `client_address` is where the request came
    from, `user_agent` what sent it; `session_token` is the cookie's, and sessions are opened with `lengths`. Its cost
    is taken from one of `budgets`; the schema is shown where it `may_introspect`.
    `notes` are what the log, the metrics and the trace learn of it. `has_begun` is true as soon as a mutation's first
    field is resolved: from then on nobody may cut it off.
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
    notes: Notes = field(default_factory=Notes)
    has_begun: bool = False
    # What the answer has to say to the browser, besides its body.
    opened_session: SignedIn | None = None
    has_ended_session: bool = False
    # What the operation was judged to cost, in points, before it ran.
    cost: int | None = None
    # How the budget of who asks stands, once the operation's cost is taken from it.
    standing: Standing | None = None
    # The header's, and how many mutations of the request have begun.
    idempotency_key: str | None = None
    calls_begun: int = 0
    # Names that led nowhere and were counted: a query's resolvers may be called twice (docs/decisions/0010).
    missed: set[str] = field(default_factory=set)

    snapshot: Snapshot = field(init=False)
    loaders: Loaders = field(init=False)
    call: Call = field(init=False, default_factory=Call)
    change: Change = field(init=False)
    _asked_by: Viewer | None = field(init=False)

    def __post_init__(self) -> None:
        self._asked_by = self.viewer
        self.begin()
        self.notes.asks(self.viewer)
        self._renew()

    def begin(self) -> Change:
        """Begin an attempt at the mutation whose turn it is."""
        self.change = Change(self.database, self.call)
        return self.change

    @cached_property
    def days(self) -> Days:
        """The civil day in each time zone."""
        return Days(self.now)

    def today(self, time_zone: str) -> date:
        """Return the civil day in a reseller's time zone."""
        return self.days[time_zone]

    async def become(self, viewer: Viewer | None, moment: Snapshot | None = None) -> None:
        """Go on as this viewer, in a moment of theirs or a new one: what was read for the one before is forgotten."""
        self._asked_by = viewer
        self.notes.asks(viewer)
        if moment is None:
            await self.refresh()
            return
        # Taken over first: where this is cut off, it is closed with the request.
        before, self.viewer = self.snapshot, viewer
        self.loaders.forget()
        self._read_from(moment)
        await before.close()

    async def go_on_in(self, opened: SignedIn) -> None:
        """Go on in a session that was just opened, and whose cookie comes with the answer."""
        self.opened_session, self.has_ended_session, self.session_token = opened, False, opened.token
        await self.become(opened.viewer)

    async def leave(self) -> None:
        """Go on as nobody: the session has ended, and the answer removes its cookie."""
        self.opened_session, self.has_ended_session, self.session_token = None, True, None
        await self.become(None)

    async def refresh(self) -> None:
        """Read from a new moment: after a commit, what was read before it is stale. What was supposed is taken back."""
        if self.snapshot.is_unread and self.viewer is self._asked_by:
            return
        await self.close()
        self.viewer = self._asked_by
        self._renew()

    async def suppose(self, change: Change) -> None:
        """Read what an open transaction would leave, as who would ask then. It is rolled back by the next refresh."""
        await self.close()
        assert change.transaction is not None  # noqa: S101 # whoever supposes something has written it
        self.viewer = change.viewer or self.viewer
        self._read_from(await drafted(change.transaction, self.scope.tenants, end=change.roll_back))

    async def close(self) -> None:
        """Give the request's connection back; nothing that was read is kept."""
        await self.snapshot.close()
        self.loaders.forget()

    def _renew(self) -> None:
        self._read_from(self.database.snapshot(self.scope.tenants))

    def _read_from(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.loaders = Loaders(snapshot, self.scope)

    @property
    def known_viewer(self) -> Viewer:
        """Who asks, where a gate has asked for somebody, or a row was read: nobody's scope is empty."""
        assert self.viewer is not None  # noqa: S101 # as said
        return self.viewer

    @property
    def scope(self) -> Scope:
        """The part of the data that the viewer may touch at all."""
        return scope_of(self.viewer)


def scope_of(viewer: Viewer | None) -> Scope:
    """Return the part of the data that this viewer may touch at all."""
    return viewer.scope if viewer else NOBODY


if TYPE_CHECKING:
    Info = strawberry.Info[Context, None]
else:
    Info = strawberry.Info

Clock = Callable[[], datetime]
