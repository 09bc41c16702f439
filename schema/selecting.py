"""What is selected below a field, so that a list's rows carry no column that nobody reads.

It is asked of the document, where whatever a directive leaves out counts as selected.
"""

from typing import Any

from graphql import FieldNode, FragmentSpreadNode

from schema.context import Info


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
