"""What every set of loaders shares: the moment that it reads, the scope that it starts from, and rows by id."""

from asyncio import Future
from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from aiodataloader import DataLoader

from models.database import Snapshot
from models.prepared import Ids, Question
from models.scopes import Scope

Key = TypeVar("Key", bound=Hashable)
Found = TypeVar("Found")
Row = sa.Row[Any]


class Batch(DataLoader[Key, Found]):
    """A loader whose callers do not share a future, only what is found.

    Where a branch of an operation fails, its siblings are cancelled; with one future for all who ask for a key, so
    would be whoever else waits for it, and with them the whole operation.
    """

    def load(self, key: Key) -> "Future[Found]":
        """Return what will be found."""
        shared = super().load(key)
        if shared.done():
            return shared
        own: Future[Found] = self.loop.create_future()
        shared.add_done_callback(partial(_pass_on, own))
        return own


def _pass_on(own: "Future[Found]", shared: "Future[Found]") -> None:
    error = None if shared.cancelled() else shared.exception()
    if own.done():
        return
    if shared.cancelled():
        own.cancel()
    elif error is not None:
        own.set_exception(error)
    else:
        own.set_result(shared.result())


ById = Batch[UUID, Row | None]


class Batched:
    """The base of loaders: of one request and one moment; what was read once is not read again."""

    def __init__(self, snapshot: Snapshot, scope: Scope) -> None:
        self._snapshot = snapshot
        self._scope = scope

    def _by_id(self, rows: Callable[[Scope, Ids], Question], key: str = "id") -> ById:
        async def by_id(ids: list[UUID]) -> list[Row | None]:
            found = await self._snapshot.fetch(rows(self._scope, ids))
            position = {getattr(row, key): row for row in found}
            return [position.get(id) for id in ids]

        return Batch(by_id)


def grouped(rows: Sequence[Row], key: str, wanted: Sequence[UUID]) -> list[Sequence[Row]]:
    """Return the rows by a column of theirs, in the order of what was wanted."""
    groups: dict[UUID, list[Row]] = {id: [] for id in wanted}
    for row in rows:
        groups[getattr(row, key)].append(row)
    return [groups[id] for id in wanted]
