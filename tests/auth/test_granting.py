"""Nobody grants more than they hold, whatever roles there will be."""

from uuid import UUID

import pytest

from auth import policies
from auth.viewer import ROLES, Seat, Viewer
from domain.catalog import SupportType
from domain.errors import BadInput, Forbidden
from domain.tenancy import DashboardKind, Role
from models.organizations import OwningAccount
from models.places import Place

RESELLER, ACCOUNT, ORGANIZATION = (UUID(int=number) for number in (1, 2, 3))
OWNER = OwningAccount(RESELLER, ACCOUNT, SupportType.PARTNER_SUPPORTED, None)
PLACES = {
    DashboardKind.RESELLER: Place(DashboardKind.RESELLER, RESELLER, RESELLER, "R", None),
    DashboardKind.ACCOUNT: Place(DashboardKind.ACCOUNT, RESELLER, ACCOUNT, "A", None, OWNER),
    DashboardKind.ORGANIZATION: Place(DashboardKind.ORGANIZATION, RESELLER, ORGANIZATION, "O", None, OWNER),
}
HELD = [(kind, held, role) for kind, roles in ROLES.items() for held in roles for role in roles]


def viewer(kind: DashboardKind, role: Role) -> Viewer:
    account = None if kind is DashboardKind.RESELLER else ACCOUNT
    organization = ORGANIZATION if kind is DashboardKind.ORGANIZATION else None
    seat = Seat(kind, role, RESELLER, account, organization, has_accepted_terms=True)
    return Viewer(UUID(int=9), "Ada", "ada@example.test", (seat,))


@pytest.mark.parametrize(("kind", "held", "role"), HELD)
def test_a_role_is_granted_by_whoever_holds_all_of_it(kind: DashboardKind, held: Role, role: Role) -> None:
    answer = policies.may_grant(viewer(kind, held), PLACES[kind], role)

    lacking = ROLES[kind][role] - ROLES[kind][held]
    assert (answer is None) == (not lacking)
    if answer is not None:
        assert isinstance(answer, Forbidden)
        assert answer.message == f"This needs the permission {min(each.value for each in lacking)}."
        assert answer.path == ("role",)


@pytest.mark.parametrize("kind", DashboardKind)
def test_a_role_that_a_dashboard_does_not_have_is_nobodys_to_grant(kind: DashboardKind) -> None:
    for role in set(Role) - set(ROLES[kind]):
        answer = policies.may_grant(viewer(kind, Role.ADMIN), PLACES[kind], role)

        assert isinstance(answer, BadInput)
        assert answer.path == ("role",)
