"""Connections: pages of a list, both ways, by cursors that stay true while rows are added."""

from collections.abc import Sequence
from typing import Annotated, Any

import strawberry

from models.paging import Slice, write_cursor
from schema.rows import column
from schema.together import together

First = Annotated[int | None, strawberry.argument(description="How many from the start: 1 to 100, 25 unless said.")]
After = Annotated[str | None, strawberry.argument(description="A cursor: go on after it. Goes with first.")]
Last = Annotated[int | None, strawberry.argument(description="How many from the end: 1 to 100. Not with first.")]
Before = Annotated[str | None, strawberry.argument(description="A cursor: stop before it. Goes with last.")]


@strawberry.type(description="Whether there is more, and where to go on.")
class PageInfo:
    """What a page knows of its neighbours."""

    has_next_page: bool = column("Whether anything follows this page.", "page.has_next")
    has_previous_page: bool = column("Whether anything precedes this page.", "page.has_previous")
    start_cursor: str | None = column("The first entry's cursor; null on an empty page.", "page.start_cursor")
    end_cursor: str | None = column("The last entry's cursor; null on an empty page.", "page.end_cursor")
    page: strawberry.Private[Slice]


@strawberry.type(description="One entry of a page.")
class Edge:
    """A node, which has a row, and the page that the row is of. Each list has a type of its own that names the node."""

    page: strawberry.Private[Slice]

    def __init__(self, node: Any, page: Slice) -> None:  # noqa: ANN401 # each list's own type
        self.node, self.page = node, page

    @strawberry.field(description="Its place in this order.")
    @together
    @staticmethod
    def cursor(edges: Sequence["Edge"]) -> list[str]:
        """Write those of a level."""
        rows = [(edge.page.order, edge.node.row) for edge in edges]
        return [write_cursor(order, row.sort_key, row.id) for order, row in rows]
