"""A server that is asked to end: it finishes what it has begun, and sends everybody else away.

Between the first signal and the end of the last request new connections are still accepted, so that whoever asks is
told to come back, and a load balancer sees /readyz fail; then the server's own handler of the signal gets its turn.
What is not done within the grace period is cut off, and answered so.
"""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from web.refusals import Refused

# For what was cut off to be taken back, and its client to be told.
ANSWERING_SECONDS = 3.0
SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Draining:
    """Counts the requests that are being answered, and knows whether there shall be others.

    `cut_off` ends what is still under way after so many seconds.
    """

    def __init__(self, grace_seconds: float, cut_off: Callable[[], None]) -> None:
        self._grace_seconds, self._cut_off = grace_seconds, cut_off
        self._being_answered = 0
        self._quiet = asyncio.Event()
        self._quiet.set()
        self._ending: asyncio.Task[None] | None = None
        self.has_begun = False

    def check(self) -> None:
        """Raise Refused where the server is about to end."""
        if self.has_begun:
            raise Refused(
                503, "The server is restarting; try again.", "SERVICE_UNAVAILABLE", retry_after="1", connection="close"
            )

    def began(self) -> None:
        """Count a request."""
        self._being_answered += 1
        self._quiet.clear()

    def answered(self) -> None:
        """Count it no more."""
        self._being_answered -= 1
        if not self._being_answered:
            self._quiet.set()

    @contextmanager
    def minding_signals(self) -> Iterator[None]:
        """Put ourselves before the server's handlers of SIGTERM and SIGINT, as long as the block runs."""
        loop = asyncio.get_running_loop()
        before: dict[signal.Signals, Callable[[int, FrameType | None], Any]] = {}

        def handler(number: int, frame: FrameType | None) -> None:  # noqa: ARG001 # a handler's signature
            loop.call_soon_threadsafe(self._asked_to_end, number, before[signal.Signals(number)])

        for number in SIGNALS:
            if callable(found := signal.getsignal(number)):
                before[number] = found
                signal.signal(number, handler)
        try:
            yield
        finally:
            for number, found in before.items():
                signal.signal(number, found)

    def _asked_to_end(self, number: int, end: Callable[[int, FrameType | None], Any]) -> None:
        # Whoever presses Ctrl-C a second time does not want to wait.
        if self._ending is None:
            self.has_begun = True
            self._ending = asyncio.create_task(self._end(lambda: end(number, None)))
        elif number == signal.SIGINT and not self._ending.done():
            self._ending.cancel()
            end(number, None)

    async def _end(self, end: Callable[[], Any]) -> None:
        await self._quiet_within(self._grace_seconds)
        if not self._quiet.is_set():
            self._cut_off()
            await self._quiet_within(ANSWERING_SECONDS)
        end()

    async def _quiet_within(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._quiet.wait()
