"""The one transaction of a mutation, and what its input says and leaves unsaid."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from auth.viewer import Viewer
from domain.errors import BadInput, Unauthenticated
from models.walls import Tenants
from schema.context import Info

T = TypeVar("T")


@asynccontextmanager
async def writing(info: Info, tenants: Tenants | None = None) -> AsyncIterator[AsyncSession]:
    """Open the transaction: committed where the block ends, rolled back by any exception.

    It works in the viewer's tenants' data, unless a secret has led to others. What the gates have read is given back
    before, so that a request never holds two connections; the payload reads from a fresh moment.
    """
    await info.context.refresh()
    async with info.context.transaction(tenants) as session:
        yield session
    await info.context.refresh()


def signed_in(info: Info) -> Viewer:
    """Return who asks. Raises Unauthenticated where nobody is signed in; the gates ask first."""
    if info.context.viewer is None:
        raise Unauthenticated
    return info.context.viewer


def given(value: strawberry.Maybe[T | None], field: str) -> T | None:
    """Return what a client gave for a field, or None where it is absent. Raises BadInput where it gave null."""
    if value is None:
        return None
    if value.value is None:
        raise BadInput(field, "This cannot be cleared; leave it out to keep it.")
    return value.value
