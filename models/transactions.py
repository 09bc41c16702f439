"""A write: what it asks, locks, adds, changes and removes, in one transaction.

Whatever row is selected as a class is an entity, one for each row however often it is met; what is changed in it is
written by flush(), after what was added, in that order. It raises StaleDataError where a row is gone, or has another
version, although it was not held.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar, TypeVarTuple, overload

import sqlalchemy as sa
from sqlalchemy.engine import IteratorResult, Result, ScalarResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.sql.selectable import TypedReturnsRows

from models import entities, writes
from models.asking import Asked, rows_of
from models.base import Base
from models.entities import Changed
from models.lent import Lent
from models.pool import roll_back
from models.prepared import Parts, Question, apart
from models.writes import Write

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
Values = Mapping[str, Any] | None


class Transaction:
    """A transaction that has begun on a connection; whoever opened it ends it."""

    def __init__(self, connection: Lent) -> None:
        self._connection: Lent | None = connection
        self._held: dict[tuple[Any, ...], Base] = {}
        self._added: list[Base] = []
        self._removed: list[Base] = []

    @property
    def connection(self) -> Lent:
        """The connection. Raises InvalidRequestError where the transaction is over: it is somebody else's by then."""
        if self._connection is None:
            raise InvalidRequestError("This transaction is over.")
        return self._connection

    async def fetch(self, asked: Asked) -> Sequence[Any]:
        """Return all rows."""
        plain, parts = (asked, asked.parts) if isinstance(asked, Question) else apart(asked)
        rows = await rows_of(self.connection, plain)
        return [self._met(row, parts) for row in rows] if parts else rows

    @overload
    async def execute(self, statement: TypedReturnsRows[*Ts], values: Values = None) -> Result[*Ts]: ...
    @overload
    async def execute(self, statement: sa.Executable, values: Values = None) -> Result[*tuple[Any, ...]]: ...
    async def execute(self, statement: sa.Executable, values: Values = None) -> Result[*tuple[Any, ...]]:
        """Return the result of a statement with these values of its parameters, as SQLAlchemy has it."""
        plain, parts = apart(statement)
        result = await self.connection.through.execute(plain, values)
        if not parts:
            return result
        names = [str(place) for place, _ in enumerate(parts)]
        return IteratorResult(SimpleResultMetaData(names), iter([self._met(row, parts) for row in result]))

    @overload
    async def scalars(self, statement: TypedReturnsRows[T]) -> ScalarResult[T]: ...
    @overload
    async def scalars(self, statement: sa.Executable) -> ScalarResult[Any]: ...
    async def scalars(self, statement: sa.Executable) -> ScalarResult[Any]:
        """Return the first column, or entity, of each row."""
        return (await self.execute(statement)).scalars()

    @overload
    async def scalar(self, asked: TypedReturnsRows[T]) -> T | None: ...
    @overload
    async def scalar(self, asked: Asked) -> Any: ...  # noqa: ANN401 # whatever it asks for
    async def scalar(self, asked: Asked) -> Any:
        """Return the first column, or entity, of the first row; None where there is none."""
        rows = await self.fetch(asked)
        return rows[0][0] if rows else None

    def add(self, entity: Base) -> None:
        """Let an entity be added, unless it is there already."""
        if not self._holds(entity) and entity not in self._added:
            self._added.append(entity)

    def add_all(self, entities: Iterable[Base]) -> None:
        """Let some entities be added."""
        for entity in entities:
            self.add(entity)

    def remove(self, entity: Base) -> None:
        """Let the row of an entity be removed."""
        self._removed.append(entity)

    def changes(self, entity: Base) -> Iterable[Changed]:
        """Return what flush() will write of an entity."""
        if entity in self._removed:
            return [(name, value, None) for name, value in entities.values_of(entity).items()]
        if not self._holds(entity):
            return [(name, None, value) for name, value in entities.values_of(entity).items()]
        return entities.changes_of(entity)

    def is_modified(self, entity: Base) -> bool:
        """Tell whether flush() will write anything of an entity."""
        return any(True for _ in self.changes(entity))

    async def flush(self) -> None:
        """Write what was added, changed and removed."""
        added, removed, self._added, self._removed = self._added, self._removed, [], []
        waiting = [*map(writes.insertion, added)]
        for entity in filter(entities.is_touched, self._held.values()):
            names = [name for name, _, _ in entities.changes_of(entity)]
            if names and entity not in removed:
                waiting.append(writes.update(entity, names))
        waiting += map(writes.deletion, removed)
        for some in writes.together(waiting):
            await self._write(some)
        self._held |= {entities.identity(entity): entity for entity in added}
        for entity in removed:
            del self._held[entities.identity(entity)]

    async def rollback(self) -> None:
        """Take everything back at once; where it is over, this does nothing."""
        for waiting in (self._added, self._removed, self._held):
            waiting.clear()
        if self._connection is not None:
            await roll_back(self._connection)

    def end(self) -> Lent | None:
        """Let it be over, and return its connection; None where it is over already."""
        connection, self._connection = self._connection, None
        return connection

    def _met(self, row: Sequence[Any], parts: Parts) -> tuple[Any, ...]:
        met, place = [], 0
        for kind, width in parts:
            met.append(self._entity(kind, row[place : place + width]))
            place += width
        return tuple(met)

    def _entity(self, kind: type[Base], row: Sequence[Any]) -> Base:
        key = entities.identity_of(kind, row)
        entity = self._held.get(key)
        if entity is None:
            entity = self._held[key] = entities.loaded(kind, row)
        elif not self.is_modified(entity):
            # Read anew, perhaps once it was locked.
            entities.reload(entity, row)
        return entity

    async def _write(self, some: Sequence[Write]) -> None:
        question = writes.statement(some)
        rows = await rows_of(self.connection, question)
        if not rows:
            raise StaleDataError(question.sql)
        for entity, made in writes.made(some, rows[0]):
            entities.settle(entity, made)

    def _holds(self, entity: Base) -> bool:
        return self._held.get(entities.identity(entity)) is entity
