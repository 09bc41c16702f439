"""What a reseller sells: the two support types and the two billing intervals."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from domain.errors import ErrorCode, Refusal


class SupportType(Enum):
    """Who answers the customer: Huntress, or the partner."""

    # There is one of each, so that its identity will do: Enum's own hash is Python, and is taken of every row.
    __hash__ = object.__hash__

    HUNTRESS_SUPPORTED = "HUNTRESS_SUPPORTED"
    PARTNER_SUPPORTED = "PARTNER_SUPPORTED"


class BillingInterval(Enum):
    """How often a contract is billed; the term is twelve months either way."""

    __hash__ = object.__hash__

    ANNUAL = "ANNUAL"
    MONTHLY = "MONTHLY"


@dataclass(frozen=True, slots=True)
class SupportTypeDefinition:
    """What the Support Type dropdown and the Billing tab say of a support type."""

    support_type: SupportType
    title: str
    description: str


# The guide names the two types; the sentences are ours.
DEFINITIONS = (
    SupportTypeDefinition(
        SupportType.HUNTRESS_SUPPORTED,
        "Huntress Supported",
        "Huntress answers the customer's questions. The reseller keeps the account's settings and its contract, "
        "and does not enter the account's dashboard.",
    ),
    SupportTypeDefinition(
        SupportType.PARTNER_SUPPORTED,
        "Partner Supported",
        "The partner answers the customer's questions, and enters the account's dashboard to co-manage it.",
    ),
)


class NotEligibleForPartnerSupported(Refusal):
    """Only a reseller that qualifies may sell Partner Supported."""

    code = ErrorCode.NOT_ELIGIBLE_FOR_PARTNER_SUPPORTED

    def __init__(self, path: Sequence[str] = ("support_type",)) -> None:
        super().__init__("This reseller is not eligible to sell Partner Supported.", path)


def require_sellable(support_type: SupportType, *, is_eligible: bool) -> None:
    """Return where a reseller of this eligibility may sell the support type.

    Raises NotEligibleForPartnerSupported otherwise. Rule: only a reseller that qualifies sells Partner Supported.
    """
    if not is_sellable(support_type, is_eligible=is_eligible):
        raise NotEligibleForPartnerSupported


def is_sellable(support_type: SupportType, *, is_eligible: bool) -> bool:
    """Tell whether a reseller of this eligibility may choose the support type for an account or contract."""
    return is_eligible or support_type is SupportType.HUNTRESS_SUPPORTED
