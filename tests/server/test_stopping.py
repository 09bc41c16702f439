"""Whatever ends the server, nothing is left running and nothing that was acknowledged is lost."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.models.embedded.conftest import kill, postmaster, server_processes
from tests.server.processes import ADA, PASSWORD, SIGN_IN, Server, ask, serving

RESELLER = "{ viewer { dashboards(kinds: [RESELLER]) { id } } }"
CREATE = "mutation($input: CreateAccountInput!) { createAccount(input: $input) { account { id } errors { code } } }"
Ending = Callable[[Server], int]
NAME = "query($id: ID!) { account(id: $id) { name } }"


def create_account(server: Server, name: str) -> str:
    """Add an account and return its id, once the server has acknowledged it."""
    with server.signed_in() as browser:
        [dashboard] = ask(browser, RESELLER)["viewer"]["dashboards"]
        wanted = {"resellerId": dashboard["id"], "name": name, "subdomain": name, "supportType": "PARTNER_SUPPORTED"}
        payload = ask(browser, CREATE, input=wanted)["createAccount"]
    assert payload["errors"] == []
    return str(payload["account"]["id"])


def name_of(server: Server, account: str) -> str | None:
    with server.signed_in() as browser:
        found = ask(browser, NAME, id=account)["account"]
    return found and str(found["name"])


@pytest.mark.parametrize("end", [Server.press_ctrl_c, Server.terminate], ids=["SIGINT", "SIGTERM"])
def test_nothing_is_left_running_and_a_second_start_finds_every_account(data_dir: Path, end: Ending) -> None:
    with serving(data_dir) as server:
        account = create_account(server, "tailspin-toys")
        status = end(server)

        server.log.join(60)
        assert (status, server.leaves_nothing_behind()) == (0, True)
        assert [line for line in server.log.lines if "[info" not in line] == []
        assert not (data_dir / "socket").exists()
    with serving(data_dir) as server:
        assert name_of(server, account) == "tailspin-toys"


def test_an_acknowledged_account_outlives_kill_9_of_everything(data_dir: Path) -> None:
    with serving(data_dir) as server:
        account = create_account(server, "wingtip-toys")
        kill(server.process.pid, postmaster(data_dir), *server_processes(data_dir))
        server.process.wait(60)

    with serving(data_dir) as server:
        assert name_of(server, account) == "wingtip-toys"
        assert (server.press_ctrl_c(), server.leaves_nothing_behind()) == (0, True)


def test_a_killed_command_leaves_a_database_that_the_next_one_joins_and_stops(data_dir: Path) -> None:
    with serving(data_dir) as server:
        account = create_account(server, "coho-winery")
        left = postmaster(data_dir)
        kill(server.process.pid)
        server.process.wait(60)

        with serving(data_dir) as second:
            assert (postmaster(data_dir), name_of(second, account)) == (left, "coho-winery")
            assert (second.terminate(), second.leaves_nothing_behind()) == (0, True)


def test_a_server_whose_database_was_killed_says_so_and_still_ends(data_dir: Path) -> None:
    with serving(data_dir) as server:
        kill(*server_processes(data_dir))
        answers = [server.get(path).status_code for path in ("/readyz", "/livez")]

        assert answers == [503, 200]
        assert (server.terminate(), server.leaves_nothing_behind()) == (0, True)


def test_a_demo_password_that_is_set_later_is_everybodys_from_then_on(data_dir: Path) -> None:
    with serving(data_dir, DEMO_PASSWORD="another-demo-password") as server, server.browser() as browser:
        answers = [
            ask(browser, SIGN_IN, input={"email": ADA, "password": password})["signIn"]["errors"]
            for password in (PASSWORD, "another-demo-password")
        ]

    assert answers == [[{"code": "INVALID_CREDENTIALS"}], []]
