"""What a supervisor asks: does it live, can it serve?"""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.engine import make_url

from models.database import Database
from models.embedded import EmbeddedDatabase, embedded_database
from tests.clients import Client
from tests.web.conftest import Assemble


@pytest.fixture
async def unmigrated(postgres: EmbeddedDatabase, worker_id: str) -> AsyncIterator[Database]:
    """A database of the same server with nothing in it."""
    with embedded_database(postgres.data_dir, database=f"unmigrated_{worker_id}") as embedded:
        database = Database(embedded.application_url)
        yield database
        await database.close()


async def test_a_process_that_runs_is_alive(stranger: Client) -> None:
    response = await stranger.http.get("/livez")

    assert (response.status_code, response.json()) == (200, {"status": "alive"})
    assert response.headers["cache-control"] == "no-store"


async def test_a_process_that_lost_its_database_lives_but_is_not_ready(gone: Client) -> None:
    livez, readyz = await gone.http.get("/livez"), await gone.http.get("/readyz")

    assert (livez.status_code, readyz.status_code) == (200, 503)
    assert readyz.json() == {"status": "the database does not answer"}
    assert readyz.headers["cache-control"] == "no-store"


async def test_a_process_with_a_migrated_database_is_ready(stranger: Client) -> None:
    response = await stranger.http.get("/readyz")

    assert (response.status_code, response.json()) == (200, {"status": "ready"})


async def test_a_database_without_our_tables_is_not_ready(assemble: Assemble, unmigrated: Database) -> None:
    response = await Client(assemble(on=unmigrated)).http.get("/readyz")

    assert (response.status_code, response.json()) == (503, {"status": "the database is not migrated"})


async def test_a_password_that_is_wrong_says_no_more_than_a_database_that_is_gone(
    assemble: Assemble, postgres: EmbeddedDatabase
) -> None:
    url = make_url(postgres.application_url).set(password="geheim")
    database = Database(url.render_as_string(hide_password=False))

    response = await Client(assemble(on=database)).http.get("/readyz")

    assert (response.status_code, response.json()) == (503, {"status": "the database does not answer"})


async def test_no_other_method_is_answered(stranger: Client) -> None:
    responses = [await stranger.http.post(path) for path in ("/livez", "/readyz")]

    assert [(response.status_code, set(response.headers["allow"].split(", "))) for response in responses] == [
        (405, {"GET", "HEAD"})
    ] * 2
