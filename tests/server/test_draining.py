"""A server that is asked to end finishes what it has begun, and sends everybody else away."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import httpx

from models.embedded import EmbeddedDatabase
from tests.models.embedded.conftest import until
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


def test_what_has_begun_is_finished_and_everybody_else_is_sent_away(
    tmp_path: Path, elsewhere: EmbeddedDatabase
) -> None:
    settings = {"DATABASE_URL": elsewhere.application_url, "DATABASE_OWNER_URL": elsewhere.owner_url, "DEMO": 1}
    with serving(tmp_path / "data", **settings) as server, server.signed_in() as browser, ThreadPoolExecutor() as pool:
        [dashboard] = ask(browser, RESELLER)["viewer"]["dashboards"]
        wanted = {
            "resellerId": dashboard["id"],
            "name": "Late",
            "subdomain": "late",
            "supportType": "PARTNER_SUPPORTED",
        }
        with held(elsewhere.owner_url, "accounts") as waiting:
            creating = pool.submit(ask, browser, CREATE, input=wanted)
            until(lambda: waiting() == 1)
            server.process.terminate()
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


def _posted(server: Server) -> httpx.Response:
    return httpx.post(f"{server.address}/graphql", json={"query": "{ __typename }"})
