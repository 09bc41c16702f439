"""The accounts screen: which accounts, in which order, which page, for many resellers at once."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from domain.catalog import SupportType
from domain.lifecycle import AccountStatus
from models.accounts import Account, account_rows, has_status, status_ends_on
from models.asking import Asked
from models.base import among
from models.paging import Order, Page
from models.prepared import Ids, Prepared, prepared
from models.resellers import Reseller

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

    def rows(self, today: date) -> sa.Select[*tuple[Any, ...]]:
        """Select the accounts that are kept on a civil day, of whichever reseller."""
        rows = account_rows()
        if self.statuses is not None:
            rows = rows.where(sa.or_(sa.false(), *(has_status(status, today) for status in self.statuses)))
        if self.support_type is not None:
            rows = rows.where(Account.support_type == self.support_type)
        if self.search:
            named = Account.lower_name.contains(self.search, autoescape=True)
            rows = rows.where(sa.or_(named, Account.subdomain.contains(self.search, autoescape=True)))
        return rows

    def counted(self, resellers: Ids, today: date) -> Asked:
        """Select how many accounts of each reseller are kept; a reseller without any has no row."""
        counted = prepared(self._counted) if self.search else _prepared_count(self)
        return counted(resellers, today)

    def _counted(self, resellers: Ids, today: date) -> sa.Select[*tuple[Any, ...]]:
        mine = self.rows(today).where(among(Account.reseller_id, resellers))
        counts = mine.with_only_columns(
            Account.reseller_id, sa.func.count().label("number"), maintain_column_froms=True
        )
        return counts.group_by(Account.reseller_id)


@dataclass(frozen=True, slots=True)
class AccountList:
    """What was asked for. Equal ones are read together, whosever accounts they are."""

    kept: Kept
    field: AccountOrderField
    is_descending: bool
    page: Page

    def order(self, today: date) -> Order:
        """Return the order on a civil day, on which Status Ends depends."""
        keys: dict[AccountOrderField, tuple[sa.ColumnElement[Any], Any]] = {
            AccountOrderField.NAME: (Account.__table__.c.lower_name, str),
            AccountOrderField.CREATED_AT: (sa.type_coerce(Account.created_at, sa.DateTime(timezone=True)), _instant),
            AccountOrderField.STATUS_ENDS_ON: (status_ends_on(today), date.fromisoformat),
        }
        key, read = keys[self.field]
        name = f"{self.field.value}_{'DESC' if self.is_descending else 'ASC'}"
        return Order(name, key, Account.__table__.c.id, read, self.is_descending)

    def paged(self, resellers: Ids, today: date) -> Asked:
        """Select this page of each reseller's accounts. Raises BadInput where the cursor is not of this order."""
        is_anybodys = self.page.cursor is None and not self.kept.search
        paged = _prepared_page(self) if is_anybodys else prepared(self._paged)
        return paged(resellers, today)

    def _paged(self, resellers: Ids, today: date) -> sa.Select[*tuple[Any, ...]]:
        owner = aliased(Reseller, name="owner")
        mine = self.kept.rows(today).where(Account.reseller_id == owner.id)
        each = self.page.of(mine, self.order(today)).correlate(owner).lateral("page")
        listed = sa.select(*each.c).select_from(owner).join(each, sa.true()).where(among(owner.id, resellers))
        ascends = self.is_descending == self.page.is_backward
        keys = (each.c.sort_key, each.c.id)
        return listed.order_by(*(keys if ascends else (key.desc() for key in keys)))


@lru_cache(FORMS)
def _prepared_count(kept: Kept) -> Prepared[[Ids, date]]:
    return prepared(kept._counted)


@lru_cache(FORMS)
def _prepared_page(asked: AccountList) -> Prepared[[Ids, date]]:
    return prepared(asked._paged)


def _instant(written: str) -> datetime:
    instant = datetime.fromisoformat(written)
    if instant.tzinfo is None:
        raise ValueError(written)
    return instant
