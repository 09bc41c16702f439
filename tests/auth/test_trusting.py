"""Who has to send trusted documents: the modes, by kind of principal."""

from uuid import UUID

import pytest

from auth.trusting import Mode, Modes
from auth.viewer import Viewer
from models.audit import ActorKind

PERSON = Viewer(UUID(int=1), "Ada", None, ())
KEY = Viewer(UUID(int=1), "Backup", None, (), kind=ActorKind.API_KEY)
OPEN, LOG, ENFORCE = Mode


@pytest.mark.parametrize(
    ("written", "modes", "are_open"),
    [
        ("open", (OPEN, OPEN, OPEN), True),
        ("log", (LOG, LOG, LOG), True),
        ("enforce", (ENFORCE, ENFORCE, ENFORCE), False),
        ("person=enforce,key=open,stranger=enforce", (ENFORCE, OPEN, ENFORCE), False),
        ("stranger = log", (OPEN, OPEN, LOG), True),
        ("key=enforce", (OPEN, ENFORCE, OPEN), False),
    ],
)
def test_each_kind_of_principal_has_a_mode(written: str, modes: tuple[Mode, ...], are_open: bool) -> None:  # noqa: FBT001 # a table
    read = Modes.read(written)

    assert (tuple(read.of(viewer) for viewer in (PERSON, KEY, None)), read.are_open) == (modes, are_open)
