"""Every table has a wall, or a written reason why it has none."""

import sqlalchemy as sa

from models.database import Database
from models.walls import UNWALLED, WALLED
from tests.peeking import peek

TABLES = sa.text("""
    SELECT relname, relrowsecurity, relforcerowsecurity,
           (SELECT count(*) FROM pg_policy WHERE polrelid = pg_class.oid) AS policies
      FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
""")


async def test_every_table_is_walled_or_has_a_reason_why_it_is_not(database: Database) -> None:
    tables = await peek(database, TABLES)

    assert sorted([*WALLED, *UNWALLED]) == sorted(table.relname for table in tables)
    assert all(UNWALLED.values())


async def test_a_wall_is_row_security_forced_upon_the_owner_with_one_policy(database: Database) -> None:
    tables = await peek(database, TABLES)

    walls = {each.relname: (each.relrowsecurity, each.relforcerowsecurity, each.policies) for each in tables}
    assert walls == {**dict.fromkeys(WALLED, (True, True, 1)), **dict.fromkeys(UNWALLED, (False, False, 0))}
