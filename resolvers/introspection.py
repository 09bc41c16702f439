"""Introspection: who may ask for the schema, and what others are told."""

from enum import Enum
from typing import Any

from auth.viewer import Viewer


class Introspection(Enum):
    """For whom the schema can be asked."""

    ON = "on"
    SIGNED_IN = "signed-in"
    OFF = "off"

    def permits(self, viewer: Viewer | None) -> bool:
        """Tell whether who asks may ask for the schema."""
        return self is Introspection.ON or (self is Introspection.SIGNED_IN and viewer is not None)


def refusal() -> dict[str, Any]:
    """Return the body for somebody who may not ask for the schema, with the codes that Apollo gives it."""
    message = "The schema is not shown to you: see schema.graphql, or the setting INTROSPECTION."
    extensions = {"code": "GRAPHQL_VALIDATION_FAILED", "validationErrorCode": "INTROSPECTION_DISABLED"}
    return {"errors": [{"message": message, "extensions": extensions}]}
