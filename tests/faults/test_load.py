"""Sixteen clients at once, nothing cut: every answer is announced, nothing is lost, and no time is judged.

LOAD_SECONDS is how long it takes.
"""

import os
from pathlib import Path

from tests.faults.histories import Outcome
from tests.faults.load import loaded
from tests.faults.scenes import Plan

SECONDS = float(os.environ.get("LOAD_SECONDS", "3"))


async def test_many_clients_at_once_are_all_answered_and_nothing_is_lost(tmp_path: Path) -> None:
    figures = await loaded(Plan(1, SECONDS, clients=16, hosts=1, workers=2), tmp_path)

    assert figures.violations == []
    assert {each.outcome for each in figures.history.attempts} == {Outcome.OK, Outcome.REFUSED}
