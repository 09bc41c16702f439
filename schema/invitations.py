"""Invitations: who was asked to join, and what a link leads to."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, cast
from uuid import UUID

import strawberry

from auth import policies
from domain.invitations import InvitationStatus as Status
from domain.invitations import invitation_status
from schema.context import Context, Info
from schema.enums import DashboardKind, InvitationStatus, Role
from schema.errors import AvailableAction, Payload
from schema.inputs import ChangeInput, MutationInput, NamesAccount
from schema.nodes import VERSION, Node
from schema.rows import column
from schema.together import together

if TYPE_CHECKING:
    from schema.viewer import Dashboard, Viewer

LazyViewer = Annotated["Viewer", strawberry.lazy("schema.viewer")]
LazyDashboard = Annotated["Dashboard", strawberry.lazy("schema.viewer")]


@strawberry.type(
    description="Somebody was asked by e-mail to join a dashboard. Whatever became of it, it stays listed."
)
class Invitation(Node, prefix="invt"):
    """A row of models.invitation_rows()."""

    kind: DashboardKind = column("Which kind of dashboard it is.")
    email: str = column("Who was asked; only this address can accept.")
    role: Role = column("The role they would have.")
    status: InvitationStatus = column("Where it stands.", "status_now")
    version: int = column(VERSION)
    expires_at: datetime = column("Until when it can be accepted, exclusive.")
    context: strawberry.Private[Context]

    @classmethod
    def of(cls, row: Any, info: Info) -> "Invitation":  # noqa: ANN401 # a row of models.invitation_rows()
        """Return the invitation as it stands now."""
        return cls(row=row, context=info.context)

    @property
    def status_now(self) -> Status:
        """Where it stands at the instant of the request."""
        return status_of(self.row, self.context)

    @classmethod
    async def load(cls, info: Info, id: UUID) -> "Invitation | None":
        """Return the invitation to whoever manages the members of its dashboard."""
        row = await info.context.loaders.invitations.load(id)
        viewer = info.context.viewer
        if row is None or viewer is None:
            return None
        place = await info.context.loaders.place(row.kind, row.dashboard_id)
        may_read = place is not None and policies.may_read_invitations(viewer, place) is None
        return cls.of(row, info) if may_read else None

    @strawberry.field(description="The dashboard's name.")
    @together
    @staticmethod
    async def dashboard_name(invitations: Sequence["Invitation"], info: Info) -> list[str]:
        """Read for all invitations of the level at once."""
        rows = [each.row for each in invitations]
        keys = [(row.kind, row.reseller_id, row.dashboard_id) for row in rows]
        return await info.context.loaders.names.load_many(keys)

    @strawberry.field(description="What the viewer may do to the invitation now.")
    async def available_actions(self, info: Info) -> list[AvailableAction]:
        """Answer by the policies that the mutations require."""
        viewer = info.context.viewer
        place = await info.context.loaders.place(self.row.kind, self.row.dashboard_id)
        if viewer is None or place is None:
            return []
        is_open = self.row.closed_at is None
        answer = policies.may_change_invitation(viewer, place, self.role, is_open=is_open)
        return [AvailableAction.of("resendInvitation", answer), AvailableAction.of("revokeInvitation", answer)]


def status_of(row: Any, context: Context) -> Status:  # noqa: ANN401 # a row of models.invitation_rows()
    """Return where an invitation stands at the instant of the request."""
    return invitation_status(
        accepted_at=row.accepted_at, revoked_at=row.revoked_at, expires_at=row.expires_at, now=context.now
    )


@strawberry.type(description="What an invitation link leads to, for whoever holds the link.")
class InvitationPreview:
    """Enough to decide whether to accept, and how."""

    kind: DashboardKind = strawberry.field(description="Which kind of dashboard it is.")
    dashboard_name: str = strawberry.field(description="The dashboard's name.")
    email: str = strawberry.field(description="Who was asked; only this address can accept.")
    role: Role = strawberry.field(description="The role they would have.")
    status: InvitationStatus = strawberry.field(description="Where it stands; only PENDING can be accepted.")
    needs_setup: bool = strawberry.field(
        description="True where the address has no credentials yet: accepting sets up the user."
    )


@strawberry.input(description="Whom to ask, to join what, as what.")
class InviteMemberInput(NamesAccount):
    """Nobody grants more than they hold."""

    names_account = "dashboard_id"

    dashboard_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The reseller, account or organization to join; an account can be named in account instead.",
    )
    email: str = strawberry.field(description="Their address; one pending invitation per dashboard and address.")
    role: Role = strawberry.field(description="The role they would have; it must exist in this kind of dashboard.")


@strawberry.input(description="The invitation to send once more.")
class ResendInvitationInput(ChangeInput):
    """The link before ends; seven days begin anew."""

    id: strawberry.ID = strawberry.field(description="A pending or expired invitation.")


@strawberry.input(description="The invitation to take back.")
class RevokeInvitationInput(ChangeInput):
    """Its link ends at once."""

    id: strawberry.ID = strawberry.field(description="A pending or expired invitation.")


@strawberry.interface(description="What a mutation of an invitation answers.")
class InvitationPayload(Payload):
    """Read after the commit, and only where it is asked for."""

    invitation_id: strawberry.Private[UUID | None] = None

    @strawberry.field(description="The invitation as it is now; null where it was refused.")
    async def invitation(self, info: Info) -> Invitation | None:
        """Read what was committed."""
        return None if self.invitation_id is None else await Invitation.load(info, self.invitation_id)


@strawberry.type(description="The sent invitation.")
class InviteMemberPayload(InvitationPayload):
    """The invitation."""


@strawberry.type(description="The invitation sent once more.")
class ResendInvitationPayload(InvitationPayload):
    """The invitation."""


@strawberry.type(description="The revoked invitation.")
class RevokeInvitationPayload(InvitationPayload):
    """The invitation."""


@strawberry.input(description="Joining by an invitation link.")
class AcceptInvitationInput(MutationInput):
    """Signed in as the invited address, or, where that has no credentials, with a name and a password."""

    token: str = strawberry.field(description="From the link.")
    name: str | None = strawberry.field(
        default=None, description="Needed where the address has no credentials yet: 1 to 256 characters."
    )
    password: str | None = strawberry.field(
        default=None, description="Needed where the address has no credentials yet: 12 to 128 characters."
    )


@strawberry.type(description="The dashboard just joined.")
class AcceptInvitationPayload(Payload):
    """Who joined, and what."""

    dashboard_id: strawberry.Private[UUID | None] = None

    @strawberry.field(description="Who joined, now signed in; null where it was refused.")
    def viewer(self, info: Info) -> LazyViewer | None:
        """Whoever joined goes on as the viewer."""
        return self._joined(info)

    @strawberry.field(description="The new entry of the account switcher; null where it was refused.")
    async def dashboard(self, info: Info) -> LazyDashboard | None:
        """Find it among the viewer's."""
        joined = self._joined(info)
        return None if joined is None or self.dashboard_id is None else await joined.entry(info, self.dashboard_id)

    def _joined(self, info: Info) -> "Viewer | None":
        person = info.context.viewer
        if self.dashboard_id is None or person is None:
            return None
        return cast("type[Viewer]", Node.kinds["viewer"])(row=person)
