"""Awaiting many coroutines: without tasks, and as if each had one."""

import asyncio
from contextvars import ContextVar
from typing import Any

import pytest

from execution.compiler.branches import Wave

WORD: ContextVar[str] = ContextVar("word", default="none")


async def settle(columns: list[list[Any]]) -> None:
    """Start them all, and wait until they have ended."""
    wave = Wave()
    for values in columns:
        wave.start(values)
    await wave.end()


async def at_once(value: int) -> int:
    return value


async def later(value: int) -> int:
    await asyncio.sleep(0)
    return value


async def failing() -> None:
    await asyncio.sleep(0)
    raise ValueError("wrong")


async def test_awaitables_are_replaced_by_what_they_yield_and_values_stay() -> None:
    future = asyncio.get_running_loop().create_future()
    future.set_result(3)
    columns: list[list[Any]] = [[at_once(1), "value", later(2)], [future]]

    await settle(columns)

    assert columns == [[1, "value", 2], [3]]


async def test_what_does_not_wait_is_there_at_once() -> None:
    wave, values = Wave(), list[Any]([at_once(1), at_once(2)])

    is_waiting = wave.start(values)

    assert (is_waiting, values) == (False, [1, 2])


async def test_no_task_is_made() -> None:
    before = asyncio.all_tasks()
    seen: list[set[Any]] = []

    async def look() -> None:
        await asyncio.sleep(0)
        seen.append(asyncio.all_tasks())

    await settle([[look(), look()]])

    assert seen == [before, before]


async def test_each_has_a_current_task_of_its_own_that_stays() -> None:
    async def mine() -> bool:
        before = asyncio.current_task()
        await asyncio.sleep(0)
        return before is asyncio.current_task() and before is not outer

    outer = asyncio.current_task()
    values: list[Any] = [mine(), mine()]

    await settle([values])

    assert values == [True, True]
    assert asyncio.current_task() is outer


async def test_a_timeout_ends_the_one_that_set_it_and_no_other() -> None:
    async def impatient() -> str:
        try:
            async with asyncio.timeout(0):
                await asyncio.Event().wait()
        except TimeoutError:
            return "timed out"
        return "not reached"

    values: list[Any] = [impatient(), later(1)]

    await settle([values])

    assert values == ["timed out", 1]


async def test_a_task_group_works() -> None:
    async def grouped() -> int:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(later(each)) for each in (1, 2)]
        return sum(task.result() for task in tasks)

    values: list[Any] = [grouped(), grouped()]

    await settle([values])

    assert values == [3, 3]


async def test_context_variables_are_each_ones_own() -> None:
    async def say(word: str) -> str:
        WORD.set(word)
        await asyncio.sleep(0)
        return WORD.get()

    values: list[Any] = [say("one"), say("two")]

    await settle([values])

    assert (values, WORD.get()) == (["one", "two"], "none")


async def test_one_may_wait_for_what_another_does_later() -> None:
    opened = asyncio.Event()

    async def opening() -> int:
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        opened.set()
        return 2

    async def waiting() -> int:
        await opened.wait()
        return 1

    values: list[Any] = [waiting(), opening()]

    await settle([values])

    assert values == [1, 2]


async def test_the_first_failure_is_raised_when_all_have_ended() -> None:
    ended: list[str] = []

    async def slow() -> None:
        for _ in range(5):
            await asyncio.sleep(0)
        ended.append("slow")

    with pytest.raises(ValueError, match="wrong"):
        await settle([[failing(), slow()]])

    assert ended == ["slow"]


async def test_what_a_failure_leaves_behind_is_not_cancelled() -> None:
    shared = asyncio.get_running_loop().create_future()

    async def reading() -> Any:
        return await shared

    asyncio.get_running_loop().call_later(0, shared.set_result, 1)

    with pytest.raises(ValueError, match="wrong"):
        await settle([[failing(), reading()]])

    assert shared.result() == 1


async def test_all_are_cancelled_and_have_ended_when_the_caller_is_cancelled() -> None:
    ended: list[int] = []
    started = asyncio.Event()

    async def hanging(number: int) -> None:
        try:
            started.set()
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(number)

    task = asyncio.create_task(settle([[hanging(1), hanging(2)]]))
    await started.wait()

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert sorted(ended) == [1, 2]


async def test_what_a_cancelled_one_gathers_is_cancelled() -> None:
    inner = asyncio.create_task(asyncio.Event().wait())

    async def gathering() -> None:
        await asyncio.gather(inner)

    task = asyncio.create_task(settle([[gathering(), later(1)]]))
    await asyncio.sleep(0)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert inner.cancelled()


async def test_a_cancellation_that_nobody_asked_for_ends_all() -> None:
    async def closed() -> None:
        await asyncio.sleep(0)
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await settle([[closed(), asyncio.Event().wait()]])
