"""The viewer: who is signed in, and the dashboards between which they switch."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, cast
from uuid import UUID

import strawberry

from auth.permissions import IsPerson
from auth.viewer import Seat
from auth.viewer import Viewer as Person
from domain.errors import BadInput
from models import ids
from models.dashboards import dashboard_names
from models.invitations import tenants_inviting, waiting_for
from models.scopes import KINDS
from models.sessions import sessions_of
from schema.accounts import Account
from schema.context import Info
from schema.enums import DashboardKind, Role
from schema.errors import Payload
from schema.gates import gated
from schema.inputs import MutationInput
from schema.invitations import Invitation
from schema.nodes import Node
from schema.organizations import Organization
from schema.resellers import Reseller
from schema.rows import column
from schema.sessions import Session
from schema.together import together

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_SEARCH = 256


@strawberry.interface(
    description="One entry of the account switcher. Its id is the id of the reseller, account or organization it "
    "leads to."
)
class Dashboard:
    """A seat, and the name of where it stands."""

    id: strawberry.ID = strawberry.field(description="The id of the reseller, account or organization.")
    kind: DashboardKind = column("Which of the three it is.", "seat.kind")
    name: str = strawberry.field(description="The name of the reseller, account or organization.")
    role: Role = column("The viewer's role there.", "seat.role")
    is_current: bool = strawberry.field(description="Whether the viewer is in it: the check mark.")
    seat: strawberry.Private[Seat]

    def __init__(self, seat: Seat, id: strawberry.ID, name: str, is_current: bool) -> None:  # noqa: FBT001 # by position
        self.seat, self.id, self.name, self.is_current = seat, id, name, is_current

    @property
    def key(self) -> UUID:
        """The id of what it leads to, as it is stored."""
        return self.seat.dashboard_id


@strawberry.type(description="A reseller's dashboard.")
class ResellerDashboard(Dashboard):
    """Leads to the reseller."""

    __init__ = Dashboard.__init__

    @strawberry.field(description="The reseller.")
    @together
    @staticmethod
    async def reseller(dashboards: Sequence["ResellerDashboard"], info: Info) -> list[Reseller]:
        """Read for all entries at once."""
        return cast("list[Reseller]", await Reseller.load_each(info, [each.key for each in dashboards]))


@strawberry.type(description="An account's dashboard.")
class AccountDashboard(Dashboard):
    """Leads to the account."""

    __init__ = Dashboard.__init__

    @strawberry.field(description="The account.")
    @together
    @staticmethod
    async def account(dashboards: Sequence["AccountDashboard"], info: Info) -> list[Account]:
        """Read for all entries at once."""
        return cast("list[Account]", await Account.load_each(info, [each.key for each in dashboards]))


@strawberry.type(description="An organization's dashboard.")
class OrganizationDashboard(Dashboard):
    """Leads to the organization."""

    __init__ = Dashboard.__init__

    @strawberry.field(description="The organization.")
    @together
    @staticmethod
    async def organization(dashboards: Sequence["OrganizationDashboard"], info: Info) -> list[Organization]:
        """Read for all entries at once."""
        return cast("list[Organization]", await Organization.load_each(info, [each.key for each in dashboards]))


ENTRIES: "dict[DashboardKind, Callable[..., Dashboard]]" = {
    DashboardKind.RESELLER: ResellerDashboard,
    DashboardKind.ACCOUNT: AccountDashboard,
    DashboardKind.ORGANIZATION: OrganizationDashboard,
}


@strawberry.type(description="Who asks: a person, or an API key with its name and its one dashboard.")
class Viewer(Node, prefix="viewer"):
    """auth.viewer.Viewer as clients see it."""

    name: str = column("Their name.")
    email: str | None = column("Their address; null for an API key.")
    row: strawberry.Private[Person]

    @classmethod
    async def load(cls, info: Info, id: UUID) -> "Viewer | None":
        """Return the viewer themselves; nobody else is anybody's to look up."""
        person = info.context.viewer
        return cls(row=person) if person is not None and person.id == id else None

    @strawberry.field(
        description="Every reseller, account and organization dashboard the viewer was explicitly added to: the "
        "account switcher. Resellers first, then accounts, then organizations, each by name."
    )
    async def dashboards(
        self,
        info: Info,
        current: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="The dashboard the viewer is in: its entry gets the check mark. An id that is none of "
                "theirs marks nothing."
            ),
        ] = None,
        kinds: Annotated[
            list[DashboardKind] | None, strawberry.argument(description="Of these kinds only; all unless given.")
        ] = None,
        search: Annotated[
            str | None,
            strawberry.argument(
                description="Keeps the dashboards whose name or subdomain contains this, whatever the case."
            ),
        ] = None,
    ) -> list[Dashboard]:
        """Read the names of all of them in one statement."""
        if search is not None and len(search) > LONGEST_SEARCH:
            raise BadInput("search", f"Search for at most {LONGEST_SEARCH} characters.")
        rows = await info.context.snapshot.fetch(dashboard_names(self.row.scope))
        if kinds is not None:
            rows = [row for row in rows if KINDS[row[0]] in kinds]
        return _entries(self.row, rows, current, (search or "").strip().lower())

    async def entry(self, info: Info, dashboard_id: UUID) -> Dashboard | None:
        """Return the one entry that leads to this dashboard."""
        seat = self.row.seat(dashboard_id)
        if seat is None:
            return None
        name = await info.context.loaders.names.load((seat.kind, seat.reseller_id, dashboard_id))
        return ENTRIES[seat.kind](seat, ids.encode(ids.PREFIXES[seat.kind], dashboard_id), name, is_current=False)

    @strawberry.field(description="Whether they sign in with a second factor; false for an API key.")
    def two_factor(self) -> bool:
        """Known from signing in."""
        return self.row.has_two_factor

    @gated("Where they are signed in, the latest use first.", permission_classes=[IsPerson])
    async def sessions(self, info: Info) -> list[Session] | None:
        """Read those that have not expired."""
        rows = await info.context.snapshot.fetch(sessions_of(self.row.id, info.context.now))
        return [Session.of(row, info) for row in rows]

    @strawberry.field(description="Invitations that wait for this viewer, the newest first.")
    async def invitations(self, info: Info) -> list[Invitation]:
        """Read by the address; an API key has none."""
        if self.email is None:
            return []
        snapshot, address = info.context.snapshot, self.email.lower()
        inviting = {row.reseller_id for row in await snapshot.fetch(tenants_inviting(address))}
        rows = await snapshot.fetch(waiting_for(address, info.context.now), within=inviting) if inviting else []
        return [Invitation.of(row, info) for row in rows]


def _entries(viewer: Person, rows: Sequence[Any], current: str | None, search: str) -> list[Dashboard]:
    if search:
        rows = [row for row in rows if search in row[2].lower() or search in (row[3] or "")]
    entries = [ENTRIES[kind] for kind in KINDS]
    listed: list[Dashboard] = []
    for kind, number, name, _ in rows:
        seat, id = viewer.in_scope[kind][number - 1]
        listed.append(entries[kind](seat, id, name, id == current))
    return listed


@strawberry.input(description="Who signs in.")
class SignInInput(MutationInput):
    """The answer is the same whichever of them is wrong."""

    email: str = strawberry.field(description="The address, whatever the case.")
    password: str = strawberry.field(description="The password.")
    code: str | None = strawberry.field(
        default=None,
        description="The code that the authenticator shows, or a recovery code. SECOND_FACTOR_REQUIRED where the user "
        "has two-factor and this is missing; ignored where they have none.",
    )


@strawberry.type(description="The open session, whose cookie comes with the answer.")
class SignInPayload(Payload):
    """Who signed in."""

    viewer: Viewer | None = strawberry.field(default=None, description="Who signed in; null where it was refused.")


@strawberry.input(description="Nothing that signing out needs to know.")
class SignOutInput(MutationInput):
    """It can be left out."""


@strawberry.type(description="The ended session.")
class SignOutPayload(Payload):
    """Nothing is left to show."""
