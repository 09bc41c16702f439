"""What every mutation's input may carry besides its own fields."""

from datetime import UTC, datetime

import strawberry

from domain.errors import BadInput
from domain.naming import clean_text

LONGEST_REASON = 500


def clean_instant(value: datetime, field: str) -> datetime:
    """Return the instant in UTC. Raises BadInput where it has no offset, or lies beyond the calendar."""
    try:
        if value.tzinfo is not None:
            return value.astimezone(UTC)
    except OverflowError:
        pass
    raise BadInput(field, "This must be an instant with its offset: 2025-01-22T09:30:00+00:00.")


@strawberry.input
class MutationInput:
    """The base of the inputs; fields of one operation come before these in its own description."""

    reason: str | None = strawberry.field(
        default=None, description="Why, for the audit: at most 500 characters. Not needed."
    )

    def clean_reason(self) -> str | None:
        """Return the reason as it is stored. Raises BadInput where it is no line of text."""
        return None if self.reason is None else clean_text(self.reason, "reason", longest=LONGEST_REASON)
