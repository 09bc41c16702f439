"""How a refusal reaches a client: as data in a mutation's payload, as a top-level error of a query."""

from typing import ClassVar

import strawberry
from strawberry.utils.str_converters import to_camel_case

from domain.errors import ErrorCode, Refusal
from schema import enums  # noqa: F401 # describes ErrorCode before it is used


def client_path(refusal: Refusal) -> list[str]:
    """Return the way from the operation's arguments to the field at fault, spelled as clients spell it."""
    return [to_camel_case(name) for name in refusal.path]


@strawberry.type(description="An expected refusal, as data.")
class UserError:
    """A refusal as clients see it."""

    code: ErrorCode = strawberry.field(description="What was refused, for programs.")
    message: str = strawberry.field(description="What was refused, for people.")
    path: list[str] = strawberry.field(
        description='Leads to the input field at fault: ["input", "systems"]. Empty where no field is at fault.'
    )

    @classmethod
    def of(cls, refusal: Refusal) -> "UserError":
        """Return the refusal as data."""
        return cls(code=refusal.code, message=refusal.message, path=client_path(refusal))


@strawberry.type(description="What is known of the call itself, whatever came of it.")
class Receipt:
    """The same for a call and its replays, but for `replayed`."""

    request_id: str = strawberry.field(description="The X-Request-Id of the request that did it.")
    audit_event_id: strawberry.ID | None = strawberry.field(
        description="The event that was written down in the audit; null where nothing was done, and where that is not "
        "said."
    )
    replayed: bool = strawberry.field(
        description="Whether it was done before, under the same idempotency key: then nothing was done now, and the "
        "objects are read as they are now. Secrets that were shown are null."
    )
    dry_run: bool = strawberry.field(description="Whether it was taken back, because that was asked for.")


@strawberry.interface(description="What every mutation answers: its effect, or why it was refused.")
class Payload:
    """The part that all payloads share."""

    errors: list[UserError] = strawberry.field(
        description="Why it was refused; empty where it was done. A refused mutation has changed nothing."
    )
    receipt: Receipt | None = strawberry.field(
        default=None, description="What is known of the call itself; always there."
    )

    # Secrets: not kept for a replay, and not shown where nothing comes of them.
    shown_once: ClassVar[strawberry.Private[frozenset[str]]] = frozenset()


@strawberry.type(description="What the viewer may do to an object now, decided by the rule that the mutation runs.")
class AvailableAction:
    """A button: there, and pressed or greyed out with the reason."""

    action: str = strawberry.field(description="The mutation's name: activateSubscription.")
    is_allowed: bool = strawberry.field(description="Whether the mutation would be permitted now.")
    reason: UserError | None = strawberry.field(description="Why not; null where it is allowed.")

    @classmethod
    def of(cls, action: str, refusal: Refusal | None) -> "AvailableAction":
        """Return the answer of a policy as a client sees it."""
        return cls(action=action, is_allowed=refusal is None, reason=None if refusal is None else UserError.of(refusal))
