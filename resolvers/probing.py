"""The names that a mutation tries: a viewer who has hit too many taken ones has to wait."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from auth.probing import count_miss, require_patience
from domain.errors import SubdomainTaken
from resolvers.writing import signed_in
from schema.context import Info


@asynccontextmanager
async def trying(info: Info, subdomain: str | None) -> AsyncIterator[None]:
    """Try a subdomain inside the block, where one is given: a taken one counts. Raises TooManyAttempts."""
    context, viewer = info.context, signed_in(info)
    if subdomain is not None:
        await require_patience(context.database, viewer.id, at=context.now)
    try:
        yield
    except SubdomainTaken:
        # The transaction is rolled back by now; the count is not.
        await count_miss(context.database, viewer.id, at=context.now)
        raise
