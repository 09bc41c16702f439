"""What is stored. Every table is imported once here, so that the metadata is whole."""

from models.accounts import Account
from models.base import Base
from models.catalog import Plan, PriceBook
from models.memberships import Membership
from models.organizations import Organization
from models.resellers import Reseller
from models.sessions import Session
from models.subdomains import Subdomain
from models.subscriptions import Subscription
from models.terms import TermsAcceptance, TermsVersion
from models.users import User, UserEmail

__all__ = [
    "Account",
    "Base",
    "Membership",
    "Organization",
    "Plan",
    "PriceBook",
    "Reseller",
    "Session",
    "Subdomain",
    "Subscription",
    "TermsAcceptance",
    "TermsVersion",
    "User",
    "UserEmail",
]
