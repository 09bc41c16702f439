"""What keeps somebody out of a dashboard, or in it: who may enter, what comes before everything, who stays."""

from domain.errors import Conflict, ErrorCode, Forbidden, Refusal


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


class LastAdmin(Conflict):
    """The last ADMIN of a dashboard can be neither removed nor demoted."""

    code = ErrorCode.LAST_ADMIN

    def __init__(self) -> None:
        super().__init__("A dashboard keeps at least one ADMIN.")
