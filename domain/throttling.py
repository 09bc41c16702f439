"""Throttling: how long to wait after so many attempts without success."""

from datetime import datetime, timedelta

from domain.errors import ErrorCode, Refusal

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=1), timedelta(minutes=15)
# After so long without an attempt the count begins anew.
REMEMBERED_FOR = timedelta(days=1)


class TooManyAttempts(Refusal):
    """Too many attempts in a row without success; the message says how many seconds to wait."""

    code = ErrorCode.TOO_MANY_ATTEMPTS

    def __init__(self, seconds: int) -> None:
        unit = "second" if seconds == 1 else "seconds"
        super().__init__(f"Too many attempts: try again in {seconds} {unit}.")
        self.seconds = seconds


def pause_after(attempts: int, *, free: int) -> timedelta:
    """Return how long the next attempt has to wait: nothing before `free` attempts, then doubling up to 15 minutes."""
    if attempts < free:
        return timedelta(0)
    # Beyond twenty doublings it is the longest anyhow, and a timedelta would overflow some day.
    doubled: timedelta = FIRST_PAUSE * 2 ** min(attempts - free, 20)
    return min(doubled, LONGEST_PAUSE)


def seconds_until(blocked_until: datetime, at: datetime) -> int:
    """Return the whole seconds to wait, rounded up: after so many the attempt is admitted."""
    return -((at - blocked_until) // timedelta(seconds=1))
