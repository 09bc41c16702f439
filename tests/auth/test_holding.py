"""What a viewer holds where: what a role grants, once nothing stands before it."""

from uuid import UUID

import pytest

from auth import policies
from auth.viewer import ROLES, Permission, Seat, Viewer
from domain.catalog import SupportType
from domain.dashboards import PartnerSupportedOnly, TermsNotAccepted, TwoFactorRequired
from domain.errors import Forbidden, Refusal
from domain.tenancy import DashboardKind, Role
from models.organizations import OwningAccount

RESELLER, ACCOUNT, NOBODYS = (UUID(int=number) for number in (1, 2, 3))
OPEN = OwningAccount(RESELLER, ACCOUNT, SupportType.PARTNER_SUPPORTED, None)
SHUT = OwningAccount(RESELLER, ACCOUNT, SupportType.HUNTRESS_SUPPORTED, None)
READS, ACTIVATES = Permission.ACCOUNTS_READ, Permission.SUBSCRIPTIONS_ACTIVATE


def of_reseller(role: Role = Role.ADMIN, *, accepted: bool = True, lacks_two_factor: bool = False) -> Viewer:
    seat = Seat(DashboardKind.RESELLER, role, RESELLER, None, None, accepted, lacks_two_factor)
    return Viewer(UUID(int=9), "Ada", "ada@example.test", (seat,))


def of_account(*, accepted: bool = True) -> Viewer:
    seat = Seat(DashboardKind.ACCOUNT, Role.ADMIN, RESELLER, ACCOUNT, None, accepted)
    return Viewer(UUID(int=9), "Ada", "ada@example.test", (seat,))


def held(viewer: Viewer, dashboard: UUID) -> set[Permission]:
    return {each for each in Permission if viewer.holds(each, dashboard)}


def test_a_viewer_holds_what_the_role_grants_in_that_dashboard_alone() -> None:
    viewer = of_reseller(Role.FINANCE)

    assert held(viewer, RESELLER) == ROLES[DashboardKind.RESELLER][Role.FINANCE]
    assert held(viewer, ACCOUNT) == held(viewer, NOBODYS) == set()


@pytest.mark.parametrize("held_up", [of_reseller(accepted=False), of_reseller(lacks_two_factor=True)])
def test_terms_and_two_factor_leave_a_resellers_member_the_terms_alone(held_up: Viewer) -> None:
    assert held(held_up, RESELLER) == {Permission.TERMS_ACCEPT}


def test_a_resellers_terms_hold_up_no_member_of_an_account() -> None:
    assert held(of_account(accepted=False), ACCOUNT) == ROLES[DashboardKind.ACCOUNT][Role.ADMIN]


@pytest.mark.parametrize(
    ("viewer", "account", "permission", "expected"),
    [
        (of_reseller(), OPEN, READS, None),
        (of_reseller(), SHUT, READS, PartnerSupportedOnly),
        (of_reseller(Role.READ_ONLY), OPEN, READS, Forbidden),
        (of_reseller(Role.READ_ONLY), SHUT, READS, PartnerSupportedOnly),
        (of_reseller(Role.PROVISIONER), OPEN, ACTIVATES, Forbidden),
        (of_reseller(Role.PROVISIONER), SHUT, ACTIVATES, PartnerSupportedOnly),
        (of_reseller(accepted=False), SHUT, READS, TermsNotAccepted),
        (of_reseller(accepted=False, lacks_two_factor=True), OPEN, READS, TermsNotAccepted),
        (of_reseller(Role.READ_ONLY, lacks_two_factor=True), OPEN, READS, TwoFactorRequired),
        (of_account(), SHUT, READS, None),
        (of_account(), OPEN, ACTIVATES, Forbidden),
        (Viewer(UUID(int=9), "Ada", None, ()), OPEN, READS, Forbidden),
    ],
)
def test_entering_an_account_is_refused_for_what_comes_first(
    viewer: Viewer, account: OwningAccount, permission: Permission, expected: type[Refusal] | None
) -> None:
    answer = policies.may_inside(viewer, account, permission)

    assert type(answer) is (expected or type(None))


def test_a_refusal_is_made_anew_each_time() -> None:
    viewer = of_reseller(accepted=False)

    first, second = (policies.may_in_reseller(viewer, RESELLER, READS) for _ in range(2))

    assert isinstance(first, TermsNotAccepted)
    assert first is not second
