"""The dashboards a person can be added to, and the roles they can hold there."""

from enum import Enum


class DashboardKind(Enum):
    """A reseller is the tenant; an account is one of its customers; an organization groups systems in an account."""

    # There is one of each, so that its identity will do: Enum's own hash is Python, and every policy takes some.
    __hash__ = object.__hash__

    RESELLER = "RESELLER"
    ACCOUNT = "ACCOUNT"
    ORGANIZATION = "ORGANIZATION"


class Role(Enum):
    """A role is a set of permissions, not a rung: what it may do depends on the kind of dashboard."""

    __hash__ = object.__hash__

    ADMIN = "ADMIN"
    PROVISIONER = "PROVISIONER"
    SECURITY_ENGINEER = "SECURITY_ENGINEER"
    FINANCE = "FINANCE"
    USER = "USER"
    READ_ONLY = "READ_ONLY"
