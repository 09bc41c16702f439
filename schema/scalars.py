"""Scalars that are written otherwise than Strawberry writes them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from strawberry.schema.types.base_scalars import DateDefinition
from strawberry.types.scalar import ScalarDefinition

# A list shows the same few days again and again: to write one takes ten times as long as to find it written.
DAYS = 1_000


def scalars() -> Mapping[object, ScalarDefinition]:
    """Return them by the Python types that stand for them."""
    written: Any = DateDefinition.serialize
    return {date: replace(DateDefinition, serialize=lru_cache(DAYS)(written))}
