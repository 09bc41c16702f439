"""What the domain refuses, and how a client recognises each refusal.

Refusal
├── Unauthenticated                   nobody is signed in
├── InvalidCredentials                address, password or code is wrong; which, is not said
│   ├── WrongPassword             of somebody who is signed in
│   └── WrongCode                 of somebody who is signed in
├── SecondFactorRequired              the password was right, and the user has two-factor
├── TooManyAttempts                   to sign in, to find a subdomain; the message says how long to wait
├── Forbidden                         visible, but the viewer lacks the permission that the message names
│   ├── PartnerSupportedOnly          the account's own dashboard, entered from the reseller's
│   └── PeopleOnly                    what an API key never does
├── NotFound                          does not exist, or must not be seen: the two are told apart nowhere
├── BadInput                          the input breaks a rule of form; `field` names where
│   └── UnusableKey               an idempotency key, of the input or of the header
├── Conflict                          the input is well formed, but the state does not allow it
│   ├── SubdomainTaken
│   ├── ExternalIdTaken
│   ├── StaleVersion              it was changed since the caller read it
│   ├── IdempotencyMismatch       the key was used for something else
│   ├── SubscriptionAlreadyActive
│   ├── InvitationUnusable        unknown, used, expired, revoked or somebody else's: which, is not said
│   ├── ResetUnusable             unknown, used or expired: which, is not said
│   └── LastAdmin                 a dashboard keeps at least one
├── TermsNotAccepted
├── TwoFactorRequired                 by the reseller, of its members
├── NotEligibleForPartnerSupported
└── AccountDisabled

Raising is refusing: a refusal leaves the transaction, which rolls back, and becomes data in one place.
"""

from collections.abc import Mapping, Sequence
from enum import Enum


class ErrorCode(Enum):
    """Codes are only ever added, never renamed: clients branch on them."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    CONFLICT = "CONFLICT"
    TERMS_NOT_ACCEPTED = "TERMS_NOT_ACCEPTED"
    NOT_ELIGIBLE_FOR_PARTNER_SUPPORTED = "NOT_ELIGIBLE_FOR_PARTNER_SUPPORTED"
    PARTNER_SUPPORTED_ONLY = "PARTNER_SUPPORTED_ONLY"
    SUBDOMAIN_TAKEN = "SUBDOMAIN_TAKEN"
    SUBSCRIPTION_ALREADY_ACTIVE = "SUBSCRIPTION_ALREADY_ACTIVE"
    ACCOUNT_DISABLED = "ACCOUNT_DISABLED"
    INVALID_CREDENTIALS = "INVALID_CREDENTIALS"
    INVITATION_UNUSABLE = "INVITATION_UNUSABLE"
    LAST_ADMIN = "LAST_ADMIN"
    RESET_UNUSABLE = "RESET_UNUSABLE"
    TOO_MANY_ATTEMPTS = "TOO_MANY_ATTEMPTS"
    SECOND_FACTOR_REQUIRED = "SECOND_FACTOR_REQUIRED"
    TWO_FACTOR_REQUIRED = "TWO_FACTOR_REQUIRED"
    EXTERNAL_ID_TAKEN = "EXTERNAL_ID_TAKEN"
    STALE_VERSION = "STALE_VERSION"
    IDEMPOTENCY_MISMATCH = "IDEMPOTENCY_MISMATCH"


class Refusal(Exception):
    """Something the caller asked for and does not get: a code, a sentence, and the input at fault.

    `path` leads from the operation's arguments to the field at fault, in the domain's own spelling
    (`("support_type",)`); it is empty where no field is at fault.
    """

    code: ErrorCode

    def __init__(self, message: str, path: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.path = tuple(path)

    def below(self, argument: str) -> "Refusal":
        """Return this refusal with its field, if it names one, below an argument that holds it."""
        if self.path:
            self.path = (argument, *self.path)
        return self


class Unauthenticated(Refusal):
    """Nobody is signed in, and the operation is for somebody who is."""

    code = ErrorCode.UNAUTHENTICATED

    def __init__(self) -> None:
        super().__init__("Sign in first.")


class InvalidCredentials(Refusal):
    """The same answer for an unknown address, a wrong password and, where one was given, a wrong code."""

    code = ErrorCode.INVALID_CREDENTIALS

    def __init__(self, *, with_code: bool = False) -> None:
        wrong = "The e-mail address, the password or the code" if with_code else "The e-mail address or the password"
        super().__init__(f"{wrong} is wrong.")


class WrongPassword(InvalidCredentials):
    """Somebody who is signed in gives a password that is not theirs."""

    def __init__(self, field: str) -> None:
        Refusal.__init__(self, "This is not your password.", (field,))


class WrongCode(InvalidCredentials):
    """Somebody who is signed in gives a code that is wrong, or was used already."""

    def __init__(self) -> None:
        Refusal.__init__(self, "The code is wrong, or was used already.", ("code",))


class SecondFactorRequired(Refusal):
    """The password was right, and the user has two-factor: a code is needed as well."""

    code = ErrorCode.SECOND_FACTOR_REQUIRED

    def __init__(self) -> None:
        super().__init__("Give a code of your authenticator, or a recovery code, as well.", ("code",))


class TooManyAttempts(Refusal):
    """Too many attempts in a row without success; the message says how many seconds to wait."""

    code = ErrorCode.TOO_MANY_ATTEMPTS

    def __init__(self, seconds: int) -> None:
        unit = "second" if seconds == 1 else "seconds"
        super().__init__(f"Too many attempts: try again in {seconds} {unit}.")
        self.seconds = seconds


class Forbidden(Refusal):
    """The viewer sees the object, but lacks a permission for this; the message names it."""

    code = ErrorCode.FORBIDDEN

    def __init__(self, permission: str, path: Sequence[str] = ()) -> None:
        super().__init__(f"This needs the permission {permission}.", path)


class PartnerSupportedOnly(Forbidden):
    """A reseller enters an account's own dashboard only where the account is Partner Supported."""

    code = ErrorCode.PARTNER_SUPPORTED_ONLY

    def __init__(self) -> None:
        Refusal.__init__(
            self, "A reseller enters an account's dashboard only where its Support Type is Partner Supported."
        )


class PeopleOnly(Forbidden):
    """An API key does not sign in, agree to terms, join a dashboard or make another key."""

    def __init__(self) -> None:
        Refusal.__init__(self, "This is for people; an API key cannot do it.")


class NotFound(Refusal):
    """It does not exist, or the viewer may not know that it does."""

    code = ErrorCode.NOT_FOUND

    def __init__(self, noun: str, path: Sequence[str] = ("id",)) -> None:
        super().__init__(f"There is no such {noun}, or you may not see it.", path)


class BadInput(Refusal):
    """The input breaks a rule of form: length, range, alphabet."""

    code = ErrorCode.BAD_USER_INPUT

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message, (field,))


class UnusableKey(BadInput):
    """An idempotency key that is none, or where none can be. One of the header is in no field: its path is empty."""

    def __init__(self, message: str, path: Sequence[str]) -> None:
        Refusal.__init__(self, message, path)


class Conflict(Refusal):
    """The input is well formed, but what is stored does not allow it."""

    code = ErrorCode.CONFLICT


class SubdomainTaken(Conflict):
    """Subdomains are unique across all resellers, whatever the case."""

    code = ErrorCode.SUBDOMAIN_TAKEN

    def __init__(self, subdomain: str) -> None:
        super().__init__(f"The subdomain {subdomain} is taken.", ("subdomain",))


class ExternalIdTaken(Conflict):
    """An id that automation gives names one account, and one contract, of a reseller."""

    code = ErrorCode.EXTERNAL_ID_TAKEN

    def __init__(self) -> None:
        super().__init__("Another one of this reseller has this external id.", ("external_id",))


class StaleVersion(Conflict):
    """What is to be changed is no longer what the caller has read; `current` leads to what it is now.

    `current` holds the payload's ids by their names, so that the answer can show it.
    """

    code = ErrorCode.STALE_VERSION

    def __init__(self, version: int, current: Mapping[str, object]) -> None:
        super().__init__(f"This was changed meanwhile: its version is {version}.", ("expected_version",))
        self.current = dict(current)


class IdempotencyMismatch(Conflict):
    """An idempotency key stands for one mutation with one input."""

    code = ErrorCode.IDEMPOTENCY_MISMATCH

    def __init__(self, path: Sequence[str] = ("idempotency_key",)) -> None:
        super().__init__("This idempotency key was used for another mutation, or with another input.", path)


class SubscriptionAlreadyActive(Conflict):
    """An active contract is neither edited, withdrawn nor activated again, and its support type stays."""

    code = ErrorCode.SUBSCRIPTION_ALREADY_ACTIVE

    def __init__(self, path: Sequence[str] = ()) -> None:
        super().__init__("The account's contract is active already.", path)


class InvitationUnusable(Conflict):
    """The same answer whatever is wrong with the invitation."""

    code = ErrorCode.INVITATION_UNUSABLE

    def __init__(self) -> None:
        super().__init__("This invitation cannot be used.", ("token",))


class ResetUnusable(Conflict):
    """The same answer whatever is wrong with the link."""

    code = ErrorCode.RESET_UNUSABLE

    def __init__(self) -> None:
        super().__init__("This link cannot be used. Ask for another one.", ("token",))


class LastAdmin(Conflict):
    """The last ADMIN of a dashboard can be neither removed nor demoted."""

    code = ErrorCode.LAST_ADMIN

    def __init__(self) -> None:
        super().__init__("A dashboard keeps at least one ADMIN.")


class TermsNotAccepted(Refusal):
    """The reseller's current terms come before everything of the reseller."""

    code = ErrorCode.TERMS_NOT_ACCEPTED

    def __init__(self) -> None:
        super().__init__("Accept the reseller's current terms first.")


class TwoFactorRequired(Refusal):
    """The reseller asks its members for two-factor before everything of the reseller."""

    code = ErrorCode.TWO_FACTOR_REQUIRED

    def __init__(self) -> None:
        super().__init__("Set up two-factor first: this reseller requires it of its members.")


class NotEligibleForPartnerSupported(Refusal):
    """Only a reseller that qualifies may sell Partner Supported."""

    code = ErrorCode.NOT_ELIGIBLE_FOR_PARTNER_SUPPORTED

    def __init__(self, path: Sequence[str] = ("support_type",)) -> None:
        super().__init__("This reseller is not eligible to sell Partner Supported.", path)


class AccountDisabled(Refusal):
    """A disabled account can be looked at, not changed."""

    code = ErrorCode.ACCOUNT_DISABLED

    def __init__(self) -> None:
        super().__init__("This is disabled: it can be looked at, not changed.")
