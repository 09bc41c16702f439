"""Data made once, a copy of them for each test, and one server for the tests that only ask."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.embedded import EmbeddedDatabase, embedded_database
from tests.models.embedded.conftest import kill, server_processes
from tests.server.processes import PASSWORD, Server, run, serving


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with the demo world, at rest."""
    folder = tmp_path_factory.mktemp("server") / "data"
    assert run("demo", DATA_DIR=folder, DEMO_PASSWORD=PASSWORD).status == 0
    return folder


@pytest.fixture
def data_dir(tmp_path: Path, made_once: Path) -> Iterator[Path]:
    """A copy of the demo world's folder. Nothing of its server may be left after the test."""
    folder = tmp_path / "data"
    shutil.copytree(made_once, folder, ignore=shutil.ignore_patterns("*.lock"))
    yield folder
    left = server_processes(folder)
    kill(*left)
    assert left == []


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server started for the first time, on a folder that was not there."""
    with serving(tmp_path_factory.mktemp("served") / "data", LOG_FORMAT="json") as server:
        yield server


@pytest.fixture
def elsewhere(postgres: EmbeddedDatabase, request: pytest.FixtureRequest, worker_id: str) -> Iterator[EmbeddedDatabase]:
    """An empty database on a server that is not the command's: what DATABASE_URL is for."""
    with embedded_database(postgres.data_dir, database=f"{request.node.name[:40]}_{worker_id}") as empty:
        yield empty
