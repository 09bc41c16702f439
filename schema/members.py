"""Members: who belongs to a dashboard, in which role."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from auth import policies
from auth.viewer import Permission
from schema.context import Info
from schema.enums import Role
from schema.errors import AvailableAction, Payload
from schema.inputs import ChangeInput
from schema.nodes import VERSION, Node
from schema.rows import column


@strawberry.type(description="A person, as other members of a dashboard see them.")
class User(Node, prefix="user", id_column="user_id"):
    """The half of a row of models.places.member_rows() that is about the person."""

    name: str = column("Their name.", "row.user_name")
    email: str = column("Their address.")

    @classmethod
    def of(cls, row: Any) -> "User":  # noqa: ANN401 # a row of models.places.member_rows()
        """Return the person of a membership."""
        return cls(row=row)

    @classmethod
    async def load(cls, info: Info, id: UUID) -> "User | None":
        """Return somebody with whom the viewer shares a dashboard whose members they may read."""
        for row in await info.context.loaders.memberships_of.load(id):
            if await Membership.seen(info, row) is not None:
                return cls.of(row)
        return None


@strawberry.type(description="Somebody's place in a dashboard.")
class Membership(Node, prefix="memb"):
    """A row of models.places.member_rows()."""

    user: User = column("Who it is.", "person")
    role: Role = column("Their role there.")
    version: int = column(VERSION)
    created_at: datetime = column("When they joined.")

    @classmethod
    def of(cls, row: Any) -> "Membership":  # noqa: ANN401 # a row of models.places.member_rows()
        """Return the membership."""
        return cls(row=row)

    @property
    def person(self) -> User:
        """Who has it."""
        return User.of(self.row)

    @classmethod
    async def load(cls, info: Info, id: UUID) -> "Membership | None":
        """Return the membership to whoever may read the members of its dashboard."""
        row = await info.context.loaders.memberships.load(id)
        return None if row is None else await cls.seen(info, row)

    @classmethod
    async def seen(cls, info: Info, row: Any) -> "Membership | None":  # noqa: ANN401 # a row of member_rows()
        """Return the membership of a row, or None where the viewer may not read it."""
        place = await info.context.loaders.place(row.kind, row.dashboard_id)
        if place is None or info.context.viewer is None:
            return None
        may_read = policies.may_at(info.context.viewer, place, Permission.MEMBERS_READ) is None
        return cls.of(row) if may_read else None

    @strawberry.field(description="What the viewer may do to the membership now. The last ADMIN of a dashboard stays.")
    async def available_actions(self, info: Info) -> list[AvailableAction]:
        """Answer by the policies that the mutations require."""
        place = await info.context.loaders.place(self.row.kind, self.row.dashboard_id)
        assert place is not None  # noqa: S101 # whoever reads a membership sees its place
        admins = [each for each in await info.context.loaders.members.load(place.id) if each.role is Role.ADMIN]
        is_last = self.role is Role.ADMIN and len(admins) == 1
        answer = policies.may_change_member(info.context.known_viewer, place, self.role, is_last_admin=is_last)
        return [AvailableAction.of("changeRole", answer), AvailableAction.of("removeMember", answer)]


@strawberry.input(description="A member's other role.")
class ChangeRoleInput(ChangeInput):
    """Nobody grants more than they hold."""

    membership_id: strawberry.ID = strawberry.field(description="The membership.")
    role: Role = strawberry.field(description="The role they shall have; it must exist in this kind of dashboard.")


@strawberry.interface(description="What a mutation of a membership answers.")
class MembershipPayload(Payload):
    """Read after the commit, and only where it is asked for."""

    membership_id: strawberry.Private[UUID | None] = None

    @strawberry.field(description="The membership as it is now; null where it was refused, or is no more.")
    async def membership(self, info: Info) -> Membership | None:
        """Read what was committed."""
        return None if self.membership_id is None else await Membership.load(info, self.membership_id)


@strawberry.type(description="The changed membership.")
class ChangeRolePayload(MembershipPayload):
    """The membership."""


@strawberry.input(description="The member to remove.")
class RemoveMemberInput(ChangeInput):
    """The person stays; what was open through the membership ends at once."""

    membership_id: strawberry.ID = strawberry.field(description="The membership.")


@strawberry.type(description="The removed membership.")
class RemoveMemberPayload(MembershipPayload):
    """Nothing is left to read, but where it was refused because it was changed meanwhile."""

    removed_id: strawberry.ID | None = strawberry.field(
        default=None, description="The membership's id; null where it was refused."
    )
