"""What is killed, at whatever moment, costs no row that was acknowledged."""

import os
import signal
from pathlib import Path

import pytest

from models.embedded import embedded_database
from tests.models.embedded.conftest import MEMBER, fetch, kill, postmaster, script, server_processes, until

# Inserts for ever and names each row once the server has acknowledged it.
WRITER = """
import asyncio, sys
from pathlib import Path
import asyncpg
from models.embedded import embedded_database

async def write(url):
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    for number in range(1_000_000):
        await connection.execute("INSERT INTO written VALUES ($1)", number)
        print(number, flush=True)

with embedded_database(Path(sys.argv[1])) as embedded:
    asyncio.run(write(embedded.application_url))
"""


def test_a_killed_postmaster_is_replaced_with_every_acknowledged_row(data_dir: Path) -> None:
    with embedded_database(data_dir) as embedded:
        fetch(embedded.owner_url, "CREATE TABLE written (number int)")
        fetch(embedded.application_url, "INSERT INTO written VALUES (1), (2)")
        killed = postmaster(data_dir)
        kill(killed)

        with embedded_database(data_dir) as again:
            rows = fetch(again.application_url, "SELECT number FROM written ORDER BY number")
            assert postmaster(data_dir) != killed

        assert rows == [(1,), (2,)]
        assert again == embedded


@pytest.mark.parametrize("victim", ["client", "postmaster", "everything"])
def test_no_acknowledged_row_is_lost(data_dir: Path, victim: str) -> None:
    with embedded_database(data_dir) as embedded:
        fetch(embedded.owner_url, "CREATE TABLE written (number int)")

    with script(WRITER, data_dir) as writer:
        assert writer.stdout is not None
        acknowledged = {int(writer.stdout.readline()) for _ in range(100)}
        victims = {
            "client": [writer.pid],
            "postmaster": [postmaster(data_dir)],
            "everything": [writer.pid, *server_processes(data_dir)],
        }
        kill(*victims[victim])
        kill(writer.pid)
        acknowledged |= {int(line) for line in writer.stdout if line.endswith("\n")}
    with embedded_database(data_dir) as embedded:
        stored = {number for (number,) in fetch(embedded.application_url, "SELECT number FROM written")}

    assert acknowledged - stored == set()


@pytest.mark.parametrize(
    ("moment", "initdb"),
    [
        ("pgdata.unfinished/base/1", "killed too"),
        ("pgdata.unfinished/base/1", "left alone"),
        ("pgdata/PG_VERSION", "finished"),
    ],
)
def test_a_start_killed_on_the_way_is_begun_again(new_dir: Path, moment: str, initdb: str) -> None:
    with script(MEMBER, new_dir) as starter:
        until((new_dir / moment).exists)
        if initdb == "killed too":
            os.killpg(starter.pid, signal.SIGKILL)
        starter.kill()
        starter.wait()

        with embedded_database(new_dir) as embedded:
            rows = fetch(embedded.application_url, "SELECT 1")

    assert rows == [(1,)]
    assert not (new_dir / "pgdata.unfinished").exists()


def test_files_left_over_may_name_a_living_process(data_dir: Path) -> None:
    with embedded_database(data_dir):
        pid_file = (data_dir / "pgdata" / "postmaster.pid").read_text()
    lines = [str(os.getpid()), *pid_file.splitlines()[1:]]
    (data_dir / "pgdata" / "postmaster.pid").write_text("\n".join(lines))
    (data_dir / "socket").mkdir(mode=0o700)
    (data_dir / "socket" / ".s.PGSQL.5432").touch()
    (data_dir / "socket" / ".s.PGSQL.5432.lock").write_text("\n".join(lines))

    with embedded_database(data_dir) as embedded:
        rows = fetch(embedded.application_url, "SELECT 1")

    assert rows == [(1,)]


def test_a_link_to_a_socket_folder_that_is_gone_is_replaced(tmp_path: Path) -> None:
    data_dir = tmp_path / ("x" * 120)
    data_dir.mkdir()
    (data_dir / "socket").symlink_to(tmp_path / "gone")

    with embedded_database(data_dir) as embedded:
        rows = fetch(embedded.application_url, "SELECT 1")

    assert rows == [(1,)]
    assert server_processes(data_dir) == []
