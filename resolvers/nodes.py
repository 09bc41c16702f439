"""Looking things up by global id, whatever their kind."""

from typing import Annotated, cast

import strawberry

from schema import nodes
from schema.context import Info
from schema.nodes import Node

GlobalId = Annotated[strawberry.ID, strawberry.argument(description="A global id, of any kind.")]
GlobalIds = Annotated[list[strawberry.ID], strawberry.argument(description="At most 100 global ids, of any kinds.")]


async def node(info: Info, id: GlobalId) -> Node | None:
    """Anything with a global id; null where it is malformed, does not exist or must not be seen."""
    return await nodes.node(info, id)


async def several(info: Info, ids: GlobalIds) -> list[Node | None]:
    """Several at once, in the order of the ids; null in the place of each that is not to be had."""
    # An exception in the list is GraphQL's way to refuse one element.
    return cast("list[Node | None]", await nodes.several(info, ids))
