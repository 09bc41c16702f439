"""Payloads as they are kept under an idempotency key, to answer from once more: ids and facts, and no secrets."""

import dataclasses
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from schema.errors import Payload

P = TypeVar("P", bound=Payload)

OF_THE_CALL = frozenset({"errors", "receipt"})


def kept_of(payload: Payload) -> dict[str, Any]:
    """Return what is kept of a payload, as JSON has it: each value with its kind."""
    named = {each.name for each in dataclasses.fields(payload) if each.init} - OF_THE_CALL - payload.shown_once
    values = {name: getattr(payload, name) for name in sorted(named)}
    return {name: _written(value) for name, value in values.items() if value is not None}


def payload_from(kind: type[P], kept: dict[str, Any]) -> P:
    """Return the payload that was kept."""
    return kind(errors=[], **{name: _read(*value) for name, value in kept.items()})


def _written(value: object) -> list[Any]:
    if isinstance(value, UUID):
        return ["id", str(value)]
    if isinstance(value, datetime):
        return ["instant", value.isoformat()]
    if isinstance(value, bool | str):
        return ["plain", value]
    raise TypeError(f"A payload keeps no {type(value).__name__}")


def _read(kind: str, value: Any) -> Any:  # noqa: ANN401 # what JSON holds
    if kind == "id":
        return UUID(value)
    return datetime.fromisoformat(value) if kind == "instant" else value
