"""Viewers that are remembered: the same one for the same rights, another as soon as anything of them differs."""

from typing import Any, NamedTuple
from uuid import UUID

import pytest

from auth import remembering
from auth.remembering import Remembered


class _Row(NamedTuple):
    user_id: UUID
    name: str
    email: str
    has_two_factor: bool
    roles: list[str] | None
    reseller_ids: list[UUID]
    account_ids: list[UUID | None]
    organization_ids: list[UUID | None]
    accepted_terms_of: list[UUID] | None
    two_factor_required_by: list[UUID]


def seats(number: int = 1, *, of: int = 9, **changed: Any) -> _Row:
    row = _Row(
        user_id=UUID(int=of),
        name="Ada",
        email="ada@example.com",
        has_two_factor=False,
        roles=["ADMIN"] * number,
        reseller_ids=[UUID(int=1)] * number,
        account_ids=[UUID(int=100 + each) for each in range(number)],
        organization_ids=[None] * number,
        accepted_terms_of=[],
        two_factor_required_by=[],
    )
    return row._replace(**changed)


def test_the_same_rights_are_the_same_viewer() -> None:
    remembered = Remembered()

    assert remembered.viewer_of(seats(3)) is remembered.viewer_of(seats(3))
    assert remembered.viewer_of(seats(3)) is not remembered.viewer_of(seats(3, of=8))


@pytest.mark.parametrize(
    "changed",
    [
        {"roles": ["USER"]},
        {"account_ids": [None]},
        {"reseller_ids": [UUID(int=2)]},
        {"account_ids": [UUID(int=200)]},
        {"organization_ids": [UUID(int=300)]},
        {"accepted_terms_of": [UUID(int=1)]},
        {"accepted_terms_of": None},
        {"two_factor_required_by": [UUID(int=1)]},
        {"has_two_factor": True},
        {"name": "Ada L."},
        {"email": "a@example.com"},
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
    monkeypatch.setattr(remembering, "KILOBYTES", 6)
    monkeypatch.setattr(remembering, "KILOBYTES_OF_ONE", 5)
    remembered = Remembered()
    first, second = (remembered.viewer_of(seats(2, of=each)) for each in (1, 2))
    remembered.viewer_of(seats(2, of=1))

    remembered.viewer_of(seats(2, of=3))

    assert remembered.viewer_of(seats(2, of=1)) is first
    assert remembered.viewer_of(seats(2, of=2)) is not second
    assert remembered.viewer_of(seats(5, of=4)) is not remembered.viewer_of(seats(5, of=4))


def test_those_who_belong_nowhere_are_not_remembered_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "KILOBYTES", 6)
    remembered = Remembered()
    nowhere = seats(0)._replace(roles=None)

    for each in range(20):
        remembered.viewer_of(nowhere._replace(user_id=UUID(int=each)))

    assert len(remembered._known) == 6


def test_what_is_asked_of_dashboards_elsewhere_is_not_kept() -> None:
    viewer = Remembered().viewer_of(seats())
    permission = next(iter(viewer.seats[0].granted))

    assert viewer.holds(permission, UUID(int=100))
    assert not any(viewer.holds(permission, UUID(int=each)) for each in range(1_000, 1_100))
    assert len(viewer._granted) == 1
