"""How an operation becomes a field of the root: its gates, its description, and what becomes of a refusal.

A query's refusal is a top-level error with its code; a mutation's, its gates' included, is data in its payload.
A mutation that lost a race inside the database is called again: it has no effect but its transaction.
"""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, get_type_hints

import strawberry
import structlog
from sqlalchemy.exc import DBAPIError
from strawberry.extensions import FieldExtension

from auth.gates import Gate
from domain.errors import Refusal
from models.failures import has_lost_a_race
from schema.errors import Payload, UserError
from schema.gates import described, guarding

Resolver = Callable[..., Awaitable[Any]]
ATTEMPTS = 4

log = structlog.get_logger()


def query(resolver: Resolver, *, permission_classes: Sequence[type[Gate]]) -> Any:  # noqa: ANN401 # as strawberry.field
    """Return a field of Query. A refusal nulls this field alone, and is a top-level error."""
    return _field(resolver, [BelowInput()], permission_classes)


def mutation(resolver: Resolver, *, permission_classes: Sequence[type[Gate]]) -> Any:  # noqa: ANN401 # as strawberry.mutation
    """Return a field of Mutation. A refusal is data in the payload that the resolver returns otherwise."""
    payload = get_type_hints(resolver)["return"]
    return _field(resolver, [SecondAttempts(), BelowInput(), RefusalsAsData(payload)], permission_classes)


def _field(resolver: Resolver, extensions: list[FieldExtension], gates: Sequence[type[Gate]]) -> Any:  # noqa: ANN401
    return strawberry.field(
        _with_described_input(resolver),
        description=described(inspect.getdoc(resolver), gates),
        # The last one is the outermost: it sees what the gates refuse, too.
        extensions=[guarding(gates), *extensions],
    )


def _with_described_input(resolver: Resolver) -> Resolver:
    # The argument says what its type says; written once there, it need not be said at every operation.
    kind = resolver.__annotations__.get("input")
    definition = getattr(kind, "__strawberry_definition__", None)
    if definition is not None:
        argument = strawberry.argument(description=definition.description)
        resolver.__annotations__["input"] = Annotated[kind, argument]
    return resolver


class BelowInput(FieldExtension):
    """Lets a refusal's path begin at the operation's argument: a rule knows the field, not what holds it."""

    async def resolve_async(self, next_: Resolver, source: Any, info: strawberry.Info, **kwargs: Any) -> Any:  # noqa: ANN401, D102
        try:
            return await next_(source, info, **kwargs)
        except Refusal as refusal:
            if "input" in kwargs:
                refusal.below("input")
            raise


class RefusalsAsData(FieldExtension):
    """Turns a refusal into the payload's errors; nothing was saved, because it left the transaction."""

    def __init__(self, payload: type[Payload]) -> None:
        self.payload = payload

    async def resolve_async(self, next_: Resolver, source: Any, info: strawberry.Info, **kwargs: Any) -> Any:  # noqa: ANN401, D102
        try:
            return await next_(source, info, **kwargs)
        except Refusal as refusal:
            log.info("refused", operation=info.field_name, code=refusal.code.value, message=refusal.message)
            return self.payload(errors=[UserError.of(refusal)])


class SecondAttempts(FieldExtension):
    """Calls a resolver again, a bounded number of times, where its transaction lost a race or its connection."""

    async def resolve_async(self, next_: Resolver, source: Any, info: strawberry.Info, **kwargs: Any) -> Any:  # noqa: ANN401, D102
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await next_(source, info, **kwargs)
            except DBAPIError as error:
                if attempt == ATTEMPTS or not has_lost_a_race(error):
                    raise
                log.info("attempted again", operation=info.field_name, attempt=attempt)
        raise AssertionError("the last attempt returns or raises")
