"""What every set of loaders shares: the moment that it reads, the scope that it starts from, and rows by id."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from functools import cached_property, partial
from itertools import chain
from typing import Any, Generic, TypeVar
from uuid import UUID

import sqlalchemy as sa
from aiodataloader import DataLoader

from models.database import Snapshot
from models.prepared import Ids, Question
from models.scopes import Scope

Key = TypeVar("Key", bound=Hashable)
Found = TypeVar("Found")
Row = sa.Row[Any]


class Batch(Generic[Key, Found]):
    """A loader: what is asked for in one turn of the event loop is read together, and nothing is read twice.

    Its callers share what is found but no future: where a branch of an operation fails, its siblings are cancelled, and
    with one future for all who ask for a key, so would be whoever else waits for it. Many keys of one caller are one
    entry in the queue and one future, so that a level's hundred cost little more than one.
    """

    def __init__(
        self, read: Callable[[list[Key]], Awaitable[Sequence[Found]]], known: Mapping[Key, Found] | None = None
    ) -> None:
        """`read` returns what it found for each key, in their order; what is `known` is not read."""
        self._read = read
        self._found: dict[Key, Found] = dict(known or {})

    @cached_property
    def _queue(self) -> DataLoader[Sequence[Key], list[Found]]:
        # Made where something has to be read: often another loader has read everything in passing.
        # Two batches under way may have keys in common: one after the other.
        return DataLoader(partial(_all, self._read, self._found, asyncio.Lock()), cache=False)

    def know(self, key: Key, found: Found) -> None:
        """Let this be found for a key: it was read at the same moment."""
        self._found.setdefault(key, found)

    def know_each(self, keys: Iterable[Key], found: Iterable[Found]) -> None:
        """Let these be found for keys, one for one."""
        self._found.update(zip(keys, found, strict=True))

    async def load(self, key: Key) -> Found:
        """Return what is found for a key."""
        return self._found[key] if key in self._found else (await self._queue.load((key,)))[0]

    async def load_many(self, keys: Sequence[Key]) -> list[Found]:
        """Return what is found for each key, in their order."""
        found = self._found
        if found and all(map(found.__contains__, keys)):
            return list(map(found.__getitem__, keys))
        return await self._queue.load(keys)


async def _all(
    read: Callable[[list[Key]], Awaitable[Sequence[Found]]],
    found: dict[Key, Found],
    one_at_a_time: asyncio.Lock,
    asked: list[Sequence[Key]],
) -> list[list[Found]]:
    async with one_at_a_time:
        # A column at a time: no step of it is Python's for each key, but where some were found before.
        wanted = dict.fromkeys(chain.from_iterable(asked))
        missing = [key for key in wanted if key not in found] if found else list(wanted)
        if missing:
            found.update(zip(missing, await read(missing), strict=True))
    return [list(map(found.__getitem__, keys)) for keys in asked]


ById = Batch[UUID, Row | None]


class Batched:
    """The base of loaders: of one request and one moment; what was read once is not read again."""

    def __init__(self, snapshot: Snapshot, scope: Scope) -> None:
        self._snapshot = snapshot
        self._scope = scope

    def forget(self) -> None:
        """Let go of what was read: rows and loaders hold each other, and would wait for the garbage collector."""
        for name in set(vars(self)) - {"_snapshot", "_scope"}:
            delattr(self, name)

    def _by_id(self, rows: Callable[[Scope, Ids], Question]) -> ById:
        return Batch(lambda ids: self._with_ids(rows, ids))

    async def _with_ids(self, rows: Callable[[Scope, Ids], Question], ids: list[UUID]) -> list[Row | None]:
        found = await self._snapshot.fetch(rows(self._scope, ids))
        position = {row.id: row for row in found}
        return [position.get(id) for id in ids]


def grouped(rows: Sequence[Row], key: str, wanted: Sequence[UUID]) -> list[Sequence[Row]]:
    """Return the rows by a column of theirs, in the order of what was wanted."""
    groups: dict[UUID, list[Row]] = {id: [] for id in wanted}
    for row in rows:
        groups[getattr(row, key)].append(row)
    return [groups[id] for id in wanted]
