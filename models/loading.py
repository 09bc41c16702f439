"""What every set of loaders shares: the moment that it reads, the scope that it starts from, and rows by id."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aiodataloader import DataLoader

from models.database import Snapshot
from models.prepared import Ids, Question
from models.scopes import Scope

Row = sa.Row[Any]
ById = DataLoader[UUID, Row | None]


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

        return DataLoader(by_id)


def grouped(rows: Sequence[Row], key: str, wanted: Sequence[UUID]) -> list[Sequence[Row]]:
    """Return the rows by a column of theirs, in the order of what was wanted."""
    groups: dict[UUID, list[Row]] = {id: [] for id in wanted}
    for row in rows:
        groups[getattr(row, key)].append(row)
    return [groups[id] for id in wanted]
