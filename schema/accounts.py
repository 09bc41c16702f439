"""Accounts: the customers on the accounts screen."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated, Any, cast
from uuid import UUID

import strawberry

from auth import policies
from auth.alike import may_with_each
from auth.permissions import EntersAccounts
from domain.catalog import is_sellable
from domain.lifecycle import SubscriptionStatus, account_status
from domain.terms import term_on
from models.organization_lists import OrganizationList
from models.paging import Page
from models.places import Place, place_of_account
from schema.context import Context, Info
from schema.enums import AccountStatus, SupportType
from schema.errors import AvailableAction, Payload
from schema.gates import gated
from schema.inputs import EXTERNAL_ID, ChangeInput, MutationInput, NamesAccount
from schema.nodes import VERSION, Node, load_each
from schema.organizations import SELDOM_READ as ORGANIZATIONS_SELDOM_READ
from schema.organizations import OrganizationConnection
from schema.pagination import After, First
from schema.people import Automated, Staffed
from schema.rows import column
from schema.selecting import selected_below, unread
from schema.subscriptions import Subscription
from schema.together import together

if TYPE_CHECKING:
    from schema.resellers import Reseller

LazyReseller = Annotated["Reseller", strawberry.lazy("schema.resellers")]


@strawberry.type(description="One customer of a reseller: its subdomain, its trial and its contract.")
class Account(Node, Staffed, Automated, prefix="acct", loader="accounts"):
    """A row of models.account_rows()."""

    __slots__ = ("context", "row")

    name: str = column("The customer's name.")
    subdomain: str = column("Where its portal lies: a DNS label, unique across all resellers.")
    support_type: SupportType = column("Who answers the customer's questions.")
    version: int = column(f"{VERSION} Its contract has a version of its own.")
    trial_starts_on: date = column("The first free day: the day on which it was added.")
    trial_ends_on: date = column("The last free day, inclusive: trialStartsOn + 20 days.")
    created_at: datetime = column("When it was added.")
    updated_at: datetime = column("When its settings were last changed.")
    context: strawberry.Private[Context]

    def __init__(self, row: Any, context: Context) -> None:  # noqa: ANN401
        self.row, self.context = row, context

    @classmethod
    def of(cls, row: Any, info: Info) -> "Account":  # noqa: ANN401 # a row of models/
        """Return the account as this viewer sees it. Raises what the policy of reading it refuses."""
        return cls.of_each([row], info)[0]

    @classmethod
    def of_each(cls, rows: Sequence[Any], info: Info) -> list["Account"]:
        """Return the accounts of many rows, as of() does."""
        context = info.context
        policies.require(may_with_each(context.known_viewer, rows, policies.may_read_account))
        return [cls(row, context) for row in rows]

    @property
    def place(self) -> Place:
        """Its own dashboard."""
        return place_of_account(self.row)

    @strawberry.field(description="The Status column, derived from today's date.")
    @together
    @staticmethod
    def status(accounts: Sequence["Account"]) -> list[AccountStatus]:
        """Say where each stands on the civil day of its reseller."""
        today = accounts[0].context.days
        return [
            account_status(
                is_disabled=row.disabled_at is not None,
                contract=row.contract_status,
                trial_ends_on=row.trial_ends_on,
                today=today[row.time_zone],
            )
            for row in [account.row for account in accounts]
        ]

    @strawberry.field(
        description="The Status Ends column: the last day of the trial, or of the contract's current term, inclusive."
    )
    @together
    @staticmethod
    def status_ends_on(accounts: Sequence["Account"]) -> list[date | None]:
        """Return the last day of the contract's term, where it is active, or of the trial."""
        today, active = accounts[0].context.days, SubscriptionStatus.ACTIVE
        return [
            term_on(row.contract_starts_on, today[row.time_zone]).ends_on
            if row.contract_status is active
            else row.trial_ends_on
            for row in [account.row for account in accounts]
        ]

    @strawberry.field(
        description="The id that automation of its reseller gave it; null for those who do not belong to the reseller."
    )
    def external_id(self) -> str | None:
        """Show what is the reseller's own to the reseller alone."""
        return policies.shown_to_reseller(self.context.known_viewer, self.row.reseller_id, self.row.external_id)

    @strawberry.field(description="The reseller who sells to it. The account's own members see its name only.")
    @together
    @staticmethod
    async def reseller(accounts: Sequence["Account"], info: Info) -> list[LazyReseller | None]:
        """Read through the loader, once for all accounts."""
        resellers = await load_each(info, "resl", [account.row.reseller_id for account in accounts])
        return cast("list[Reseller | None]", resellers)

    @strawberry.field(description="The contract: pending or active, if there is one.")
    @together
    @staticmethod
    async def subscription(accounts: Sequence["Account"], info: Info) -> list[Subscription | None]:
        """Take those that the accounts' rows carry, or read them through the loader."""
        rows = [account.row for account in accounts]
        contracts = await info.context.loaders.contracts_of(rows)
        both = [(contract, row) for contract, row in zip(contracts, rows, strict=True) if contract is not None]
        shown = iter(Subscription.of_each(both, info))
        return [None if contract is None else next(shown) for contract in contracts]

    @gated(
        "The account's organizations, by name. Part of the account's own dashboard: PARTNER_SUPPORTED_ONLY for a "
        "reseller whose account is Huntress Supported.",
        permission_classes=[EntersAccounts],
    )
    @together
    @staticmethod
    async def organizations(
        accounts: Sequence["Account"], info: Info, first: First = None, after: After = None
    ) -> list[OrganizationConnection | None]:
        """Read them through the loader of such pages."""
        page = Page.asked(first=first, after=after)
        asked = OrganizationList(page, unread(selected_below(info), ORGANIZATIONS_SELDOM_READ))
        loader, rows = info.context.loaders.organizations_of(asked), [account.row for account in accounts]
        slices = await loader.load_many([(row.reseller_id, row.id) for row in rows])
        return [OrganizationConnection(each, row) for each, row in zip(slices, rows, strict=True)]

    @strawberry.field(
        description="The hyperlink under Subdomain; null where the viewer may not enter the account's dashboard."
    )
    def dashboard_url(self) -> str | None:
        """Answer by the policy of entering."""
        may_enter = policies.may_enter(self.context.known_viewer, self.row) is None
        return self.context.portal_url.replace("{subdomain}", self.subdomain) if may_enter else None

    @strawberry.field(description="What the viewer may do to the account now.")
    def available_actions(self) -> list[AvailableAction]:
        """Answer by the policies that the mutations require."""
        viewer, account = self.context.known_viewer, self.row
        can_be_sold = is_sellable(account.support_type, is_eligible=account.is_eligible)
        save = policies.may_save_contract(viewer, account, account.contract_status, is_sellable=can_be_sold)
        return [
            AvailableAction.of("updateAccount", policies.may_rename_account(viewer, account)),
            AvailableAction.of("upsertSubscription", save),
            AvailableAction.of("createOrganization", policies.may_edit_organizations(viewer, account)),
        ]


@strawberry.input(description="The customer account to add.")
class CreateAccountInput(MutationInput):
    """Its trial begins today."""

    reseller_id: strawberry.ID = strawberry.field(description="The reseller who is billed for it.")
    name: str = strawberry.field(description="1 to 256 characters after trimming.")
    subdomain: str = strawberry.field(
        description="A DNS label: 3 to 63 of a-z, 0-9 and inner hyphens, not reserved; stored in lower case, unique "
        "across all resellers. A name that an account has left rests for 90 days."
    )
    support_type: SupportType = strawberry.field(description="Who answers the customer's questions.")
    external_id: str | None = strawberry.field(default=None, description=EXTERNAL_ID)


@strawberry.input(description="The account to change: only the fields that are given are.")
class UpdateAccountInput(ChangeInput, NamesAccount):
    """Absent is kept; null is refused but for the external id, because nothing else can be cleared."""

    names_account = "id"

    id: strawberry.ID | None = strawberry.field(
        default=None, description="The account; it can be named in account instead."
    )
    name: strawberry.Maybe[str | None] = strawberry.field(description="1 to 256 characters after trimming.")
    subdomain: strawberry.Maybe[str | None] = strawberry.field(description="As in createAccount.")
    support_type: strawberry.Maybe[SupportType | None] = strawberry.field(
        description="A pending contract is priced anew with it; an active one keeps it from being changed."
    )
    external_id: strawberry.Maybe[str | None] = strawberry.field(description=f"{EXTERNAL_ID} null clears it.")


@strawberry.interface(description="What a mutation of an account answers.")
class AccountPayload(Payload):
    """Read after the commit, and only where it is asked for."""

    account_id: strawberry.Private[UUID | None] = None

    @strawberry.field(description="The account as it is now; null where it was refused.")
    async def account(self, info: Info) -> Account | None:
        """Read what was committed."""
        return None if self.account_id is None else await Account.load(info, self.account_id)


@strawberry.type(description="The added account.")
class CreateAccountPayload(AccountPayload):
    """The account."""


@strawberry.type(description="The changed account.")
class UpdateAccountPayload(AccountPayload):
    """The account."""
