"""What every table shares: names of constraints, ids, instants, enums as text."""

from collections.abc import Iterable
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Annotated, Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.orm.attributes import flag_modified
from sqlalchemy.sql.elements import Grouping
from uuid_utils.compat import uuid7

# Refusals recognise a violated constraint by its name; none ends in digits, because shards append some.
NAMING = {
    "pk": "%(table_name)s_pkey",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "ck": "%(table_name)s_%(constraint_name)s_check",
}


class Base(DeclarativeBase):
    """The declarative base: one metadata, one naming convention.

    An instance is an entity, and holds what it was given; models/transactions.py reads and writes entities.
    """

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: sa.DateTime(timezone=True), str: sa.Text()}  # noqa: RUF012 # as SQLAlchemy declares it

    def __init__(self, **values: Any) -> None:  # noqa: ANN401 # of columns
        """Nothing has changed in a new entity: all of it is new. Raises TypeError where it has no such column."""
        columns = _columns_of(type(self))
        if unknown := values.keys() - columns:
            raise TypeError(f"{type(self).__name__} has no {', '.join(unknown)}")
        if "id" in columns and "id" not in values:
            self.__dict__["id"] = uuid7()
        self.__dict__.update(values)


@cache
def _columns_of(kind: type[Base]) -> frozenset[str]:
    return frozenset(kind.__table__.columns.keys())


# Ids are UUIDv7 made by the application: they ascend with time, and no statement has to ask for them.
Id = Annotated[UUID, mapped_column(sa.Uuid(), primary_key=True)]
Tenant = Annotated[UUID, mapped_column(sa.Uuid(), primary_key=True)]


# A name as lists are ordered by it. Stored: lower() is not leakproof, so that behind the walls no index that is made of
# it finds a cursor's place (docs/decisions/0014-walls-in-the-database.md). PostgreSQL keeps it; nobody writes it.
LowerName = Annotated[str, mapped_column(sa.Text(), sa.Computed("lower(name)", persisted=True))]


class Versioned:
    """A table whose rows count their changes, from 1: every UPDATE of an entity adds one.

    It fails where the row was changed behind its back. A statement that updates many rows has to add one itself.
    """

    version: Mapped[int] = mapped_column(server_default=sa.text("1"))

    def touch(self) -> None:
        """Count a change that is not in the row itself: of a secret, or of a rule beside it."""
        # Any column will do but the version, which counts by itself.
        flag_modified(self, "created_at")


class TextEnum(sa.TypeDecorator[Enum]):
    """Stores an enum's value as text, so that adding a value needs no migration."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, kind: type[Enum]) -> None:
        super().__init__()
        self.kind = kind
        self._members = {member.value: member for member in kind}

    def process_bind_param(self, value: Enum | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002, D102
        return None if value is None else value.value

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Enum | None:  # noqa: ARG002, D102
        return None if value is None else self._members[value]


def among(column: Any, ids: Iterable[UUID]) -> sa.ColumnElement[bool]:  # noqa: ANN401 # a column, mapped or not
    """Restrict a column to some ids: one array, so that the statement's text is the same for any number of them."""
    wanted: sa.ColumnElement[Any] = sa.any_(_array(ids))
    restriction: sa.ColumnElement[bool] = column == wanted
    return restriction


def pairs(tenants: Any, ids: Any) -> sa.TableValuedAlias:  # noqa: ANN401 # arrays, or their parameters
    """Return two arrays as a table of pairs: `tenant`, `id`, and the pair's `number`, counted from 1.

    They are of one length, or there is one tenant for all: most lists are one tenant's, and the driver takes half as
    long over an id that it sends as over a row that it reads. By the number an answer finds back to who asked, without
    a look at its ids. Each pair is looked up once: two restrictions with among() look up every tenant with every id,
    17 ms where this takes one, for 47 tenants and 100 accounts.
    """
    tenants, ids = _array(tenants), _array(ids)
    each = sa.func.unnest(_one_for_each(tenants, ids), ids)
    return each.table_valued("tenant", "id", with_ordinality="number", name="pairs").render_derived()


def numbered(ids: Any) -> sa.TableValuedAlias:  # noqa: ANN401 # an array, or its parameter
    """Return an array as a table: `id`, and its `number` as in pairs()."""
    each = sa.func.unnest(_array(ids))
    return each.table_valued("id", with_ordinality="number", name="numbered").render_derived()


def _one_for_each(tenants: sa.ColumnElement[Any], ids: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    one = sa.literal_column("1", sa.Integer())
    repeated = sa.func.array_fill(Grouping(tenants)[one], array([sa.func.cardinality(ids)]))
    return sa.case((sa.func.cardinality(tenants) == one, repeated), else_=tenants)


def _array(ids: Any) -> sa.ColumnElement[Any]:  # noqa: ANN401 # ids, or the parameter that stands for them
    return ids if isinstance(ids, sa.BindParameter) else sa.literal(list(ids), ARRAY(sa.Uuid()))
