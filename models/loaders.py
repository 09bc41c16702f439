"""Batched reads: one statement a loader and level, however many parents ask.

Every statement starts from the scope of the request, so that an id from anywhere leads to nothing foreign.
"""

from collections.abc import Hashable, Sequence
from datetime import date
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from domain.tenancy import DashboardKind
from models import ids
from models.account_lists import AccountList, Kept
from models.accounts import accounts_among
from models.catalog import Plan, plans_among, price_list
from models.contracts import contracts_beside_accounts
from models.loading import Batch, ById, Row
from models.organization_lists import ORGANIZATIONS_BY_NAME, OrganizationList, organizations_counted
from models.organizations import OwningAccount, organizations_among, owning_account
from models.paging import Slice
from models.people_loaders import PeopleLoaders
from models.places import Place, place_of_account, place_of_organization, place_of_reseller
from models.resellers import resellers_named
from models.subscriptions import open_subscriptions_of, subscriptions_among
from models.terms import acceptances_of, current_terms

Key = TypeVar("Key", bound=Hashable)

# So many plans a worker remembers; a price book has a dozen.
PLANS = 1_000
_PLANS: dict[UUID, Row] = {}


class Loaders(PeopleLoaders):
    """The loaders of one request and one moment; what was read once is not read again."""

    @cached_property
    def resellers(self) -> ById:
        """Resellers by id, where the scope may know their name."""
        return self._by_id(resellers_named)

    @cached_property
    def accounts(self) -> ById:
        """Accounts by id, in the scope."""
        return self._by_id(lambda scope, ids: accounts_among(scope.of_accounts(ids), ids))

    @cached_property
    def organizations(self) -> ById:
        """Organizations by id, in the scope."""
        return self._by_id(organizations_among)

    @cached_property
    def subscriptions(self) -> ById:
        """Contracts by id, in the scope."""
        return self._by_id(subscriptions_among)

    @cached_property
    def open_subscriptions(self) -> Batch[tuple[UUID, UUID], Row | None]:
        """An account's open contract, by (reseller id, account id), in the scope: there is one at most."""

        async def of_each(keys: list[tuple[UUID, UUID]]) -> list[Row | None]:
            found: list[Row | None] = [None] * len(keys)
            for row in await self._snapshot.fetch(open_subscriptions_of(self._scope, *_columns(keys))):
                found[row.number - 1] = row
            return found

        return Batch(of_each)

    @cached_property
    def contracts_of_accounts(self) -> Batch[UUID, None]:
        """Nothing but that an account, its open contract and the plan of that are known then, of one statement."""

        async def read(ids: list[UUID]) -> list[None]:
            mine = self._scope.of_accounts(ids)
            for row in await self._snapshot.fetch(contracts_beside_accounts(mine, ids)):
                self.accounts.know(row.id, row)
                if row.contract is not None:
                    self.subscriptions.know(row.contract.id, row.contract)
                    self.plans.know(row.plan.id, row.plan)
            return [None] * len(ids)

        return Batch(read)

    async def contracts_of(self, accounts: Sequence[Row]) -> list[Row | None]:
        """Return the open contract of each account: what its row carries, or what is read where rows carry none."""
        if all(hasattr(kind, "contract") for kind in set(map(type, accounts))):
            return [account.contract for account in accounts]
        keys = [(each.reseller_id, each.id) for each in accounts if each.contract_status is not None]
        found = iter(await self.open_subscriptions.load_many(keys))
        return [None if account.contract_status is None else next(found) for account in accounts]

    @cached_property
    def plans(self) -> ById:
        """Plans of any price book, by id. They are never changed once loaded: a worker reads each once."""

        async def of_each(ids: list[UUID]) -> list[Row | None]:
            found = await self._with_ids(plans_among, ids)
            if len(_PLANS) + len(found) <= PLANS:
                _PLANS.update((row.id, row) for row in found if row is not None)
            return found

        return Batch(of_each, known=_PLANS)

    @cached_property
    def price_lists(self) -> Batch[tuple[str, date], Sequence[Plan]]:
        """The plans effective in a currency on a day."""

        async def each(keys: list[tuple[str, date]]) -> list[Sequence[Plan]]:
            return [
                [Plan(**row._asdict()) for row in await self._snapshot.fetch(price_list(day, currency))]
                for currency, day in keys
            ]

        return Batch(each)

    @cached_property
    def terms(self) -> Batch[str, Row | None]:
        """The current terms, by whatever key: they are the same for everybody."""

        async def current(keys: list[str]) -> list[Row | None]:
            rows = await self._snapshot.fetch(current_terms())
            return [rows[0] if rows else None for _ in keys]

        return Batch(current)

    @cached_property
    def acceptances(self) -> Batch[tuple[UUID, str], Sequence[Row]]:
        """For which resellers a user accepted a version of the terms."""

        async def each(keys: list[tuple[UUID, str]]) -> list[Sequence[Row]]:
            return [await self._snapshot.fetch(acceptances_of(user, version)) for user, version in keys]

        return Batch(each)

    @cached_property
    def organization_counts(self) -> Batch[tuple[UUID, UUID], int]:
        """How many organizations an account has, by (reseller id, account id)."""

        async def count(keys: list[tuple[UUID, UUID]]) -> list[int]:
            numbers = [0] * len(keys)
            for row in await self._snapshot.fetch(organizations_counted(self._scope, *_columns(keys))):
                numbers[row.number - 1] = row.organizations
            return numbers

        return Batch(count)

    async def place(self, kind: DashboardKind, id: UUID) -> Place | None:
        """Return a dashboard that the scope knows of."""
        if kind is DashboardKind.RESELLER:
            reseller = await self.resellers.load(id)
            return reseller and place_of_reseller(reseller)
        if kind is DashboardKind.ACCOUNT:
            account = await self.accounts.load(id)
            return account and place_of_account(account)
        organization = await self.organizations.load(id)
        return organization and place_of_organization(organization, owning_account(organization))

    async def place_behind(self, id: str) -> Place | None:
        """Return the dashboard that a client's id names, or in which what it names lies; None outside the scope."""
        prefix, key = ids.parse(id) or ("", UUID(int=0))
        if prefix in ids.DASHBOARDS:
            return await self.place(ids.DASHBOARDS[prefix], key)
        lying = {"memb": self.memberships, "invt": self.invitations, "key": self.api_keys}.get(prefix)
        row = None if lying is None else await lying.load(key)
        return None if row is None else await self.place(row.kind, row.dashboard_id)

    async def behind(self, id: str) -> Row | OwningAccount | None:
        """Return the reseller, or the account that owns what a client's id leads to; None outside the scope."""
        prefix, key = ids.parse(id) or ("", UUID(int=0))
        if prefix == "resl":
            return await self.resellers.load(key)
        if prefix == "org":
            organization = await self.organizations.load(key)
            return organization and owning_account(organization)
        if prefix == "sub":
            contract = await self.subscriptions.load(key)
            return contract and await self.accounts.load(contract.account_id)
        return await self.accounts.load(key) if prefix == "acct" else None

    def accounts_of(self, asked: AccountList) -> Batch[tuple[UUID, date], Slice]:
        """The same page of the accounts of many resellers, by (reseller id, its civil day)."""

        async def slices(keys: list[tuple[UUID, date]]) -> list[Slice]:
            found: dict[UUID, list[Row]] = {reseller: [] for reseller, _ in keys}
            for today, resellers in _by_day(keys).items():
                rows = await self._snapshot.fetch(asked.paged(self._own(resellers), today))
                for row in rows:
                    found[row.reseller_id].append(row)
                if asked.carries_number:
                    numbers = {(each, today): found[each][0].number for each in resellers if found[each]}
                    self.account_counts(asked.kept).know_each(numbers, numbers.values())
            return asked.page.cut_each([found[reseller] for reseller, _ in keys], asked.order_name)

        return self._account_pages.setdefault(asked, Batch(slices))

    def account_counts(self, kept: Kept) -> Batch[tuple[UUID, date], int]:
        """How many accounts of many resellers are kept, by (reseller id, its civil day)."""

        async def counts(keys: list[tuple[UUID, date]]) -> list[int]:
            found: dict[UUID, int] = {}
            for today, resellers in _by_day(keys).items():
                rows = await self._snapshot.fetch(kept.counted(self._own(resellers), today))
                found.update({row.reseller_id: row.number for row in rows})
            return [found.get(reseller, 0) for reseller, _ in keys]

        return self._account_counts.setdefault(kept, Batch(counts))

    @cached_property
    def _account_pages(self) -> dict[AccountList, Batch[tuple[UUID, date], Slice]]:
        return {}

    @cached_property
    def _account_counts(self) -> dict[Kept, Batch[tuple[UUID, date], int]]:
        return {}

    @cached_property
    def _organization_pages(self) -> dict[OrganizationList, Batch[tuple[UUID, UUID], Slice]]:
        return {}

    def _own(self, resellers: Sequence[UUID]) -> list[UUID]:
        return [reseller for reseller in resellers if reseller in self._scope.resellers]

    def organizations_of(self, asked: OrganizationList) -> Batch[tuple[UUID, UUID], Slice]:
        """The same page of the organizations of many accounts, by (reseller id, account id)."""

        async def slices(keys: list[tuple[UUID, UUID]]) -> list[Slice]:
            found: list[list[Row]] = [[] for _ in keys]
            for row in await self._snapshot.fetch(asked.paged(self._scope, *_columns(keys))):
                found[row.number - 1].append(row)
            return asked.page.cut_each(found, ORGANIZATIONS_BY_NAME.name)

        return self._organization_pages.setdefault(asked, Batch(slices))


def _by_day(keys: Sequence[tuple[UUID, date]]) -> dict[date, list[UUID]]:
    # At any instant there are two civil days on earth, for an hour three.
    days: dict[date, list[UUID]] = {}
    for reseller, today in keys:
        days.setdefault(today, []).append(reseller)
    return days


def _columns(keys: Sequence[tuple[UUID, UUID]]) -> tuple[list[UUID], list[UUID]]:
    """Return the tenants and the ids for pairs()."""
    tenants = [tenant for tenant, _ in keys]
    return tenants[:1] if len(set(tenants)) == 1 else tenants, [id for _, id in keys]
