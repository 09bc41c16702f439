"""The accounts screen: which accounts, in which order, which page, for many resellers at once."""

from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from domain.catalog import SupportType
from domain.lifecycle import AccountStatus
from models.accounts import Account, account_rows, accounts_beside_reseller, has_status, with_contract
from models.asking import Asked
from models.base import among
from models.contracts import carried
from models.paging import Order, Page
from models.prepared import Ids, Prepared
from models.resellers import Reseller
from models.status_ends import status_ends_on, stretches

# Without a cursor and a search, so many lists that differ are kept prepared.
FORMS = 200


class AccountOrderField(Enum):
    """By what the accounts screen can be ordered."""

    NAME = "NAME"
    CREATED_AT = "CREATED_AT"
    STATUS_ENDS_ON = "STATUS_ENDS_ON"


@dataclass(frozen=True, slots=True)
class Kept:
    """Which accounts a list keeps; what is not given asks nothing. `search` is in lower case."""

    statuses: tuple[AccountStatus, ...] | None = None
    support_type: SupportType | None = None
    search: str = ""

    def of(self, rows: sa.Select[*tuple[Any, ...]], today: date) -> sa.Select[*tuple[Any, ...]]:
        """Restrict accounts to those that are kept on a civil day; to ask for statuses takes with_contract()."""
        if self.statuses is not None:
            rows = rows.where(sa.or_(sa.false(), *(has_status(status, today) for status in self.statuses)))
        if self.support_type is not None:
            rows = rows.where(Account.support_type == self.support_type)
        if self.search:
            named = Account.lower_name.contains(self.search, autoescape=True)
            rows = rows.where(sa.or_(named, Account.subdomain.contains(self.search, autoescape=True)))
        return rows

    def may_be(self, statuses: Set[AccountStatus]) -> bool:
        """Tell whether an account of one of these statuses may be kept, where any is."""
        return not self.statuses or not statuses.isdisjoint(self.statuses)

    def counted(self, resellers: Ids, today: date) -> Asked:
        """Select how many accounts of each reseller are kept; a reseller without any has no row."""
        counted = self._prepared() if self.search else _prepared_count(self)
        return counted(resellers, today)

    def _prepared(self) -> Prepared[[Ids, date]]:
        return Prepared(self._counted, needs_own_plan=self != EVERY)

    def _counted(self, resellers: Ids, today: date) -> sa.Select[*tuple[Any, ...]]:
        # Of the tables that a page needs only those that are asked: counting looks at every account there is.
        counted = sa.select(Account.reseller_id, sa.func.count().label("number")).select_from(Account)
        mine = counted if self.statuses is None else with_contract(counted)
        return self.of(mine, today).where(among(Account.reseller_id, resellers)).group_by(Account.reseller_id)


EVERY = Kept()


@dataclass(frozen=True, slots=True)
class AccountList:
    """What was asked for. Equal ones are read together, whosever accounts they are.

    Its rows are those of account_rows() and the `sort_key`, but for the columns that are `unread`. They may carry their
    open contracts, and the `number` of all that are kept of their reseller's.
    """

    kept: Kept
    field: AccountOrderField
    is_descending: bool
    page: Page
    unread: frozenset[str] = frozenset()
    carries_contracts: bool = False
    carries_number: bool = False

    @property
    def order_name(self) -> str:
        """What tells this order's cursors from another's."""
        return f"{self.field.value}_{'DESC' if self.is_descending else 'ASC'}"

    def order(self, today: date) -> Order:
        """Return the order on a civil day, on which Status Ends depends."""
        keys: dict[AccountOrderField, tuple[sa.ColumnElement[Any], Any]] = {
            AccountOrderField.NAME: (Account.__table__.c.lower_name, str),
            AccountOrderField.CREATED_AT: (sa.type_coerce(Account.created_at, sa.DateTime(timezone=True)), _instant),
            AccountOrderField.STATUS_ENDS_ON: (status_ends_on(today), date.fromisoformat),
        }
        key, read = keys[self.field]
        return Order(self.order_name, key, Account.__table__.c.id, read, self.is_descending)

    def paged(self, resellers: Ids, today: date) -> Asked:
        """Select this page of each reseller's accounts. Raises BadInput where the cursor is not of this order."""
        is_anybodys = self.page.cursor is None and not self.kept.search
        paged = _prepared_page(self) if is_anybodys else self._prepared()
        return paged(resellers, today)

    def _prepared(self) -> Prepared[[Ids, date]]:
        # Without a filter a page is read from its place, whatever it is.
        return Prepared(self._paged, needs_own_plan=self.kept != EVERY)

    def _paged(self, resellers: Ids, today: date) -> sa.Select[*tuple[Any, ...]]:
        if self.kept.search:
            return self._searched(resellers, today)
        mine = self.kept.of(self._read(accounts_beside_reseller()), today).where(Account.reseller_id == Reseller.id)
        each = self._first(mine, today).lateral("page")
        shown = [column for column in each.c if column.key not in self.unread]
        listed = sa.select(*shown).select_from(Reseller).join(each, sa.true()).where(among(Reseller.id, resellers))
        ordered = listed.order_by(*self._directed(each.c.sort_key, each.c.id))
        return self._with_number(ordered, resellers, today)

    def _first(self, mine: sa.Select[*tuple[Any, ...]], today: date) -> sa.Select[*tuple[Any, ...]]:
        order = self.order(today)
        if self.field is not AccountOrderField.STATUS_ENDS_ON:
            return self.page.of(mine, order).correlate(Reseller)
        wanted = [each for each in stretches(order, today) if self.kept.may_be(each.statuses)]
        parts = [self.page.of(mine.where(each.within), each.order).correlate(Reseller) for each in wanted]
        found = sa.union_all(*parts).subquery("found")
        return self.page.first(sa.select(found), replace(order, key=found.c.sort_key, id=found.c.id))

    def _searched(self, resellers: Ids, today: date) -> sa.Select[*tuple[Any, ...]]:
        # The names' index has the subdomains as well: whom a search does not find is looked at there, and not fetched.
        needs_contract = self.kept.statuses is not None or self.field is AccountOrderField.STATUS_ENDS_ON
        ids = sa.select(Account.id).select_from(Account).where(Account.reseller_id == Reseller.id)
        found = self.kept.of(with_contract(ids) if needs_contract else ids, today)
        each = self.page.of(found, self.order(today)).correlate(Reseller).lateral("found")
        sort_key = [] if "sort_key" in self.unread else [each.c.sort_key]
        listed = self._read(account_rows()).add_columns(*sort_key).join(each, each.c.id == Account.id)
        mine = listed.where(among(Reseller.id, resellers)).order_by(*self._directed(each.c.sort_key, each.c.id))
        return self._with_number(mine, resellers, today)

    def _with_number(
        self, listed: sa.Select[*tuple[Any, ...]], resellers: Ids, today: date
    ) -> sa.Select[*tuple[Any, ...]]:
        if not self.carries_number:
            return listed
        # On its own: as a sub-select it would be worked out for each row.
        counted = self.kept._counted(resellers, today).cte("counted").prefix_with("MATERIALIZED")
        return listed.add_columns(counted.c.number).join(counted, counted.c.reseller_id == Reseller.id)

    def _read(self, rows: sa.Select[*tuple[Any, ...]]) -> sa.Select[*tuple[Any, ...]]:
        columns = [each for each in rows.selected_columns if each.key not in self.unread]
        contract = carried() if self.carries_contracts else []
        return rows.with_only_columns(*contract, *columns, maintain_column_froms=True)

    def _directed(self, *keys: sa.ColumnElement[Any]) -> Iterator[sa.ColumnElement[Any]]:
        ascends = self.is_descending == self.page.is_backward
        return (key if ascends else key.desc() for key in keys)


@lru_cache(FORMS)
def _prepared_count(kept: Kept) -> Prepared[[Ids, date]]:
    return kept._prepared()


@lru_cache(FORMS)
def _prepared_page(asked: AccountList) -> Prepared[[Ids, date]]:
    return asked._prepared()


def _instant(written: str) -> datetime:
    instant = datetime.fromisoformat(written)
    if instant.tzinfo is None:
        raise ValueError(written)
    return instant
