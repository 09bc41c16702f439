"""Turns: few operations at once while the worker is busy, as many as there are while it is idle."""

import asyncio
import time
from types import SimpleNamespace

import pytest

from execution import turns as module
from execution.turns import Turns

# Longer than any test here takes: then nobody looks.
NEVER = 3600.0


async def _soon() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


class Works:
    """Some that take a turn and keep it until they are told."""

    def __init__(self, turns: Turns) -> None:
        self._turns = turns
        self.begun: list[int] = []
        self.has_begun: dict[int, asyncio.Event] = {}
        self.may_end: dict[int, asyncio.Event] = {}

    async def run(self, number: int) -> None:
        """Begin when it is this one's turn."""
        async with self._turns:
            self.begun.append(number)
            self.has_begun.setdefault(number, asyncio.Event()).set()
            await self.may_end.setdefault(number, asyncio.Event()).wait()

    def all(self, number: int) -> list[asyncio.Task[None]]:
        """Let so many ask for a turn, one after the other."""
        return [asyncio.create_task(self.run(each)) for each in range(number)]


async def test_no_more_than_so_many_begin_and_the_others_follow_in_their_order() -> None:
    works = Works(Turns(2, look_seconds=NEVER))
    tasks = works.all(5)

    await _soon()
    at_first = list(works.begun)
    works.may_end[1].set()
    await _soon()
    after_one = list(works.begun)
    for number in range(5):
        works.may_end.setdefault(number, asyncio.Event()).set()
    await asyncio.gather(*tasks)

    assert (at_first, after_one, works.begun) == ([0, 1], [0, 1, 2], [0, 1, 2, 3, 4])


async def test_who_is_cancelled_has_no_turn_and_keeps_none() -> None:
    turns = Turns(1, look_seconds=NEVER)
    works = Works(turns)
    async with turns:
        waiting, given, last = works.all(3)
        await _soon()
        waiting.cancel()
        await _soon()
    # In the moment in which it has been given a turn, and knows nothing of it.
    given.cancel()
    await _soon()

    assert (works.begun, waiting.cancelled(), given.cancelled()) == ([2], True, True)
    works.may_end[2].set()
    await last
    await asyncio.wait_for(turns.__aenter__(), 1)


def _busy(monkeypatch: pytest.MonkeyPatch, *, share: float) -> None:
    """Let the thread be busy for so much of the time, whatever else the machine does."""
    clocks = SimpleNamespace(perf_counter=time.perf_counter, thread_time=lambda: share * time.perf_counter())
    monkeypatch.setattr(module, "time", clocks)


async def test_while_the_worker_is_idle_one_more_begins_and_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    _busy(monkeypatch, share=0.6)
    works = Works(Turns(1, look_seconds=0.001))
    tasks = works.all(4)

    await asyncio.wait_for(works.has_begun.setdefault(3, asyncio.Event()).wait(), 10)
    for number in range(4):
        works.may_end[number].set()
    await asyncio.gather(*tasks)

    assert works.begun == [0, 1, 2, 3]


async def test_while_the_worker_is_busy_nobody_else_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    _busy(monkeypatch, share=0.8)
    works = Works(Turns(1, look_seconds=0.001))
    tasks = works.all(3)

    # Time for many looks.
    await asyncio.sleep(0.1)
    begun = list(works.begun)
    for number in range(3):
        works.may_end.setdefault(number, asyncio.Event()).set()
    await asyncio.gather(*tasks)

    assert begun == [0]
