"""Budgets of the running server: two processes, one bucket."""

import math
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.server.processes import Server, serving

CAPACITY = 50


def test_two_workers_give_the_bucket_and_what_flowed_in(tmp_path: Path) -> None:
    little = {"STRANGER_BUDGET_POINTS": CAPACITY, "STRANGER_BUDGET_POINTS_A_SECOND": 1}

    with serving(tmp_path / "data", workers=2, **little) as server:
        began = time.monotonic()
        with ThreadPoolExecutor(8) as callers:
            statuses = list(callers.map(lambda _: _ask(server), range(3 * CAPACITY)))
        flowed_in = math.ceil(time.monotonic() - began)

    # A worker may end with some points of its lease, a tenth of the bucket, which the other one misses.
    assert CAPACITY - CAPACITY // 10 <= statuses.count(200) <= CAPACITY + flowed_in
    assert statuses.count(200) + statuses.count(429) == 3 * CAPACITY


def _ask(server: Server) -> int:
    # On a connection of its own: whichever worker takes it.
    with server.browser() as browser:
        return browser.post("/graphql", json={"query": "{ viewer { name } }"}).status_code
