"""Finding the dashboard that a mutation of its people or keys is about, and holding it until the transaction ends."""

from functools import cache
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa

from domain.errors import NotFound
from domain.tenancy import DashboardKind
from models import ids
from models.accounts import Account
from models.api_keys import ApiKey
from models.base import among
from models.invitations import Invitation
from models.memberships import Membership
from models.organizations import Organization, OwningAccount
from models.places import Place, place_of_account, place_of_organization, place_of_reseller
from models.prepared import Ids, Prepared, prepared
from models.resellers import Reseller
from models.scopes import Scope
from models.transactions import Transaction
from resolvers.finding import AnySelect, found, held, reseller_to_change, tenant_of_account, tenant_of_organization
from resolvers.writing import signed_in
from schema.context import Info

T = TypeVar("T", Membership, Invitation, ApiKey)


async def lock_place(info: Info, transaction: Transaction, id: str | None, field: str = "dashboard_id") -> Place:
    """Return the dashboard that a field of the input names. Raises NotFound outside the viewer's scope."""
    prefix, key = ids.parse(id or "") or ("", UUID(int=0))
    if prefix not in ids.DASHBOARDS:
        raise NotFound("dashboard", (field,))
    return found(await _locked(info, transaction, ids.DASHBOARDS[prefix], key), "dashboard", field)


async def lock_in_place(
    info: Info, transaction: Transaction, kind: type[T], id: str, field: str, prefix: str
) -> tuple[T, Place]:
    """Return a membership, invitation or key with its dashboard, both held: first the dashboard, then the row."""
    key, scope = ids.decode(id, prefix, field), signed_in(info).scope
    noun = ids.NOUNS[prefix]
    seen = found(await transaction.scalar(_in_sight(kind)(scope.tenants, key)), noun, field)
    place = found(await _locked(info, transaction, seen.kind, seen.dashboard_id), noun, field)
    return found(await transaction.scalar(_to_change(kind)(place.reseller_id, key)), noun, field), place


async def _locked(info: Info, transaction: Transaction, kind: DashboardKind, id: UUID) -> Place | None:
    scope = signed_in(info).scope
    if kind is DashboardKind.RESELLER:
        reseller = await transaction.scalar(reseller_to_change(scope, id))
        return None if reseller is None else place_of_reseller(reseller)
    if kind is DashboardKind.ACCOUNT:
        return await _locked_account(transaction, scope, id)
    return await _locked_organization(transaction, scope, id)


async def _locked_account(transaction: Transaction, scope: Scope, id: UUID) -> Place | None:
    tenant = await tenant_of_account(transaction, scope, id)
    account = await transaction.scalar(_account(tenant, id))
    return None if account is None else place_of_account(account)


async def _locked_organization(transaction: Transaction, scope: Scope, id: UUID) -> Place | None:
    tenant = await tenant_of_organization(transaction, scope, id)
    rows = await transaction.fetch(_organization(tenant, id))
    if not rows:
        return None
    ((organization, owner),) = rows
    facts = OwningAccount(owner.reseller_id, owner.id, owner.support_type, owner.disabled_at)
    return place_of_organization(organization, facts)


@cache
def _in_sight(kind: type[T]) -> Prepared[[Ids, UUID]]:
    @prepared
    def mine(tenants: Ids, id: UUID) -> AnySelect:
        return sa.select(kind).where(among(kind.reseller_id, tenants), kind.id == id)

    return mine


@cache
def _to_change(kind: type[T]) -> Prepared[[UUID, UUID]]:
    @prepared
    def mine(tenant: UUID, id: UUID) -> AnySelect:
        return sa.select(kind).where(kind.reseller_id == tenant, kind.id == id).with_for_update()

    return mine


@prepared
def _account(tenant: UUID, id: UUID) -> AnySelect:
    owned = sa.select(Account).join(Reseller, Reseller.id == Account.reseller_id)
    return held(owned.where(Account.reseller_id == tenant, Account.id == id), shared=[Reseller], changed=[Account])


@prepared
def _organization(tenant: UUID, id: UUID) -> AnySelect:
    own = sa.and_(Account.reseller_id == Organization.reseller_id, Account.id == Organization.account_id)
    owned = sa.select(Organization, Account).join(Account, own).join(Reseller, Reseller.id == Account.reseller_id)
    mine = owned.where(Organization.reseller_id == tenant, Organization.id == id)
    return held(mine, shared=[Reseller, Account], changed=[Organization])
