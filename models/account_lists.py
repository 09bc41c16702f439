"""The accounts screen: which accounts, in which order, which page, for many resellers at once."""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from domain.catalog import SupportType
from domain.lifecycle import AccountStatus
from models.accounts import Account, account_rows, accounts_beside_reseller, has_status, with_contract
from models.asking import Asked
from models.base import among
from models.paging import Order, Page, Position, Read
from models.prepared import Ids, Prepared
from models.reading import within
from models.resellers import Reseller
from models.status_ends import status_ends_on, stretches
from models.subscriptions import SHOWN

Selected = sa.Select[*tuple[Any, ...]]
# So many lists that differ by more than a cursor and the text that is searched for are kept prepared.
FORMS = 200
# Stands for any text in the form of a search.
ANYTHING = "*"
_SPECIAL = re.compile("[%_/]")


class AccountOrderField(Enum):
    """By what the accounts screen can be ordered."""

    NAME = "NAME"
    CREATED_AT = "CREATED_AT"
    STATUS_ENDS_ON = "STATUS_ENDS_ON"


# Of what kind each order's key is, and how it is read from a cursor.
KEYS: dict[AccountOrderField, tuple[type, Read]] = {
    AccountOrderField.NAME: (str, str),
    AccountOrderField.CREATED_AT: (datetime, datetime.fromisoformat),
    AccountOrderField.STATUS_ENDS_ON: (date, date.fromisoformat),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """Which accounts a list keeps; what is not given asks nothing. `search` is in lower case."""

    statuses: tuple[AccountStatus, ...] | None = None
    support_type: SupportType | None = None
    search: str = ""

    @property
    def form(self) -> "Kept":
        """The same with whatever text: what one statement keeps, with the pattern as a parameter."""
        return replace(self, search=ANYTHING) if self.search else self

    @property
    def pattern(self) -> str:
        """What names and subdomains are like that have the text in them."""
        return "%" + _SPECIAL.sub(r"/\g<0>", self.search) + "%"

    def of(self, rows: Selected, today: date, pattern: str) -> Selected:
        """Restrict accounts to those that are kept on a civil day; to ask for statuses takes with_contract()."""
        if self.statuses is not None:
            rows = rows.where(sa.or_(sa.false(), *(has_status(status, today) for status in self.statuses)))
        if self.support_type is not None:
            rows = rows.where(Account.support_type == self.support_type)
        if self.search:
            named = Account.lower_name.like(pattern, escape="/")
            rows = rows.where(sa.or_(named, Account.subdomain.like(pattern, escape="/")))
        return rows

    def may_be(self, statuses: Set[AccountStatus]) -> bool:
        """Tell whether an account of one of these statuses may be kept, where any is."""
        return not self.statuses or not statuses.isdisjoint(self.statuses)

    def counted(self, resellers: Ids, today: date) -> Asked:
        """Select how many accounts of each reseller are kept; a reseller without any has no row."""
        return _prepared_count(self.form)(resellers, today, self.pattern)

    def _counted(self, resellers: Ids, today: date, pattern: str) -> Selected:
        # Of the tables that a page needs only those that are asked: counting looks at every account there is.
        counted = sa.select(Account.reseller_id, sa.func.count().label("number")).select_from(Account)
        mine = counted if self.statuses is None else with_contract(counted)
        return self.of(mine, today, pattern).where(among(Account.reseller_id, resellers)).group_by(Account.reseller_id)


EVERY = Kept()


@dataclass(frozen=True, slots=True)
class AccountList:
    """What was asked for. Equal ones are read together, whosever accounts they are.

    Its rows are those of account_rows() and the `sort_key`, but for the columns that are `unread`. They may carry their
    open `contract`, as contracts are SHOWN, and the `number` of all that are kept of their reseller's.
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
        keys: dict[AccountOrderField, sa.ColumnElement[Any]] = {
            AccountOrderField.NAME: Account.__table__.c.lower_name,
            AccountOrderField.CREATED_AT: sa.type_coerce(Account.created_at, sa.DateTime(timezone=True)),
            AccountOrderField.STATUS_ENDS_ON: status_ends_on(today),
        }
        return Order(self.order_name, keys[self.field], Account.__table__.c.id, self.is_descending)

    def paged(self, resellers: Ids, today: date) -> Asked:
        """Select this page of each reseller's accounts. Raises BadInput where the cursor is not of this order."""
        _, read = KEYS[self.field]
        place = self.page.place(self.order_name, read)
        form = replace(self, page=self.page.form, kept=self.kept.form)
        return _prepared_page(form)(resellers, today, *place, self.kept.pattern)

    def _paged(self, resellers: Ids, today: date, key: Any, id: UUID, pattern: str) -> Selected:  # noqa: ANN401 # the order's
        if self.kept.search:
            listed = self._searched(today, (key, id), pattern)
        else:
            mine = self.kept.of(self._read(accounts_beside_reseller()), today, pattern)
            each = self._first(mine, today, (key, id)).lateral("page")
            shown = [column for column in each.c if column.key not in self.unread]
            ordered = sa.select(*shown).select_from(Reseller).join(each, sa.true())
            listed = ordered.order_by(*self._directed(each.c.sort_key, each.c.id))
        theirs = listed.where(among(Reseller.id, resellers))
        if not self.carries_number:
            return theirs
        # On its own: as a sub-select it would be worked out for each row.
        counted = self.kept._counted(resellers, today, pattern).cte("counted").prefix_with("MATERIALIZED")
        return theirs.add_columns(counted.c.number).join(counted, counted.c.reseller_id == Reseller.id)

    def _searched(self, today: date, place: Position, pattern: str) -> Selected:
        # The names' index has the subdomains as well: whom a search does not find is looked at there, and not fetched.
        needs_contract = self.kept.statuses is not None or self.field is AccountOrderField.STATUS_ENDS_ON
        ids = sa.select(Account.id).select_from(Account)
        found = self.kept.of(with_contract(ids) if needs_contract else ids, today, pattern)
        each = self._first(found, today, place).lateral("found")
        sort_key = [] if "sort_key" in self.unread else [each.c.sort_key]
        listed = self._read(account_rows()).add_columns(*sort_key).join(each, each.c.id == Account.id)
        return listed.order_by(*self._directed(each.c.sort_key, each.c.id))

    def _first(self, accounts: Selected, today: date, place: Position) -> Selected:
        order, mine = self.order(today), accounts.where(Account.reseller_id == Reseller.id)
        # What a search finds is few, out of all: it is sorted.
        if self.field is not AccountOrderField.STATUS_ENDS_ON or self.kept.search:
            return self.page.of(mine, order, place).correlate(Reseller)
        wanted = [each for each in stretches(order, today) if self.kept.may_be(each.statuses)]
        parts = [self.page.of(mine.where(each.within), each.order, place).correlate(Reseller) for each in wanted]
        found = sa.union_all(*parts).subquery("found")
        return self.page.first(sa.select(found), replace(order, key=found.c.sort_key, id=found.c.id))

    def _read(self, rows: Selected) -> Selected:
        columns = [each for each in rows.selected_columns if each.key not in self.unread]
        contract = within("contract", SHOWN) if self.carries_contracts else []
        return rows.with_only_columns(*columns, *contract, maintain_column_froms=True)

    def _directed(self, *keys: sa.ColumnElement[Any]) -> Iterator[sa.ColumnElement[Any]]:
        ascends = self.is_descending == self.page.is_backward
        return (key if ascends else key.desc() for key in keys)


@lru_cache(FORMS)
def _prepared_count(kept: Kept) -> Prepared[[Ids, date, str]]:
    return Prepared(kept._counted, needs_own_plan=kept != EVERY)


@lru_cache(FORMS)
def _prepared_page(asked: AccountList) -> Prepared[[Ids, date, Any, Any, str]]:
    # Without a filter a page is read from its place, whatever it is.
    kind, _ = KEYS[asked.field]
    return Prepared(asked._paged, needs_own_plan=asked.kept != EVERY, kinds={"key": kind})
