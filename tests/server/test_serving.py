"""`server.py serve`: what it says, what it serves, and for whom."""

import json
from pathlib import Path
from typing import Any

import pytest

from models.embedded import EmbeddedDatabase
from tests.models.embedded.conftest import fetch, server_processes
from tests.server.processes import ADA, PASSWORD, ROOT, SIGN_IN, Server, ask, run, serving

DASHBOARDS = "{ viewer { dashboards { kind name role } } }"
GREETING = """
  Reseller dashboard   {address}
  GraphiQL             {address}/graphiql
  The data lie in      {data_dir}

  Demo users, password {password} (all names and amounts are invented):
    ada@northwind.example
    fred@northwind.example
    rita@northwind.example
    ben@contoso.example
    cora@fourthcoffee.example
    omar@fourthcoffee.example

  Ctrl-C stops everything.

"""
INVALID = {"signIn": {"viewer": None, "errors": [{"code": "INVALID_CREDENTIALS"}]}}


def settings_for(database: EmbeddedDatabase) -> dict[str, Any]:
    return {"DATABASE_URL": database.application_url, "DATABASE_OWNER_URL": database.owner_url}


def test_it_greets_with_the_address_the_data_and_everybodys_password(served: Server) -> None:
    assert served.printed == GREETING.format(address=served.address, data_dir=served.data_dir, password=PASSWORD)


def test_it_is_ready_and_alive(served: Server) -> None:
    answers = [served.get(path) for path in ("/livez", "/readyz")]

    assert [(answer.status_code, answer.json()) for answer in answers] == [
        (200, {"status": "alive"}),
        (200, {"status": "ready"}),
    ]


def test_it_tells_nobody_what_it_is_made_of(served: Server) -> None:
    assert {"server", "date", "x-powered-by"} & set(served.get("/livez").headers) == set()


def test_a_demo_user_signs_in_and_sees_their_dashboards(served: Server) -> None:
    with served.signed_in() as browser:
        viewer = ask(browser, DASHBOARDS)["viewer"]

    assert viewer["dashboards"] == [
        {"kind": "RESELLER", "name": "Northwind Managed IT", "role": "ADMIN"},
        {"kind": "ACCOUNT", "name": "Fourth Coffee", "role": "ADMIN"},
        {"kind": "ORGANIZATION", "name": "Roastery", "role": "USER"},
    ]


@pytest.mark.parametrize(
    ("path", "status", "goes_to"),
    [("/", 303, "/sign-in"), ("/sign-in", 200, None), ("/graphiql", 303, "/sign-in?next=%2Fgraphiql")],
)
def test_the_pages_are_there(served: Server, path: str, status: int, goes_to: str | None) -> None:
    response = served.get(path)

    assert (response.status_code, response.headers.get("location")) == (status, goes_to)


def test_every_line_of_its_log_is_json_and_names_the_request(served: Server) -> None:
    with served.signed_in() as browser:
        browser.get("/readyz", headers={"x-request-id": "mine"})
        browser.post("/graphql", content=b"null", headers={"content-type": "application/json", "x-request-id": "last"})

    assert served.log.hears('"request_id":"last"')
    lines = [json.loads(line) for line in served.log.lines]
    answered = [line for line in lines if line["event"] == "answered"]
    assert [line["path"] for line in answered if line["request_id"] == "mine"] == ["/readyz"]
    assert [line for line in answered if not line["request_id"]] == []
    assert [line["level"] for line in lines if line["level"] != "info"] == []
    assert [line for line in served.log.lines if PASSWORD in line] == []


def test_a_second_command_on_the_same_data_joins_the_first_and_leaves_it_running(served: Server) -> None:
    with serving(served.data_dir) as second:
        with second.signed_in() as browser:
            theirs = ask(browser, DASHBOARDS)
        assert second.terminate() == 0

    with served.signed_in() as browser:
        assert ask(browser, DASHBOARDS) == theirs


def test_two_workers_serve_and_end_together(data_dir: Path) -> None:
    with serving(data_dir, workers=2) as server:
        with server.signed_in() as browser:
            names = [ask(browser, "{ viewer { name } }")["viewer"]["name"] for _ in range(20)]
        workers = sum("Started server process" in line for line in server.log.lines)
        status = server.press_ctrl_c()

        assert (names, workers) == (["Ada Lindgren"] * 20, 2)
        assert (status, server.leaves_nothing_behind()) == (0, True)


def test_any_asgi_server_serves_the_application_on_its_own(tmp_path: Path) -> None:
    command = ("-m", "uvicorn", "server:app", "--app-dir", str(ROOT), "--port", "{port}")

    with serving(tmp_path / "data", command=command) as server, server.browser() as browser:
        migrated = browser.get("/readyz").json()
        nobody = ask(browser, SIGN_IN, input={"email": ADA, "password": PASSWORD})
        server.terminate()

        assert (migrated, nobody) == ({"status": "ready"}, INVALID)
        assert server.leaves_nothing_behind()


def test_another_database_gets_no_demo_unless_asked(tmp_path: Path, elsewhere: EmbeddedDatabase) -> None:
    settings = settings_for(elsewhere)

    with serving(tmp_path / "data", **settings) as server, server.browser() as browser:
        unasked = ask(browser, SIGN_IN, input={"email": ADA, "password": PASSWORD})
        assert "Demo users" not in server.printed
        assert PASSWORD not in server.printed
        assert elsewhere.application_url not in server.printed
    with serving(tmp_path / "data", **settings, DEMO=1) as server, server.browser() as browser:
        asked = ask(browser, SIGN_IN, input={"email": ADA, "password": PASSWORD})
        assert server.printed.count(PASSWORD) == 1

    assert unasked == INVALID
    assert asked == {"signIn": {"viewer": {"name": "Ada Lindgren"}, "errors": []}}
    assert server_processes(tmp_path / "data") == []


def test_the_demo_never_goes_into_a_database_with_data(tmp_path: Path, elsewhere: EmbeddedDatabase) -> None:
    settings = settings_for(elsewhere)
    run("migrate", **settings)
    fetch(
        elsewhere.application_url,
        "INSERT INTO users (id, name, email, created_at) VALUES (gen_random_uuid(), 'Eve', 'eve@example.test', now())",
    )

    with serving(tmp_path / "data", **settings, DEMO=1) as server:
        greeting = server.printed
    refused = run("demo", **settings, DATA_DIR=tmp_path / "data", DEMO_PASSWORD=PASSWORD)

    assert "Demo users" not in greeting
    assert (refused.status, refused.stdout) == (1, "")
    assert refused.stderr == (
        "server.py: DATABASE_URL: the database holds data already; the demo goes into an empty one only.\n"
    )
    assert fetch(elsewhere.application_url, "SELECT name FROM users") == [("Eve",)]
