"""The states of an account and of its contract, and what each allows.

An account's status is derived from dates when it is read; no job has to run for it to be true.

    contract:  PENDING ──activate──▶ ACTIVE          account:  TRIALING ──midnight──▶ TRIAL_EXPIRED
               PENDING ──withdraw──▶ CANCELED                  either ───activation──▶ ACTIVE
"""

from collections.abc import Sequence
from datetime import date
from enum import Enum

from domain.errors import Conflict, ErrorCode, Refusal


class AccountStatus(Enum):
    """DISABLED outranks an active contract, which outranks the trial."""

    TRIALING = "TRIALING"
    ACTIVE = "ACTIVE"
    TRIAL_EXPIRED = "TRIAL_EXPIRED"
    DISABLED = "DISABLED"


class SubscriptionStatus(Enum):
    """A contract is open while it is pending or active; an account has at most one open contract."""

    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    CANCELED = "CANCELED"


OPEN = (SubscriptionStatus.PENDING, SubscriptionStatus.ACTIVE)


class SubscriptionAlreadyActive(Conflict):
    """An active contract is neither edited, withdrawn nor activated again, and its support type stays."""

    code = ErrorCode.SUBSCRIPTION_ALREADY_ACTIVE

    def __init__(self, path: Sequence[str] = ()) -> None:
        super().__init__("The account's contract is active already.", path)


class AccountDisabled(Refusal):
    """A disabled account can be looked at, not changed."""

    code = ErrorCode.ACCOUNT_DISABLED

    def __init__(self) -> None:
        super().__init__("This is disabled: it can be looked at, not changed.")


def account_status(
    *, is_disabled: bool, contract: SubscriptionStatus | None, trial_ends_on: date, today: date
) -> AccountStatus:
    """Return the account's status on that civil day of its reseller; the trial's last day is still TRIALING."""
    if is_disabled:
        return AccountStatus.DISABLED
    if contract is SubscriptionStatus.ACTIVE:
        return AccountStatus.ACTIVE
    return AccountStatus.TRIALING if today <= trial_ends_on else AccountStatus.TRIAL_EXPIRED


def require_enabled(*, is_disabled: bool) -> None:
    """Raise AccountDisabled where the account is: it can be looked at, not changed."""
    if is_disabled:
        raise AccountDisabled


def require_pending(status: SubscriptionStatus) -> None:
    """Return where the contract can still be edited, withdrawn or activated.

    Raises SubscriptionAlreadyActive or, where it has ended, Conflict.
    """
    if status is SubscriptionStatus.ACTIVE:
        raise SubscriptionAlreadyActive
    if status is not SubscriptionStatus.PENDING:
        raise Conflict(f"The contract is {status.value.lower()}; save a new one.")
