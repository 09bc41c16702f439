"""How an operation becomes a field of the root: its gates, its description, and what becomes of a refusal.

A query's refusal is a top-level error with its code; a mutation's, its gates' included, is data in its payload.
A mutation that lost a race inside the database is called again: it has no effect but its transaction.
"""

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, get_args, get_type_hints

import strawberry
import structlog
from sqlalchemy.exc import DBAPIError
from strawberry.extensions import FieldExtension

from auth.gates import Gate
from domain.errors import Refusal
from domain.repeating import StaleVersion
from models.failures import OutcomeUnknown, has_lost_a_race, pause_before_attempt
from resolvers.named import Named
from resolvers.repeating import Calls
from resolvers.writing import Commits
from schema.context import Info
from schema.errors import Payload, Receipt, UserError
from schema.gates import described, guarding
from schema.making import make_at_once

Resolver = Callable[..., Awaitable[Any]]
ATTEMPTS = 4

log = structlog.get_logger()


def query(resolver: Resolver, *, permission_classes: Sequence[type[Gate]]) -> Any:  # noqa: ANN401 # as strawberry.field
    """Return a field of Query. A refusal nulls this field alone, and is a top-level error."""
    return _field(resolver, [BelowInput()] if "input" in resolver.__annotations__ else [], permission_classes)


def mutation(resolver: Resolver, *, permission_classes: Sequence[type[Gate]], is_repeatable: bool = True) -> Any:  # noqa: ANN401 # as strawberry.mutation
    """Return a field of Mutation. A refusal is data in the payload that the resolver returns otherwise.

    One that is not repeatable opens, renews or ends the caller's own session, or is for strangers: it takes no
    idempotency key, because whoever repeats it is somebody else by then, and no dry run.
    """
    payload = get_type_hints(resolver)["return"]
    extensions = [
        Commits(payload),
        SecondAttempts(),
        Named(),
        Calls(payload, is_repeatable=is_repeatable),
        BelowInput(),
        RefusalsAsData(payload),
    ]
    said = [] if is_repeatable else ["Takes neither an idempotency key nor a dry run."]
    return _field(resolver, extensions, permission_classes, *said)


def _field(resolver: Resolver, extensions: list[FieldExtension], gates: Sequence[type[Gate]], *said: str) -> Any:  # noqa: ANN401
    return strawberry.field(
        _with_described_input(resolver),
        description=described(" ".join([inspect.getdoc(resolver) or "", *said]), gates),
        # The last one is the outermost: it sees what the gates refuse, too.
        extensions=[guarding(gates), *extensions],
    )


def _with_described_input(resolver: Resolver) -> Resolver:
    # The argument says what its type says; written once there, it need not be said at every operation.
    kind = resolver.__annotations__.get("input")
    # `SignOutInput | None` where a mutation has nothing that it needs to be told.
    named = next((each for each in (kind, *get_args(kind)) if hasattr(each, "__strawberry_definition__")), None)
    if named is not None:
        make_at_once(named)
        definition = named.__strawberry_definition__
        argument = strawberry.argument(description=definition.description)
        resolver.__annotations__["input"] = Annotated[kind, argument]
    return resolver


class BelowInput(FieldExtension):
    """Lets a refusal's path begin at the operation's argument: a rule knows the field, not what holds it."""

    async def resolve_async(self, next_: Resolver, source: Any, info: Info, **kwargs: Any) -> Any:  # noqa: ANN401, D102
        try:
            return await next_(source, info, **kwargs)
        except Refusal as refusal:
            if "input" in kwargs:
                refusal.below("input")
            raise


class RefusalsAsData(FieldExtension):
    """Turns a refusal into the payload's errors; nothing was saved, because it left the transaction.

    It is the outermost, and so says where a mutation begins.
    """

    def __init__(self, payload: type[Payload]) -> None:
        self.payload = payload

    async def resolve_async(self, next_: Resolver, source: Any, info: Info, **kwargs: Any) -> Any:  # noqa: ANN401, D102
        info.context.has_begun = True
        try:
            return await next_(source, info, **kwargs)
        except Refusal as refusal:
            info.context.notes.refused(refusal.code.value)
            receipt = Receipt(
                request_id=info.context.request_id,
                audit_event_id=None,
                replayed=False,
                dry_run=bool(getattr(kwargs.get("input"), "dry_run", None)),
            )
            current = refusal.current if isinstance(refusal, StaleVersion) else {}
            return self.payload(errors=[UserError.of(refusal)], receipt=receipt, **current)


class SecondAttempts(FieldExtension):
    """Calls a resolver again, a bounded number of times, where its transaction lost a race or its connection.

    Where the connection broke while COMMIT was on its way (OutcomeUnknown), only with a key: it may have been saved.
    """

    async def resolve_async(self, next_: Resolver, source: Any, info: Info, **kwargs: Any) -> Any:  # noqa: ANN401, D102
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await next_(source, info, **kwargs)
            except (DBAPIError, OutcomeUnknown) as error:
                if attempt == ATTEMPTS or not _can_be_tried_again(error, info):
                    raise
                log.info("attempted again", operation=info.field_name, attempt=attempt)
                await pause_before_attempt(attempt + 1)
        raise AssertionError("the last attempt returns or raises")


def _can_be_tried_again(error: DBAPIError | OutcomeUnknown, info: Info) -> bool:
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        # Cut off: the statement that was given up for it has failed, and nobody waits for another one.
        return False
    # With a key even what may have been saved: then the next attempt finds the key, and replays.
    if isinstance(error, OutcomeUnknown):
        return info.context.call.use is not None
    return has_lost_a_race(error)
