"""What the domain refuses, and how a client recognises each refusal.

Refusal
├── Unauthenticated                   nobody is signed in
├── InvalidCredentials                address or password is wrong; which, is not said
├── Forbidden                         visible, but the viewer lacks the permission that the message names
│   └── PartnerSupportedOnly          the account's own dashboard, entered from the reseller's
├── NotFound                          does not exist, or must not be seen: the two are told apart nowhere
├── BadInput                          the input breaks a rule of form; `field` names where
├── Conflict                          the input is well formed, but the state does not allow it
│   ├── SubdomainTaken
│   └── SubscriptionAlreadyActive
├── TermsNotAccepted
├── NotEligibleForPartnerSupported
└── AccountDisabled

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
    """The same answer for an unknown address and a wrong password."""

    code = ErrorCode.INVALID_CREDENTIALS

    def __init__(self) -> None:
        super().__init__("The e-mail address or the password is wrong.")


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


class SubdomainTaken(Conflict):
    """Subdomains are unique across all resellers, whatever the case."""

    code = ErrorCode.SUBDOMAIN_TAKEN

    def __init__(self, subdomain: str) -> None:
        super().__init__(f"The subdomain {subdomain} is taken.", ("subdomain",))


class SubscriptionAlreadyActive(Conflict):
    """An active contract is neither edited, withdrawn nor activated again, and its support type stays."""

    code = ErrorCode.SUBSCRIPTION_ALREADY_ACTIVE

    def __init__(self, path: Sequence[str] = ()) -> None:
        super().__init__("The account's contract is active already.", path)


class TermsNotAccepted(Refusal):
    """The reseller's current terms come before everything of the reseller."""

    code = ErrorCode.TERMS_NOT_ACCEPTED

    def __init__(self) -> None:
        super().__init__("Accept the reseller's current terms first.")


class NotEligibleForPartnerSupported(Refusal):
    """Only a reseller that qualifies may sell Partner Supported."""

    code = ErrorCode.NOT_ELIGIBLE_FOR_PARTNER_SUPPORTED

    def __init__(self, path: Sequence[str] = ("support_type",)) -> None:
        super().__init__("This reseller is not eligible to sell Partner Supported.", path)


class AccountDisabled(Refusal):
    """A disabled account can be looked at, not changed."""

    code = ErrorCode.ACCOUNT_DISABLED

    def __init__(self) -> None:
        super().__init__("The account is disabled.")
