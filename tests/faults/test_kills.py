"""Clients at work while servers are killed: what was acknowledged is there, what was refused is not.

FAULTS_SECONDS is how long it takes, FAULTS_SEED repeats the choices of a run that failed.
"""

import os
import secrets
from pathlib import Path

from tests.faults.running import judged_run
from tests.faults.scenes import Plan

SECONDS = float(os.environ.get("FAULTS_SECONDS", "60"))


async def test_no_promise_is_broken_by_kill_9_and_ended_connections(tmp_path: Path) -> None:
    seed = int(os.environ.get("FAULTS_SEED", secrets.randbelow(10**6)))
    verdict = await judged_run(Plan(seed, SECONDS), tmp_path)
    print(verdict.report())  # noqa: T201 # with its seed, where it failed

    assert (verdict.violations, verdict.server_faults) == ([], []), f"FAULTS_SEED={seed}"
