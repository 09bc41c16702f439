"""A server that is asked to end finishes what it has begun, and sends everybody else away."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import httpx
import pytest

from models.embedded import EmbeddedDatabase
from tests.models.embedded.conftest import fetch, until
from tests.server.processes import Server, ask, serving
from tests.server.test_stopping import CREATE, RESELLER


@contextmanager
def held(url: str, table: str) -> Iterator[Callable[[], int]]:
    """Let whoever wants the table wait until the block ends; what it gives tells how many do."""
    dsn = url.replace("postgresql+asyncpg://", "postgresql://")
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(dsn))
        runner.run(connection.execute(f"BEGIN; LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"))
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        yield lambda: runner.run(connection.fetchval(waiting))
        runner.run(connection.close())


@pytest.mark.parametrize("workers", [1, 2])
def test_what_has_begun_is_finished_and_everybody_else_is_sent_away(
    tmp_path: Path, elsewhere: EmbeddedDatabase, workers: int
) -> None:
    patience = {"GRACE_SECONDS": 60, "LOCK_SECONDS": 60, "STATEMENT_SECONDS": 60}
    opened = serving(tmp_path / "data", workers=workers, **settings_for(elsewhere), **patience)
    with opened as server, server.signed_in() as browser, ThreadPoolExecutor() as pool:
        wanted = late(browser, f"late-{workers}")
        with held(elsewhere.owner_url, "accounts") as waiting:
            creating = pool.submit(ask, browser, CREATE, input=wanted)
            until(lambda: waiting() == 1)
            server.process.terminate()
            # A worker with nothing to finish ends at once, and closes what it has not read; the one that has is left.
            assert workers == 1 or server.log.hears("Finished server process")
            until(lambda: server.get("/readyz").status_code == 503)
            ready, alive = server.get("/readyz"), server.get("/livez")
            sent_away = _posted(server)
        created = creating.result(30)
        status = server.process.wait(60)

    assert (ready.json(), alive.status_code) == ({"status": "the server is about to end"}, 200)
    assert (sent_away.status_code, sent_away.headers["retry-after"], sent_away.headers["connection"]) == (
        503,
        "1",
        "close",
    )
    assert sent_away.json()["errors"][0]["extensions"] == {"code": "SERVICE_UNAVAILABLE"}
    assert (created["createAccount"]["errors"], status) == ([], 0)


def test_what_is_not_done_within_the_grace_period_is_given_up_and_not_saved(
    tmp_path: Path, elsewhere: EmbeddedDatabase
) -> None:
    settings = {**settings_for(elsewhere), "GRACE_SECONDS": 0.3, "STATEMENT_SECONDS": 60, "LOCK_SECONDS": 60}
    with serving(tmp_path / "data", **settings) as server, server.signed_in() as browser, ThreadPoolExecutor() as pool:
        wanted = late(browser, "too-late")
        with held(elsewhere.owner_url, "accounts") as waiting:
            creating = pool.submit(browser.post, "/graphql", json={"query": CREATE, "variables": {"input": wanted}})
            until(lambda: waiting() == 1)
            # The table is still held when the server has ended.
            status, answer = server.terminate(), creating.result(30)
            until(lambda: waiting() == 0)

    [error] = answer.json()["errors"]
    assert (status, error["extensions"]["code"]) == (0, "SERVICE_UNAVAILABLE")
    assert [line for line in server.log.lines if "attempted again" in line or "Traceback" in line] == []
    assert fetch(elsewhere.owner_url, "SELECT count(*) FROM audit_events WHERE action = 'createAccount'") == [(0,)]


def settings_for(database: EmbeddedDatabase) -> dict[str, object]:
    return {"DATABASE_URL": database.application_url, "DATABASE_OWNER_URL": database.owner_url, "DEMO": 1}


def late(browser: httpx.Client, subdomain: str) -> dict[str, str]:
    """Return the input of an account that comes late."""
    [dashboard] = ask(browser, RESELLER)["viewer"]["dashboards"]
    given = {"name": "Late", "subdomain": subdomain, "supportType": "PARTNER_SUPPORTED"}
    return {"resellerId": dashboard["id"], **given}


def _posted(server: Server) -> httpx.Response:
    return httpx.post(f"{server.address}/graphql", json={"query": "{ __typename }"})
