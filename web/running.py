"""An operation under way: it has a deadline and a client who may leave; neither cuts off a mutation that has begun.

A query is cancelled, and what it held is given back. A mutation is cancelled only before its first field has begun:
from then on it runs to its end, and its client, if there still is one, learns what became of it. Only a server that
ends, and has waited long enough, cuts off whatever is left.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from starlette.types import Receive

from web.refusals import Refused

T = TypeVar("T")

# Most operations are done by then, and cost no watching.
UNWATCHED_SECONDS = 0.02
# For a statement to be cancelled, and its transaction to be rolled back.
TAKING_BACK_SECONDS = 2.0


class Left(Refused):
    """The client has gone: this is for the log, nobody reads it."""

    def __init__(self) -> None:
        super().__init__(499, "The client has left.", "CLIENT_LEFT")


class CutOff(Refused):
    """The server ends, and waits no longer."""

    def __init__(self, *, has_begun: bool) -> None:
        if has_begun:
            message = "The server ended before this was done; look whether it was saved before you repeat it."
            super().__init__(503, message, "SERVICE_UNAVAILABLE")
        else:
            super().__init__(503, "The server is restarting; try again.", "SERVICE_UNAVAILABLE", retry_after="1")


class Operations:
    """All that run in this worker; each has so many seconds."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._under_way: set[asyncio.Task[Any]] = set()

    async def run(
        self, operation: Coroutine[Any, Any, T], *, has_begun: Callable[[], bool], receive: Receive | None = None
    ) -> T:
        """Return what the operation returns. Raises Refused where it was cut off: 503 after its time, Left, or CutOff.

        `has_begun` tells whether a mutation has; `receive` tells of a client who leaves.
        """
        task = asyncio.create_task(operation)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        try:
            await asyncio.wait({task}, timeout=UNWATCHED_SECONDS)
            if not task.done():
                await self._watch(task, has_begun, receive)
        except asyncio.CancelledError:
            # By the server, which ends: a mutation goes on as long as the process does.
            if not has_begun():
                task.cancel()
            raise
        if task.cancelled():
            raise CutOff(has_begun=has_begun())
        return task.result()

    async def _watch(self, task: asyncio.Task[T], has_begun: Callable[[], bool], receive: Receive | None) -> None:
        leaving = None if receive is None else asyncio.create_task(_left(receive))
        try:
            both = {task} if leaving is None else {task, leaving}
            await asyncio.wait(both, timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED)
            if not task.done() and not has_begun():
                task.cancel()
                await asyncio.wait({task})
                if task.cancelled():
                    raise Left if leaving is not None and leaving.done() else self._too_slow()
            await asyncio.wait({task})
        finally:
            if leaving is not None:
                leaving.cancel()

    def _too_slow(self) -> Refused:
        message = f"This took longer than {self._seconds:g} seconds and was given up; nothing was changed."
        return Refused(503, message, "DEADLINE_EXCEEDED", retry_after="1")

    async def finish(self, seconds: float) -> None:
        """Wait so many seconds for what is under way, and then only until it has been taken back."""
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)
        self.cut_off()
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=TAKING_BACK_SECONDS)

    def cut_off(self) -> None:
        """Cancel whatever is under way. PostgreSQL has each mutation whole or not at all."""
        for task in self._under_way:
            task.cancel()


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
