"""Viewers that are remembered: the same one for the same rights, another as soon as a row of them differs."""

from typing import Any, NamedTuple
from uuid import UUID

import pytest

from auth import remembering
from auth.remembering import Remembered
from domain.tenancy import DashboardKind, Role

RESELLER = UUID(int=1)


class _Row(NamedTuple):
    kind: DashboardKind | None
    role: Role | None
    reseller_id: UUID | None
    account_id: UUID | None
    organization_id: UUID | None
    has_accepted_terms: bool
    lacks_two_factor: bool
    user_id: UUID
    name: str
    email: str
    has_two_factor: bool


def seats(number: int = 1, *, of: int = 9, **changed: Any) -> list[_Row]:  # columns
    row = _Row(
        kind=DashboardKind.ACCOUNT,
        role=Role.ADMIN,
        reseller_id=RESELLER,
        account_id=UUID(int=100),
        organization_id=None,
        has_accepted_terms=True,
        lacks_two_factor=False,
        user_id=UUID(int=of),
        name="Ada",
        email="ada@example.com",
        has_two_factor=False,
    )
    return [row._replace(account_id=UUID(int=100 + each))._replace(**changed) for each in range(number)]


def test_the_same_rights_are_the_same_viewer() -> None:
    remembered = Remembered()

    assert remembered.viewer_of(seats(3)) is remembered.viewer_of(seats(3))
    assert remembered.viewer_of(seats(3)) is not remembered.viewer_of(seats(3, of=8))


@pytest.mark.parametrize(
    "changed",
    [
        {"role": Role.USER},
        {"has_accepted_terms": False},
        {"lacks_two_factor": True},
        {"has_two_factor": True},
        {"name": "Ada L."},
        {"email": "a@example.com"},
        {"kind": None, "role": None, "reseller_id": None, "account_id": None},
    ],
)
def test_what_has_changed_is_another_viewer(changed: dict[str, Any]) -> None:
    remembered = Remembered()
    before = remembered.viewer_of(seats())

    after = remembered.viewer_of(seats(**changed))

    assert after is not before
    assert after == Remembered().viewer_of(seats(**changed))
    assert remembered.viewer_of(seats()) is not before


def test_a_dashboard_more_or_fewer_is_another_viewer() -> None:
    remembered = Remembered()
    two = remembered.viewer_of(seats(2))

    assert len(remembered.viewer_of(seats(3)).seats) == 3
    assert len(remembered.viewer_of(seats(1)).seats) == 1
    assert remembered.viewer_of(seats(2)) is not two


def test_those_who_were_not_seen_for_longest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "ROWS", 5)
    monkeypatch.setattr(remembering, "ROWS_OF_ONE", 4)
    remembered = Remembered()
    first, second = (remembered.viewer_of(seats(2, of=each)) for each in (1, 2))
    remembered.viewer_of(seats(2, of=1))

    remembered.viewer_of(seats(2, of=3))

    assert remembered.viewer_of(seats(2, of=1)) is first
    assert remembered.viewer_of(seats(2, of=2)) is not second
    assert remembered.viewer_of(seats(5, of=4)) is not remembered.viewer_of(seats(5, of=4))


def test_what_is_asked_of_dashboards_elsewhere_is_not_kept() -> None:
    viewer = Remembered().viewer_of(seats())
    permission = next(iter(viewer.seats[0].granted))

    assert viewer.holds(permission, UUID(int=100))
    assert not any(viewer.holds(permission, UUID(int=each)) for each in range(1_000, 1_100))
    assert len(viewer._granted) == 1
