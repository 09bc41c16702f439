"""Organizations: groups of a customer's systems inside an account."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped

from domain.catalog import SupportType
from models.accounts import Account
from models.base import Base, Id, LowerName, Tenant, Versioned, among
from models.prepared import Ids, prepared
from models.scopes import Scope


class Organization(Versioned, Base):
    """A part of one account; its key is unique there, whatever the case."""

    __tablename__ = "organizations"
    __table_args__ = (
        sa.ForeignKeyConstraint(["reseller_id", "account_id"], ["accounts.reseller_id", "accounts.id"]),
        sa.Index("organizations_unique_key", "reseller_id", "account_id", sa.text("lower(key)"), unique=True),
        sa.Index("organizations_by_name_idx", "reseller_id", "account_id", "lower_name", "id"),
    )

    reseller_id: Mapped[Tenant]
    id: Mapped[Id]
    account_id: Mapped[UUID]
    name: Mapped[str]
    lower_name: Mapped[LowerName]
    key: Mapped[str]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @classmethod
    def visible_to(cls, scope: Scope) -> sa.ColumnElement[bool]:
        """Restrict to those of the scope's resellers and accounts, and those it belongs to itself."""
        return sa.and_(
            among(cls.reseller_id, scope.tenants),
            sa.or_(
                among(cls.reseller_id, scope.resellers),
                among(cls.account_id, scope.accounts),
                among(cls.id, scope.organizations),
            ),
        )


@dataclass(frozen=True, slots=True)
class OwningAccount:
    """What the policies ask of the account that an organization belongs to."""

    reseller_id: UUID
    id: UUID
    support_type: SupportType
    disabled_at: datetime | None


# What is shown of an organization, whosever it is.
SHOWN = (Organization.id, Organization.name, Organization.key, Organization.version)


def organization_rows() -> sa.Select[*tuple[object, ...]]:
    """Select organizations as they are read where nothing is known of their accounts."""
    return sa.select(Organization.reseller_id, Organization.account_id, *SHOWN)


def with_account(rows: sa.Select[*tuple[object, ...]]) -> sa.Select[*tuple[object, ...]]:
    """Add what owning_account() needs: members of an organization do not see the account itself."""
    mine = sa.and_(Account.reseller_id == Organization.reseller_id, Account.id == Organization.account_id)
    facts = (Account.support_type.label("account_support_type"), Account.disabled_at.label("account_disabled_at"))
    return rows.add_columns(*facts).join(Account, mine)


def owning_account(row: sa.Row[Any]) -> OwningAccount:
    """Return the account of a row of with_account()."""
    return OwningAccount(row.reseller_id, row.account_id, row.account_support_type, row.account_disabled_at)


@prepared
def organization_with(reseller_id: UUID, account_id: UUID, lower_key: str) -> sa.Select[*tuple[object, ...]]:
    """Select the id of the account's organization with this key, in lower case."""
    mine = sa.and_(Organization.reseller_id == reseller_id, Organization.account_id == account_id)
    return sa.select(Organization.id).where(mine, sa.func.lower(Organization.key) == lower_key)


@prepared
def organizations_among(scope: Scope, ids: Ids) -> sa.Select[*tuple[object, ...]]:
    """Select the organizations with these ids that lie in the scope, for owning_account()."""
    return with_account(organization_rows()).where(Organization.visible_to(scope), among(Organization.id, ids))
