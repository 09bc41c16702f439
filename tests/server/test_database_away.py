"""The database gone and back, under a server that goes on: told at once, and served again without a restart."""

import time
from contextlib import ExitStack
from pathlib import Path

from models.embedded import EmbeddedDatabase, embedded_database
from tests.models.embedded.conftest import until
from tests.server.processes import Server, serving

SWITCHER = {"query": "{ viewer { dashboards { name } } }"}
# A person's own patience would be longer; nothing here waits for a timeout.
AT_ONCE_SECONDS = 1.0


def settings_for(database: EmbeddedDatabase) -> dict[str, object]:
    return {"DATABASE_URL": database.application_url, "DATABASE_OWNER_URL": database.owner_url, "DEMO": 1}


def is_ready(server: Server) -> bool:
    return server.get("/readyz").status_code == 200


def test_the_database_goes_and_comes_back_and_the_server_stays(tmp_path: Path) -> None:
    folder = tmp_path / "database"
    with ExitStack() as away:
        database = away.enter_context(embedded_database(folder))
        with serving(tmp_path / "data", **settings_for(database)) as server, server.signed_in() as browser:
            before = browser.post("/graphql", json=SWITCHER).json()
            away.close()
            began = time.monotonic()
            readiness, turned_away = browser.get("/readyz"), browser.post("/graphql", json=SWITCHER)
            took = time.monotonic() - began
            with embedded_database(folder):
                until(lambda: is_ready(server))
                after = browser.post("/graphql", json=SWITCHER).json()

    assert (readiness.status_code, readiness.json()) == (503, {"status": "the database does not answer"})
    assert (turned_away.status_code, turned_away.headers["retry-after"]) == (503, "1")
    assert turned_away.json()["errors"][0]["extensions"]["code"] == "SERVICE_UNAVAILABLE"
    assert took < AT_ONCE_SECONDS
    assert after["data"] == before["data"]
    assert len(before["data"]["viewer"]["dashboards"]) == 3
