"""The people and keys of a dashboard: what resellers, accounts and organizations show alike."""

from collections.abc import Sequence

import strawberry

from auth.permissions import ReadsAudit, ReadsInvitations, ReadsKeys, ReadsMembers
from models.places import Place
from schema.audit import AuditEventConnection, Where, events_of
from schema.context import Info
from schema.gates import gated
from schema.invitations import Invitation
from schema.keys import ApiKey
from schema.members import Membership
from schema.pagination import After, First
from schema.together import together


class Placed:
    """What has a dashboard of its own."""

    __slots__ = ()

    @property
    def place(self) -> Place:
        """The dashboard as the policies know it."""
        raise TypeError(f"{type(self).__name__} does not say what its place is")


@strawberry.interface(description="A dashboard to which people belong.")
class Staffed(Placed):
    """What it takes is the place, of which the policies are asked."""

    __slots__ = ()

    @gated("Who belongs to the dashboard, by name.", permission_classes=[ReadsMembers])
    @together
    @staticmethod
    async def members(dashboards: Sequence["Staffed"], info: Info) -> list[list[Membership] | None]:
        """Read for all dashboards of the level at once."""
        found = await info.context.loaders.members.load_many([each.place.id for each in dashboards])
        return [list(map(Membership.of, rows)) for rows in found]

    @gated(
        "Who was asked to join the dashboard, the newest first, whatever became of it.",
        permission_classes=[ReadsInvitations],
    )
    @together
    @staticmethod
    async def invitations(dashboards: Sequence["Staffed"], info: Info) -> list[list[Invitation] | None]:
        """Read for all dashboards of the level at once."""
        found = await info.context.loaders.invitations_to.load_many([each.place.id for each in dashboards])
        return [[Invitation.of(row, info) for row in rows] for rows in found]


@strawberry.interface(description="A dashboard in which automation can act, and whose changes are written down.")
class Automated(Placed):
    """What it takes is the place, of which the policies are asked."""

    __slots__ = ()

    @gated("The keys with which automation acts in the dashboard, the newest first.", permission_classes=[ReadsKeys])
    @together
    @staticmethod
    async def api_keys(dashboards: Sequence["Automated"], info: Info) -> list[list[ApiKey] | None]:
        """Read for all dashboards of the level at once."""
        found = await info.context.loaders.api_keys_of.load_many([each.place.id for each in dashboards])
        return [list(map(ApiKey.of, rows)) for rows in found]

    @gated("Who changed what in the dashboard, newest first.", permission_classes=[ReadsAudit])
    async def audit_events(
        self, info: Info, first: First = None, after: After = None, where: Where = None
    ) -> AuditEventConnection | None:
        """Read one page."""
        return await events_of(self.place, info, first, after, where)
