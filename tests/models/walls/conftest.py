"""Two tenants with a row in every walled table, and a bare connection as the application's role."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from domain.tenancy import Role
from mail.letters import Kind
from mail.outbox import post
from models.embedded import EmbeddedDatabase
from models.walls import EVERYTHING, WALLED, scoped
from tests.world import SEALER, World, gid

# What tells a tenant's rows apart.
NAMES = {"idempotency_keys": "principal_id"}
# What has to be otherwise in a second row of the same tenant.
ANOTHER: dict[str, dict[str, Any]] = {
    "invitations": {"email": "another@example.test"},
    "organizations": {"key": "another"},
    "subscriptions": {"status": "CANCELED"},
}


@dataclass(frozen=True, slots=True)
class Tenants:
    """Two resellers' ids, and by table and reseller the one row, as JSON."""

    northwind: UUID
    contoso: UUID
    rows: dict[tuple[str, UUID], dict[str, Any]]

    def another(self, table: str, reseller: UUID, **changed: object) -> str:
        """Return a second row of a tenant, which PostgreSQL takes if the wall does."""
        row = self.rows[table, reseller] | ANOTHER.get(table, {}) | {NAMES.get(table, "id"): uuid7()} | changed
        return json.dumps(row, default=str)


@pytest.fixture
async def sql(postgres: EmbeddedDatabase, world: World) -> AsyncIterator[asyncpg.Connection]:
    """A connection that has never been used, as the application's role."""
    connection = await asyncpg.connect(postgres.application_url.replace("+asyncpg", ""))
    yield connection
    await connection.close()


@pytest.fixture
async def tenants(world: World, sql: asyncpg.Connection, postgres: EmbeddedDatabase) -> Tenants:
    """Both tenants have everything."""
    resellers = [await world.reseller(name) for name in ("Northwind", "Contoso")]
    for reseller in resellers:
        account = await world.account(reseller)
        await world.organization(account)
        await world.contract(account)
        ada = await world.person()
        await world.join(ada, Role.ADMIN, reseller)
        _, robot = await world.key(ada, Role.ADMIN, account)
        await robot.mutate("updateAccount", {"id": gid(account), "name": "New", "idempotencyKey": "once"})
        await world.invitation(account)
        async with world.database.transaction({reseller.id}) as transaction:
            to, at = "x@example.test", world.clock()
            post(transaction, SEALER, kind=Kind.PASSWORD_CHANGED, to=to, values={}, reseller_id=reseller.id, at=at)
    northwind, contoso = (reseller.id for reseller in resellers)
    return Tenants(northwind, contoso, await _rows(postgres, [northwind, contoso]))


async def _rows(postgres: EmbeddedDatabase, resellers: list[UUID]) -> dict[tuple[str, UUID], dict[str, Any]]:
    connection = await asyncpg.connect(postgres.application_url.replace("+asyncpg", ""))
    rows = {}
    async with connection.transaction():
        await connection.execute(scoped(EVERYTHING))
        for table, column in WALLED.items():
            for reseller in resellers:
                one = f"SELECT to_jsonb({table}) FROM {table} WHERE {column} = $1"
                (written,) = await connection.fetch(one, reseller)
                rows[table, reseller] = json.loads(written[0])
    await connection.close()
    return rows
