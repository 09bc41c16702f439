"""The accounts screen: which accounts, in which order, which page."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from domain.errors import BadInput
from models.accounts import Account as Row
from models.accounts import account_rows, has_status, status_ends_on
from models.paging import Order, Page
from schema.accounts import AccountConnection, AccountFilter, AccountOrder
from schema.context import Info
from schema.enums import AccountOrderField, OrderDirection

LONGEST_SEARCH = 256
BY_NAME = AccountOrder(field=AccountOrderField.NAME, direction=OrderDirection.ASC)


async def accounts_of(
    reseller: Any,  # noqa: ANN401 # a row of models.reseller_rows()
    info: Info,
    first: int | None,
    after: str | None,
    last: int | None,
    before: str | None,
    where: AccountFilter | None,
    order_by: AccountOrder | None,
) -> AccountConnection:
    """Return one page of the reseller's accounts. Raises BadInput naming the argument at fault."""
    today = info.context.today(reseller.time_zone)
    page = Page.asked(first=first, after=after, last=last, before=before)
    order = _order(order_by or BY_NAME, today)
    kept = account_rows().where(Row.reseller_id == reseller.id, *_conditions(where, today))
    rows = await info.context.snapshot.fetch(page.of(kept, order))
    counting = kept.with_only_columns(sa.func.count(), maintain_column_froms=True)
    return AccountConnection.of(page.cut(rows, order), counting, info)


def _conditions(where: AccountFilter | None, today: date) -> Iterator[sa.ColumnElement[bool]]:
    if where is None:
        return
    if where.status is not None:
        yield sa.or_(sa.false(), *(has_status(status, today) for status in where.status))
    if where.support_type is not None:
        yield Row.support_type == where.support_type
    if where.search:
        yield _mentions(where.search)


def _mentions(search: str) -> sa.ColumnElement[bool]:
    if len(search) > LONGEST_SEARCH or "\0" in search:
        raise BadInput("search", f"Search for at most {LONGEST_SEARCH} characters, none of them NUL.").below("where")
    part = search.strip().lower()
    return sa.or_(
        sa.func.lower(Row.name).contains(part, autoescape=True), Row.subdomain.contains(part, autoescape=True)
    )


def _order(order_by: AccountOrder, today: date) -> Order:
    keys: dict[AccountOrderField, tuple[sa.ColumnElement[Any], Any]] = {
        AccountOrderField.NAME: (sa.func.lower(Row.name), str),
        AccountOrderField.CREATED_AT: (sa.type_coerce(Row.created_at, sa.DateTime(timezone=True)), _instant),
        AccountOrderField.STATUS_ENDS_ON: (status_ends_on(today), date.fromisoformat),
    }
    key, read = keys[order_by.field]
    return Order(
        name=f"{order_by.field.value}_{order_by.direction.value}",
        key=key,
        id=Row.__table__.c.id,
        read=read,
        is_descending=order_by.direction is OrderDirection.DESC,
    )


def _instant(written: str) -> datetime:
    instant = datetime.fromisoformat(written)
    if instant.tzinfo is None:
        raise ValueError(written)
    return instant
