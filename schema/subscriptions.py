"""Contract subscriptions as clients see them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, cast
from uuid import UUID

import strawberry

from auth import policies
from auth.alike import may_with_each
from domain.catalog import is_sellable
from domain.lifecycle import SubscriptionStatus as Status
from domain.pricing import charge
from domain.terms import Period, term, term_on
from domain.trials import first_paid_day, trial_days_honored
from schema.catalog import Plan
from schema.context import Context, Info
from schema.enums import BillingInterval, SubscriptionStatus, SupportType
from schema.errors import AvailableAction, Payload
from schema.inputs import EXTERNAL_ID, ChangeInput, NamesAccount, NamesContract
from schema.money import Money
from schema.nodes import VERSION, Node, load, load_each
from schema.rows import column
from schema.together import together

if TYPE_CHECKING:
    from schema.accounts import Account

LazyAccount = Annotated["Account", strawberry.lazy("schema.accounts")]
OR_NULL = "null for those who may not see the partner's cost."


@strawberry.type(description="What activating today would do: the dates and the first charge.")
class ActivationPreview:
    """The same rules as activating, without doing it."""

    starts_on: date = strawberry.field(description="The first paid day.")
    ends_on: date = strawberry.field(description="The last day of the first term, inclusive.")
    renews_on: date = strawberry.field(description="The day after endsOn.")
    trial_days_honored: int = strawberry.field(
        description="Free days that are still honoured between today, inclusive, and the start."
    )
    first_charge: Money = strawberry.field(description="What the first billing interval costs.")


@strawberry.type(
    description="An account's contract. It keeps the plan and the cost with which it was saved. Its term is twelve "
    "months at either interval, and it renews for another twelve; dates are civil days of the reseller."
)
class Subscription(Node, prefix="sub"):
    """A row with what models.subscriptions shows of one, with its account's row beside it."""

    __slots__ = ("account_row", "context", "row", "shows_cost")

    status: SubscriptionStatus = column("Where the contract stands.")
    support_type: SupportType = column("The support type with which it was saved.")
    version: int = column(VERSION)
    systems: int = column("Number of systems to protect.")
    billing_interval: BillingInterval = column("How often it is billed.")
    activated_at: datetime | None = column("When it was activated.")
    starts_on: date | None = column(
        "The first paid day: the day after the trial's last day, or the day of activation where that is "
        "later. null while pending."
    )

    account_row: strawberry.Private[Any]
    context: strawberry.Private[Context]
    # Whether the viewer may see the partner's cost.
    shows_cost: strawberry.Private[bool]

    def __init__(self, row: Any, account_row: Any, context: Context, shows_cost: bool) -> None:  # noqa: ANN401, FBT001
        self.row, self.account_row, self.context, self.shows_cost = row, account_row, context, shows_cost

    @classmethod
    async def load(cls, info: Info, id: UUID) -> "Subscription | None":
        """Return the contract to whoever may see it in its account's dashboard or its reseller's."""
        row = await info.context.loaders.subscriptions.load(id)
        return row and cls.of(row, await info.context.loaders.accounts.load(row.account_id), info)

    @classmethod
    def of(cls, row: Any, account_row: Any, info: Info) -> "Subscription":  # noqa: ANN401 # rows of models/
        """Return the contract as this viewer sees it. Raises what the policy of reading it refuses."""
        return cls.of_each([(row, account_row)], info)[0]

    @classmethod
    def of_each(cls, rows: Sequence[tuple[Any, Any]], info: Info) -> list["Subscription"]:
        """Return many contracts, each of its row and its account's, as of() does."""
        context, accounts = info.context, [account for _, account in rows]
        viewer = context.known_viewer
        policies.require(may_with_each(viewer, accounts, policies.may_read_contract))
        tenants = {account.reseller_id for account in accounts}
        shows = {tenant: policies.may_see_cost(viewer, tenant) is None for tenant in tenants}
        return [cls(row, account, context, shows[account.reseller_id]) for row, account in rows]

    @property
    def today(self) -> date:
        """The civil day of the reseller."""
        return self.context.today(self.account_row.time_zone)

    @property
    def _current(self) -> Period | None:
        return None if self.row.starts_on is None else term_on(self.row.starts_on, self.today)

    @strawberry.field(
        description=f"The partner's cost of one system for one month, as it was when the contract was saved; {OR_NULL}"
    )
    @together
    @staticmethod
    def cost_per_system(contracts: Sequence["Subscription"]) -> list[Money | None]:
        """Show it of all contracts of the level."""
        both = [(contract.row, contract.shows_cost) for contract in contracts]
        return [Money(row.cost_per_system, row.currency_code) if is_shown else None for row, is_shown in both]

    @strawberry.field(
        description=f"What one billing interval costs: systems x costPerSystem, x 12 where annual; {OR_NULL}"
    )
    @together
    @staticmethod
    def total(contracts: Sequence["Subscription"]) -> list[Money | None]:
        """Work it out for all contracts of the level."""
        totals: list[Money | None] = []
        for row, is_shown in [(contract.row, contract.shows_cost) for contract in contracts]:
            amount = charge(row.systems, row.cost_per_system, row.billing_interval) if is_shown else None
            totals.append(None if amount is None else Money(amount, row.currency_code))
        return totals

    @strawberry.field(description="The last day of the current term, inclusive.")
    def ends_on(self) -> date | None:
        """Count the terms up to today."""
        return None if self._current is None else self._current.ends_on

    @strawberry.field(description="The day after endsOn.")
    def renews_on(self) -> date | None:
        """Count the terms up to today."""
        return None if self._current is None else self._current.renews_on

    @strawberry.field(
        description="The id that automation of the reseller gave it; null for those who do not belong to the reseller."
    )
    def external_id(self) -> str | None:
        """Show what is the reseller's own to the reseller alone."""
        return policies.shown_to_reseller(self.context.known_viewer, self.account_row.reseller_id, self.row.external_id)

    @strawberry.field(description="The account whose contract this is.")
    @together
    @staticmethod
    async def account(contracts: Sequence["Subscription"], info: Info) -> list[LazyAccount]:
        """Read through the loader, once for all contracts."""
        return cast("list[Account]", await load_each(info, "acct", [each.account_row.id for each in contracts]))

    @strawberry.field(description="The plan that followed from the number of systems when the contract was saved.")
    @together
    @staticmethod
    async def plan(contracts: Sequence["Subscription"], info: Info) -> list[Plan]:
        """Plans are never changed, so the plan of then is the row of now."""
        rows = await info.context.loaders.plans.load_many([contract.row.plan_id for contract in contracts])
        return [Plan(row, each.shows_cost) for row, each in zip(rows, contracts, strict=True)]

    @strawberry.field(
        description="What activating today would do: the dates and the first charge. null once activated, and for "
        "those who may not see the partner's cost."
    )
    def activation_preview(self) -> ActivationPreview | None:
        """Ask the domain what it would decide today."""
        first_charge: Money | None = self.total()
        if self.row.status is not Status.PENDING or first_charge is None:
            return None
        today, trial_ends_on = self.today, self.account_row.trial_ends_on
        first = term(first_paid_day(activated_on=today, trial_ends_on=trial_ends_on))
        return ActivationPreview(
            starts_on=first.starts_on,
            ends_on=first.ends_on,
            renews_on=first.renews_on,
            trial_days_honored=trial_days_honored(activated_on=today, trial_ends_on=trial_ends_on),
            first_charge=first_charge,
        )

    @strawberry.field(description="What the viewer may do to the contract now.")
    def available_actions(self) -> list[AvailableAction]:
        """Answer by the policies that the mutations require."""
        viewer, account, status = self.context.known_viewer, self.account_row, self.row.status
        can_be_sold = is_sellable(account.support_type, is_eligible=account.is_eligible)
        # Saving asks for the account's open contract, which this one is no longer once it was withdrawn.
        save = policies.may_save_contract(viewer, account, account.contract_status, is_sellable=can_be_sold)
        return [
            AvailableAction.of("upsertSubscription", save),
            AvailableAction.of("activateSubscription", policies.may_activate(viewer, account, status)),
            AvailableAction.of("cancelSubscription", policies.may_withdraw(viewer, account, status)),
        ]


@strawberry.input(description="The contract to save.")
class UpsertSubscriptionInput(ChangeInput, NamesAccount):
    """Three inputs: support type, number of systems, billing interval."""

    account_id: strawberry.ID | None = strawberry.field(
        default=None, description="The account whose contract it is; it can be named in account instead."
    )
    systems: int = strawberry.field(description="Number of systems to protect: 1 to 1,000,000. The plan follows.")
    billing_interval: BillingInterval = strawberry.field(description="Annual or monthly.")
    support_type: SupportType | None = strawberry.field(
        default=None, description="The account's unless given; giving another one changes the account's too."
    )
    external_id: strawberry.Maybe[str | None] = strawberry.field(
        description=f"{EXTERNAL_ID} Absent keeps it, null clears it."
    )
    expected_version: int | None = strawberry.field(
        default=None,
        description="The version of the contract that was read, 0 where there was none. STALE_VERSION where it is "
        "another by now; the payload shows the contract.",
    )


@strawberry.input(description="The contract to activate.")
class ActivateSubscriptionInput(NamesContract):
    """Nothing else is decided by the client."""


@strawberry.input(description="The contract to withdraw.")
class CancelSubscriptionInput(NamesContract):
    """Nothing else is decided by the client."""


@strawberry.interface(description="What a mutation of a contract answers.")
class ContractPayload(Payload):
    """Both are read after the commit, from a fresh moment, and only where they are asked for."""

    subscription_id: strawberry.Private[UUID | None] = None
    account_id: strawberry.Private[UUID | None] = None

    @strawberry.field(description="The contract as it is now; null where it was refused.")
    async def subscription(self, info: Info) -> Subscription | None:
        """Read what was committed."""
        await self._read(info)
        return None if self.subscription_id is None else await Subscription.load(info, self.subscription_id)

    @strawberry.field(description="The account as it is now; null where it was refused.")
    async def account(self, info: Info) -> LazyAccount | None:
        """Read what was committed."""
        await self._read(info)
        return None if self.account_id is None else cast("Account", await load(info, "acct", self.account_id))

    async def _read(self, info: Info) -> None:
        if self.account_id is not None:
            await info.context.loaders.contracts_of_accounts.load(self.account_id)


@strawberry.type(description="The saved contract.")
class UpsertSubscriptionPayload(ContractPayload):
    """Whether it was new is told besides."""

    created: bool | None = strawberry.field(
        default=None, description="True where there was no pending contract before; null where it was refused."
    )


@strawberry.type(description="The activated contract.")
class ActivateSubscriptionPayload(ContractPayload):
    """The contract and its account."""


@strawberry.type(description="The withdrawn contract.")
class CancelSubscriptionPayload(ContractPayload):
    """The contract and its account."""
