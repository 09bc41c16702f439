"""What is selected below a field, so that a list's rows carry no column that nobody reads.

It is asked of the document, where whatever a directive leaves out counts as selected.
"""

from collections.abc import Mapping, Set
from typing import Any

from graphql import FieldNode, FragmentSpreadNode

from schema.context import Info

# The fields in which a cursor is written, of what its row was ordered by.
CURSORS = {"cursor", "startCursor", "endCursor"}


def selected_below(info: Info) -> set[str]:
    """Return the names of all fields below the one that is resolved, at any depth, in whatever fragments."""
    names: set[str] = set()
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
                names.add(each.name.value)
            open_nodes.append(each)
    return names


def unread(selected: Set[str], seldom: Mapping[str, str]) -> frozenset[str]:
    """Return the columns that a list's rows need not have below which these fields are selected.

    `seldom` has those that few lists show, by the field that shows each and reads it alone.
    """
    columns = {seldom[name] for name in seldom.keys() - selected}
    return frozenset(columns if selected & CURSORS else columns | {"sort_key"})
