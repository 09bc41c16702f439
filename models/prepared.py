"""Statements that are built and compiled once, and run by the driver itself ever after.

To build one of our statements, and to take it through SQLAlchemy, costs several times what the driver needs for it
(figures in bench/README.md). A function marked `@prepared` is called once, with a bound parameter in place of each
argument; what it returns from then on is a Question: the same SQL with other values. It must not look at its arguments
except to put them into the statement, and takes no optional ones.

Its parameters are told apart by their annotations: UUID (or None), date, datetime, int, float, str, bytes, Ids (any
number of UUIDs) and Scope, which stands for the ids in it; there is one at most.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property, update_wrapper
from types import SimpleNamespace
from typing import Any, Generic, NamedTuple, ParamSpec, get_type_hints
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg

from models.base import Base
from models.reading import Read, reader
from models.scopes import PARTS, Scope

Ids = Collection[UUID]
Statement = sa.Select[*tuple[Any, ...]] | sa.CompoundSelect[*tuple[Any, ...]] | sa.Insert | sa.Update | sa.Delete
# The classes that are selected, in order, each with the number of its columns.
Parts = tuple[tuple[type[Base], int], ...]
P = ParamSpec("P")

_TYPES: dict[Any, sa.types.TypeEngine[Any]] = {
    UUID: sa.Uuid(),
    UUID | None: sa.Uuid(),
    Ids: ARRAY(sa.Uuid()),
    date: sa.Date(),
    datetime: sa.DateTime(timezone=True),
    int: sa.Integer(),
    float: sa.Double(),
    str: sa.Text(),
    bytes: sa.LargeBinary(),
}
_DIALECT: sa.Dialect = PGDialect_asyncpg()  # type: ignore[no-untyped-call] # SQLAlchemy leaves it so
# Makes a named tuple of a tuple: in half the time.
new = tuple.__new__


class Question(NamedTuple):
    """A statement as the driver takes it, and how its answer is read: as tuples with names, enums as enums.

    `needs_own_plan` where the best way to the rows depends on the values; `parts` are the classes that are selected,
    where any is.
    """

    sql: str
    values: Sequence[Any]
    read: Read
    needs_own_plan: bool = False
    parts: Parts = ()


def prepared(build: Callable[P, Statement]) -> "Prepared[P]":
    """Mark a function that returns a statement: it is called once, and asked with values ever after."""
    return Prepared(build)


def unnamed(build: Callable[P, Statement]) -> "Prepared[P]":
    """Mark one whose rows are as the driver has them: to be unpacked, without names and enums.

    For many rows that are read in one place: tuples with names cost as much again as what is read.
    """
    return Prepared(build, has_names=False)


class Prepared(Generic[P]):
    """What stands in the place of a function that is marked."""

    def __init__(
        self,
        build: Callable[P, Statement],
        *,
        needs_own_plan: bool = False,
        has_names: bool = True,
        kinds: dict[str, Any] | None = None,
    ) -> None:
        """`kinds` are those of parameters whose annotations do not say it."""
        update_wrapper(self, build)
        self._build, self._needs_own_plan, self._has_names = build, needs_own_plan, has_names
        self._told = kinds or {}

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Question:
        """Return the statement with these values."""
        values: dict[str, Any] = dict(zip(self._kinds, args, strict=False)) | kwargs
        return self._form.question(values | values[self._scope].parts if self._scope else values)

    @cached_property
    def _scope(self) -> str | None:
        return next((name for name, kind in self._kinds.items() if kind is Scope), None)

    @cached_property
    def _kinds(self) -> dict[str, Any]:
        return {name: kind for name, kind in get_type_hints(self._build).items() if name != "return"} | self._told

    @cached_property
    def _form(self) -> "Form":
        bound = {name: _bound(name, kind) for name, kind in self._kinds.items()}
        statement = self._build(**bound)  # type: ignore[call-arg] # parameters in place of arguments
        return Form(statement, needs_own_plan=self._needs_own_plan, has_names=self._has_names)


def _bound(name: str, kind: Any) -> Any:  # noqa: ANN401 # an annotation
    if kind is Scope:
        # Looks like a Scope to a statement that is built from it.
        return SimpleNamespace(**{part: _parameter(f"scope_{part}", Ids) for part in PARTS})
    return _parameter(name, kind)


def _parameter(name: str, kind: Any) -> sa.BindParameter[Any]:  # noqa: ANN401 # an annotation
    return sa.bindparam(name, None, type_=_TYPES[kind])


def apart(statement: Any) -> tuple[Any, Parts]:  # noqa: ANN401 # whatever can be executed
    """Return a statement that selects columns in place of classes, and which these are, where it selects any."""
    chosen = [each["expr"] for each in statement.column_descriptions] if isinstance(statement, sa.Select) else []
    kinds: list[type[Base]] = [each for each in chosen if isinstance(each, type)]
    parts = tuple((kind, list(kind.__table__.columns)) for kind in kinds)
    if not parts:
        return statement, ()
    columns = [column for _, columns in parts for column in columns]
    plain = statement.with_only_columns(*columns, maintain_column_froms=True)
    return plain, tuple((kind, len(columns)) for kind, columns in parts)


class Form:
    """A compiled statement: its SQL, where each value goes, and how its rows are read."""

    def __init__(self, statement: Statement, *, needs_own_plan: bool = False, has_names: bool = True) -> None:
        statement, self._parts = apart(statement)
        compiled: Any = statement.compile(dialect=_DIALECT, compile_kwargs={"render_postcompile": True})
        constants, names = compiled.construct_params(_check=False), compiled.positiontup
        self._sql = str(compiled)
        self._slots = [(name, constants.get(name)) for name in names]
        processors = [_processor(compiled, name) for name in names]
        self._processed = [(place, process) for place, process in enumerate(processors) if process is not None]
        self._read = reader(compiled._result_columns) if has_names else list
        self._needs_own_plan = needs_own_plan

    def question(self, values: Mapping[str, Any]) -> Question:
        """Return the statement with these values."""
        placed = [values.get(name, constant) for name, constant in self._slots]
        for place, process in self._processed:
            placed[place] = process(placed[place])
        return new(Question, (self._sql, placed, self._read, self._needs_own_plan, self._parts))


def _processor(compiled: Any, name: str) -> Callable[[Any], Any] | None:  # noqa: ANN401 # SQLAlchemy's
    """Return what makes a value the driver's own form of it; None where it is that already."""
    if isinstance(compiled.binds[name].type, ARRAY):
        # The only ones are of ids, which the driver takes as they are: in a list.
        return list
    process: Callable[[Any], Any] | None = compiled._bind_processors.get(name)  # there is no other way to it
    return process
