"""Writes that come twice, or too late: idempotency keys, and what was changed meanwhile."""

from collections.abc import Mapping, Sequence

from domain.errors import BadInput, Conflict, ErrorCode, Refusal


class StaleVersion(Conflict):
    """What is to be changed is no longer what the caller has read; `current` leads to what it is now.

    `current` holds the payload's ids by their names, so that the answer can show it.
    """

    code = ErrorCode.STALE_VERSION

    def __init__(self, version: int, current: Mapping[str, object]) -> None:
        super().__init__(f"This was changed meanwhile: its version is {version}.", ("expected_version",))
        self.current = dict(current)


class IdempotencyMismatch(Conflict):
    """An idempotency key stands for one mutation with one input."""

    code = ErrorCode.IDEMPOTENCY_MISMATCH

    def __init__(self, path: Sequence[str] = ("idempotency_key",)) -> None:
        super().__init__("This idempotency key was used for another mutation, or with another input.", path)


class UnusableKey(BadInput):
    """An idempotency key that is none, or where none can be. One of the header is in no field: its path is empty."""

    def __init__(self, message: str, path: Sequence[str]) -> None:
        Refusal.__init__(self, message, path)
