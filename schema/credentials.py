"""Credentials: passwords, and the second factor."""

import strawberry

from schema.errors import Payload
from schema.inputs import MutationInput


@strawberry.input(description="Another password, by whoever knows the present one.")
class ChangePasswordInput(MutationInput):
    """The present one proves that it is its owner who asks."""

    current_password: str = strawberry.field(description="The present password.")
    new_password: str = strawberry.field(
        description="The new one: 12 to 128 characters, none of those that everybody tries first."
    )


@strawberry.type(description="The password was changed; this session has a new cookie, and the others have ended.")
class ChangePasswordPayload(Payload):
    """Nothing is left to show."""


@strawberry.input(description="Whose password is forgotten.")
class RequestPasswordResetInput(MutationInput):
    """The answer tells nothing about the address."""

    email: str = strawberry.field(description="The address, whatever the case.")


@strawberry.type(description="A link is on its way if somebody signs in with this address; whether it is, is not said.")
class RequestPasswordResetPayload(Payload):
    """The same for every address."""


@strawberry.input(description="Another password, by whoever has the link from the mail.")
class ResetPasswordInput(MutationInput):
    """The link proves that it is the owner of the address who asks."""

    token: str = strawberry.field(description="From the link. It works once, for 30 minutes.")
    new_password: str = strawberry.field(
        description="The new one: 12 to 128 characters, none of those that everybody tries first."
    )


@strawberry.type(description="The password is another one and every session has ended: sign in with it.")
class ResetPasswordPayload(Payload):
    """Nothing is left to show."""


@strawberry.input(description="Nothing that starting needs to know.")
class StartTwoFactorInput(MutationInput):
    """It can be left out."""


@strawberry.type(description="What an authenticator has to know. It counts once it is confirmed.")
class StartTwoFactorPayload(Payload):
    """Shown this once."""

    shown_once = frozenset({"secret", "otpauth_uri"})

    secret: str | None = strawberry.field(
        default=None, description="To be typed into an authenticator, in base 32. Shown this once; null where refused."
    )
    otpauth_uri: str | None = strawberry.field(
        default=None, description="The same to be scanned, as a QR code. Shown this once; null where refused."
    )


@strawberry.input(description="The proof that the authenticator works.")
class ConfirmTwoFactorInput(MutationInput):
    """A code can be used once, here as well."""

    code: str = strawberry.field(description="The code that the authenticator shows: six digits.")


@strawberry.type(description="Two-factor is set up; this session has a new cookie, and the others have ended.")
class ConfirmTwoFactorPayload(Payload):
    """With the recovery codes, which are shown this once."""

    shown_once = frozenset({"recovery_codes"})

    recovery_codes: list[str] | None = strawberry.field(
        default=None,
        description="Ten codes, each of which signs in once where the authenticator is lost. Shown this once; null "
        "where refused.",
    )


@strawberry.input(description="The proof that it is the owner who gives up two-factor.")
class DisableTwoFactorInput(MutationInput):
    """Both factors are needed once more."""

    password: str = strawberry.field(description="The password.")
    code: str = strawberry.field(description="The code that the authenticator shows, or a recovery code.")


@strawberry.type(description="Two-factor is given up; this session has a new cookie, and the others have ended.")
class DisableTwoFactorPayload(Payload):
    """Nothing is left to show."""
