"""A key neither exceeds nor outlives what its maker may grant: at every use, and when the maker's rights shrink."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from auth import policies
from auth.viewer import Permission, Viewer
from domain.tenancy import DashboardKind, Role
from models.accounts import Account
from models.api_keys import ApiKey
from models.base import among
from models.memberships import Membership
from models.places import Place, place_of_account, place_of_reseller
from models.resellers import Reseller
from models.sessions import user_with_memberships
from models.transactions import Transaction


def may_still_grant(maker: Viewer, place: Place, role: Role) -> bool:
    """Tell whether somebody may make a key of this role here today.

    Terms that were published since are for people to read: they do not stop what runs at night.
    """
    agreed = maker.agreed
    denied = policies.may_at(agreed, place, Permission.KEYS_MANAGE) or policies.may_grant(agreed, place, role)
    return denied is None


async def end_keys_beyond(
    transaction: Transaction, member: Membership, role: Role | None, *, at: datetime
) -> list[ApiKey]:
    """Revoke the keys that a member may no longer grant once this is their role, and return them; None is no role.

    Keys of the dashboard itself and, where it is a reseller's, those that they made in its accounts.
    """
    mine = sa.select(ApiKey).where(
        ApiKey.reseller_id == member.reseller_id, ApiKey.created_by == member.user_id, ApiKey.revoked_at.is_(None)
    )
    keys = (await transaction.scalars(mine.order_by(ApiKey.id).with_for_update())).all()
    [stored] = await transaction.fetch(user_with_memberships(member.user_id))
    maker = Viewer.of(stored).holding(role, member.dashboard_id)
    places = await _places(transaction, member.reseller_id, keys)
    ending = [key for key in keys if not may_still_grant(maker, places[key.dashboard_id], key.role)]
    for key in ending:
        key.revoke(at=at)
    return ending


async def _places(transaction: Transaction, reseller_id: UUID, keys: Sequence[ApiKey]) -> dict[UUID, Place]:
    resellers = await transaction.scalars(sa.select(Reseller).where(Reseller.id == reseller_id))
    wanted = [key.dashboard_id for key in keys if key.kind is DashboardKind.ACCOUNT]
    accounts = await transaction.scalars(
        sa.select(Account).where(Account.reseller_id == reseller_id, among(Account.id, wanted))
    )
    places = [*map(place_of_reseller, resellers), *map(place_of_account, accounts)]
    return {place.id: place for place in places}
