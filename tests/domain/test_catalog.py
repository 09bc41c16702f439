"""What a reseller sells."""

import pytest

from domain.catalog import (
    DEFINITIONS,
    BillingInterval,
    NotEligibleForPartnerSupported,
    SupportType,
    is_sellable,
    require_sellable,
)

HUNTRESS, PARTNER = SupportType.HUNTRESS_SUPPORTED, SupportType.PARTNER_SUPPORTED


@pytest.mark.parametrize(
    ("support_type", "is_eligible", "may_be_sold"),
    [(PARTNER, False, False), (PARTNER, True, True), (HUNTRESS, False, True), (HUNTRESS, True, True)],
)
def test_only_a_reseller_that_qualifies_sells_partner_supported(
    support_type: SupportType,
    is_eligible: bool,  # noqa: FBT001 # a row of the table
    may_be_sold: bool,  # noqa: FBT001
) -> None:
    assert is_sellable(support_type, is_eligible=is_eligible) is may_be_sold


def test_whoever_does_not_qualify_is_refused_at_the_support_type() -> None:
    with pytest.raises(NotEligibleForPartnerSupported) as refused:
        require_sellable(PARTNER, is_eligible=False)

    assert refused.value.path == ("support_type",)


@pytest.mark.parametrize(("support_type", "is_eligible"), [(PARTNER, True), (HUNTRESS, False), (HUNTRESS, True)])
def test_what_may_be_sold_is_not_refused(support_type: SupportType, is_eligible: bool) -> None:  # noqa: FBT001
    require_sellable(support_type, is_eligible=is_eligible)


def test_every_support_type_is_defined_once() -> None:
    assert [definition.support_type for definition in DEFINITIONS] == [HUNTRESS, PARTNER] == list(SupportType)
    assert [definition.title for definition in DEFINITIONS] == ["Huntress Supported", "Partner Supported"]


def test_a_contract_is_billed_annually_or_monthly() -> None:
    assert [interval.value for interval in BillingInterval] == ["ANNUAL", "MONTHLY"]
