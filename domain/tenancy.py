"""The dashboards a person can be added to, and the roles they can hold there."""

from enum import Enum


class DashboardKind(Enum):
    """A reseller is the tenant; an account is one of its customers; an organization groups systems in an account."""

    RESELLER = "RESELLER"
    ACCOUNT = "ACCOUNT"
    ORGANIZATION = "ORGANIZATION"


class Role(Enum):
    """A role is a set of permissions, not a rung: what it may do depends on the kind of dashboard."""

    ADMIN = "ADMIN"
    PROVISIONER = "PROVISIONER"
    SECURITY_ENGINEER = "SECURITY_ENGINEER"
    FINANCE = "FINANCE"
    USER = "USER"
    READ_ONLY = "READ_ONLY"
