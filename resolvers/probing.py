"""The names that a mutation tries: a viewer who has hit too many taken ones has to wait."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from auth.probing import count_miss, require_patience
from domain.naming import SubdomainTaken
from resolvers.writing import signed_in
from schema.context import Info


@asynccontextmanager
async def trying(info: Info, subdomain: str | None) -> AsyncIterator[None]:
    """Try a subdomain inside the block, where one is given: a taken one counts. Raises TooManyAttempts.

    A dry run counts whatever comes of it: it tells of a free name, too, and costs no account.
    """
    context, viewer, is_dry = info.context, signed_in(info), info.context.change.call.is_dry
    if subdomain is not None:
        # What the gates have read is given back, so that a request never holds two connections.
        await context.refresh()
        ask = count_miss if is_dry else require_patience
        await ask(context.database, viewer.id, at=context.now)
    try:
        yield
    except SubdomainTaken:
        # The transaction is rolled back by now; the count is not.
        if not is_dry:
            await count_miss(context.database, viewer.id, at=context.now)
        raise
