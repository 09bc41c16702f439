"""Refusals: a code for programs, a sentence for people, the input at fault."""

import pytest

from domain import errors
from domain.errors import ErrorCode, Refusal

CODES = [
    (errors.Unauthenticated(), "UNAUTHENTICATED", ()),
    (errors.InvalidCredentials(), "INVALID_CREDENTIALS", ()),
    (errors.Forbidden("accounts:edit"), "FORBIDDEN", ()),
    (errors.PartnerSupportedOnly(), "PARTNER_SUPPORTED_ONLY", ()),
    (errors.NotFound("account"), "NOT_FOUND", ("id",)),
    (errors.BadInput("systems", "No."), "BAD_USER_INPUT", ("systems",)),
    (errors.Conflict("No."), "CONFLICT", ()),
    (errors.SubdomainTaken("acme"), "SUBDOMAIN_TAKEN", ("subdomain",)),
    (errors.SubscriptionAlreadyActive(), "SUBSCRIPTION_ALREADY_ACTIVE", ()),
    (errors.TermsNotAccepted(), "TERMS_NOT_ACCEPTED", ()),
    (errors.NotEligibleForPartnerSupported(), "NOT_ELIGIBLE_FOR_PARTNER_SUPPORTED", ("support_type",)),
    (errors.AccountDisabled(), "ACCOUNT_DISABLED", ()),
    (errors.WrongPassword("password"), "INVALID_CREDENTIALS", ("password",)),
    (errors.WrongCode(), "INVALID_CREDENTIALS", ("code",)),
    (errors.SecondFactorRequired(), "SECOND_FACTOR_REQUIRED", ("code",)),
    (errors.TooManyAttempts(8), "TOO_MANY_ATTEMPTS", ()),
    (errors.ResetUnusable(), "RESET_UNUSABLE", ("token",)),
    (errors.TwoFactorRequired(), "TWO_FACTOR_REQUIRED", ()),
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
    assert errors.Forbidden("subscriptions:activate").message == "This needs the permission subscriptions:activate."


def test_the_field_of_a_refusal_is_put_below_the_argument_that_holds_it() -> None:
    refusal = errors.SubdomainTaken("acme")

    below = refusal.below("input")

    assert below is refusal
    assert refusal.path == ("input", "subdomain")


def test_a_refusal_without_a_field_names_no_argument() -> None:
    assert errors.TermsNotAccepted().below("input").path == ()


def test_what_may_not_be_seen_reads_as_what_does_not_exist() -> None:
    refusal = errors.NotFound("account", ("account_id",))

    assert refusal.message == "There is no such account, or you may not see it."
    assert refusal.path == ("account_id",)
