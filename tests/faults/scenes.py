"""Where a run takes place: a database, a post office, and hosts that share both."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.histories import Cut, History
from tests.faults.hosts import Host, Postgres, running, settings_for
from tests.mail.office import Office

# One machine asks what many clients would: it is to meet every fault, and not its budget.
UNBOUNDED: dict[str, object] = dict.fromkeys(("BUDGET_POINTS", "BUDGET_POINTS_A_SECOND"), 10**9)
UNBOUNDED |= dict.fromkeys(("STRANGER_BUDGET_POINTS", "STRANGER_BUDGET_POINTS_A_SECOND"), 10**9)


@dataclass(frozen=True, slots=True)
class Plan:
    """How large a run is; `pause_seconds` lie between what is cut, at most."""

    seed: int
    seconds: float = 20
    clients: int = 12
    hosts: int = 2
    workers: int = 1
    pause_seconds: float = 3
    cuts: tuple[Cut, ...] = tuple(Cut)


@dataclass
class Scene:
    """Everything that takes part."""

    plan: Plan
    postgres: Postgres
    hosts: list[Host]
    office: Office
    history: History = field(default_factory=History)

    @property
    def ports(self) -> tuple[int, ...]:
        """Where the hosts listen."""
        return tuple(host.port for host in self.hosts)


@asynccontextmanager
async def scene(plan: Plan, folder: Path, **settings: object) -> AsyncIterator[Scene]:
    """Run a database, a post office and hosts; all of them are gone after the block."""
    postgres, office = Postgres(folder / "database"), Office()
    await postgres.start()
    sink = await office.open()
    try:
        given = settings_for(postgres, SMTP_URL=f"smtp://{office.address}", **UNBOUNDED, **settings)
        hosts = [Host(number, folder / f"host{number}", given, plan.workers) for number in range(plan.hosts)]
        async with running(*hosts):
            yield Scene(plan, postgres, hosts, office)
    finally:
        sink.close()
        await postgres.stop()
