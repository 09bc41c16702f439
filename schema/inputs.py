"""What every mutation's input may carry besides its own fields."""

from datetime import UTC, datetime
from typing import ClassVar

import strawberry

from domain.errors import BadInput
from domain.naming import clean_text

LONGEST_REASON = 500
LONGEST_EXTERNAL_ID = 255
EXTERNAL_ID = (
    "The id that your own automation gives it: 1 to 255 characters after trimming, to the letter; unique among its "
    "kind in the reseller."
)


def clean_instant(value: datetime, field: str) -> datetime:
    """Return the instant in UTC. Raises BadInput where it has no offset, or lies beyond the calendar."""
    try:
        if value.tzinfo is not None:
            return value.astimezone(UTC)
    except OverflowError:
        pass
    raise BadInput(field, "This must be an instant with its offset: 2025-01-22T09:30:00+00:00.")


def clean_external_id(value: str | None) -> str | None:
    """Return the id that automation gives, as it is stored; null clears it. Raises BadInput where it is no line."""
    return None if value is None else clean_text(value, "external_id", longest=LONGEST_EXTERNAL_ID)


@strawberry.input
class MutationInput:
    """The base of the inputs; fields of one operation come before these in its own description."""

    reason: str | None = strawberry.field(
        default=None, description="Why, for the audit: at most 500 characters. Not needed."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="1 to 255 printable ASCII characters, yours to make up. Sent again with the same input within 48 "
        "hours, the mutation is not done again: it answers as it did. The header Idempotency-Key says the same.",
    )
    dry_run: bool | None = strawberry.field(
        default=None,
        description="True does everything and takes it back: the payload is what would have been, or why not.",
    )

    def clean_reason(self) -> str | None:
        """Return the reason as it is stored. Raises BadInput where it is no line of text."""
        return None if self.reason is None else clean_text(self.reason, "reason", longest=LONGEST_REASON)


@strawberry.input
class ChangeInput(MutationInput):
    """The base of the inputs that name an object which is there already, and has a version."""

    expected_version: int | None = strawberry.field(
        default=None,
        description="The version that was read. STALE_VERSION where it is another by now; the payload shows it.",
    )


@strawberry.input(description="An account, named in one of three ways: by exactly one of id, subdomain and externalId.")
class AccountRef:
    """resellerId goes with externalId."""

    id: strawberry.ID | None = strawberry.field(default=None, description="Its id.")
    subdomain: str | None = strawberry.field(default=None, description="Its subdomain, whatever the case.")
    external_id: str | None = strawberry.field(
        default=None, description="The id that automation of its reseller gave it, to the letter."
    )
    reseller_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="With externalId: whose account it is. Not needed by those who belong to one reseller only.",
    )


@strawberry.input(description="A contract, named in one of two ways: by exactly one of id and externalId.")
class SubscriptionRef:
    """resellerId goes with externalId."""

    id: strawberry.ID | None = strawberry.field(default=None, description="Its id.")
    external_id: str | None = strawberry.field(
        default=None, description="The id that automation of its reseller gave it, to the letter."
    )
    reseller_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="With externalId: whose contract it is. Not needed by those who belong to one reseller only.",
    )


@strawberry.input
class NamesContract(ChangeInput):
    """The base of the inputs that name a contract: in `subscription`, or by its id."""

    id: strawberry.ID | None = strawberry.field(
        default=None, description="The pending contract; it can be named in subscription instead."
    )
    subscription: SubscriptionRef | None = strawberry.field(
        default=None, description="The pending contract, by whichever of its names; in place of its id."
    )


@strawberry.input
class NamesAccount(MutationInput):
    """The base of the inputs that name an account: in `account`, or by its id in the field `names_account`."""

    names_account: ClassVar[str] = "account_id"

    account: AccountRef | None = strawberry.field(
        default=None, description="The account, by whichever of its names; in place of its id."
    )
