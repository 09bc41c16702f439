"""What the walls let through and what they do not, by table and verb, with the application out of the way."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from models import Base
from models.walls import EVERYTHING, NOTHING, WALLED, scoped
from tests.models.walls.conftest import NAMES, Tenants

TABLES = sorted(WALLED)
BEHIND = "new row violates row-level security policy for table"
# The application adds to the audit and never changes it, in whosever scope.
ONLY_ADDED_TO = {"audit_events"}

CLOSED = [
    "another tenant's",
    "nobody's",
    "never set",
    "empty",
    "set in the transaction before",
    "rolled back",
    "set for the transaction, outside of one",
]


@asynccontextmanager
async def scope(sql: asyncpg.Connection, tenants: Tenants, kind: str) -> AsyncIterator[None]:
    """Open a transaction in which Northwind's rows must not be reached."""
    mine = scoped({tenants.northwind})
    if kind == "set in the transaction before":
        async with sql.transaction():
            await sql.execute(mine)
            assert await sql.fetchval("SELECT count(*) FROM accounts") == 1
    if kind == "rolled back":
        await sql.execute(f"BEGIN; {mine}; ROLLBACK")
    if kind == "set for the transaction, outside of one":
        await sql.execute(f"BEGIN; {mine}; COMMIT")
        yield
        return
    within = {"another tenant's": scoped({tenants.contoso}), "nobody's": scoped(NOTHING)}
    within["empty"] = "SET LOCAL app.resellers = ''"
    async with sql.transaction():
        if kind in within:
            await sql.execute(within[kind])
        yield


def insert_into(table: str) -> str:
    """Return the statement that takes a row as JSON; what PostgreSQL computes is left to it."""
    columns = ", ".join(each.name for each in Base.metadata.tables[table].columns if each.computed is None)
    return (
        f"INSERT INTO {table} ({columns}) SELECT {columns} FROM jsonb_populate_record(NULL::{table}, $1::text::jsonb)"
    )


async def refusal(sql: asyncpg.Connection, statement: str, *values: object) -> str:
    with pytest.raises(asyncpg.PostgresError) as refused:
        async with sql.transaction():
            await sql.execute(statement, *values)
    return str(refused.value)


@pytest.mark.parametrize("table", TABLES)
async def test_a_tenants_rows_are_read_and_written_in_its_scope(
    sql: asyncpg.Connection, tenants: Tenants, table: str
) -> None:
    column, name, added = WALLED[table], NAMES.get(table, "id"), uuid7()
    mine = {tenants.northwind, added} if table == "resellers" else {tenants.northwind}
    async with sql.transaction():
        await sql.execute(scoped(mine))
        seen = await sql.fetch(f"SELECT {column} AS tenant FROM {table}")
        one = tenants.another(table, tenants.northwind, **{name: added})
        inserted = await sql.execute(insert_into(table), one)
        verbs = [f"UPDATE {table} SET {column} = {column} WHERE {name} = $1", f"DELETE FROM {table} WHERE {name} = $1"]
        if table in ONLY_ADDED_TO:
            told = [await refusal(sql, verb, added) for verb in verbs]
        else:
            told = [await sql.execute(verb, added) for verb in verbs]

    assert [row["tenant"] for row in seen] == [tenants.northwind]
    assert inserted == "INSERT 0 1"
    denied = [f"permission denied for table {table}"] * 2
    assert told == (denied if table in ONLY_ADDED_TO else ["UPDATE 1", "DELETE 1"])


@pytest.mark.parametrize("kind", CLOSED)
@pytest.mark.parametrize("table", TABLES)
async def test_a_tenants_rows_are_out_of_reach_in_any_other_scope(
    sql: asyncpg.Connection, tenants: Tenants, table: str, kind: str
) -> None:
    column, name = WALLED[table], NAMES.get(table, "id")
    named, id = f"{column} = $1 AND {name} = $2", UUID(tenants.rows[table, tenants.northwind][name])
    async with scope(sql, tenants, kind):
        seen = await sql.fetch(f"SELECT 1 FROM {table} WHERE {named}", tenants.northwind, id)
        counted = await sql.fetchval(f"SELECT count(*) FROM {table} WHERE {column} = $1", tenants.northwind)
        one = tenants.another(table, tenants.northwind)
        inserted = await refusal(sql, insert_into(table), one)
        verbs = [f"UPDATE {table} SET {column} = {column} WHERE {named}", f"DELETE FROM {table} WHERE {named}"]
        if table in ONLY_ADDED_TO:
            told = [await refusal(sql, verb, tenants.northwind, id) for verb in verbs]
        else:
            told = [await sql.execute(verb, tenants.northwind, id) for verb in verbs]

    assert (seen, counted) == ([], 0)
    assert inserted == f'{BEHIND} "{table}"'
    denied = [f"permission denied for table {table}"] * 2
    assert told == (denied if table in ONLY_ADDED_TO else ["UPDATE 0", "DELETE 0"])


@pytest.mark.parametrize("table", sorted(set(TABLES) - ONLY_ADDED_TO))
async def test_no_row_is_moved_to_another_tenant(sql: asyncpg.Connection, tenants: Tenants, table: str) -> None:
    async with sql.transaction():
        await sql.execute(scoped({tenants.northwind}))

        moved = await refusal(sql, f"UPDATE {table} SET {WALLED[table]} = $1", tenants.contoso)

    assert moved == f'{BEHIND} "{table}"'


@pytest.mark.parametrize("table", TABLES)
async def test_everything_is_seen_only_where_that_is_said(
    sql: asyncpg.Connection, tenants: Tenants, table: str
) -> None:
    async with sql.transaction():
        await sql.execute(scoped(EVERYTHING))
        seen = await sql.fetch(f"SELECT {WALLED[table]} AS tenant FROM {table}")
    after = await sql.fetch(f"SELECT 1 FROM {table}")

    assert {row["tenant"] for row in seen} == {tenants.northwind, tenants.contoso}
    assert after == []


@pytest.mark.parametrize(
    ("table", "column", "referred"),
    [
        ("organizations", "account_id", "accounts"),
        ("subscriptions", "account_id", "accounts"),
        ("invitations", "account_id", "accounts"),
        ("invitations", "organization_id", "organizations"),
        ("api_keys", "account_id", "accounts"),
    ],
)
async def test_a_reference_to_another_tenants_row_is_refused_as_one_to_nothing(
    sql: asyncpg.Connection, tenants: Tenants, table: str, column: str, referred: str
) -> None:
    foreign, missing = tenants.rows[referred, tenants.contoso]["id"], str(uuid7())
    told = []
    for id in (foreign, missing):
        async with sql.transaction():
            await sql.execute(scoped({tenants.northwind}))
            one = tenants.another(table, tenants.northwind, **{column: id})
            with pytest.raises(asyncpg.ForeignKeyViolationError) as refused:
                async with sql.transaction():
                    await sql.execute(insert_into(table), one)
        told.append(re.sub("[0-9a-f-]{36}", "…", f"{refused.value} {refused.value.detail}"))

    assert told[0] == told[1]


async def test_a_tenant_that_does_not_exist_is_told_like_one_that_does(
    sql: asyncpg.Connection, tenants: Tenants
) -> None:
    async with sql.transaction():
        await sql.execute(scoped({tenants.northwind}))
        told = [
            await refusal(sql, insert_into("accounts"), tenants.another("accounts", tenants.northwind, **changed))
            for changed in ({"reseller_id": tenants.contoso}, {"reseller_id": uuid7()})
        ]

    assert told == [f'{BEHIND} "accounts"'] * 2
