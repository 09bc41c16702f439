"""Members: giving somebody another role, and letting somebody go."""

from uuid import UUID

import sqlalchemy as sa
import strawberry

from auth import policies
from auth.granting import end_keys_beyond
from domain.tenancy import Role
from models import ids
from models.memberships import Membership
from models.places import Place
from models.transactions import Transaction
from resolvers.auditing import record
from resolvers.places import lock_in_place
from resolvers.versions import allow
from resolvers.writing import signed_in, writing
from schema.context import Info
from schema.members import ChangeRoleInput, ChangeRolePayload, RemoveMemberInput, RemoveMemberPayload


async def change_role(info: Info, input: ChangeRoleInput) -> ChangeRolePayload:
    """Gives a member another role. Nobody grants or takes more than they hold, and the last ADMIN stays."""
    async with writing(info) as transaction:
        member, place = await lock_in_place(info, transaction, Membership, input.membership_id, "membership_id", "memb")
        policies.require(policies.may_manage_members(signed_in(info), place))
        policies.require(policies.may_grant(signed_in(info), place, input.role))
        # Giving an ADMIN the role they have takes nothing away.
        keeps = input.role is member.role
        allow(
            await _may_change(info, transaction, member, place, takes_admin=not keeps),
            input,
            member,
            **_current(member),
        )
        ended = await end_keys_beyond(transaction, member, input.role, at=info.context.now)
        member.role = input.role
        record(info, transaction, input, member, *ended)
    return ChangeRolePayload(membership_id=member.id, errors=[])


async def remove(info: Info, input: RemoveMemberInput) -> RemoveMemberPayload:
    """Ends a membership, and what was open through it, at once. The person stays; the last ADMIN does, too."""
    async with writing(info) as transaction:
        member, place = await lock_in_place(info, transaction, Membership, input.membership_id, "membership_id", "memb")
        allow(await _may_change(info, transaction, member, place, takes_admin=True), input, member, **_current(member))
        ended = await end_keys_beyond(transaction, member, None, at=info.context.now)
        transaction.remove(member)
        record(info, transaction, input, member, *ended)
    return RemoveMemberPayload(removed_id=strawberry.ID(ids.encode("memb", member.id)), errors=[])


def _current(member: Membership) -> dict[str, UUID]:
    return {"membership_id": member.id}


async def _may_change(
    info: Info, transaction: Transaction, member: Membership, place: Place, *, takes_admin: bool
) -> policies.Answer:
    # The dashboard is held: two admins who remove each other take turns, and the second one is the last.
    admins = sa.select(sa.func.count()).where(Membership.dashboard_id == place.id, Membership.role == Role.ADMIN)
    is_last = member.role is Role.ADMIN and takes_admin and await transaction.scalar(admins) == 1
    return policies.may_change_member(signed_in(info), place, member.role, is_last_admin=is_last)
