"""How the driver's records become rows: tuples with names, enums as enums, and rows within rows.

A column that is labeled `contract.status` is the `status` of its row's `contract`, which is None where it has no id.
"""

from collections import defaultdict, namedtuple
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from models.base import TextEnum

Read = Callable[[Sequence[Any]], list[Any]]
# By their names, where among a statement's columns they are.
Places = list[tuple[str, int]]


def within(
    name: str, columns: Iterable[sa.ColumnElement[Any] | InstrumentedAttribute[Any]]
) -> list[sa.ColumnElement[Any]]:
    """Return the columns as those of a row, `id` among them, that lies by this name in the row of a statement."""
    return [column.label(f"{name}.{column.key}") for column in columns]


def reader(columns: Sequence[Any]) -> Read:
    """Return what reads the records of a statement with these columns, as SQLAlchemy's compiler describes them."""
    enums = [
        (place, {None: None} | column.type._members)
        for place, column in enumerate(columns)
        if isinstance(column.type, TextEnum)
    ]
    tenants = [place for place, column in enumerate(columns) if column.keyname == "reseller_id"]
    rows_of = _rows([(column.keyname, place) for place, column in enumerate(columns)])

    def read(records: Sequence[Any]) -> list[Any]:
        if not records:
            return []
        # A column at a time: no step of it is Python's for each row.
        values = list(zip(*records, strict=True))
        for place, members in enums:
            values[place] = tuple(map(members.__getitem__, values[place]))
        for place in tenants:
            # Each row has an object of its own, which works out its own hash when it is first looked up.
            ids = values[place]
            values[place] = ids[:1] * len(ids) if ids.count(ids[0]) == len(ids) else ids
        return rows_of(values)

    return read


def _rows(places: Places) -> Read:
    """Return what makes rows of whole columns."""
    own: Places = []
    parts: dict[str, Places] = defaultdict(list)
    for name, place in places:
        part, _, rest = name.rpartition(".")
        (parts[part] if part else own).append((rest, place))
    make = partial(tuple.__new__, namedtuple("row", [name for name, _ in own] + list(parts)))
    if not parts:
        return lambda columns: list(map(make, zip(*columns, strict=True)))
    inner = [(_rows(part), dict(part)["id"], [place for _, place in part]) for part in parts.values()]

    def rows(columns: Sequence[Any]) -> list[Any]:
        whole = [columns[place] for _, place in own]
        for part_of, id_place, part in inner:
            found = part_of([columns[place] for place in part])
            whole.append([row if id is not None else None for row, id in zip(found, columns[id_place], strict=True)])
        return list(map(make, zip(*whole, strict=True)))

    return rows
