"""How long an invitation is good for."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.invitations import VALID_FOR, InvitationStatus, invitation_status

SENT = datetime(2025, 3, 1, 12, tzinfo=UTC)
ENDS = SENT + VALID_FOR
MOMENT = timedelta(microseconds=1)


def test_an_invitation_is_valid_for_seven_days() -> None:
    assert timedelta(days=7) == VALID_FOR


@pytest.mark.parametrize(
    ("accepted_at", "revoked_at", "now", "status"),
    [
        (None, None, SENT, "PENDING"),
        (None, None, ENDS - MOMENT, "PENDING"),
        (None, None, ENDS, "EXPIRED"),
        (None, None, ENDS + MOMENT, "EXPIRED"),
        (SENT, None, SENT, "ACCEPTED"),
        (SENT, None, ENDS, "ACCEPTED"),
        (None, SENT, SENT, "REVOKED"),
        (None, ENDS, ENDS, "REVOKED"),
    ],
)
def test_where_an_invitation_stands(
    accepted_at: datetime | None, revoked_at: datetime | None, now: datetime, status: str
) -> None:
    found = invitation_status(accepted_at=accepted_at, revoked_at=revoked_at, expires_at=ENDS, now=now)

    assert found is InvitationStatus(status)
