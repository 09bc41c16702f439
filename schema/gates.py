"""Fields behind permission classes, whose descriptions end with the permission they need."""

from collections.abc import Sequence
from typing import Any

import strawberry
from strawberry.permission import PermissionExtension

from auth.gates import Gate


def guarding(permission_classes: Sequence[type[Gate]]) -> PermissionExtension:
    """Return the extension that asks each class in turn."""
    return PermissionExtension([gate() for gate in permission_classes], use_directives=False)


def described(description: str | None, permission_classes: Sequence[type[Gate]]) -> str:
    """Return a description that ends with what the classes need."""
    return " ".join([*(description or "").split(), *(gate.needs() for gate in permission_classes)])


def gated(description: str, *, permission_classes: Sequence[type[Gate]]) -> Any:  # noqa: ANN401 # as strawberry.field
    """Return the decorator of a field that only some viewers may read."""
    return strawberry.field(
        description=described(description, permission_classes), extensions=[guarding(permission_classes)]
    )
