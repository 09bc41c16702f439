"""What is refused, and how a client recognises it: the tree, the codes, and the refusals that any rule may raise.

The others stand beside the rule that raises them, in the module of domain/ that is named behind them.

Refusal
├── Unauthenticated                   nobody is signed in
├── InvalidCredentials                credentials: address, password or code is wrong; which, is not said
│   ├── WrongPassword             credentials: of somebody who is signed in
│   └── WrongCode                 credentials: of somebody who is signed in
├── SecondFactorRequired              credentials: the password was right, and the user has two-factor
├── TooManyAttempts                   throttling: to sign in, to find a subdomain; the message says how long to wait
├── Forbidden                         visible, but the viewer lacks the permission that the message names
│   ├── PartnerSupportedOnly      dashboards: the account's own dashboard, entered from the reseller's
│   └── PeopleOnly                dashboards: what an API key never does
├── NotFound                          does not exist, or must not be seen: the two are told apart nowhere
├── BadInput                          the input breaks a rule of form; `field` names where
│   └── UnusableKey               repeating: an idempotency key, of the input or of the header
├── Conflict                          the input is well formed, but the state does not allow it
│   ├── SubdomainTaken            naming
│   ├── ExternalIdTaken           naming
│   ├── StaleVersion              repeating: it was changed since the caller read it
│   ├── IdempotencyMismatch       repeating: the key was used for something else
│   ├── SubscriptionAlreadyActive lifecycle
│   ├── InvitationUnusable        invitations: unknown, used, expired, revoked, somebody else's: which, is not said
│   ├── ResetUnusable             credentials: the link is unknown, used or expired: which, is not said
│   └── LastAdmin                 dashboards: each keeps at least one
├── TermsNotAccepted                  dashboards: the reseller's terms
├── TwoFactorRequired                 dashboards: by the reseller, of its members
├── NotEligibleForPartnerSupported    catalog
└── AccountDisabled                   lifecycle

Raising is refusing: a refusal leaves the transaction, which rolls back, and becomes data in one place.
"""

from collections.abc import Sequence
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


class Forbidden(Refusal):
    """The viewer sees the object, but lacks a permission for this; the message names it."""

    code = ErrorCode.FORBIDDEN

    def __init__(self, permission: str, path: Sequence[str] = ()) -> None:
        super().__init__(f"This needs the permission {permission}.", path)


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


class Conflict(Refusal):
    """The input is well formed, but what is stored does not allow it."""

    code = ErrorCode.CONFLICT
