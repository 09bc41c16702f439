"""The states of an account and of its contract."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Conflict, ErrorCode, Refusal
from domain.lifecycle import (
    OPEN,
    AccountDisabled,
    AccountStatus,
    SubscriptionAlreadyActive,
    SubscriptionStatus,
    account_status,
    require_enabled,
    require_pending,
)

LAST_DAY = date(2024, 2, 29)
NEXT_DAY = date(2024, 3, 1)
TRIALING, ACTIVE = AccountStatus.TRIALING, AccountStatus.ACTIVE
TRIAL_EXPIRED, DISABLED = AccountStatus.TRIAL_EXPIRED, AccountStatus.DISABLED


@pytest.mark.parametrize(
    ("contract", "on_the_last_day", "on_the_next"),
    [
        (None, TRIALING, TRIAL_EXPIRED),
        (SubscriptionStatus.PENDING, TRIALING, TRIAL_EXPIRED),
        (SubscriptionStatus.CANCELED, TRIALING, TRIAL_EXPIRED),
        (SubscriptionStatus.COMPLETED, TRIALING, TRIAL_EXPIRED),
        (SubscriptionStatus.ACTIVE, ACTIVE, ACTIVE),
    ],
)
def test_the_trial_lasts_through_its_last_day_and_an_active_contract_outranks_it(
    contract: SubscriptionStatus | None, on_the_last_day: AccountStatus, on_the_next: AccountStatus
) -> None:
    statuses = [
        account_status(is_disabled=False, contract=contract, trial_ends_on=LAST_DAY, today=today)
        for today in (LAST_DAY, NEXT_DAY)
    ]

    assert statuses == [on_the_last_day, on_the_next]


@given(contract=st.none() | st.sampled_from(SubscriptionStatus), days=st.integers(-100, 100), ends=st.dates(LAST_DAY))
def test_disabled_outranks_everything(contract: SubscriptionStatus | None, days: int, ends: date) -> None:
    today = NEXT_DAY + timedelta(days=days)

    status = account_status(is_disabled=True, contract=contract, trial_ends_on=ends, today=today)

    assert status is DISABLED


def test_a_contract_is_open_while_it_is_pending_or_active() -> None:
    assert OPEN == (SubscriptionStatus.PENDING, SubscriptionStatus.ACTIVE)


def test_a_pending_contract_can_still_be_changed() -> None:
    require_pending(SubscriptionStatus.PENDING)


@pytest.mark.parametrize(
    ("status", "refusal", "code", "message"),
    [
        (
            SubscriptionStatus.ACTIVE,
            SubscriptionAlreadyActive,
            ErrorCode.SUBSCRIPTION_ALREADY_ACTIVE,
            "The account's contract is active already.",
        ),
        (SubscriptionStatus.CANCELED, Conflict, ErrorCode.CONFLICT, "The contract is canceled; save a new one."),
        (SubscriptionStatus.COMPLETED, Conflict, ErrorCode.CONFLICT, "The contract is completed; save a new one."),
    ],
)
def test_a_contract_that_is_not_pending_is_not_changed(
    status: SubscriptionStatus, refusal: type[Refusal], code: ErrorCode, message: str
) -> None:
    with pytest.raises(refusal) as refused:
        require_pending(status)

    assert type(refused.value) is refusal
    assert (refused.value.code, refused.value.message) == (code, message)


def test_a_disabled_account_is_looked_at_and_not_changed() -> None:
    require_enabled(is_disabled=False)

    with pytest.raises(AccountDisabled):
        require_enabled(is_disabled=True)
