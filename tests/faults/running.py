"""A whole run: a town, its clients, what is cut meanwhile, and the verdict."""

import asyncio
import random
import re
import time
from dataclasses import dataclass
from pathlib import Path

from tests.faults.callers import QUERIES, Caller
from tests.faults.checking import violations
from tests.faults.clients import Person, Town
from tests.faults.cutting import cut_again_and_again, decide_again_and_again
from tests.faults.histories import NO_ANSWER, Cut, History, Outcome
from tests.faults.hosts import until
from tests.faults.scenes import Plan, Scene, scene
from tests.faults.tables import Run, read_tables
from tests.faults.visits import visited

# A machine that is busy with others is no fault: who waits for a connection does not give up for that.
PATIENT: dict[str, object] = {"POOL_SECONDS": 30}
# As clients name their requests: seed, client, intent and attempt.
REQUEST = re.compile(r"\bs\d+-c\d+-[\w.-]*\d\b")
ROLES = ("ADMIN", "ADMIN", "ADMIN", "PROVISIONER", "ADMIN", "READ_ONLY")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a run."""

    history: History
    violations: list[str]
    seconds: float
    server_faults: list[str]
    remarks: list[str]

    @property
    def raced(self) -> int:
        """How many mutations were answered, or cut while they were under way: not those that found nobody there."""
        is_raced = {Outcome.OK, Outcome.REFUSED}
        mutations = [each for each in self.history.attempts if each.name not in QUERIES]
        return sum(each.outcome in is_raced or each.code == NO_ANSWER for each in mutations)

    def report(self) -> str:
        """Return the figures, one a line."""
        cuts = [fault.cut.value for fault in self.history.faults]
        lines = [f"{len(self.history.attempts)} operations in {self.seconds:.0f} s, {self.raced} mutations raced"]
        lines += [f"{cuts.count(cut.value)} times {cut.value}" for cut in Cut]
        lines += [f"{count:6} {what}" for what, count in self.history.counts().items()]
        lines += [*self.violations, *self.explanations(), *self.server_faults]
        return "\n".join([*lines, f"{len(self.violations)} violations"])

    def explanations(self) -> list[str]:
        """Return what the servers remarked while they did what became a violation."""
        named = {name for each in self.violations for name in REQUEST.findall(each)}
        return [line for line in self.remarks if named & set(REQUEST.findall(line))]


async def judged_run(plan: Plan, folder: Path) -> Verdict:
    """Let clients and faults loose on servers in this folder, and judge what came of it."""
    async with scene(plan, folder, **PATIENT) as here:
        town, persons = await settled(here)
        before = await read_tables(here.postgres)
        began = time.monotonic()
        await _let_loose(here, town, persons, ends_at=began + plan.seconds)
        seconds = time.monotonic() - began
        await until(here.postgres.is_quiet)
        after = await read_tables(here.postgres)
        faults = [fault for host in here.hosts for fault in host.faults()]
        remarks = [remark for host in here.hosts for remark in host.remarks()]
    return Verdict(here.history, violations(Run(here.history, before, after)), seconds, faults, remarks)


async def settled(here: Scene) -> tuple[Town, list[Person]]:
    """Give every client a key of its own to the demo's reseller, made by its admin, and tell them what there is."""
    visitor = await visited(*here.hosts)
    town = Town(visitor.reseller, here.office, await visitor.accounts())
    persons = []
    for number in range(here.plan.clients):
        key = await visitor.key(f"client {number}", ROLES[number % len(ROLES)])
        caller = Caller(f"s{here.plan.seed}-c{number}", here.ports, here.history, key)
        persons.append(Person(caller, town, random.Random(f"{here.plan.seed} {number}")))  # noqa: S311 # no secret
    return town, persons


async def _let_loose(here: Scene, town: Town, persons: list[Person], *, ends_at: float) -> None:
    async def act(person: Person) -> None:
        while time.monotonic() < ends_at:
            await person.act()

    async with asyncio.TaskGroup() as group:
        for person in persons:
            group.create_task(act(person))
        group.create_task(cut_again_and_again(here, ends_at=ends_at))
        group.create_task(decide_again_and_again(here, town.reseller, ends_at=ends_at))
    for person in persons:
        person.caller.close()
