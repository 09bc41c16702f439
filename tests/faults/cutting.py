"""What is done to the servers while clients work: processes are killed, connections ended, the operator decides."""

import asyncio
import random
import sys
import time
from collections.abc import Awaitable, Callable

from tests.faults.histories import Cut, Eligibility, Fault
from tests.faults.hosts import Host
from tests.faults.scenes import Scene
from tests.server.processes import ROOT, environment

# How often each is cut, in proportion.
CUTS = {Cut.BACKENDS: 4, Cut.HOST: 3, Cut.WORKER: 2, Cut.POSTMASTER: 1}


async def cut_again_and_again(here: Scene, *, ends_at: float) -> None:
    """Cut something, wait until everything serves again, and cut once more after a pause of a random length."""
    chance = random.Random(f"{here.plan.seed} cuts")  # noqa: S311 # no secret
    cuts = [cut for cut in here.plan.cuts if cut in CUTS and (cut is not Cut.WORKER or here.plan.workers > 1)]
    while (pause := chance.uniform(0.2, here.plan.pause_seconds)) < ends_at - time.monotonic():
        await asyncio.sleep(pause)
        [cut] = chance.choices(cuts, [CUTS[each] for each in cuts])
        await _cut(here, cut, chance.choice(here.hosts), chance)


async def decide_again_and_again(here: Scene, reseller: str, *, ends_at: float) -> None:
    """Let the operator withdraw the reseller's eligibility and give it back, by the command."""
    chance, is_eligible = random.Random(f"{here.plan.seed} decisions"), True  # noqa: S311 # no secret
    while (pause := chance.uniform(1, 2 * here.plan.pause_seconds)) < ends_at - time.monotonic():
        await asyncio.sleep(pause)
        is_eligible, began = not is_eligible, time.monotonic()
        # The command may fall with the database; until one has said so, it is not known what holds.
        while not await _decided(here.hosts[0], reseller, is_eligible=is_eligible):
            pass
        here.history.eligibility.append(Eligibility(is_eligible, began, time.monotonic()))


async def _cut(here: Scene, cut: Cut, host: Host, chance: random.Random) -> None:
    acts: dict[Cut, Callable[[], Awaitable[object]]] = {
        Cut.HOST: host.kill_and_restart,
        Cut.WORKER: lambda: host.kill_worker(chance),
        Cut.BACKENDS: here.postgres.terminate_backends,
        Cut.POSTMASTER: here.postgres.kill_and_restart,
    }
    began = time.monotonic()
    await acts[cut]()
    number = host.number if cut in {Cut.HOST, Cut.WORKER} else None
    here.history.faults.append(Fault(cut, number, began, time.monotonic()))


async def _decided(host: Host, reseller: str, *, is_eligible: bool) -> bool:
    settings = {"DATA_DIR": host.folder, **host.settings}
    command = (ROOT / "server.py", "set-eligibility", reseller, "yes" if is_eligible else "no")
    quiet = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(
        sys.executable, *map(str, command), env=environment(**settings), cwd="/", stdout=quiet, stderr=quiet
    )
    return await process.wait() == 0
