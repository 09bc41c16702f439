"""Where Prometheus reads the numbers: /metrics on a port of its own, which nobody else needs to reach.

Several workers write theirs into a folder, and the process that leads them answers with the sums. What a worker has
counted stays counted when it dies; what it had in hand, its gauges, is dropped.
"""

import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import REGISTRY, CollectorRegistry, Metric, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

FOLDER = "PROMETHEUS_MULTIPROC_DIR"


@contextmanager
def exposed(*, host: str, port: int, workers: int, folder: Path) -> Iterator[None]:
    """Answer as long as the block runs; workers started within it write into the folder, which is emptied first."""
    registry = REGISTRY
    if workers > 1:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        # prometheus-client asks the environment when a worker loads it.
        os.environ[FOLDER] = str(folder.resolve())
        registry = CollectorRegistry()
        registry.register(AllWorkers(folder))
    server, thread = start_http_server(port, host, registry)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        if workers > 1:
            shutil.rmtree(folder, ignore_errors=True)


class AllWorkers(Collector):
    """The sums over all workers that there are and were."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterable[Metric]:
        """Add up; of a worker that is gone only what it has counted."""
        for pid in {int(file.stem.rpartition("_")[2]) for file in self._folder.glob("gauge_live*.db")}:
            if not _lives(pid):
                mark_process_dead(pid, str(self._folder))  # type: ignore[no-untyped-call] # ships half its types
        sums: Iterable[Metric] = MultiProcessCollector(None, str(self._folder)).collect()  # type: ignore[no-untyped-call] # the same
        return sums


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
