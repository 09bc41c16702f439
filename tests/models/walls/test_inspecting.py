"""Nothing is served where the walls would not bind us; each sentence names what is not so."""

import json
import secrets
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
from sqlalchemy.engine import make_url

from models.database import Database
from models.embedded import EmbeddedDatabase, embedded_database
from models.embedded.passwords import APPLICATION, OWNER, SUPERUSER
from models.inspecting import WallsDown, require_walls
from models.migrating import migrate

ADVICE = "give the application a role of its own (README, A PostgreSQL of your own)"
PASSWORD = secrets.token_urlsafe(12)


@pytest.fixture(scope="module")
def own(postgres: EmbeddedDatabase, worker_id: str) -> Iterator[EmbeddedDatabase]:
    """A database of these tests' own, on the server of this run."""
    with embedded_database(postgres.data_dir, database=f"inspected_{worker_id}") as embedded:
        yield embedded


@pytest.fixture
async def superuser(own: EmbeddedDatabase) -> AsyncIterator[asyncpg.Connection]:
    """PostgreSQL's own superuser in the migrated database; afterwards there is no table and no role of the test's."""
    await migrate(own.owner_url, application_url=own.application_url)
    password = json.loads((own.data_dir / "passwords.json").read_text())[SUPERUSER]
    url = make_url(own.owner_url).set(drivername="postgresql", username=SUPERUSER, password=password)
    connection = await asyncpg.connect(url.render_as_string(hide_password=False))
    yield connection
    await connection.execute(f"""
        DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION {OWNER};
        GRANT USAGE ON SCHEMA public TO {APPLICATION}
    """)
    for (role,) in await connection.fetch("SELECT rolname FROM pg_roles WHERE rolname LIKE 'inspected_%'"):
        await connection.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")
    await connection.close()


async def told(url: str) -> str:
    database = Database(url, pool_size=1)
    try:
        await require_walls(database)
    except WallsDown as down:
        return str(down)
    finally:
        await database.close()
    return "served"


async def test_the_applications_role_is_bound(own: EmbeddedDatabase, superuser: asyncpg.Connection) -> None:
    assert await told(own.application_url) == "served"


async def test_the_owner_of_the_tables_is_not_served(own: EmbeddedDatabase, superuser: asyncpg.Connection) -> None:
    assert await told(own.owner_url) == (
        f"DATABASE_URL: the role {OWNER} owns the table accounts, or can become its owner {OWNER}: {ADVICE}."
    )


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        ("SUPERUSER", "the role {role} is a superuser, whom row level security does not bind: {advice}."),
        ("BYPASSRLS", "the role {role} is, or can become, {role}, whom row level security does not bind: {advice}."),
        (
            f"IN ROLE {OWNER} NOINHERIT",
            "the role {role} owns the table accounts, or can become its owner dashboard_owner: {advice}.",
        ),
        (
            f"IN ROLE {SUPERUSER} NOINHERIT",
            "the role {role} is, or can become, postgres, whom row level security does not bind: {advice}.",
        ),
    ],
    ids=["superuser", "bypasses", "member of the owner", "member of a superuser"],
)
async def test_a_role_that_is_not_bound_is_not_served(
    own: EmbeddedDatabase, superuser: asyncpg.Connection, worker_id: str, made: str, sentence: str
) -> None:
    role = f"inspected_{worker_id}"
    await superuser.execute(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}' {made}")
    await superuser.execute(f'GRANT CONNECT ON DATABASE "{own.owner_url.split("/")[3].split("?")[0]}" TO {role}')
    url = make_url(own.application_url).set(username=role, password=PASSWORD)

    said = await told(url.render_as_string(hide_password=False))

    assert said == "DATABASE_URL: " + sentence.format(role=role, advice=ADVICE)


@pytest.mark.parametrize(
    ("done", "sentence"),
    [
        (
            "ALTER TABLE mails DISABLE ROW LEVEL SECURITY",
            "row level security is not forced on the table mails: run server.py migrate, or force it again.",
        ),
        (
            "ALTER TABLE mails NO FORCE ROW LEVEL SECURITY",
            "row level security is not forced on the table mails: run server.py migrate, or force it again.",
        ),
        (
            "DROP POLICY tenant_wall ON mails",
            "the table mails has not exactly the policy tenant_wall: run server.py migrate, or restore it.",
        ),
        (
            "CREATE POLICY another ON mails FOR SELECT USING (true)",
            "the table mails has not exactly the policy tenant_wall: run server.py migrate, or restore it.",
        ),
        (
            "ALTER POLICY tenant_wall ON mails WITH CHECK (true)",
            "the table mails has not exactly the policy tenant_wall: run server.py migrate, or restore it.",
        ),
        (
            f"ALTER POLICY tenant_wall ON mails TO {APPLICATION}",
            "the table mails has not exactly the policy tenant_wall: run server.py migrate, or restore it.",
        ),
        (
            f"GRANT TRUNCATE ON mails TO {APPLICATION}",
            f"the role {APPLICATION} may TRUNCATE the table mails, which no policy stops: revoke that.",
        ),
        (
            f"GRANT UPDATE (reason) ON audit_events TO {APPLICATION}",
            f"the role {APPLICATION} may change the table audit_events: revoke UPDATE and DELETE from it.",
        ),
        (
            "GRANT DELETE ON audit_events TO PUBLIC",
            f"the role {APPLICATION} may change the table audit_events: revoke UPDATE and DELETE from it.",
        ),
        ("DROP TABLE mails", "there is no table mails: run server.py migrate."),
    ],
)
async def test_a_table_whose_wall_is_down_is_named(
    own: EmbeddedDatabase, superuser: asyncpg.Connection, done: str, sentence: str
) -> None:
    await superuser.execute(done)

    assert await told(own.application_url) == f"DATABASE_URL: {sentence}"
