"""Connections: pages of a list, both ways, by cursors that stay true while rows are added."""

from typing import Annotated

import strawberry

from models.paging import Slice

First = Annotated[int | None, strawberry.argument(description="How many from the start: 1 to 100, 25 unless said.")]
After = Annotated[str | None, strawberry.argument(description="A cursor: go on after it. Goes with first.")]
Last = Annotated[int | None, strawberry.argument(description="How many from the end: 1 to 100. Not with first.")]
Before = Annotated[str | None, strawberry.argument(description="A cursor: stop before it. Goes with last.")]


@strawberry.type(description="Whether there is more, and where to go on.")
class PageInfo:
    """What a page knows of its neighbours."""

    has_next_page: bool = strawberry.field(description="Whether anything follows this page.")
    has_previous_page: bool = strawberry.field(description="Whether anything precedes this page.")
    start_cursor: str | None = strawberry.field(description="The first entry's cursor; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The last entry's cursor; null on an empty page.")

    @classmethod
    def of(cls, page: Slice) -> "PageInfo":
        """Return what is known of a slice's neighbours."""
        return cls(
            has_next_page=page.has_next,
            has_previous_page=page.has_previous,
            start_cursor=page.cursor(page.rows[0]) if page.rows else None,
            end_cursor=page.cursor(page.rows[-1]) if page.rows else None,
        )
