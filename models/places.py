"""Places: the dashboards that people belong to and keys act in, whatever their kind."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.tenancy import DashboardKind
from models.memberships import Membership
from models.organizations import OwningAccount
from models.prepared import prepared
from models.users import User, UserEmail


@dataclass(frozen=True, slots=True)
class Place:
    """A dashboard with what the policies ask of it; `account` is the account itself, or the organization's."""

    kind: DashboardKind
    reseller_id: UUID
    id: UUID
    name: str
    disabled_at: datetime | None
    account: OwningAccount | None = None

    @property
    def account_id(self) -> UUID | None:
        """The account's id, in an account's or an organization's dashboard."""
        return None if self.account is None else self.account.id

    @property
    def organization_id(self) -> UUID | None:
        """The organization's id, in its dashboard."""
        return self.id if self.kind is DashboardKind.ORGANIZATION else None


def place_of_reseller(row: Any) -> Place:  # noqa: ANN401 # a row or an entity
    """Return a reseller's dashboard."""
    return Place(DashboardKind.RESELLER, row.id, row.id, row.name, row.disabled_at)


def place_of_account(row: Any) -> Place:  # noqa: ANN401 # a row or an entity
    """Return an account's dashboard."""
    facts = OwningAccount(row.reseller_id, row.id, row.support_type, row.disabled_at)
    return Place(DashboardKind.ACCOUNT, row.reseller_id, row.id, row.name, row.disabled_at, facts)


def place_of_organization(row: Any, account: OwningAccount) -> Place:  # noqa: ANN401 # a row or an entity
    """Return an organization's dashboard."""
    return Place(DashboardKind.ORGANIZATION, account.reseller_id, row.id, row.name, account.disabled_at, account)


def member_rows() -> sa.Select[*tuple[object, ...]]:
    """Select memberships with who has them, by name."""
    return (
        sa.select(
            Membership.id,
            Membership.dashboard_id,
            Membership.kind,
            Membership.reseller_id,
            Membership.account_id,
            Membership.organization_id,
            Membership.role,
            Membership.created_at,
            Membership.version,
            User.id.label("user_id"),
            User.name.label("user_name"),
            User.email,
        )
        .join(User, User.id == Membership.user_id)
        .order_by(sa.func.lower(User.name), Membership.id)
    )


@prepared
def membership_of(address: str, dashboard_id: UUID) -> sa.Select[*tuple[object, ...]]:
    """Select the membership that the user with this address, in lower case, has in a dashboard."""
    owner = sa.select(UserEmail.user_id).where(UserEmail.address == address).scalar_subquery()
    return sa.select(Membership.id).where(Membership.user_id == owner, Membership.dashboard_id == dashboard_id)
