"""Contract subscriptions: what an account is sold, at which plan and cost, and since when."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from domain.catalog import BillingInterval, SupportType
from domain.lifecycle import OPEN, SubscriptionStatus, require_pending
from domain.money import Money
from domain.trials import first_paid_day
from models.base import Base, Id, Tenant, TextEnum, Versioned, among, pairs
from models.catalog import Plan
from models.prepared import Ids, prepared
from models.scopes import Scope

_ACTIVE = sa.text("status = 'ACTIVE'")


class Subscription(Versioned, Base):
    """A contract. It keeps the plan and the cost with which it was saved; a new price book changes neither."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        sa.ForeignKeyConstraint(["reseller_id", "account_id"], ["accounts.reseller_id", "accounts.id"]),
        sa.Index("subscriptions_external_id_key", "reseller_id", "external_id", unique=True),
        # At most one open contract an account, whatever races: read-then-write alone billed twice.
        sa.Index(
            "subscriptions_one_open",
            "reseller_id",
            "account_id",
            unique=True,
            postgresql_where=sa.text("status in ('PENDING', 'ACTIVE')"),
        ),
        # The order of Status Ends where a contract runs, and where it is still to begin.
        sa.Index(
            "subscriptions_by_anniversary_idx", "reseller_id", "anniversary", "account_id", postgresql_where=_ACTIVE
        ),
        sa.Index("subscriptions_by_start_idx", "reseller_id", "starts_on", "account_id", postgresql_where=_ACTIVE),
        sa.CheckConstraint("(status in ('ACTIVE', 'COMPLETED')) = (starts_on is not null)", "starts_when_activated"),
        sa.CheckConstraint("systems between 1 and 1000000", "systems_in_range"),
    )

    reseller_id: Mapped[Tenant]
    id: Mapped[Id]
    account_id: Mapped[UUID]
    status: Mapped[SubscriptionStatus] = mapped_column(TextEnum(SubscriptionStatus))
    support_type: Mapped[SupportType] = mapped_column(TextEnum(SupportType))
    systems: Mapped[int]
    billing_interval: Mapped[BillingInterval] = mapped_column(TextEnum(BillingInterval))
    plan_id: Mapped[UUID]
    cost_per_system: Mapped[Decimal] = mapped_column(sa.Numeric(12, 4))
    currency_code: Mapped[str]
    activated_at: Mapped[datetime | None]
    # The anchor: the first paid day. The current term and its end are counted from it when they are read.
    starts_on: Mapped[date | None]
    # Its day of the year, month * 100 + day. Stored, as names in lower case are, and for the same reason.
    anniversary: Mapped[int | None] = mapped_column(
        sa.SmallInteger(),
        sa.Computed("extract(month from starts_on) * 100 + extract(day from starts_on)", persisted=True),
    )
    # The id that the reseller's own automation gives it.
    external_id: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @classmethod
    def is_open(cls) -> sa.ColumnElement[bool]:
        """Restrict to contracts that are pending or active."""
        # Literal, because a parameter would keep the planner from the partial index.
        return cls.status.in_(sa.bindparam("open", OPEN, expanding=True, literal_execute=True))

    @classmethod
    def is_active(cls) -> sa.ColumnElement[bool]:
        """Restrict to contracts that are active."""
        return cls.status == sa.bindparam("active", SubscriptionStatus.ACTIVE, literal_execute=True)

    @classmethod
    def visible_to(cls, scope: Scope) -> sa.ColumnElement[bool]:
        """Restrict to the contracts of the scope's resellers and accounts."""
        return sa.and_(
            among(cls.reseller_id, scope.tenants),
            sa.or_(among(cls.reseller_id, scope.resellers), among(cls.account_id, scope.accounts)),
        )

    @classmethod
    def open_of(cls, reseller_id: UUID, account_id: UUID) -> sa.Select["Subscription"]:
        """Select the account's open contract, if there is one."""
        return sa.select(cls).where(cls.reseller_id == reseller_id, cls.account_id == account_id, cls.is_open())

    @classmethod
    def drafted(cls, reseller_id: UUID, account_id: UUID, *, at: datetime) -> "Subscription":
        """Return a new pending contract of the account, still to be saved with a plan."""
        return cls(
            reseller_id=reseller_id,
            id=uuid7(),
            account_id=account_id,
            status=SubscriptionStatus.PENDING,
            created_at=at,
        )

    @property
    def cost(self) -> Money:
        """The partner's cost of one system for one month, as it was when the contract was saved."""
        return Money(self.cost_per_system, self.currency_code)

    def save(self, plan: Plan, *, systems: int, billing_interval: BillingInterval, at: datetime) -> None:
        """Take the plan with its support type and its cost. Raises where the contract is not pending."""
        require_pending(self.status)
        self.systems = systems
        self.billing_interval = billing_interval
        self.support_type = plan.support_type
        self.plan_id = plan.id
        self.cost_per_system = plan.cost_per_system
        self.currency_code = plan.currency_code
        self.updated_at = at

    def activate(self, *, on: date, trial_ends_on: date, at: datetime) -> None:
        """Start the contract: paying begins on the day after the trial, or today where that is over.

        Raises SubscriptionAlreadyActive, or Conflict where the contract was withdrawn.
        """
        require_pending(self.status)
        self.status = SubscriptionStatus.ACTIVE
        self.starts_on = first_paid_day(activated_on=on, trial_ends_on=trial_ends_on)
        self.activated_at = self.updated_at = at

    def withdraw(self, *, at: datetime) -> None:
        """End a pending contract: it is canceled, and the account can be given a new one. Raises as activate()."""
        require_pending(self.status)
        self.status = SubscriptionStatus.CANCELED
        self.updated_at = at


# What is shown of a contract, whosever it is.
SHOWN = (
    Subscription.id,
    Subscription.status,
    Subscription.support_type,
    Subscription.systems,
    Subscription.billing_interval,
    Subscription.plan_id,
    Subscription.cost_per_system,
    Subscription.currency_code,
    Subscription.activated_at,
    Subscription.starts_on,
    Subscription.external_id,
    Subscription.version,
)


def subscription_rows() -> sa.Select[*tuple[object, ...]]:
    """Select contracts as they are read where nothing is known of their accounts."""
    return sa.select(Subscription.reseller_id, Subscription.account_id, *SHOWN)


@prepared
def subscriptions_among(scope: Scope, ids: Ids) -> sa.Select[*tuple[object, ...]]:
    """Select the contracts with these ids that lie in the scope."""
    return subscription_rows().where(Subscription.visible_to(scope), among(Subscription.id, ids))


@prepared
def open_subscriptions_of(scope: Scope, resellers: Ids, accounts: Ids) -> sa.Select[*tuple[object, ...]]:
    """Select the open contracts of these accounts that lie in the scope; `resellers` own the accounts one for one.

    Each with the `number` of its account among these, from 1.
    """
    # The scope is asked of the pairs and not of the contracts: the planner would collect all that the scope has first.
    owner = pairs(resellers, accounts)
    theirs = sa.and_(Subscription.reseller_id == owner.c.tenant, Subscription.account_id == owner.c.id)
    in_scope = sa.or_(among(owner.c.tenant, scope.resellers), among(owner.c.id, scope.accounts))
    return (
        sa.select(*SHOWN, owner.c.number)
        .select_from(owner)
        .join(Subscription, theirs)
        .where(Subscription.is_open(), among(owner.c.tenant, scope.tenants), in_scope)
    )


@prepared
def contract_named(external_id: str, reseller_id: UUID, scope: Scope) -> sa.Select[*tuple[object, ...]]:
    """Select the id of the contract that a reseller's automation knows by this id: for the reseller's own alone."""
    return sa.select(Subscription.id).where(
        Subscription.reseller_id == reseller_id,
        among(Subscription.reseller_id, scope.resellers),
        Subscription.external_id == external_id,
    )
