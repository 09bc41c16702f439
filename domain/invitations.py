"""Invitations: how long one is good for, and where it stands."""

from datetime import datetime, timedelta
from enum import Enum

from domain.errors import Conflict, ErrorCode

VALID_FOR = timedelta(days=7)


class InvitationStatus(Enum):
    """Only a pending invitation can be accepted; the others stay listed."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    REVOKED = "REVOKED"
    EXPIRED = "EXPIRED"


class InvitationUnusable(Conflict):
    """The same answer whatever is wrong with the invitation."""

    code = ErrorCode.INVITATION_UNUSABLE

    def __init__(self) -> None:
        super().__init__("This invitation cannot be used.", ("token",))


def invitation_status(
    *, accepted_at: datetime | None, revoked_at: datetime | None, expires_at: datetime, now: datetime
) -> InvitationStatus:
    """Return where an invitation stands at an instant; at `expires_at` itself it is over."""
    if accepted_at is not None:
        return InvitationStatus.ACCEPTED
    if revoked_at is not None:
        return InvitationStatus.REVOKED
    return InvitationStatus.PENDING if now < expires_at else InvitationStatus.EXPIRED
