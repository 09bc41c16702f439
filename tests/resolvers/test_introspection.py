"""Introspection: who may ask for the schema."""

from uuid import UUID

import pytest

from auth.viewer import Viewer
from resolvers.introspection import Introspection

ADA = Viewer(UUID(int=1), "Ada", None, ())


@pytest.mark.parametrize(
    ("policy", "permitted"), [("on", (True, True)), ("signed-in", (True, False)), ("off", (False, False))]
)
def test_who_may_ask(policy: str, permitted: tuple[bool, bool]) -> None:
    assert tuple(Introspection(policy).permits(viewer) for viewer in (ADA, None)) == permitted
