"""What is stored. Every table is imported once here, so that the metadata is whole."""

from models.accounts import Account
from models.api_keys import ApiKey, ApiKeySecret
from models.audit import AuditEvent
from models.base import Base
from models.budgets import Budget
from models.catalog import Plan, PriceBook
from models.idempotency import IdempotencyKey
from models.invitations import Invitation, InvitationToken, InvitedAddress
from models.memberships import Membership
from models.organizations import Organization
from models.outbox import Mail
from models.resellers import Reseller
from models.resets import PasswordReset
from models.sessions import Session
from models.sign_in_rules import SignInRule
from models.subdomains import Subdomain
from models.subscriptions import Subscription
from models.terms import TermsAcceptance, TermsVersion
from models.throttles import Throttle
from models.two_factor import RecoveryCode, TwoFactor
from models.users import User, UserEmail

__all__ = [
    "Account",
    "ApiKey",
    "ApiKeySecret",
    "AuditEvent",
    "Base",
    "Budget",
    "IdempotencyKey",
    "Invitation",
    "InvitationToken",
    "InvitedAddress",
    "Mail",
    "Membership",
    "Organization",
    "PasswordReset",
    "Plan",
    "PriceBook",
    "RecoveryCode",
    "Reseller",
    "Session",
    "SignInRule",
    "Subdomain",
    "Subscription",
    "TermsAcceptance",
    "TermsVersion",
    "Throttle",
    "TwoFactor",
    "User",
    "UserEmail",
]
