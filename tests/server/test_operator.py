"""The operator's commands as they are typed: what scripts read, what people read, and one sentence where it fails."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commands.operator import OPERATOR
from models.embedded import embedded_database
from tests.server.processes import Finished, run
from tests.world import PRICES, missing


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with a price book and nobody yet, whose database runs as long as these tests."""
    folder = tmp_path_factory.mktemp("operator") / "data"
    file = folder.parent / "prices.toml"
    file.write_text(PRICES)
    with embedded_database(folder):
        assert run("load-price-book", file, DATA_DIR=folder).status == 0
        yield folder


@pytest.fixture(scope="module")
def northwind(kept: Path) -> dict[str, Any]:
    """What create-reseller tells of a reseller."""
    arguments = ("--admin", "ada@northwind.example", "--eligible", "--time-zone", "Europe/Berlin", "--json")
    told: dict[str, Any] = json.loads(done(kept, "create-reseller", "Northwind", *arguments).stdout)
    return told


def done(folder: Path, *arguments: object) -> Finished:
    """Run a command that nothing is wrong with."""
    finished = run(*arguments, DATA_DIR=folder)
    assert (finished.status, finished.stderr) == (0, "")
    return finished


@pytest.mark.parametrize("name", OPERATOR)
def test_each_command_explains_itself(name: str) -> None:
    told = run(name, "--help")

    assert (told.status, told.stderr) == (0, "")
    assert OPERATOR[name].help in " ".join(told.stdout.split())
    assert "--json" in told.stdout


def test_a_reseller_is_made_listed_shown_and_changed(kept: Path, northwind: dict[str, Any]) -> None:
    id, invitation = northwind["id"], northwind["invitation"]

    shown = json.loads(done(kept, "show-reseller", id, "--json").stdout)
    withdrawn = json.loads(done(kept, "set-eligibility", id, "no", "--json").stdout)
    disabled = json.loads(done(kept, "disable-reseller", id, "--json").stdout)
    listed = done(kept, "list-resellers").stdout
    enabled = json.loads(done(kept, "enable-reseller", id, "--json").stdout)
    resent = done(kept, "resend-invitation", invitation).stdout

    assert northwind == {
        "id": id,
        "name": "Northwind",
        "eligible": True,
        "disabled": False,
        "time_zone": "Europe/Berlin",
        "currency": "USD",
        "invitation": invitation,
        "invited": "ada@northwind.example",
    }
    assert shown["invitations"] == [
        {"id": invitation, "email": "ada@northwind.example", "role": "ADMIN", "status": "PENDING"}
    ]
    assert [each["eligible"] for each in (withdrawn, disabled, enabled)] == [False, False, False]
    assert [each["disabled"] for each in (withdrawn, disabled, enabled)] == [False, True, False]
    assert listed == f"{id}  Northwind  False  True  Europe/Berlin  USD\n"
    assert resent.startswith(f"invitation: {invitation}\ninvited: ada@northwind.example\nexpires_at: ")
    assert json.loads(done(kept, "dead-letters", "--json").stdout) == []


UNKNOWN = missing("resl")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("show-reseller", UNKNOWN), f"There is no reseller {UNKNOWN}; list-resellers shows them with their ids."),
        (("disable-reseller", "nonsense"), "There is no reseller nonsense; list-resellers shows them with their ids."),
        (("resend-invitation", "invt_x"), "invt_x is no open invitation to a reseller's dashboard."),
        (("sign-out", "nobody@example.test"), "There is no user nobody@example.test."),
        (
            ("create-reseller", "New", "--admin", "a@b.test", "--time-zone", "Mars/Olympus"),
            "Mars/Olympus is no time zone; write one like Europe/Berlin.",
        ),
        (
            ("create-reseller", "New", "--admin", "a@b.test", "--currency", "XYZ"),
            "There is no price book in XYZ; load one first.",
        ),
        (("create-reseller", "New", "--admin", "nobody"), "admin: This is no e-mail address."),
    ],
)
def test_what_cannot_be_done_is_told_in_one_sentence(kept: Path, arguments: tuple[str, ...], sentence: str) -> None:
    finished = run(*arguments, DATA_DIR=kept)

    assert finished == Finished(1, "", f"server.py: {sentence}\n")


def test_what_is_typed_wrongly_is_told_with_how_to_type_it(kept: Path) -> None:
    finished = run("set-eligibility", UNKNOWN, "perhaps", DATA_DIR=kept)

    assert (finished.status, finished.stdout) == (2, "")
    assert "usage: server.py set-eligibility" in finished.stderr


@pytest.mark.parametrize("key", ["abc", "not hexadecimal", "00" * 31])
def test_a_key_that_seals_nothing_is_told_in_one_sentence(kept: Path, key: str) -> None:
    finished = run("list-resellers", DATA_DIR=kept, SECRET_KEY=key)

    assert (finished.status, finished.stdout) == (1, "")
    assert finished.stderr.startswith("server.py: SECRET_KEY: ")
    assert len(finished.stderr.splitlines()) == 1
    assert key not in finished.stderr
