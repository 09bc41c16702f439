"""What cannot be served: exit status 1 and one sentence that names the setting or the row, for a person to mend."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from models.embedded import EmbeddedDatabase
from tests.server.processes import ROOT, Finished, environment, free_port, run

PRICES = """
currency = "USD"
effective_on = 2025-01-01
huntress_supported = [
    {name = "H1", min_systems = 1, max_systems = 9, cost_per_system = "5.00"},
    {name = "H11", min_systems = 11, cost_per_system = "4.00"},
]
partner_supported = [{name = "P1", min_systems = 1, cost_per_system = "3.50"}]
"""


def refused(sentence: str) -> Finished:
    return Finished(1, "", f"server.py: {sentence}\n")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"PORT": "abc"},
            "PORT: Input should be a valid integer, unable to parse string as an integer (it is 'abc')",
        ),
        (
            {"DATABASE_URL": "postgresql://user:geheim@127.0.0.1:1/dashboard"},
            "DATABASE_URL: the database cannot be used: [Errno 111] Connect call failed ('127.0.0.1', 1)",
        ),
        (
            {"DATA_DIR": "/proc/data"},
            "The data folder /proc/data cannot be created or written: No such file or directory; "
            "choose another DATA_DIR or set DATABASE_URL.",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path, settings: dict[str, str], sentence: str) -> None:
    answer = run("serve", **{"DATA_DIR": tmp_path / "data", **settings})

    assert answer == refused(sentence)
    assert not (tmp_path / "data").exists()


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        answer = run("serve", DATA_DIR=tmp_path / "data", PORT=port)

    assert answer == refused(
        f"HOST, PORT: 127.0.0.1:{port} cannot be used: Address already in use. Set another PORT or HOST."
    )


def test_data_of_another_major_version_of_postgresql_are_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "data" / "pgdata"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("17\n")

    answer = run("serve", DATA_DIR=tmp_path / "data")

    assert answer == refused(
        f"The data in {data} are of PostgreSQL 17, the programs are of PostgreSQL 18: dump them with pg_dumpall of "
        "PostgreSQL 17 and restore the dump into an empty DATA_DIR, or choose another DATA_DIR."
    )
    assert [each.name for each in data.iterdir()] == ["PG_VERSION"]


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    file = tmp_path / "missing"

    answer = run("publish-terms", file, DATA_DIR=tmp_path / "data")

    assert answer == refused(f"{file} cannot be read: [Errno 2] No such file or directory: '{file}'")
    assert not (tmp_path / "data").exists()


def test_a_wrong_price_book_is_refused_with_its_row(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text(PRICES)

    answer = run("load-price-book", file, DATA_DIR=tmp_path / "data")

    assert answer == refused(f"{file}: huntress_supported row 2: min_systems must be 10, not 11: a hole")
    assert not (tmp_path / "data").exists()


def test_one_role_for_all_is_not_served(tmp_path: Path, elsewhere: EmbeddedDatabase) -> None:
    answer = run("serve", DATA_DIR=tmp_path / "data", PORT=free_port(), DATABASE_URL=elsewhere.owner_url)

    assert answer == refused(
        "DATABASE_URL: the role dashboard_owner owns the table accounts, or can become its owner dashboard_owner: "
        "give the application a role of its own (README, A PostgreSQL of your own)."
    )


def test_wrong_terms_are_refused_with_the_reason(tmp_path: Path, elsewhere: EmbeddedDatabase) -> None:
    file = tmp_path / "terms.md"
    file.write_text("# Terms\n\nBe kind.\n")

    answer = run("publish-terms", file, DATABASE_URL=elsewhere.owner_url)

    assert answer == refused(f'{file}: the first line must name the version: "Version: 2026-11"')


def started_by_uvicorn(**settings: object) -> tuple[int, list[str]]:
    """Start the application as any ASGI server does; return the exit status and the lines that tell why."""
    command = [sys.executable, "-m", "uvicorn", "server:app", "--app-dir", str(ROOT), "--port", str(free_port())]
    done = subprocess.run(  # noqa: S603 # our own command
        command, env=environment(**settings), cwd="/", capture_output=True, text=True, timeout=60, check=False
    )
    told = [line.removeprefix("ERROR:").strip() for line in done.stderr.splitlines() if not line.startswith("INFO:")]
    return done.returncode, told


def test_the_application_is_not_started_with_one_role_for_all(tmp_path: Path, elsewhere: EmbeddedDatabase) -> None:
    run("migrate", DATABASE_URL=elsewhere.application_url, DATABASE_OWNER_URL=elsewhere.owner_url)

    answer = started_by_uvicorn(DATA_DIR=tmp_path / "data", DATABASE_URL=elsewhere.owner_url)

    assert answer == (
        3,
        [
            "DATABASE_URL: the role dashboard_owner owns the table accounts, or can become its owner "
            "dashboard_owner: give the application a role of its own (README, A PostgreSQL of your own).",
            "Application startup failed. Exiting.",
        ],
    )


def test_the_application_is_not_started_on_tables_that_are_not_there(
    tmp_path: Path, elsewhere: EmbeddedDatabase
) -> None:
    status, lines = started_by_uvicorn(DATA_DIR=tmp_path / "data", DATABASE_URL=elsewhere.application_url)

    assert (status, len(lines)) == (3, 2)
    assert "run server.py migrate" in lines[0]


def test_the_application_is_not_started_without_its_database(tmp_path: Path) -> None:
    answer = started_by_uvicorn(
        DATA_DIR=tmp_path / "data", DATABASE_URL="postgresql://user:geheim@127.0.0.1:1/dashboard"
    )

    assert answer == (
        3,
        [
            "DATABASE_URL: the database cannot be used: [Errno 111] Connection refused",
            "Application startup failed. Exiting.",
        ],
    )
