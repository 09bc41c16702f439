"""Whose turn it is: a dear operation begins when the worker has time for it, and not before.

A worker has one core. What is begun beyond what keeps that busy waits in the middle of its work, with all that it has
read, and drives out of the processor's caches what the others need (figures in bench/README.md). So dear operations
wait before they have read anything, in the order in which they came; cheap ones hold little, and pass.

Where the worker is idle nevertheless, because what is under way waits for a database far away, for a lock or for a slow
statement, one more is begun, and another one every few milliseconds.
"""

import asyncio
import time
from collections import deque
from contextlib import suppress

# Enough to keep a worker busy whose database is near.
AT_ONCE = 4
# How often is looked whether the worker is busy, while anybody waits; and the share of the time that makes it so.
LOOK_SECONDS = 0.005
BUSY = 0.7


class Turns:
    """The turns of a worker: so many at once, or as many as keep it busy. `async with turns:` takes one."""

    def __init__(self, at_once: int = AT_ONCE, *, look_seconds: float = LOOK_SECONDS) -> None:
        self._least = self._most = at_once
        self._taken = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._look_seconds = look_seconds
        self._is_looked_after = False

    async def __aenter__(self) -> None:
        """Return when it is the caller's turn. Who is cancelled meanwhile has none."""
        if self._taken < self._most and not self._waiting:
            self._taken += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        if not self._is_looked_after:
            self._look_later()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                with suppress(ValueError):
                    self._waiting.remove(turn)
            else:
                self._leave()
            raise

    async def __aexit__(self, *_: object) -> None:
        """Give the turn back: the next one begins."""
        self._leave()

    def _leave(self) -> None:
        self._taken -= 1
        self._give()

    def _give(self) -> None:
        while self._waiting and self._taken < self._most:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                self._taken += 1

    def _look_later(self) -> None:
        self._is_looked_after = True
        loop = asyncio.get_running_loop()
        loop.call_later(self._look_seconds, self._look, time.perf_counter(), time.thread_time())

    def _look(self, since: float, used: float) -> None:
        is_busy = time.thread_time() - used > BUSY * (time.perf_counter() - since)
        self._most = max(self._least, self._most - 1) if is_busy else self._most + 1
        self._give()
        if self._waiting:
            self._look_later()
        else:
            self._is_looked_after, self._most = False, self._least
