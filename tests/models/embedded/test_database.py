"""The database as it is found inside the block."""

import asyncio
import tempfile
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from models.embedded import embedded_database
from tests.models.embedded.conftest import fetch, server_processes

ROLES = """
SELECT rolname, rolcanlogin, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication
  FROM pg_roles WHERE rolname LIKE 'dashboard%' ORDER BY rolname
"""
WHO = """
SELECT current_user::text, current_database()::text, pg_get_userbyid(datdba)::text
  FROM pg_database WHERE datname = current_database()
"""
SETTINGS = """
SELECT datlocprovider::text, datlocale, current_setting('server_encoding'), current_setting('data_checksums'),
       current_setting('fsync'), current_setting('listen_addresses'), current_setting('jit')
  FROM pg_database WHERE datname = current_database()
"""


def test_the_application_is_neither_superuser_nor_owner_and_makes_no_tables(new_dir: Path) -> None:
    with embedded_database(new_dir) as embedded:
        application = fetch(embedded.application_url, WHO)
        owner = fetch(embedded.owner_url, WHO)
        roles = fetch(embedded.owner_url, ROLES)
        for statement in ("CREATE TABLE own (id int)", "CREATE TEMPORARY TABLE own (id int)", "CREATE SCHEMA own"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                fetch(embedded.application_url, statement)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            fetch(embedded.application_url.replace("/dashboard?", "/postgres?"), "SELECT 1")

    assert embedded.data_dir == new_dir
    assert application == [("dashboard_app", "dashboard", "dashboard_owner")]
    assert owner == [("dashboard_owner", "dashboard", "dashboard_owner")]
    assert roles == [
        ("dashboard_app", True, False, False, False, False, False),
        ("dashboard_owner", True, False, False, False, False, False),
    ]


def test_the_application_reads_and_writes_what_the_owner_makes(data_dir: Path) -> None:
    with embedded_database(data_dir) as embedded:
        fetch(embedded.owner_url, "CREATE TABLE plans (id serial, name text)")
        fetch(embedded.application_url, "INSERT INTO plans (name) VALUES ('small'), ('large')")
        fetch(embedded.application_url, "UPDATE plans SET name = 'tiny' WHERE name = 'small'")
        fetch(embedded.application_url, "DELETE FROM plans WHERE name = 'large'")
        rows = fetch(embedded.application_url, "SELECT id, name FROM plans")
        for statement in ("ALTER TABLE plans ADD price int", "DROP TABLE plans", "TRUNCATE plans"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                fetch(embedded.application_url, statement)

    assert rows == [(1, "tiny")]


def test_data_outlive_the_block_and_databases_lie_side_by_side(data_dir: Path) -> None:
    with embedded_database(data_dir) as first:
        fetch(first.owner_url, "CREATE TABLE plans AS SELECT 1 AS id")
    with embedded_database(data_dir, database='o\'ther "one"') as other:
        name = fetch(other.application_url, "SELECT current_database()::text, to_regclass('plans')::text")
    with embedded_database(data_dir) as again:
        rows = fetch(again.application_url, "SELECT id FROM plans")

    assert again == first
    assert name == [('o\'ther "one"', None)]
    assert rows == [(1,)]


def test_text_sorts_alike_everywhere_and_pages_carry_checksums(data_dir: Path) -> None:
    with embedded_database(data_dir) as embedded:
        settings = fetch(embedded.application_url, SETTINGS)

    assert settings == [("b", "C.UTF-8", "UTF8", "on", "on", "", "off")]


def test_settings_of_user_conf_win(data_dir: Path) -> None:
    (data_dir / "user.conf").write_text("max_connections = 33\nport = 6000\n")

    with embedded_database(data_dir) as embedded:
        settings = fetch(
            embedded.application_url,
            "SELECT current_setting('max_connections'), current_setting('port'), current_setting('jit')",
        )

    assert settings == [("33", "6000", "off")]


@pytest.mark.parametrize("name", ["x" * 120, "a, b:c%d+e'f\"g$h&i"], ids=["long", "awkward"])
def test_any_path_can_be_connected_to(tmp_path: Path, name: str) -> None:
    async def answer(url: str) -> int | None:
        engine = create_async_engine(url)
        async with engine.connect() as connection:
            value: int | None = await connection.scalar(text("SELECT 42"))
        await engine.dispose()
        return value

    data_dir = tmp_path / name
    with embedded_database(data_dir) as embedded:
        socket_folder = (data_dir / "socket").readlink()
        mode = socket_folder.stat().st_mode & 0o777
        value = asyncio.run(answer(embedded.application_url))

    assert value == 42
    assert (socket_folder.parts[:2], mode) == (("/", "tmp"), 0o700)
    assert not socket_folder.exists()
    assert server_processes(data_dir) == []


def test_a_path_that_everybody_may_pass_is_used_as_it_is() -> None:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with embedded_database(Path(folder) / "data") as embedded:
            running = server_processes(embedded.data_dir)
            command = Path(f"/proc/{min(running)}/cmdline").read_bytes().split(b"\0")

        assert command[1:3] == [b"-D", bytes(embedded.data_dir / "pgdata")]
        assert server_processes(embedded.data_dir) == []


def test_only_the_owner_reads_passwords_socket_and_data(data_dir: Path) -> None:
    with embedded_database(data_dir):
        modes = {
            path.name: path.stat().st_mode & 0o777 for path in data_dir.iterdir() if not path.name.endswith(".lock")
        }

    assert modes == {"log": 0o700, "passwords.json": 0o600, "pgdata": 0o700, "socket": 0o700}
