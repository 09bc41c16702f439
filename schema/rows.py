"""Fields that are read from an object's row: where they are selected, and nowhere else.

    row: strawberry.Private[Any]
    name: str = column("The customer's name.")

An object is made of its row and of the few facts that its fields are worked out from; there is nothing else to fill in.
Types of which a list has hundreds have slots, and an initializer that takes these by position: it is called in half the
time.
"""

from operator import attrgetter
from typing import Any

import strawberry


def column(description: str, path: str = "") -> Any:  # noqa: ANN401 # as strawberry.field
    """Return a field that reads the column of its own name from the object's `row`.

    `path` leads elsewhere from the object: to a column of another name ("row.user_name"), or to a property of the
    class. To Python the field is what it reads.
    """
    field: Any = strawberry.field(description=description, default=_Column(path))
    # Nobody gives it to the object, and objects of the same row need not be compared by it.
    field.init = field.repr = field.compare = False
    return field


class _Column:
    """Stands in the class for its field. `reads` is where compiled execution reads it, without a call."""

    def __init__(self, path: str) -> None:
        self.reads = path

    def __set_name__(self, owner: type, name: str) -> None:
        self.reads = self.reads or f"row.{name}"
        self._read = attrgetter(self.reads)

    def __get__(self, source: Any, owner: type | None = None) -> Any:  # noqa: ANN401
        return self if source is None else self._read(source)
