"""Accounts: a reseller's customers, each with its subdomain, its trial and its contract."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from domain.catalog import SupportType
from domain.lifecycle import AccountStatus, SubscriptionStatus
from domain.trials import trial_ends_on
from models.base import Base, Id, LowerName, Tenant, TextEnum, Versioned, among
from models.prepared import Ids, prepared
from models.resellers import Reseller
from models.scopes import Scope
from models.subscriptions import Subscription


class Account(Versioned, Base):
    """One customer. Its status is not stored: it follows from the trial's dates and the open contract."""

    __tablename__ = "accounts"
    __table_args__ = (
        sa.ForeignKeyConstraint(["reseller_id"], ["resellers.id"]),
        sa.Index("accounts_external_id_key", "reseller_id", "external_id", unique=True),
        # With all that a search looks at.
        sa.Index("accounts_by_name_idx", "reseller_id", "lower_name", "id", postgresql_include=["subdomain"]),
        sa.Index("accounts_by_creation_idx", "reseller_id", "created_at", "id"),
        # The order of Status Ends where no contract runs.
        sa.Index(
            "accounts_by_trial_idx",
            "reseller_id",
            "trial_ends_on",
            "id",
            postgresql_where=sa.text("NOT is_under_contract"),
        ),
    )

    reseller_id: Mapped[Tenant]
    id: Mapped[Id]
    name: Mapped[str]
    lower_name: Mapped[LowerName]
    subdomain: Mapped[str]
    support_type: Mapped[SupportType] = mapped_column(TextEnum(SupportType))
    # The id that the reseller's own automation gives it.
    external_id: Mapped[str | None]
    trial_starts_on: Mapped[date]
    trial_ends_on: Mapped[date]
    disabled_at: Mapped[datetime | None]
    # True only where a contract is active, so that lists of trials pass it by. False says nothing: a server that has no
    # idea of the column may have activated one. Whoever lets an active contract end has to take this back.
    is_under_contract: Mapped[bool] = mapped_column(server_default=sa.false())
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @classmethod
    def begun(
        cls,
        reseller_id: UUID,
        *,
        name: str,
        subdomain: str,
        support_type: SupportType,
        external_id: str | None = None,
        on: date,
        at: datetime,
    ) -> "Account":
        """Return a new account whose trial begins on that civil day of its reseller."""
        return cls(
            reseller_id=reseller_id,
            id=uuid7(),
            name=name,
            subdomain=subdomain,
            support_type=support_type,
            external_id=external_id,
            trial_starts_on=on,
            trial_ends_on=trial_ends_on(on),
            created_at=at,
            updated_at=at,
        )

    @classmethod
    def visible_to(cls, scope: Scope) -> sa.ColumnElement[bool]:
        """Restrict to the accounts of the scope's resellers, and those it belongs to itself."""
        return sa.and_(
            among(cls.reseller_id, scope.tenants),
            sa.or_(among(cls.reseller_id, scope.resellers), among(cls.id, scope.accounts)),
        )


@prepared
def account_named(external_id: str, reseller_id: UUID, scope: Scope) -> sa.Select[*tuple[object, ...]]:
    """Select the id of the account that a reseller's automation knows by this id: for the reseller's own alone."""
    return sa.select(Account.id).where(
        Account.reseller_id == reseller_id,
        among(Account.reseller_id, scope.resellers),
        Account.external_id == external_id,
    )


def account_rows() -> sa.Select[*tuple[object, ...]]:
    """Select accounts as they are read: with their reseller's calendar and their open contract's state."""
    return accounts_beside_reseller().join(Reseller, Reseller.id == Account.reseller_id)


def accounts_beside_reseller() -> sa.Select[*tuple[object, ...]]:
    """Select the columns of account_rows() for a statement that has the resellers itself."""
    return with_contract(
        sa.select(
            Account.reseller_id,
            Account.id,
            Account.name,
            Account.subdomain,
            Account.support_type,
            Account.external_id,
            Account.version,
            Account.trial_starts_on,
            Account.trial_ends_on,
            Account.disabled_at,
            Account.created_at,
            Account.updated_at,
            Reseller.time_zone,
            Reseller.is_eligible,
            Subscription.status.label("contract_status"),
            Subscription.starts_on.label("contract_starts_on"),
        ).select_from(Account)
    )


def with_contract(accounts: sa.Select[*tuple[object, ...]]) -> sa.Select[*tuple[object, ...]]:
    """Join the open contract to accounts, where there is one: what has_status() and status_ends_on() ask of it."""
    mine = sa.and_(
        Subscription.reseller_id == Account.reseller_id, Subscription.account_id == Account.id, Subscription.is_open()
    )
    return accounts.outerjoin(Subscription, mine)


def has_status(status: AccountStatus, today: date) -> sa.ColumnElement[bool]:
    """Restrict accounts with_contract() to one status: domain.lifecycle.account_status as a condition."""
    is_disabled, is_trialing = Account.disabled_at.is_not(None), Account.trial_ends_on >= today
    return {
        AccountStatus.DISABLED: is_disabled,
        AccountStatus.ACTIVE: sa.and_(~is_disabled, Subscription.status == SubscriptionStatus.ACTIVE),
        AccountStatus.TRIALING: sa.and_(~is_disabled, has_no_active_contract(), is_trialing),
        AccountStatus.TRIAL_EXPIRED: sa.and_(~is_disabled, has_no_active_contract(), ~is_trialing),
    }[status]


def has_no_active_contract() -> sa.ColumnElement[bool]:
    """Restrict accounts with_contract() to those of which none is active."""
    is_another = sa.func.coalesce(Subscription.status != SubscriptionStatus.ACTIVE, sa.true())
    return sa.and_(~Account.is_under_contract, is_another)


@prepared
def accounts_among(scope: Scope, ids: Ids) -> sa.Select[*tuple[object, ...]]:
    """Select the accounts with these ids that lie in the scope."""
    return account_rows().where(Account.visible_to(scope), among(Account.id, ids))


@prepared
def under_contract(reseller_id: UUID, id: UUID) -> sa.Update:
    """Say that a contract of the account's is active. It is no change of the account's own, and not counted as one."""
    mine = sa.and_(Account.reseller_id == reseller_id, Account.id == id)
    return sa.update(Account).where(mine).values(is_under_contract=True)
