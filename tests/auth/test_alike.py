"""Policies of many accounts: the same answer as each account's own, asked of fewer."""

from collections.abc import Callable
from uuid import UUID

import pytest

from auth import policies
from auth.alike import may_with_each
from auth.policies import AccountFacts, Answer
from auth.viewer import ROLES, Seat, Viewer
from domain.catalog import SupportType
from domain.dashboards import PartnerSupportedOnly
from domain.errors import Forbidden, Refusal
from domain.tenancy import DashboardKind, Role
from models.organizations import OwningAccount

OURS, THEIRS = UUID(int=1), UUID(int=2)
PARTNER, HUNTRESS = SupportType.PARTNER_SUPPORTED, SupportType.HUNTRESS_SUPPORTED
SHUT = [OwningAccount(OURS, UUID(int=10 + number), HUNTRESS, None) for number in range(3)]
OPEN = [OwningAccount(OURS, UUID(int=20 + number), PARTNER, None) for number in range(3)]
FOREIGN = OwningAccount(THEIRS, UUID(int=30), PARTNER, None)
ADMIN = Seat(DashboardKind.RESELLER, Role.ADMIN, OURS, None, None, has_accepted_terms=True)


def viewer(*entered: OwningAccount, is_admin: bool = True) -> Viewer:
    own = [Seat(DashboardKind.ACCOUNT, Role.USER, each.reseller_id, each.id, None, True) for each in entered]  # noqa: FBT003
    return Viewer(UUID(int=9), "Ada", None, (*([ADMIN] if is_admin else []), *own))


@pytest.mark.parametrize(
    ("asks", "accounts", "expected"),
    [
        (viewer(), [], None),
        (viewer(), OPEN, None),
        (viewer(), [*OPEN, *SHUT], PartnerSupportedOnly),
        (viewer(), [*OPEN, FOREIGN, *SHUT], Forbidden),
        (viewer(*SHUT), [*OPEN, *SHUT], None),
        (viewer(SHUT[0]), [*OPEN, *SHUT], PartnerSupportedOnly),
        (viewer(FOREIGN), [FOREIGN, *OPEN], None),
        (viewer(OPEN[0], is_admin=False), OPEN, Forbidden),
        (viewer(*OPEN, is_admin=False), OPEN, None),
    ],
)
def test_many_are_refused_what_the_first_of_them_is(
    asks: Viewer, accounts: list[OwningAccount], expected: type[Refusal] | None
) -> None:
    answer = may_with_each(asks, accounts, policies.may_read_organizations)

    assert type(answer) is (expected or type(None))
    one_by_one = [policies.may_read_organizations(asks, account) for account in accounts]
    assert type(answer) is type(next(filter(None, one_by_one), None))


def test_of_accounts_that_are_alike_one_is_asked() -> None:
    asked: list[AccountFacts] = []

    def may(asks: Viewer, account: AccountFacts) -> Answer:
        asked.append(account)
        return policies.may_read_account(asks, account)

    assert may_with_each(viewer(OPEN[0]), [*OPEN, SHUT[0]], may) is None
    assert [account.id for account in asked] == [OPEN[2].id, SHUT[0].id]


def test_of_accounts_that_somebody_belongs_to_each_is_asked() -> None:
    asked: list[AccountFacts] = []

    def may(asks: Viewer, account: AccountFacts) -> Answer:
        asked.append(account)
        return policies.may_read_account(asks, account)

    assert may_with_each(viewer(*OPEN), [*OPEN, *SHUT], may) is None
    assert {account.id for account in asked} == {SHUT[2].id, *(account.id for account in OPEN)}


QUESTIONS = [policies.may_read_account, policies.may_read_contract, policies.may_read_organizations]
ABOVE = [None, *(Seat(ADMIN.kind, role, OURS, None, None, True) for role in ROLES[ADMIN.kind])]  # noqa: FBT003
HELD_UP = [ADMIN._replace(has_accepted_terms=False), ADMIN._replace(lacks_two_factor=True)]


@pytest.mark.parametrize("may", QUESTIONS)
@pytest.mark.parametrize("account", [OPEN[0], SHUT[0]])
@pytest.mark.parametrize("above", [*ABOVE, *HELD_UP])
@pytest.mark.parametrize("role", ROLES[DashboardKind.ACCOUNT])
def test_a_seat_in_an_account_takes_nothing_away(
    may: Callable[[Viewer, AccountFacts], Answer], account: OwningAccount, above: Seat | None, role: Role
) -> None:
    without = Viewer(UUID(int=9), "Ada", None, () if above is None else (above,))
    own = Seat(DashboardKind.ACCOUNT, role, account.reseller_id, account.id, None, True)  # noqa: FBT003
    seated = Viewer(UUID(int=9), "Ada", None, (*without.seats, own))

    assert may(seated, account) is None or may(without, account) is not None
