"""Entities: instances of the declarative classes, made of rows, and what has become of them.

SQLAlchemy's attributes remember what each was when it was read. Its session would do the rest as well, and does not
(docs/decisions/0017-entities-without-a-session.md).
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.orm.base import NO_VALUE

from models.base import Base

Kind = type[Base]
# A column's name, what it was, and what it is.
Changed = tuple[str, Any, Any]


def identity(entity: Base) -> tuple[Any, ...]:
    """Return what tells an entity from all others."""
    now, kind = entity.__dict__, type(entity)
    return kind, *(now[name] for name in key_of(kind))


def identity_of(kind: Kind, row: Sequence[Any]) -> tuple[Any, ...]:
    """Return what tells the entity of a row from all others."""
    return kind, *(row[place] for place in _places_of_key(kind))


def loaded(kind: Kind, row: Sequence[Any]) -> Base:
    """Return the entity of a row."""
    entity = _making(kind)()
    reload(entity, row)
    return entity


def reload(entity: Base, row: Sequence[Any]) -> None:
    """Let an entity be what a row of all its columns says."""
    entity.__dict__.update(zip(_names(type(entity)), row, strict=True))


def values_of(entity: Base) -> dict[str, Any]:
    """Return the columns of an entity that were given a value."""
    now = entity.__dict__
    return {name: now[name] for name in _names(type(entity)) if name in now}


def is_touched(entity: Base) -> bool:
    """Tell whether anything in an entity was set since it was read, if only to what it was."""
    return bool(instance_state(entity).committed_state)


def changes_of(entity: Base) -> Iterator[Changed]:
    """Yield what has changed in an entity since it was read; what was touched has changed from nothing."""
    now = entity.__dict__
    for name, before in instance_state(entity).committed_state.items():
        if before is NO_VALUE or before != now[name]:
            yield name, None if before is NO_VALUE else before, now[name]


def settle(entity: Base, made: dict[str, Any]) -> None:
    """Let an entity be as it was just written, with what the database has made of it."""
    entity.__dict__.update(made)
    instance_state(entity).committed_state.clear()


@cache
def key_of(kind: Kind) -> tuple[str, ...]:
    """Return the names of what a table's rows are told apart by."""
    return tuple(column.name for column in table_of(kind).columns if column.primary_key)


def table_of(kind: Kind) -> sa.Table:
    """Return the table."""
    return cast("sa.Table", kind.__table__)


@cache
def _making(kind: Kind) -> Callable[[], Base]:
    making: Callable[[], Base] = sa.inspect(kind).class_manager.new_instance
    return making


@cache
def _names(kind: Kind) -> tuple[str, ...]:
    return tuple(table_of(kind).columns.keys())


@cache
def _places_of_key(kind: Kind) -> tuple[int, ...]:
    return tuple(place for place, column in enumerate(table_of(kind).columns) if column.primary_key)
