"""Many clients who read and write for a while: what they are answered, how long it takes, what the workers keep.

By hand: python -m tests.faults.load --clients 64 --seconds 60 --workers 2
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.callers import QUERIES
from tests.faults.checking import violations
from tests.faults.clients import Person
from tests.faults.histories import Attempt, Cut, Fault, History, Outcome
from tests.faults.hosts import Host, until
from tests.faults.running import settled
from tests.faults.scenes import Plan, Scene, scene
from tests.faults.tables import Run, read_tables

READS = 0.8
SAMPLE_SECONDS, REST_SECONDS = 1.0, 10.0
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass
class Figures:
    """What was measured. Memory is resident MB of each worker, by process, one sample a second."""

    seconds: float
    history: History
    violations: list[str]
    idle: dict[int, float]
    rested: dict[int, float]
    memory: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))

    def report(self) -> str:
        """Return the figures as lines of a table, and what is wrong, if anything is."""
        attempts = self.history.attempts
        lines = [f"{len(attempts)} operations in {self.seconds:.0f} s, {len(attempts) / self.seconds:.0f} a second"]
        lines += ["| operation | number | p50 ms | p99 ms | slowest ms |", "|---|--:|--:|--:|--:|"]
        lines += [_row(name, of) for name, of in (("reads", self._reads()), ("writes", self._writes()))]
        lines += ["| worker | idle MB | after a third | after two thirds | at the end | 10 s later |"]
        lines += ["|---|--:|--:|--:|--:|--:|", *map(self._memory_of, self.memory)]
        codes = Counter(f"{each.outcome.value} {each.code}" for each in attempts)
        return "\n".join([*lines, *(f"{count:6} {what}" for what, count in sorted(codes.items())), *self.violations])

    def _reads(self) -> list[Attempt]:
        return [each for each in self.history.attempts if each.name in QUERIES]

    def _writes(self) -> list[Attempt]:
        return [each for each in self.history.attempts if each.name not in QUERIES]

    def _memory_of(self, worker: int) -> str:
        samples = self.memory[worker]
        third = len(samples) // 3
        at = [self.idle.get(worker, 0), samples[third], samples[2 * third], samples[-1], self.rested.get(worker, 0)]
        return f"| {worker} | " + " | ".join(f"{each:.0f}" for each in at) + " |"


async def loaded(plan: Plan, folder: Path, *, rest_seconds: float = 0, **settings: object) -> Figures:
    """Let clients work on servers in this folder, as fast as they are answered, and judge what came of it."""
    async with scene(plan, folder, **settings) as here:
        _, persons = await settled(here)
        before, idle = await read_tables(here.postgres), memory(here.hosts)
        began = time.monotonic()
        # What is busy may say so; the figures tell how often.
        here.history.faults.append(Fault(Cut.NOTHING, None, began, float("inf")))
        figures = Figures(plan.seconds, here.history, [], idle, {})
        await _work(here, persons, figures, ends_at=began + plan.seconds)
        figures.seconds = time.monotonic() - began
        await until(here.postgres.is_quiet)
        figures.violations = violations(Run(here.history, before, await read_tables(here.postgres)))
        await asyncio.sleep(rest_seconds)
        figures.rested = memory(here.hosts)
    return figures


async def _work(here: Scene, persons: list[Person], figures: Figures, *, ends_at: float) -> None:
    async def act(person: Person) -> None:
        while time.monotonic() < ends_at:
            if person.chance.random() < READS:
                await person.look()
            else:
                await person.act()
        person.caller.close()

    async def sample() -> None:
        while time.monotonic() < ends_at:
            for worker, resident in memory(here.hosts).items():
                figures.memory[worker].append(resident)
            await asyncio.sleep(SAMPLE_SECONDS)

    async with asyncio.TaskGroup() as group:
        for person in persons:
            group.create_task(act(person))
        group.create_task(sample())


def memory(hosts: list[Host]) -> dict[int, float]:
    """Return the resident MB of every worker."""
    found = {}
    for worker in (worker for host in hosts for worker in host.worker_processes()):
        with suppress(OSError):
            found[worker] = int(Path(f"/proc/{worker}/statm").read_text().split()[1]) * PAGE / 1e6
    return found


def _row(name: str, attempts: list[Attempt]) -> str:
    took = sorted(1000 * (each.ended - each.began) for each in attempts)
    cuts = statistics.quantiles(took, n=100)
    return f"| {name} | {len(took)} | {cuts[49]:.0f} | {cuts[98]:.0f} | {took[-1]:.0f} |"


def main() -> int:
    """Measure once and print the figures; the status is 1 where anything was answered that is not announced."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.load")
    for name, default in (("seed", 1), ("seconds", 60), ("clients", 64), ("hosts", 1), ("workers", 2)):
        parser.add_argument(f"--{name}", type=int, default=default)
    plan = Plan(**vars(parser.parse_args()))
    with tempfile.TemporaryDirectory(prefix="load-") as folder:
        figures = asyncio.run(loaded(plan, Path(folder), rest_seconds=REST_SECONDS))
    print(plan, figures.report(), sep="\n")  # noqa: T201 # a command speaks
    return 1 if figures.violations or any(each.outcome is Outcome.BROKEN for each in figures.history.attempts) else 0


if __name__ == "__main__":
    sys.exit(main())
