"""What is selected below a field, so that a list's rows carry no column that nobody reads.

It is asked of the document, where whatever a directive leaves out counts as selected.
"""

from collections.abc import Iterator, Mapping, Set
from typing import Any

from graphql import FieldNode, FragmentSpreadNode

from schema.context import Info

# The fields in which a cursor is written, of what its row was ordered by.
CURSORS = {"cursor", "startCursor", "endCursor"}


def selected_below(info: Info) -> set[str]:
    """Return the names of all fields below the one that is resolved, at any depth, in whatever fragments."""
    return set(_selected(info, is_deep=True))


def selected_in(info: Info) -> set[str]:
    """Return the names of the fields of what the one that is resolved returns, in whatever fragments."""
    return set(_selected(info, is_deep=False))


def _selected(info: Info, *, is_deep: bool) -> Iterator[str]:
    spread: set[str] = set()
    open_nodes: list[Any] = list(info._raw_info.field_nodes)
    while open_nodes:
        within = open_nodes.pop().selection_set
        for each in within.selections if within else ():
            if isinstance(each, FragmentSpreadNode):
                if each.name.value not in spread:
                    spread.add(each.name.value)
                    open_nodes.append(info._raw_info.fragments[each.name.value])
                continue
            if isinstance(each, FieldNode):
                yield each.name.value
            if is_deep or not isinstance(each, FieldNode):
                open_nodes.append(each)


def unread(selected: Set[str], seldom: Mapping[str, str]) -> frozenset[str]:
    """Return the columns that a list's rows need not have below which these fields are selected.

    `seldom` has those that few lists show, by the field that shows each and reads it alone.
    """
    columns = {seldom[name] for name in seldom.keys() - selected}
    return frozenset(columns if selected & CURSORS else columns | {"sort_key"})
