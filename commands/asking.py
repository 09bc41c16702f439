"""What every command is given."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from settings.settings import Settings


@dataclass(frozen=True, slots=True)
class Asked:
    """What is set, what was typed, and the clock."""

    settings: Settings
    arguments: argparse.Namespace
    now: Callable[[], datetime]

    def but(self, **changes: Any) -> "Asked":  # noqa: ANN401 # settings of several kinds
        """Return the same with other settings."""
        return replace(self, settings=self.settings.model_copy(update=changes))


def say(text: str) -> None:
    """Say it to whoever typed the command, at once."""
    print(text, flush=True)  # noqa: T201 # a command speaks
