"""Servers that can be killed: hosts of one or more workers, and the PostgreSQL that they share."""

import asyncio
import json
import os
import random
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg

from models.embedded import EmbeddedDatabase, embedded_database
from models.embedded.passwords import SUPERUSER
from tests.faults.wire import Answer, NeverSent, NoAnswer, Wire
from tests.models.embedded.conftest import kill, postmaster, server_processes
from tests.server.processes import COMMAND, PASSWORD, environment, free_port

SECRET_KEY = "5f" * 32
READY_SECONDS = 90
OURS = "application_name = 'reseller-dashboard'"


async def until(condition: Callable[[], Any], *, seconds: float = READY_SECONDS) -> Any:
    """Return what the condition answers as soon as it is true; it may be a coroutine function."""
    async with asyncio.timeout(seconds):
        while True:
            answer = condition()
            if asyncio.iscoroutine(answer):
                answer = await answer
            if answer:
                return answer
            await asyncio.sleep(0.01)  # leaves the processor to those we wait for


@dataclass
class Postgres:
    """The embedded server on a folder of the test, which outlives the hosts and can be killed and started again."""

    folder: Path
    database: str = "dashboard"
    joined: EmbeddedDatabase | None = None
    _stack: ExitStack = field(default_factory=ExitStack)

    async def start(self) -> None:
        """Start it, on its first folder or after a crash."""
        block = embedded_database(self.folder, database=self.database)
        self.joined = await asyncio.to_thread(self._stack.enter_context, block)

    async def stop(self) -> None:
        """Stop it for good."""
        await asyncio.to_thread(self._stack.close)

    @property
    def urls(self) -> dict[str, str]:
        """The settings by which a host reaches it."""
        assert self.joined is not None
        urls = {"DATABASE_URL": self.joined.application_url, "DATABASE_OWNER_URL": self.joined.owner_url}
        return {name: url.replace("+asyncpg", "") for name, url in urls.items()}

    async def fetch(self, statement: str, *arguments: object) -> list[dict[str, Any]]:
        """Return the rows of a statement as the superuser sees them: all of them."""
        async with self.connection() as connection:
            return [dict(row) for row in await connection.fetch(statement, *arguments)]

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """Give a connection of the superuser's; what it has not committed when the block ends is undone."""
        connection = await asyncpg.connect(self._superuser_url())
        try:
            yield connection
        finally:
            await connection.close()

    async def terminate_backends(self) -> int:
        """End every connection of the application's, and return how many there were."""
        ended = await self.fetch(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {OURS}")
        return len(ended)

    async def is_quiet(self) -> bool:
        """Tell whether no transaction of the application's is open any more."""
        busy = f"SELECT 1 FROM pg_stat_activity WHERE {OURS} AND state <> 'idle'"
        return await self.fetch(busy) == []

    async def kill_and_restart(self) -> None:
        """Kill the postmaster with -9, and start on what it has left."""
        await self.kill()
        await self.start()

    async def kill(self) -> None:
        """Kill the postmaster with -9; its backends notice that it is gone, and end."""
        kill(postmaster(self.folder))
        await until(lambda: server_processes(self.folder) == [])

    def _superuser_url(self) -> str:
        assert self.joined is not None
        password = quote(json.loads((self.folder / "passwords.json").read_text())[SUPERUSER], safe="")
        where = self.joined.owner_url.partition("@")[2]
        return f"postgresql://{SUPERUSER}:{password}@{where}"


@dataclass
class Host:
    """One `server.py serve` with a folder of its own, on a port that it keeps through every restart."""

    number: int
    folder: Path
    settings: dict[str, object]
    workers: int = 1
    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    async def start(self) -> None:
        """Start it, and wait until it can serve."""
        self.begin()
        await self.ready()

    def begin(self) -> None:
        """Start it."""
        given = {"DATA_DIR": self.folder, "PORT": self.port, "WORKERS": self.workers, **self.settings}
        self.folder.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 # our own command
                [sys.executable, *COMMAND],
                env=environment(**given),
                cwd="/",
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    async def ready(self) -> None:
        """Wait until it can serve, with all of its workers."""
        await until(self._is_ready)
        await until(lambda: len(self.worker_processes()) == self.workers)

    def kill(self) -> None:
        """Kill every process of it with -9."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(60)

    async def kill_and_restart(self) -> None:
        """Kill every process of it with -9, and start it again."""
        self.kill()
        await self.start()

    async def kill_worker(self, chance: random.Random) -> None:
        """Kill one of several workers with -9, and wait until another stands in for it."""
        kill(chance.choice(self.worker_processes()))
        await self.ready()

    def terminate(self) -> int:
        """Ask it to end, and return the exit status."""
        assert self.process is not None
        self.process.terminate()
        try:
            return self.process.wait(60)
        finally:
            self.kill()

    def worker_processes(self) -> list[int]:
        """Return the processes that serve: the command itself, or its children where there are several workers."""
        assert self.process is not None
        if self.workers == 1:
            return [self.process.pid] if self.process.poll() is None else []
        return [child for child in _children(self.process.pid) if b"spawn_main" in _command(child)]

    @property
    def has_ended(self) -> bool:
        """Whether the command is there no more."""
        return self.process is None or self.process.poll() is not None

    @property
    def log(self) -> Path:
        """Everything that its processes said."""
        return self.folder / "server.log"

    def faults(self) -> list[str]:
        """Return what its log tells of faults of ours, each with its traceback."""
        entries = re.split(r"^(?=\d{4}-\d\d-\d\dT)", self.log.read_text(errors="replace"), flags=re.MULTILINE)
        return [entry for entry in entries if "[error" in entry or "Traceback" in entry]

    def started(self) -> int:
        """Return how many workers have begun to serve since the first start."""
        return self.log.read_text(errors="replace").count("Application startup complete")

    def remarks(self) -> list[str]:
        """Return what its log tells of what it could not do: why a client was told to try again."""
        return [line for line in self.log.read_text(errors="replace").splitlines() if "[warning" in line]

    async def _is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()[-3000:]
        answer = await asked(self.port, "/readyz")
        return answer is not None and answer.status == 200


async def asked(port: int, path: str) -> Answer | None:
    """Get a page on a new connection; None where there is no answer."""
    wire = Wire(port)
    try:
        return await wire.get(path)
    except (NeverSent, NoAnswer):
        return None
    finally:
        wire.close()


@asynccontextmanager
async def running(*hosts: Host) -> AsyncIterator[None]:
    """Run hosts for as long as the block lasts, all started at the same instant, whatever is in the database."""
    try:
        for host in hosts:
            host.begin()
        await asyncio.gather(*(host.ready() for host in hosts))
        await until(lambda: all(host.started() >= host.workers for host in hosts))
        yield
    finally:
        for host in hosts:
            host.kill()


def settings_for(postgres: Postgres, **settings: object) -> dict[str, object]:
    """Return the settings of a host that shares the database, and its secret, with others."""
    return {**postgres.urls, "SECRET_KEY": SECRET_KEY, "DEMO_PASSWORD": PASSWORD, "DEMO": 1, **settings}


def _children(process: int) -> list[int]:
    with suppress(OSError):
        return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


def _command(process: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{process}/cmdline").read_bytes()
    return b""
