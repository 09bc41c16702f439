"""Runs the operations of bench.accounting as it is told, in a process of its own: each line names one by its number.

It answers `ready`, and then each line with the milliseconds of CPU that a request took. Whoever starts it chooses the
interpreter, and what watches the process.
"""
# ruff: noqa: T201 # a benchmark speaks

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

import uvloop

from bench.accounting import brought

REQUESTS, WARM_UP = 26, 60


@dataclass(frozen=True, slots=True)
class Runner:
    """A process that runs operations."""

    process: "subprocess.Popen[str]"

    def run(self, operation: int) -> float:
        """Run an operation REQUESTS times, and return the milliseconds of CPU that each took."""
        tell, told = self._pipes()
        tell.write(f"{operation}\n")
        tell.flush()
        return float(told.readline())

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        assert self.process.stdin is not None and self.process.stdout is not None  # noqa: S101, PT018 # opened as pipes
        return self.process.stdin, self.process.stdout


@contextmanager
def running(*before: str, python: str = sys.executable) -> Iterator[Runner]:
    """Start a runner on an interpreter, behind another program where there is one, for as long as the block runs."""
    command: Sequence[str] = (*before, python, "-m", "bench.runner")
    with subprocess.Popen(  # noqa: S603 # whoever benchmarks names the interpreter
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        runner = Runner(process)
        if runner._pipes()[1].readline() != "ready\n":
            raise SystemExit(f"{' '.join(command)} did not start.")
        yield runner
        runner._pipes()[0].close()


async def _obey() -> None:
    async with brought() as known:
        asks = list(known.values())
        for ask in asks:
            for _ in range(WARM_UP):
                await ask()
        print("ready", flush=True)
        for line in sys.stdin:
            began = time.process_time()
            for _ in range(REQUESTS):
                await asks[int(line)]()
            print((time.process_time() - began) / REQUESTS * 1000, flush=True)


if __name__ == "__main__":
    uvloop.run(_obey())
