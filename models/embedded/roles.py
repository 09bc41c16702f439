"""The database and its two roles: one owns and migrates it, the other works in it and is bound by row level security.

Neither is a superuser: PostgreSQL's own superuser is used here and nowhere else.
"""

import subprocess
from dataclasses import replace

from models.embedded.errors import EmbeddedDatabaseError
from models.embedded.passwords import APPLICATION, OWNER, SUPERUSER, ensure_passwords
from models.embedded.server import Address, Server

# A server that was asked to end looks ready for a moment longer; whoever asked was killed, so we replace it.
ATTEMPTS = 3
CONNECTION_LOST = 2  # psql's exit status

# Every statement may be repeated, so a crash in the middle is repaired by running all of it again.
SCRIPT = rf"""
\set ON_ERROR_STOP on
SELECT format('CREATE ROLE %I', missing)
  FROM unnest(ARRAY['{OWNER}', '{APPLICATION}']) AS missing
 WHERE missing NOT IN (SELECT rolname FROM pg_roles) \gexec
ALTER ROLE {OWNER} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION
  PASSWORD :'owner_password';
ALTER ROLE {APPLICATION} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION
  PASSWORD :'application_password';

SELECT format('CREATE DATABASE %I OWNER {OWNER}', :'database')
 WHERE :'database' NOT IN (SELECT datname FROM pg_database) \gexec
REVOKE CONNECT, TEMPORARY ON DATABASE postgres, :"database" FROM PUBLIC;
GRANT CONNECT ON DATABASE :"database" TO {APPLICATION};

\connect :"database"
ALTER SCHEMA public OWNER TO {OWNER};
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO {APPLICATION};
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APPLICATION};
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public
  GRANT USAGE ON SEQUENCES TO {APPLICATION};
"""  # noqa: S608 # made of our two constants


def ensure_database(server: Server, database: str) -> tuple[Address, dict[str, str]]:
    """Return where the server takes connections, and the passwords of the roles.

    The database exists; the one role owns it, the other works in it, nobody else enters. Tables that the owner makes
    later are the application's to read and write, never to change in shape.
    """
    for _ in range(ATTEMPTS):
        address = server.ensure_running()
        passwords = ensure_passwords(server.folder)
        psql = _run_script(server, address, database, passwords)
        if psql.returncode == 0:
            return address, passwords
        if psql.returncode != CONNECTION_LOST:
            break
    raise EmbeddedDatabaseError(
        f"The database {database} cannot be made in {server.folder.path}: {' / '.join(psql.stderr.splitlines())}"
    )


def _run_script(
    server: Server, address: Address, database: str, passwords: dict[str, str]
) -> "subprocess.CompletedProcess[str]":
    variables = {
        "database": database,
        "owner_password": passwords[OWNER],
        "application_password": passwords[APPLICATION],
    }
    assignments = "".join(f"\\set {name} '{_quoted(value)}'\n" for name, value in variables.items())
    as_ourselves = replace(server.binaries, user=None)  # who may pass to the socket, wherever the folder lies
    return as_ourselves.run(
        "psql",
        "--no-psqlrc",
        "--quiet",
        f"--host={address.socket_folder}",
        f"--port={address.port}",
        f"--username={SUPERUSER}",
        "--dbname=postgres",
        input=assignments + SCRIPT,  # not arguments, which everybody reads in the list of processes
        password=passwords[SUPERUSER],
    )


def _quoted(value: str) -> str:
    """Return the text as it stands between the quotes of psql's own \\set."""
    return value.replace("\\", "\\\\").replace("'", "\\'")
