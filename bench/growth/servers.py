"""Our server on one of the worlds, as `serve` starts it, and what is asked of it."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.asgi_servers import ROOT, posted, wait_until_ready
from bench.growth.worlds import ADMIN, MEMBERS, Loaded, reseller_id, session

QUERIES = ROOT / "bench" / "peers" / "queries"
# One caller sends everything, and on a busy machine each of 32 requests may wait long for its turn.
WIDENED = {
    "BUDGET_POINTS": "1000000000",
    "BUDGET_POINTS_A_SECOND": "1000000000",
    "MAX_IN_FLIGHT_EACH": "128",
    "POOL_SECONDS": "60",
    "OPERATION_SECONDS": "60",
    "STATEMENT_SECONDS": "60",
}


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that is ready: the process that leads its session, its port, and the seconds that it took."""

    pid: int
    port: int
    seconds: float


@contextmanager
def serving(loaded: Loaded, port: int, *, workers: int = 1, is_pinned: bool = True) -> Iterator[Serving]:
    """Run the server; pinned, it has the first core to itself, and PostgreSQL and the clients have the others."""
    pin = ["taskset", "--cpu-list", "0"] if is_pinned and (os.cpu_count() or 1) > 1 else []
    with tempfile.TemporaryDirectory() as folder:
        settings = {
            "PATH": os.environ["PATH"],
            "DATABASE_URL": loaded.database.application_url,
            "DATABASE_OWNER_URL": loaded.database.owner_url,
            "DATA_DIR": folder,
            "PORT": str(port),
            "WORKERS": str(workers),
            "LOG_LEVEL": "WARNING",
            **WIDENED,
        }
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 # our own command
            [*pin, sys.executable, str(ROOT / "server.py"), "serve"],
            cwd=ROOT,
            env=settings,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            wait_until_ready(f"http://127.0.0.1:{port}")
            yield Serving(process.pid, port, time.perf_counter() - began)
        finally:
            process.terminate()
            process.wait(60)


def screen() -> bytes:
    """Return the request for the first reseller's accounts screen: 100 accounts, three organizations each."""
    document = (QUERIES / "q2.graphql").read_text()
    return posted(f"session={session(ADMIN)}", document, id=reseller_id())


def switcher(memberships: int) -> bytes:
    """Return the request for the switcher of somebody with so many memberships."""
    return posted(f"session={session(MEMBERS[memberships])}", (QUERIES / "q1.graphql").read_text())


def resident(pid: int) -> float:
    """Return the MB that a session's largest process holds in memory."""
    return max(_resident(each) for each in Path("/proc").glob("[0-9]*") if _session(each) == pid)


def _session(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[3])
    except OSError:
        return 0


def _resident(process: Path) -> float:
    return int((process / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
