"""Credentials: what is said of a wrong one, which is never which."""

from domain.errors import Conflict, ErrorCode, Refusal


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


class ResetUnusable(Conflict):
    """The same answer whatever is wrong with the link."""

    code = ErrorCode.RESET_UNUSABLE

    def __init__(self) -> None:
        super().__init__("This link cannot be used. Ask for another one.", ("token",))
