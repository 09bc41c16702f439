"""Refusals: a code for programs, a sentence for people, the input at fault."""

import pytest

from domain.catalog import NotEligibleForPartnerSupported
from domain.credentials import InvalidCredentials, ResetUnusable, SecondFactorRequired, WrongCode, WrongPassword
from domain.dashboards import PartnerSupportedOnly, TermsNotAccepted, TwoFactorRequired
from domain.errors import BadInput, Conflict, ErrorCode, Forbidden, NotFound, Refusal, Unauthenticated
from domain.lifecycle import AccountDisabled, SubscriptionAlreadyActive
from domain.naming import SubdomainTaken
from domain.throttling import TooManyAttempts

CODES = [
    (Unauthenticated(), "UNAUTHENTICATED", ()),
    (InvalidCredentials(), "INVALID_CREDENTIALS", ()),
    (Forbidden("accounts:edit"), "FORBIDDEN", ()),
    (PartnerSupportedOnly(), "PARTNER_SUPPORTED_ONLY", ()),
    (NotFound("account"), "NOT_FOUND", ("id",)),
    (BadInput("systems", "No."), "BAD_USER_INPUT", ("systems",)),
    (Conflict("No."), "CONFLICT", ()),
    (SubdomainTaken("acme"), "SUBDOMAIN_TAKEN", ("subdomain",)),
    (SubscriptionAlreadyActive(), "SUBSCRIPTION_ALREADY_ACTIVE", ()),
    (TermsNotAccepted(), "TERMS_NOT_ACCEPTED", ()),
    (NotEligibleForPartnerSupported(), "NOT_ELIGIBLE_FOR_PARTNER_SUPPORTED", ("support_type",)),
    (AccountDisabled(), "ACCOUNT_DISABLED", ()),
    (WrongPassword("password"), "INVALID_CREDENTIALS", ("password",)),
    (WrongCode(), "INVALID_CREDENTIALS", ("code",)),
    (SecondFactorRequired(), "SECOND_FACTOR_REQUIRED", ("code",)),
    (TooManyAttempts(8), "TOO_MANY_ATTEMPTS", ()),
    (ResetUnusable(), "RESET_UNUSABLE", ("token",)),
    (TwoFactorRequired(), "TWO_FACTOR_REQUIRED", ()),
]


@pytest.mark.parametrize(("refusal", "code", "path"), CODES, ids=lambda each: type(each).__name__)
def test_a_refusal_has_its_code_and_names_the_field_at_fault(
    refusal: Refusal, code: str, path: tuple[str, ...]
) -> None:
    assert (refusal.code.value, refusal.path) == (code, path)
    assert str(refusal) == refusal.message


def test_no_code_that_clients_branch_on_is_renamed() -> None:
    assert {code.name: code.value for code in ErrorCode} == {
        name: name
        for name in (
            "UNAUTHENTICATED",
            "FORBIDDEN",
            "NOT_FOUND",
            "BAD_USER_INPUT",
            "CONFLICT",
            "TERMS_NOT_ACCEPTED",
            "NOT_ELIGIBLE_FOR_PARTNER_SUPPORTED",
            "PARTNER_SUPPORTED_ONLY",
            "SUBDOMAIN_TAKEN",
            "SUBSCRIPTION_ALREADY_ACTIVE",
            "ACCOUNT_DISABLED",
            "INVALID_CREDENTIALS",
            "INVITATION_UNUSABLE",
            "LAST_ADMIN",
            "RESET_UNUSABLE",
            "TOO_MANY_ATTEMPTS",
            "SECOND_FACTOR_REQUIRED",
            "TWO_FACTOR_REQUIRED",
            "EXTERNAL_ID_TAKEN",
            "STALE_VERSION",
            "IDEMPOTENCY_MISMATCH",
        )
    }


def test_a_refusal_for_want_of_a_permission_names_it() -> None:
    assert Forbidden("subscriptions:activate").message == "This needs the permission subscriptions:activate."


def test_the_field_of_a_refusal_is_put_below_the_argument_that_holds_it() -> None:
    refusal = SubdomainTaken("acme")

    below = refusal.below("input")

    assert below is refusal
    assert refusal.path == ("input", "subdomain")


def test_a_refusal_without_a_field_names_no_argument() -> None:
    assert TermsNotAccepted().below("input").path == ()


def test_what_may_not_be_seen_reads_as_what_does_not_exist() -> None:
    refusal = NotFound("account", ("account_id",))

    assert refusal.message == "There is no such account, or you may not see it."
    assert refusal.path == ("account_id",)
