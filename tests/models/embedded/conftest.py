"""A data folder a test, and what its server is made of."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from models.embedded import embedded_database

# A process of its own: joins, says that it has, and stays until its input ends or it is interrupted. What a shell
# starts in the background ignores that, and so would whatever it starts.
MEMBER = """
import signal, sys
from pathlib import Path
from models.embedded import embedded_database

signal.signal(signal.SIGINT, signal.default_int_handler)
with embedded_database(Path(sys.argv[1])) as embedded:
    print(embedded.owner_url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def new_dir(tmp_path: Path) -> Iterator[Path]:
    """A folder that is not there yet. Nothing of its server may be left after the test."""
    folder = tmp_path / "data"
    yield folder
    assert server_processes(folder) == []
    assert not os.path.lexists(folder / "socket")


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("embedded") / "data"
    with embedded_database(folder):
        pass
    return folder


@pytest.fixture
def data_dir(new_dir: Path, made_once: Path) -> Path:
    """A folder with a database of its own, copied because making it takes most of a test's time."""
    shutil.copytree(made_once, new_dir, ignore=shutil.ignore_patterns("*.lock"))
    return new_dir


def server_processes(data_dir: Path) -> list[int]:
    """Every process of a server lives in its pgdata."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if (process / "cwd").readlink() == data_dir / "pgdata":
                found.append(int(process.name))
    return found


def postmaster(data_dir: Path) -> int:
    return int((data_dir / "pgdata" / "postmaster.pid").read_text().splitlines()[0])


def children(process: int) -> list[str]:
    return Path(f"/proc/{process}/task/{process}/children").read_text().split()


def fetch(url: str, statement: str) -> list[tuple[Any, ...]]:
    async def rows() -> list[tuple[Any, ...]]:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""))
        try:
            return [tuple(row) for row in await connection.fetch(statement)]
        finally:
            await connection.close()

    return asyncio.run(rows())


def kill(*processes: int) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


def until(condition: Callable[[], object]) -> None:
    """Return when another process has made it true."""
    ends_at = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < ends_at
        time.sleep(0.002)  # leaves the processor to those we wait for


@contextmanager
def script(source: str, *arguments: object) -> Iterator["subprocess.Popen[str]"]:
    """Run Python beside us, in a group of its own; killed with its children where the test does not end it."""
    process = subprocess.Popen(  # noqa: S603 # the test's own source
        [sys.executable, "-c", source, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


@contextmanager
def members(data_dir: Path, count: int) -> Iterator[list["subprocess.Popen[str]"]]:
    """Processes that ask for the database at the same time, all joined inside the block."""
    with ExitStack() as stack:
        processes = [stack.enter_context(script(MEMBER, data_dir)) for _ in range(count)]
        for process in processes:
            await_joined(process)
        yield processes


def await_joined(member: "subprocess.Popen[str]") -> None:
    assert member.stdout is not None
    assert member.stdout.readline().startswith("postgresql+asyncpg://dashboard_owner:")


def leave(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(30) == 0
