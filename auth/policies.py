"""What a viewer may do to an object: questions, answered with the refusal, or with None where it is allowed.

Mutations require() the answer, availableActions shows it, gated fields raise it: one rule, so that a button never
disagrees with the server. Each asks in the same order: terms, two-factor, permission, then the state of the object.

Rule: the table of roles (auth/viewer.py), terms and required two-factor before everything of the reseller, and entering
an account's dashboard from the reseller's only where the account is Partner Supported.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from auth.viewer import ROLES, Permission, Seat, Viewer
from domain.catalog import NotEligibleForPartnerSupported, SupportType
from domain.dashboards import LastAdmin, PartnerSupportedOnly, PeopleOnly, TermsNotAccepted, TwoFactorRequired
from domain.errors import BadInput, Conflict, Forbidden, Refusal
from domain.lifecycle import AccountDisabled, SubscriptionStatus, require_enabled, require_pending
from domain.tenancy import Role
from models.audit import ActorKind
from models.places import Place

Answer = Refusal | None


class ResellerFacts(Protocol):
    """What the policies need to know of a reseller."""

    @property
    def reseller_id(self) -> UUID: ...  # noqa: D102


class ChoiceFacts(ResellerFacts, Protocol):
    """What is known of the reseller of an account whose support type is chosen."""

    @property
    def is_eligible(self) -> bool: ...  # noqa: D102


class Disableable(Protocol):
    """Whatever can be disabled: then it can be looked at, not changed."""

    @property
    def disabled_at(self) -> datetime | None: ...  # noqa: D102


class AccountFacts(Disableable, Protocol):
    """What the policies need to know of an account; rows and entities have it."""

    @property
    def reseller_id(self) -> UUID: ...  # noqa: D102
    @property
    def id(self) -> UUID: ...  # noqa: D102
    @property
    def support_type(self) -> SupportType: ...  # noqa: D102


def require(answer: Answer) -> None:
    """Return where it is allowed, raise the refusal where it is not."""
    if answer is not None:
        raise answer


def may_as_person(viewer: Viewer | None) -> Answer:
    """May the viewer do what only people do: sign in and out, join? A stranger is a person."""
    return PeopleOnly() if viewer is not None and viewer.kind is ActorKind.API_KEY else None


def may_in_reseller(viewer: Viewer, reseller_id: UUID, permission: Permission) -> Answer:
    """May the viewer do this in the reseller's own dashboard?"""
    if viewer.holds(permission, reseller_id):
        return None
    seat = viewer.seat(reseller_id)
    held_up = None if seat is None or permission is Permission.TERMS_ACCEPT else _before_everything(seat)
    return held_up or Forbidden(permission.value)


def may_with_account(viewer: Viewer, account: AccountFacts, permission: Permission) -> Answer:
    """May the viewer do this with the account, as a member of it or of its reseller?"""
    return None if viewer.holds(permission, account.id) else may_in_reseller(viewer, account.reseller_id, permission)


def may_inside(viewer: Viewer, account: AccountFacts, permission: Permission) -> Answer:
    """May the viewer do this in the account's own dashboard?

    As a member of the account; or as somebody of its reseller, and only where it is Partner Supported.
    """
    if viewer.holds(permission, account.id):
        return None
    above = account.reseller_id
    if viewer.holds(Permission.ACCOUNTS_ENTER, above) and viewer.holds(permission, above):
        return None if account.support_type is SupportType.PARTNER_SUPPORTED else PartnerSupportedOnly()
    seat = viewer.seat(above)
    if seat is None:
        return Forbidden(permission.value)
    if (refusal := _before_everything(seat)) is not None:
        return refusal
    is_open = account.support_type is SupportType.PARTNER_SUPPORTED
    return Forbidden(permission.value) if is_open else PartnerSupportedOnly()


def may_read_account(viewer: Viewer, account: AccountFacts) -> Answer:
    """May the viewer see the account?"""
    return may_with_account(viewer, account, Permission.ACCOUNTS_READ)


def may_read_contract(viewer: Viewer, account: AccountFacts) -> Answer:
    """May the viewer see the account's contract?"""
    return may_with_account(viewer, account, Permission.SUBSCRIPTIONS_READ)


def shown_to_reseller(viewer: Viewer | None, reseller_id: UUID, value: str | None) -> str | None:
    """Return what is a reseller's own to those who belong to its dashboard, and None to everybody else."""
    return value if viewer is not None and viewer.seat(reseller_id) is not None else None


def may_accept_terms(viewer: Viewer, reseller_id: UUID) -> Answer:
    """May the viewer agree to the reseller's terms? A key cannot: whoever made it has."""
    return may_as_person(viewer) or may_in_reseller(viewer, reseller_id, Permission.TERMS_ACCEPT)


def may_update_reseller(viewer: Viewer, reseller_id: UUID, *, is_disabled: bool) -> Answer:
    """May the viewer change what the reseller asks of its members?"""
    denied = may_in_reseller(viewer, reseller_id, Permission.MEMBERS_MANAGE)
    return denied or (AccountDisabled() if is_disabled else None)


def may_create_account(viewer: Viewer, reseller_id: UUID, *, is_disabled: bool) -> Answer:
    """May the viewer add an account to the reseller? The support type is asked separately."""
    denied = may_in_reseller(viewer, reseller_id, Permission.ACCOUNTS_CREATE)
    return denied or (AccountDisabled() if is_disabled else None)


def may_sell(*, is_sellable: bool) -> Answer:
    """May the reseller choose this support type? `is_sellable` is what Reseller.may_sell says."""
    return None if is_sellable else NotEligibleForPartnerSupported()


def may_rename_account(viewer: Viewer, account: AccountFacts) -> Answer:
    """May the viewer change the account's name? Its own admins may, besides the reseller's."""
    denied = may_with_account(viewer, account, Permission.ACCOUNTS_RENAME)
    return denied or _while_enabled(account)


def may_edit_account(viewer: Viewer, account: AccountFacts) -> Answer:
    """May the viewer change the account's settings: subdomain and support type?"""
    denied = may_with_account(viewer, account, Permission.ACCOUNTS_EDIT)
    return denied or _while_enabled(account)


def may_enter(viewer: Viewer, account: AccountFacts) -> Answer:
    """May the viewer enter the account's own dashboard?"""
    return may_inside(viewer, account, Permission.ACCOUNTS_ENTER)


def may_read_organizations(viewer: Viewer, account: AccountFacts) -> Answer:
    """May the viewer see the account's organizations?"""
    return may_inside(viewer, account, Permission.ORGANIZATIONS_READ)


def may_edit_organizations(viewer: Viewer, account: AccountFacts) -> Answer:
    """May the viewer add organizations to the account, and change their keys?"""
    return may_inside(viewer, account, Permission.ORGANIZATIONS_EDIT) or _while_enabled(account)


def may_read_organization(viewer: Viewer, account: AccountFacts, organization_id: UUID) -> Answer:
    """May the viewer see this organization?"""
    seat = viewer.seat(organization_id)
    return None if seat is not None else may_read_organizations(viewer, account)


def may_rename_organization(viewer: Viewer, account: AccountFacts, organization_id: UUID) -> Answer:
    """May the viewer change the organization's name? Its own admins may, besides those who edit all of them."""
    if viewer.holds(Permission.ORGANIZATIONS_RENAME, organization_id):
        return _while_enabled(account)
    return may_inside(viewer, account, Permission.ORGANIZATIONS_RENAME) or _while_enabled(account)


def may_see_cost(viewer: Viewer, reseller_id: UUID) -> Answer:
    """May the viewer see the partner's cost?"""
    return may_in_reseller(viewer, reseller_id, Permission.SUBSCRIPTIONS_READ_COST)


def may_save_contract(
    viewer: Viewer, account: AccountFacts, contract: SubscriptionStatus | None, *, is_sellable: bool
) -> Answer:
    """May the viewer save the account's contract? `contract` is the state of the open one, if there is one."""
    denied = may_with_account(viewer, account, Permission.SUBSCRIPTIONS_EDIT)
    return denied or _while_enabled(account) or _while_pending(contract) or may_sell(is_sellable=is_sellable)


def may_activate(viewer: Viewer, account: AccountFacts, contract: SubscriptionStatus) -> Answer:
    """May the viewer activate the contract?"""
    denied = may_with_account(viewer, account, Permission.SUBSCRIPTIONS_ACTIVATE)
    return denied or _while_enabled(account) or _while_pending(contract)


def may_withdraw(viewer: Viewer, account: AccountFacts, contract: SubscriptionStatus) -> Answer:
    """May the viewer withdraw the contract?"""
    denied = may_with_account(viewer, account, Permission.SUBSCRIPTIONS_EDIT)
    return denied or _while_enabled(account) or _while_pending(contract)


def may_choose_partner_supported(viewer: Viewer, row: ChoiceFacts) -> Answer:
    """May the viewer make this account, or a new one of this reseller, Partner Supported?

    Keeping what is Partner Supported already is no choice. Asked early, of rows that nobody holds;
    models.Reseller.may_sell decides.
    """
    if getattr(row, "support_type", None) is SupportType.PARTNER_SUPPORTED:
        return None
    denied = may_in_reseller(viewer, row.reseller_id, Permission.ACCOUNTS_EDIT)
    return denied or may_sell(is_sellable=row.is_eligible)


def may_at(viewer: Viewer, place: Place, permission: Permission) -> Answer:
    """May the viewer do this in a dashboard, as one of its members or from the dashboard above it?"""
    if place.account is None:
        return may_in_reseller(viewer, place.reseller_id, permission)
    organization_id = place.organization_id
    if organization_id is not None and viewer.holds(permission, organization_id):
        return None
    return may_inside(viewer, place.account, permission)


def may_manage_members(viewer: Viewer, place: Place) -> Answer:
    """May the viewer invite, resend, revoke, change and remove in this dashboard?"""
    return may_at(viewer, place, Permission.MEMBERS_MANAGE) or _while_enabled(place)


def may_manage_keys(viewer: Viewer, place: Place) -> Answer:
    """May the viewer make, rotate and revoke the dashboard's API keys?"""
    return may_at(viewer, place, Permission.KEYS_MANAGE) or _while_enabled(place)


def may_make_key(viewer: Viewer, place: Place, role: Role) -> Answer:
    """May the viewer make a key that has this role here? A chain of keys would outlive whoever began it."""
    return may_as_person(viewer) or may_manage_keys(viewer, place) or may_grant(viewer, place, role)


def may_read_invitations(viewer: Viewer, place: Place) -> Answer:
    """May the viewer see who was invited to this dashboard?"""
    return may_at(viewer, place, Permission.MEMBERS_MANAGE)


def may_read_keys(viewer: Viewer, place: Place) -> Answer:
    """May the viewer see the dashboard's API keys?"""
    return may_at(viewer, place, Permission.KEYS_MANAGE)


def may_change_member(viewer: Viewer, place: Place, role: Role, *, is_last_admin: bool) -> Answer:
    """May the viewer change or remove somebody who has this role here? Nobody takes more than they hold."""
    denied = may_manage_members(viewer, place) or may_grant(viewer, place, role)
    return denied or (LastAdmin() if is_last_admin else None)


def may_change_invitation(viewer: Viewer, place: Place, role: Role, *, is_open: bool) -> Answer:
    """May the viewer resend or revoke an invitation to this role?"""
    denied = may_manage_members(viewer, place) or may_grant(viewer, place, role)
    return denied or (None if is_open else Conflict("The invitation was accepted or revoked."))


def may_grant(viewer: Viewer, place: Place, role: Role) -> Answer:
    """May the viewer give somebody this role here? Nobody grants more than they hold."""
    granted = ROLES[place.kind].get(role)
    if granted is None:
        return BadInput("role", f"There is no role {role.value} in this kind of dashboard.")
    missing = sorted(each.value for each in granted if may_at(viewer, place, each) is not None)
    return Forbidden(missing[0], ("role",)) if missing else None


def _before_everything(seat: Seat) -> Answer:
    if not seat.is_held_up:
        return None
    return TwoFactorRequired() if seat.has_accepted_terms else TermsNotAccepted()


def _while_enabled(place: Disableable) -> Answer:
    return _refusal_of(lambda: require_enabled(is_disabled=place.disabled_at is not None))


def _while_pending(contract: SubscriptionStatus | None) -> Answer:
    return None if contract is None else _refusal_of(lambda: require_pending(contract))


def _refusal_of(rule: Callable[[], None]) -> Answer:
    try:
        rule()
    except Refusal as refusal:
        return refusal
    return None
