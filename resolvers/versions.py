"""Versions: what is changed is what the caller has read."""

from typing import Any, Protocol

from auth import policies
from domain.errors import Conflict
from domain.lifecycle import AccountDisabled
from domain.repeating import StaleVersion
from schema.inputs import ChangeInput


class Counted(Protocol):
    """Whatever counts its changes."""

    version: Any  # of a column


# What speaks of the state of the object, and not of who asks.
ABOUT_THE_STATE = (Conflict, AccountDisabled)


def allow(answer: policies.Answer, input: ChangeInput, entity: Counted | None, **current: object) -> None:
    """Return where a policy allows it and the version is the one that was read.

    Raises what the policy says of who asks, then StaleVersion, then what it says of the state: a caller who has read
    another state learns that first. `current` holds the payload's ids, by which it shows the object as it is now. The
    version of what is not there yet is 0.
    """
    if not isinstance(answer, ABOUT_THE_STATE):
        policies.require(answer)
    version = 0 if entity is None else entity.version
    if input.expected_version not in {None, version}:
        raise StaleVersion(version, current)
    policies.require(answer)
