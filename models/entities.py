"""Entities: instances of the declarative classes, made of rows, and what has become of them made into statements.

SQLAlchemy's attributes remember what each was when it was read, and its statements are compiled once for each choice of
columns. Its session would do the rest as well (docs/decisions/0017-entities-without-a-session.md).
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm.attributes import instance_state
from sqlalchemy.orm.base import NO_VALUE

from models.base import Base, Versioned
from models.prepared import Form, Question

Kind = type[Base]
# A column's name, what it was, and what it is.
Changed = tuple[str, Any, Any]


def identity(entity: Base) -> tuple[Any, ...]:
    """Return what tells an entity from all others."""
    now, kind = entity.__dict__, type(entity)
    return kind, *(now[name] for name in _key(kind))


def identity_of(kind: Kind, row: Sequence[Any]) -> tuple[Any, ...]:
    """Return what tells the entity of a row from all others."""
    return kind, *(row[place] for place in _places_of_key(kind))


def loaded(kind: Kind, row: Sequence[Any]) -> Base:
    """Return the entity of a row."""
    entity: Base = sa.inspect(kind).class_manager.new_instance()
    reload(entity, row)
    return entity


def reload(entity: Base, row: Sequence[Any]) -> None:
    """Let an entity be what a row of all its columns says."""
    entity.__dict__.update(zip(_names(type(entity)), row, strict=True))


def values_of(entity: Base) -> dict[str, Any]:
    """Return the columns of an entity that were given a value."""
    now = entity.__dict__
    return {name: now[name] for name in _names(type(entity)) if name in now}


def changes_of(entity: Base) -> Iterator[Changed]:
    """Yield what has changed in an entity since it was read; what was touched has changed from nothing."""
    now = entity.__dict__
    for name, before in instance_state(entity).committed_state.items():
        if before is NO_VALUE or before != now[name]:
            yield name, None if before is NO_VALUE else before, now[name]


def settle(entity: Base, made: Iterable[Any]) -> None:
    """Let an entity be as it was just written, with what the database has made of it."""
    for row in made:
        entity.__dict__.update(row._asdict())
    instance_state(entity).committed_state.clear()


def insertion(entity: Base) -> Question:
    """Return what adds an entity, and is answered with what the database puts into it."""
    values = values_of(entity)
    return _inserting(type(entity), tuple(values)).question(_given(values))


def update(entity: Base, names: Iterable[str]) -> Question:
    """Return what writes these columns of an entity; no answer where the row is gone, or has another version."""
    values = {name: entity.__dict__[name] for name in names}
    return _updating(type(entity), tuple(values)).question(_given(values) | _known(entity))


def deletion(entity: Base) -> Question:
    """Return what removes an entity; no answer, as to update()."""
    return _deleting(type(entity)).question(_known(entity))


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {f"given_{name}": value for name, value in values.items()}


def _known(entity: Base) -> dict[str, Any]:
    return {f"known_{name}": entity.__dict__[name] for name in _telling(type(entity))}


@cache
def _names(kind: Kind) -> tuple[str, ...]:
    return tuple(_table(kind).columns.keys())


@cache
def _key(kind: Kind) -> tuple[str, ...]:
    return tuple(column.name for column in _table(kind).columns if column.primary_key)


@cache
def _places_of_key(kind: Kind) -> tuple[int, ...]:
    return tuple(place for place, column in enumerate(_table(kind).columns) if column.primary_key)


@cache
def _telling(kind: Kind) -> tuple[str, ...]:
    return (*_key(kind), "version") if issubclass(kind, Versioned) else _key(kind)


@cache
def _inserting(kind: Kind, names: tuple[str, ...]) -> Form:
    table = _table(kind)
    made = [each for each in table.columns if each.name not in names and (each.server_default or each.computed)]
    return Form(sa.insert(table).values(_parameters(kind, names)).returning(*made))


@cache
def _updating(kind: Kind, names: tuple[str, ...]) -> Form:
    table, values = _table(kind), _parameters(kind, names)
    if issubclass(kind, Versioned):
        values["version"] = table.columns["version"] + 1
    made = [each for each in table.columns if each.primary_key or each.computed or each.name == "version"]
    return Form(sa.update(table).where(*_is_row_of(kind)).values(values).returning(*made))


@cache
def _deleting(kind: Kind) -> Form:
    table = _table(kind)
    return Form(sa.delete(table).where(*_is_row_of(kind)).returning(*table.primary_key))


def _is_row_of(kind: Kind) -> list[sa.ColumnElement[bool]]:
    return [
        column == sa.bindparam(f"known_{column.name}", None, type_=column.type)
        for column in (_table(kind).columns[name] for name in _telling(kind))
    ]


def _parameters(kind: Kind, names: tuple[str, ...]) -> dict[str, Any]:
    columns = _table(kind).columns
    return {name: sa.bindparam(f"given_{name}", None, type_=columns[name].type) for name in names}


def _table(kind: Kind) -> sa.Table:
    return cast("sa.Table", kind.__table__)
