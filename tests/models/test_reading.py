"""Reading rows: names, enums, and rows within rows."""

from uuid import UUID

import sqlalchemy as sa

from domain.catalog import BillingInterval
from models.base import TextEnum
from models.database import Database
from models.prepared import prepared
from models.reading import within

ONE, OTHER = UUID(int=1), UUID(int=2)


def _values(*rows: tuple[object, ...]) -> sa.Values:
    columns = (
        sa.column("name", sa.Text),
        sa.column("id", sa.Uuid),
        sa.column("interval", TextEnum(BillingInterval)),
        sa.column("reseller_id", sa.Uuid),
    )
    return sa.values(*columns, name="given").data(rows)


async def test_rows_lie_within_rows_and_are_none_where_they_have_no_id(database: Database) -> None:
    given = _values(("a", ONE, BillingInterval.ANNUAL, ONE), ("b", None, None, OTHER), ("c", OTHER, None, OTHER))

    @prepared
    def rows() -> sa.Select[*tuple[object, ...]]:
        contract = within("contract", [given.c.id, given.c.interval])
        return sa.select(*contract, given.c.name, given.c.reseller_id).order_by(given.c.name)

    found = await database.fetch(rows())

    assert [row._fields for row in found] == [("name", "reseller_id", "contract")] * 3
    assert [(row.name, row.reseller_id) for row in found] == [("a", ONE), ("b", OTHER), ("c", OTHER)]
    assert [row.contract and row.contract._asdict() for row in found] == [
        {"id": ONE, "interval": BillingInterval.ANNUAL},
        None,
        {"id": OTHER, "interval": None},
    ]


async def test_no_records_are_no_rows(database: Database) -> None:
    given = _values(("a", ONE, BillingInterval.ANNUAL, ONE))

    @prepared
    def rows() -> sa.Select[*tuple[object, ...]]:
        return sa.select(given.c.name, *within("contract", [given.c.id, given.c.interval])).where(sa.false())

    assert await database.fetch(rows()) == []


async def test_rows_of_one_tenant_share_its_id(database: Database) -> None:
    given = _values(("a", ONE, None, ONE), ("b", ONE, None, ONE))

    @prepared
    def rows() -> sa.Select[*tuple[object, ...]]:
        return sa.select(given.c.reseller_id, given.c.id)

    first, second = await database.fetch(rows())

    assert first.reseller_id is second.reseller_id
    assert (first.reseller_id, first.id) == (ONE, ONE)
    assert first.id is not second.id
