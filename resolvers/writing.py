"""The one transaction of a mutation, and what its input says and leaves unsaid.

A resolver writes in `writing(info)` and returns its payload. The payload is what a replay answers from, so the
transaction ends behind the resolver: it is committed, or, for a dry run, kept open until the payload was read.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypedDict, TypeVar
from uuid import UUID

import sqlalchemy as sa
import strawberry
from sqlalchemy.exc import IntegrityError
from strawberry.extensions import FieldExtension
from uuid_utils.compat import uuid7

from auth.viewer import Viewer
from domain.errors import BadInput, Refusal, Unauthenticated
from domain.naming import ExternalIdTaken
from models.failures import violated
from models.idempotency import claim, keep
from models.sessions import user_with_memberships
from models.transactions import Transaction
from models.walls import Tenants
from resolvers.repeating import event_id, replayed
from schema.changes import Change
from schema.context import Context, Info, scope_of
from schema.errors import Payload, Receipt
from schema.inputs import MutationInput
from schema.replays import kept_of

T = TypeVar("T")
Resolver = Callable[..., Awaitable[Any]]
# What races with others until the database decides.
REFUSED_BY: dict[str, type[ExternalIdTaken]] = {
    "accounts_external_id_key": ExternalIdTaken,
    "subscriptions_external_id_key": ExternalIdTaken,
}


class Replayed(Exception):
    """The key was claimed by a twin, who has done it meanwhile."""

    def __init__(self, row: sa.Row[Any]) -> None:
        super().__init__()
        self.row = row


class Commits(FieldExtension):
    """Ends the transaction: committed once the payload is known, rolled back by any exception.

    What the payload reads afterwards is read from a fresh moment; for a dry run from within the transaction.
    """

    def __init__(self, payload: type[Payload]) -> None:
        self.payload = payload

    async def resolve_async(self, next_: Resolver, source: Any, info: Info, **kwargs: Any) -> Any:  # noqa: ANN401, D102
        context = info.context
        change = context.begin()
        try:
            payload: Payload = await next_(source, info, **kwargs)
            await _end(context, change, payload)
        except Replayed as twin:
            await _take_back(context, change)
            return replayed(self.payload, twin.row, change.call)
        except IntegrityError as error:
            await _take_back(context, change)
            raise _refusal(error) from error
        except BaseException:
            await _take_back(context, change)
            raise
        return payload


@asynccontextmanager
async def writing(info: Info, tenants: Tenants | None = None) -> AsyncIterator[Transaction]:
    """Open the transaction, and claim the idempotency key in it. It is not over where the block ends.

    It works in the viewer's tenants' data, unless a secret has led to others. What the gates have read is given back
    before, so that a request never holds two connections.
    """
    context, change = info.context, info.context.change
    await context.refresh()
    transaction = await change.begin(context.scope.tenants if tenants is None else tenants)
    if change.call.use is not None:
        taken = await claim(transaction, change.call.use, request_id=context.request_id, at=context.now)
        if taken is not None:
            raise Replayed(taken)
    try:
        yield transaction
        await transaction.flush()
    except BaseException:
        # At once: whoever catches it has no transaction open, and no connection taken.
        await change.roll_back()
        raise


async def go_on_as(info: Info, transaction: Transaction, user_id: UUID) -> Viewer:
    """Go on as this user, with every dashboard they belong to now, once it is committed."""
    await transaction.flush()
    [row] = await transaction.fetch(user_with_memberships(user_id))
    info.context.change.viewer = viewer = Viewer.of(row)
    return viewer


def afterwards(info: Info, step: Callable[[], Awaitable[None]]) -> None:
    """Do this once it is committed: nothing of a mutation that is taken back may reach the browser."""
    info.context.change.afterwards.append(step)


class Noted(TypedDict):
    """What is written down of a change that concerns the person alone."""

    at: Any
    request_id: str
    reason: str | None
    event_id: UUID


def noted(info: Info, input: MutationInput | None) -> Noted:
    """Return what the event in the audit needs to know."""
    info.context.change.event_id = id = uuid7()
    reason = None if input is None else input.clean_reason()
    return Noted(at=info.context.now, request_id=info.context.request_id, reason=reason, event_id=id)


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


async def _end(context: Context, change: Change, payload: Payload) -> None:
    transaction, call = change.transaction, change.call
    payload.receipt = _receipt(context, change)
    if transaction is None:
        return
    await transaction.flush()
    if call.is_dry:
        for name in payload.shown_once:
            setattr(payload, name, None)
        await context.suppose(change)
        return
    if call.use is not None:
        await keep(transaction, call.use, event_id=change.event_id, answer=kept_of(payload))
    viewer = change.viewer or context.viewer
    await context.become(viewer, await change.commit(transaction, reading=scope_of(viewer).tenants))
    for step in change.afterwards:
        await step()


def _receipt(context: Context, change: Change) -> Receipt:
    is_dry = change.call.is_dry
    event = None if is_dry else event_id(change.event_id)
    return Receipt(request_id=context.request_id, audit_event_id=event, replayed=False, dry_run=is_dry)


async def _take_back(context: Context, change: Change) -> None:
    await change.roll_back()
    await context.refresh()


def _refusal(error: IntegrityError) -> Refusal | IntegrityError:
    refusal = REFUSED_BY.get(violated(error))
    return error if refusal is None else refusal()
