"""Inspecting the walls before anything is served: they bind nobody whom PostgreSQL lets pass.

WallsDown     serving would be unsafe; the message is one sentence that names what is not so, and what to do
"""

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from models.database import Database
from models.walls import AS_WRITTEN, POLICY, WALLED

_ROLE = sa.text("""
    SELECT current_user AS role,
           (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS is_superuser,
           (SELECT max(rolname) FROM pg_roles
             WHERE (rolsuper OR rolbypassrls) AND pg_has_role(current_user, oid, 'MEMBER')) AS passing
""")
_TABLES = sa.text("""
    SELECT c.relname AS name,
           c.relrowsecurity AND c.relforcerowsecurity AS is_forced,
           pg_get_userbyid(c.relowner) AS owner,
           pg_has_role(current_user, c.relowner, 'MEMBER') AS is_owned,
           has_table_privilege(c.oid, 'TRUNCATE') AS can_be_truncated,
           has_table_privilege(c.oid, 'DELETE') OR has_any_column_privilege(c.oid, 'UPDATE') AS can_be_changed,
           coalesce((SELECT array_agg(concat_ws(' / ', p.polname, p.polcmd, p.polpermissive, p.polroles,
                                                pg_get_expr(p.polqual, p.polrelid),
                                                pg_get_expr(p.polwithcheck, p.polrelid)))
                       FROM pg_policy p WHERE p.polrelid = c.oid), '{}') AS policies
      FROM pg_class c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relname = any (:walled)
     ORDER BY c.relname
""").bindparams(sa.bindparam("walled", sorted(WALLED), sa.ARRAY(sa.Text())))
_ADVICE = "give the application a role of its own (README, A PostgreSQL of your own)"
_MIGRATE = "run server.py migrate"


class WallsDown(Exception):
    """Row level security would not bind us, so nothing is served."""


async def require_walls(database: Database) -> None:
    """Return where row level security binds this connection's role on every tenant table. Raises WallsDown."""
    (role,) = await database.fetch(_ROLE)
    for breach in _breaches(role, await database.fetch(_TABLES)):
        raise WallsDown(f"DATABASE_URL: {breach}.")


def _breaches(role: Any, tables: Sequence[Any]) -> Iterator[str]:  # noqa: ANN401 # rows
    who = f"the role {role.role}"
    if role.is_superuser:
        yield f"{who} is a superuser, whom row level security does not bind: {_ADVICE}"
    if role.passing is not None:
        yield f"{who} is, or can become, {role.passing}, whom row level security does not bind: {_ADVICE}"
    found = {table.name: table for table in tables}
    for name in sorted(WALLED):
        if name not in found:
            yield f"there is no table {name}: {_MIGRATE}"
        yield from _breaches_of(found[name], who)


def _breaches_of(table: Any, who: str) -> Iterator[str]:  # noqa: ANN401 # a row
    if table.is_owned:
        yield f"{who} owns the table {table.name}, or can become its owner {table.owner}: {_ADVICE}"
    if not table.is_forced:
        yield f"row level security is not forced on the table {table.name}: {_MIGRATE}, or force it again"
    if table.policies != [_policy(table.name)]:
        yield f"the table {table.name} has not exactly the policy {POLICY}: {_MIGRATE}, or restore it"
    if table.can_be_truncated:
        yield f"{who} may TRUNCATE the table {table.name}, which no policy stops: revoke that"
    if table.name == "audit_events" and table.can_be_changed:
        yield f"{who} may change the table {table.name}: revoke UPDATE and DELETE from it"  # noqa: S608 # a sentence


def _policy(table: str) -> str:
    # For every verb (*), permissive, for everybody (0), and the same for what is read and what is written.
    written = AS_WRITTEN.format(column=WALLED[table])
    return f"{POLICY} / * / t / {{0}} / {written} / {written}"
