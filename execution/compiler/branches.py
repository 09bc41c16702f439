"""Awaiting many things at once without a task for each.

A coroutine is started where it stands; most finish at once, and cost no task and no turn of the event loop. Those that
wait go on as branches: tasks as far as a coroutine can tell (asyncio.current_task, timeouts and task groups find one
that can be cancelled, and context variables are each one's own), at about two thirds of a task's cost.
"""

import asyncio
from asyncio.tasks import _enter_task, _leave_task  # documented for those who bring tasks of their own
from collections.abc import Awaitable, Coroutine
from contextvars import Context, copy_context
from inspect import iscoroutine
from typing import Any


def is_awaitable_kind(kind: type) -> bool:
    """Tell whether values of this type can be awaited."""
    return hasattr(kind, "__await__")


class Wave:
    """Awaitables that are under way together."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._open: set[_Branch] = set()
        self._all_ended: asyncio.Future[None] | None = None
        self._failure: BaseException | None = None
        self._is_cancelled = False

    @property
    def has_failed(self) -> bool:
        """Whether anything raised: end() will."""
        return self._failure is not None

    def start(self, values: list[Any]) -> bool:
        """Put in place of every awaitable in the list what it yields, now or until end() returns.

        Returns whether any has to be waited for.
        """
        task = asyncio.current_task(self.loop)
        assert task is not None  # noqa: S101 # a coroutine of asyncio runs in a task
        before = len(self._open)
        _leave_task(self.loop, task)
        try:
            for index, value in enumerate(values):
                if is_awaitable_kind(type(value)):
                    coroutine = value if iscoroutine(value) else _awaited(value)
                    branch = _Branch(self, coroutine, values, index)
                    self._open.add(branch)
                    branch.context.run(branch.step)
        finally:
            _enter_task(self.loop, task)
        return len(self._open) > before

    async def end(self) -> None:
        """Wait until all have ended. Raises the first failure then: what they share is whole for whoever tries again.

        What they share are connections and loaders' futures. Where the caller is cancelled, all are, and have ended
        before it goes on.
        """
        cancelled: asyncio.CancelledError | None = None
        while self._open:
            self._all_ended = self.loop.create_future()
            try:
                await self._all_ended
            except asyncio.CancelledError as error:
                cancelled = error
                self._cancel()
        if cancelled is not None:
            raise cancelled
        if self._failure is not None:
            raise self._failure

    def _cancel(self) -> None:
        self._is_cancelled = True
        for branch in list(self._open):
            branch.cancel()

    def ended(self, branch: "_Branch", failure: BaseException | None = None) -> None:
        """Take note that a branch has ended."""
        self._open.discard(branch)
        if failure is not None and self._failure is None:
            self._failure = failure
            if not isinstance(failure, Exception) and not self._is_cancelled:
                # Nobody asked for this cancellation but the coroutine itself: the operation ends with it.
                self._cancel()
        if not self._open and self._all_ended is not None and not self._all_ended.done():
            self._all_ended.set_result(None)


class _Branch:
    """One coroutine on its way, with what others expect of the current task."""

    __slots__ = (
        "__weakref__",
        "_cancellations",
        "_coroutine",
        "_index",
        "_is_done",
        "_loop",
        "_must_cancel",
        "_values",
        "_waits_for",
        "_wave",
        "context",
    )

    def __init__(self, wave: Wave, coroutine: Coroutine[Any, Any, Any], values: list[Any], index: int) -> None:
        self.context: Context = copy_context()
        self._wave, self._loop, self._coroutine = wave, wave.loop, coroutine
        self._values, self._index = values, index
        self._waits_for: asyncio.Future[Any] | None = None
        self._is_done = self._must_cancel = False
        self._cancellations = 0

    def step(self, error: BaseException | None = None) -> None:
        """Go on until the coroutine waits again, or ends."""
        loop: Any = self._loop
        if self._must_cancel:
            self._must_cancel, error = False, asyncio.CancelledError()
        _enter_task(loop, self)  # type: ignore[arg-type] # a task as far as anybody can tell
        try:
            waits_for = self._coroutine.send(None) if error is None else self._coroutine.throw(error)
        except StopIteration as stop:
            self._values[self._index] = stop.value
            self._is_done = True
            self._wave.ended(self)
        except BaseException as failure:  # noqa: BLE001 # whoever waits for the wave gets it
            self._is_done = True
            self._wave.ended(self, failure)
        else:
            self._wait(waits_for)
        finally:
            _leave_task(loop, self)  # type: ignore[arg-type]

    def _wait(self, waits_for: Any) -> None:  # noqa: ANN401 # whatever a coroutine yields
        if getattr(waits_for, "_asyncio_future_blocking", None):
            waits_for._asyncio_future_blocking = False
            waits_for.add_done_callback(self._wake, context=self.context)
            self._waits_for = waits_for
            if self._must_cancel and waits_for.cancel():
                self._must_cancel = False
        else:
            wrong = None if waits_for is None else RuntimeError(f"A resolver yielded {waits_for!r}, which is no future")
            self._loop.call_soon(self.step, wrong, context=self.context)

    def _wake(self, _: "asyncio.Future[Any]") -> None:
        self._waits_for = None
        self.step()

    def cancel(self, msg: Any | None = None) -> bool:  # noqa: ANN401 # as a task's
        """Ask the coroutine to end, as a task would: through what it waits for."""
        if self._is_done:
            return False
        self._cancellations += 1
        if self._waits_for is None or not self._waits_for.cancel(msg=msg):
            self._must_cancel = True
        return True

    def cancelling(self) -> int:
        """Return how often the coroutine was asked to end."""
        return self._cancellations

    def uncancel(self) -> int:
        """Take one of these back."""
        self._cancellations = max(0, self._cancellations - 1)
        return self._cancellations

    def done(self) -> bool:
        """Tell whether the coroutine has ended."""
        return self._is_done

    def get_coro(self) -> Coroutine[Any, Any, Any]:
        """Return what is on its way."""
        return self._coroutine

    def get_name(self) -> str:
        """Return a name for people."""
        return f"branch of {self._coroutine!r}"


async def _awaited(value: Awaitable[Any]) -> Any:  # noqa: ANN401 # whatever it yields
    return await value
