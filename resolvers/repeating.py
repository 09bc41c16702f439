"""Calls that can be repeated: what a call says of itself, and answering again what was done under the same key.

A key is looked up before anything is asked of the input: what was done is answered although its doer may no longer do
it, or what it named has another name by now. What is not done yet claims its key in the transaction of the effect
(resolvers/writing.py), where a twin waits for it.
"""

import dataclasses
import hashlib
import hmac
import json
import re
from collections.abc import Awaitable, Callable
from datetime import datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
import strawberry
from strawberry.extensions import FieldExtension

from auth.viewer import Viewer
from domain.errors import BadInput, Refusal
from domain.repeating import IdempotencyMismatch, UnusableKey
from models import ids
from models.audit import ActorKind
from models.idempotency import Use, kept
from models.walls import NOWHERE
from schema.changes import Call
from schema.context import Context, Info
from schema.errors import Payload, Receipt
from schema.inputs import MutationInput
from schema.replays import payload_from

Resolver = Callable[..., Awaitable[Any]]
LONGEST_KEY = 255
# What says how a call is made, and not what it is to do.
OF_THE_CALL = frozenset({"idempotency_key", "dry_run"})
SAID_NOTHING = MutationInput()


class Calls(FieldExtension):
    """Reads what a call says of itself. A replay is answered here; nothing else is run."""

    def __init__(self, payload: type[Payload], *, is_repeatable: bool) -> None:
        self.payload, self.is_repeatable = payload, is_repeatable

    async def resolve_async(self, next_: Resolver, source: Any, info: Info, **kwargs: Any) -> Any:  # noqa: ANN401, D102
        context = info.context
        # What a dry run before this one in the same document has supposed is taken back.
        await context.refresh()
        context.calls_begun += 1
        context.call = call = self._call(info, kwargs.get("input") or SAID_NOTHING)
        if call.use is not None:
            again = await self._done(context, call, call.use)
            if again is not None:
                return again
        try:
            return await next_(source, info, **kwargs)
        except Refusal:
            # A twin may have done it since: then it is not refused, but done.
            again = None if call.use is None else await self._done(context, call, call.use)
            if again is None:
                raise
            return again

    async def _done(self, context: Context, call: Call, use: Use) -> Payload | None:
        async with context.database.snapshot({use.reseller_id}) as moment:
            found = await moment.fetch(kept(use, at=context.now))
        return replayed(self.payload, found[0], call) if found else None

    def _call(self, info: Info, input: Any) -> Call:  # noqa: ANN401 # any operation's
        if not isinstance(input, MutationInput):
            return Call()
        key, path = _key(info.context, input)
        if input.dry_run and not self.is_repeatable:
            raise BadInput(
                "dry_run", "What opens, renews or ends one's own session, or asks for mail, cannot be tried."
            )
        if key is None:
            return Call(is_dry=bool(input.dry_run))
        viewer = info.context.viewer
        if viewer is None or not self.is_repeatable:
            raise UnusableKey(
                "No idempotency key here: whoever repeats this is somebody else by then, or nobody.", path
            )
        return Call(_use(info, viewer, key, input), path, is_dry=bool(input.dry_run))


def replayed(payload: type[Payload], row: sa.Row[Any], call: Call) -> Payload:
    """Answer again what was done under the key. Raises IdempotencyMismatch where it was something else."""
    if call.use is None or not call.use.is_of(row):
        raise IdempotencyMismatch(call.key_path)
    again = payload_from(payload, row.answer)
    again.receipt = Receipt(
        request_id=row.request_id,
        audit_event_id=event_id(row.event_id),
        replayed=True,
        dry_run=call.is_dry,
    )
    return again


def event_id(id: Any) -> strawberry.ID | None:  # noqa: ANN401 # a column of a row
    """Return an event's id as clients know it."""
    return None if id is None else strawberry.ID(ids.encode("event", id))


def _key(context: Context, input: MutationInput) -> tuple[str | None, tuple[str, ...]]:
    path = ("idempotency_key",)
    header, given = _clean(context.idempotency_key, ()), _clean(input.idempotency_key, path)
    if given is not None:
        if header not in {None, given}:
            raise UnusableKey("The header Idempotency-Key says something else.", path)
        return given, path
    # The header is the request's: each further mutation has a key of its own by its place. No key has a line's end.
    place = context.calls_begun
    return (header if header is None or place == 1 else f"{header}\n{place}"), ()


def _clean(key: str | None, path: tuple[str, ...]) -> str | None:
    if key is not None and not re.fullmatch(f"[ -~]{{1,{LONGEST_KEY}}}", key):
        raise UnusableKey(f"An idempotency key has 1 to {LONGEST_KEY} printable ASCII characters.", path)
    return key


def _use(info: Info, viewer: Viewer, key: str, input: MutationInput) -> Use:
    said = json.dumps(canonical(input), sort_keys=True).encode()
    return Use(
        reseller_id=viewer.seats[0].reseller_id if viewer.kind is ActorKind.API_KEY else NOWHERE,
        principal_id=viewer.id,
        key_hash=hashlib.sha256(key.encode()).digest(),
        mutation=info.field_name,
        # Under the client's own key, of which only the hash is kept: whoever reads the row can try no guesses.
        fingerprint=hmac.digest(key.encode(), said, "sha256"),
    )


def canonical(value: Any) -> Any:  # noqa: ANN401 # whatever an input holds
    """Return an input as JSON has it: what is absent told from null, and nothing of how the call is made."""
    if isinstance(value, strawberry.Some):
        return {"given": canonical(value.value)}
    if dataclasses.is_dataclass(value):
        named = [each.name for each in dataclasses.fields(value) if each.name not in OF_THE_CALL]
        return {name: canonical(getattr(value, name)) for name in named}
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, datetime) else value
