"""What clients saw: every attempt with how it ended, and what was done to the servers meanwhile."""

from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Outcome(Enum):
    """How an attempt ended, as its client knows it."""

    OK = "ok"  # answered: it was done
    REFUSED = "refused"  # answered: nothing was done
    TURNED_AWAY = "turned away"  # nobody looked at it: there was no connection, or the server is busy
    UNKNOWN = "unknown"  # the answer never came, or says that the server itself does not know
    BROKEN = "broken"  # answered, and in no way that was announced


class Cut(Enum):
    """What was done to the servers, besides asking them."""

    HOST = "host killed"
    WORKER = "worker killed"
    BACKENDS = "backends terminated"
    POSTMASTER = "postmaster killed"
    NOTHING = "nothing, but much was asked"


# The code of an attempt that has no answer.
NO_ANSWER, NO_CONNECTION = "NO_ANSWER", "NO_CONNECTION"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One operation, sent once. Attempts of one intent have one idempotency key; `began` and `ended` are seconds."""

    intent: str
    number: int
    client: str
    host: int
    name: str
    input: dict[str, Any]
    began: float
    ended: float
    outcome: Outcome
    code: str = ""
    answer: Any = None
    # The codes with which it must be refused, if it is known how it ended.
    expects: tuple[str, ...] = ()
    # Asked for, to be taken back: acknowledged, and not there.
    is_dry: bool = False

    @property
    def request_id(self) -> str:
        """What the audit knows it by."""
        return f"{self.intent}.{self.number}"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something was cut; until `ended` the servers may say so."""

    cut: Cut
    host: int | None
    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class Eligibility:
    """The operator decided whether the reseller may sell Partner Supported, some time between the two instants."""

    is_eligible: bool
    began: float
    ended: float


@dataclass
class History:
    """Everything that happened in a run, in the order in which it ended."""

    attempts: list[Attempt] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    eligibility: list[Eligibility] = field(default_factory=list)

    def intents(self) -> dict[str, list[Attempt]]:
        """Return the attempts of each intent, in the order in which they began."""
        found: dict[str, list[Attempt]] = defaultdict(list)
        for attempt in sorted(self.attempts, key=lambda each: each.began):
            found[attempt.intent].append(attempt)
        return dict(found)

    def counts(self) -> dict[str, int]:
        """Return how many attempts there are of each name and outcome."""
        found: dict[str, int] = defaultdict(int)
        for attempt in self.attempts:
            code = f" {attempt.code}" if attempt.code else ""
            found[f"{attempt.name} {attempt.outcome.value}{code}"] += 1
        return dict(sorted(found.items()))

    def by_request(self) -> dict[str, Attempt]:
        """Return the attempts by their request ids."""
        return {attempt.request_id: attempt for attempt in self.attempts}
