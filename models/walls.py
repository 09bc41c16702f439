"""The walls between tenants that PostgreSQL itself holds: which tables have one, and in whose data a transaction works.

A transaction says at its beginning whose rows it may touch, in the setting app.resellers, for itself alone (SET LOCAL);
every walled table has one policy for reading and writing that compares it with the row. Unset it is empty, and nothing
is seen. Statements name the tenant besides: the wall is there for the day on which one does not.
"""

from collections.abc import Collection, Iterable
from enum import Enum
from functools import cached_property
from typing import Final
from uuid import UUID


class Everything(Enum):
    """Whoever works for no viewer: the operator's commands, the delivery of mail, the demo."""

    EVERYTHING = "*"


# The resellers in whose data a transaction works; or, said in so many words, all of them.
Tenants = Collection[UUID] | Everything

EVERYTHING: Final = Everything.EVERYTHING


class Named(list[UUID]):
    """Tenants that are named with every request of somebody: what is written of them is worked out once."""

    @cached_property
    def written(self) -> str:
        """Their ids in hexadecimal digits."""
        return _written(self)


NOTHING: Final[frozenset[UUID]] = frozenset()
# The tenant of what belongs to no reseller: signing in, a new password, a price book.
NOWHERE: Final = UUID(int=0)
PERSONAL: Final = frozenset({NOWHERE})

# Each walled table, and the column that names the tenant.
WALLED: Final = {
    "accounts": "reseller_id",
    "api_keys": "reseller_id",
    "audit_events": "reseller_id",
    "idempotency_keys": "reseller_id",
    "invitations": "reseller_id",
    "mails": "reseller_id",
    "organizations": "reseller_id",
    "resellers": "id",
    "subscriptions": "reseller_id",
}
# All other tables, and why they have no wall (docs/decisions/0014-walls-in-the-database.md).
UNWALLED: Final = {
    "alembic_version": "says which migrations ran",
    "api_key_secrets": "leads from the hash of a secret to the tenant, which is not known before",
    "budgets": "counts points by a hash, for principals and strangers",
    "invitation_tokens": "leads from the hash of a secret to the tenant, which is not known before",
    "invited_addresses": "leads from an address to the tenants that have invited it",
    "memberships": "found by the user, who may belong to any tenants: they are what the scope is made from",
    "password_resets": "found by the user, who belongs to no tenant",
    "plans": "the same for every tenant, and written by the operator only",
    "price_books": "the same for every tenant, and written by the operator only",
    "recovery_codes": "found by the user, who belongs to no tenant",
    "sessions": "found by the user and the hash of a secret, before any tenant is known",
    "sign_in_rules": "read with the memberships by the one statement that finds out who asks",
    "subdomains": "leads from a name, unique over all tenants, to the tenant",
    "terms_acceptances": "found by the user, as the memberships are",
    "terms_versions": "the same for every tenant, and written by the operator only",
    "throttles": "counts attempts by a hash, before anybody is known",
    "two_factors": "found by the user, who belongs to no tenant",
    "user_emails": "leads from an address to the user",
    "users": "found by their id, and belong to no tenant",
}
POLICY: Final = "tenant_wall"

# In sub-selects that do not look at the row: each is worked out once a statement, and the tenants are looked up in a
# hash (measured: 10,000 of them in 48 ms, where an array was searched for 700). What was set in one transaction is ''
# in the next one, not null, and '' is no array.
_SETTING = "current_setting('app.resellers', true)"
_WORKS_FOR_ALL = f"(select {_SETTING}) = '*'"
_TENANTS = f"select unnest((select nullif(nullif({_SETTING}, ''), '*')::uuid[]))"

# The same as PostgreSQL 15 to 18 write it.
AS_WRITTEN: Final = (
    "((( SELECT current_setting('app.resellers'::text, true) AS current_setting) = '*'::text) OR "
    "({column} IN ( SELECT unnest(( SELECT (NULLIF(NULLIF(current_setting('app.resellers'::text, true), ''::text), "
    "'*'::text))::uuid[] AS \"nullif\")) AS unnest)))"
)


def scoped(tenants: Tenants) -> str:
    """Return the statement that lets the rest of a transaction touch these tenants' rows and no others."""
    if isinstance(tenants, Everything):
        named = tenants.value
    else:
        named = f"{{{tenants.written if isinstance(tenants, Named) else _written(tenants)}}}"
    return f"SET LOCAL app.resellers = '{named}'"


def _written(tenants: Iterable[UUID]) -> str:
    # Hexadecimal digits: no text of anybody's gets into a statement.
    return ",".join(tenant.bytes.hex() for tenant in tenants)


def wall(table: str, column: str = "reseller_id") -> tuple[str, ...]:
    """Return the statements that put up a table's wall, for migrations: who owns the table is bound as well."""
    condition = f"{_WORKS_FOR_ALL} or {column} in ({_TENANTS})"
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY {POLICY} ON {table} USING ({condition}) WITH CHECK ({condition})",
    )


def no_wall(table: str) -> tuple[str, ...]:
    """Return the statements that take a table's wall down again."""
    return (
        f"DROP POLICY {POLICY} ON {table}",
        f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
    )
