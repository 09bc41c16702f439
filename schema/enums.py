"""The domain's enums, described for clients. They keep their own names: the SDL says what the domain says."""

from enum import Enum

import strawberry
from strawberry.types.enum import StrawberryEnumDefinition

from domain.catalog import BillingInterval, SupportType
from domain.errors import ErrorCode
from domain.invitations import InvitationStatus
from domain.lifecycle import AccountStatus, SubscriptionStatus
from domain.tenancy import DashboardKind, Role
from models.account_lists import AccountOrderField
from models.audit import ActorKind

__all__ = [
    "AccountOrderField",
    "AccountStatus",
    "ActorKind",
    "BillingInterval",
    "DashboardKind",
    "ErrorCode",
    "InvitationStatus",
    "OrderDirection",
    "Role",
    "SubscriptionStatus",
    "SupportType",
]


def _describe(kind: type[Enum], description: str, **values: str) -> None:
    strawberry.enum(kind, description=description)
    definition: StrawberryEnumDefinition = getattr(kind, "__strawberry_definition__")  # noqa: B009 # set by the line above
    for value in definition.values:
        value.description = values[value.name]


class OrderDirection(Enum):
    """Up or down."""

    ASC = "ASC"
    DESC = "DESC"


_describe(
    SupportType,
    "Who answers the customer's questions.",
    HUNTRESS_SUPPORTED="Huntress answers; the reseller does not enter the account's dashboard.",
    PARTNER_SUPPORTED="The partner answers, and enters the account's dashboard. Sold by eligible resellers only.",
)
_describe(
    BillingInterval,
    "How often a contract is billed. Its term is twelve months either way.",
    ANNUAL="Once for the full year, up front.",
    MONTHLY="Every month.",
)
_describe(
    AccountStatus,
    "Where an account stands today, on its reseller's calendar. Derived from dates when it is read.",
    TRIALING="The free trial runs, its last day included.",
    ACTIVE="The contract is activated, whether paying has begun or not.",
    TRIAL_EXPIRED="The trial is over and no contract was activated.",
    DISABLED="The account can be looked at, not changed.",
)
_describe(
    SubscriptionStatus,
    "Where a contract stands.",
    PENDING="Saved under the account's contract, not activated yet: still editable.",
    ACTIVE="Activated: being billed, or about to be once the trial is over.",
    COMPLETED="Its last term has ended.",
    CANCELED="Withdrawn before it was activated.",
)
_describe(
    DashboardKind,
    "The kinds of dashboard that a person can be added to.",
    RESELLER="A reseller's: its accounts, contracts and billing.",
    ACCOUNT="One customer's.",
    ORGANIZATION="One part of a customer's.",
)
_describe(
    Role,
    "A set of permissions; which, depends on the kind of dashboard.",
    ADMIN="Everything that the dashboard offers; in an organization, its name.",
    PROVISIONER="In a reseller: adds accounts and saves contracts, but does not activate them.",
    SECURITY_ENGINEER="In an account: its organizations.",
    FINANCE="In a reseller: looks at everything and sees to the billing.",
    USER="In an account or organization: looks.",
    READ_ONLY="Looks, and changes nothing.",
)
_describe(
    ErrorCode,
    "Why something was refused. Codes are only ever added, never renamed. Also sent as extensions.code of errors.",
    UNAUTHENTICATED="Nobody is signed in.",
    FORBIDDEN="Visible, but the permission that the message names is missing.",
    NOT_FOUND="It does not exist, or the viewer may not see it: the two are told apart nowhere.",
    BAD_USER_INPUT="The input breaks a rule of form; path leads to the field.",
    CONFLICT="The input is well formed, but the present state does not allow it.",
    TERMS_NOT_ACCEPTED="The reseller's current terms have to be accepted first.",
    NOT_ELIGIBLE_FOR_PARTNER_SUPPORTED="The reseller does not qualify to sell Partner Supported.",
    PARTNER_SUPPORTED_ONLY="A reseller enters an account's dashboard only where it is Partner Supported.",
    SUBDOMAIN_TAKEN="Another account has the subdomain, or had it a short while ago.",
    SUBSCRIPTION_ALREADY_ACTIVE="An active contract is not edited, withdrawn or activated again.",
    ACCOUNT_DISABLED="The account is disabled.",
    INVALID_CREDENTIALS="The e-mail address, the password or the code is wrong.",
    INVITATION_UNUSABLE="The invitation cannot be used, for whatever reason.",
    LAST_ADMIN="The last admin of a dashboard stays.",
    RESET_UNUSABLE="The link to choose a new password cannot be used, for whatever reason.",
    TOO_MANY_ATTEMPTS="Too many attempts without success; the message says how many seconds to wait.",
    SECOND_FACTOR_REQUIRED="The password was right; a code of the second factor is needed as well.",
    TWO_FACTOR_REQUIRED="The reseller requires two-factor of its members, and the viewer has not set it up.",
    EXTERNAL_ID_TAKEN="Another account, or another contract, of the reseller has the external id.",
    STALE_VERSION="It is not what expectedVersion says: the payload shows it as it is now.",
    IDEMPOTENCY_MISMATCH="The idempotency key was used before, for another mutation or with another input.",
)
_describe(
    InvitationStatus,
    "Where an invitation stands.",
    PENDING="It can be accepted.",
    ACCEPTED="It was accepted.",
    REVOKED="It was taken back.",
    EXPIRED="Nobody accepted it in time; it can be sent once more.",
)
_describe(
    ActorKind,
    "Who can change something.",
    USER="A person.",
    API_KEY="Automation, with an API key.",
    OPERATOR="The operator of the server.",
)
_describe(
    AccountOrderField,
    "By what accounts are ordered; accounts that are equal in it, by their ids.",
    NAME="By name, whatever the case.",
    CREATED_AT="By the instant at which they were added.",
    STATUS_ENDS_ON="By the Status Ends column.",
)
_describe(OrderDirection, "Up or down.", ASC="Smallest, earliest or A first.", DESC="Largest, latest or Z first.")
