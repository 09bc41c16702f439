"""One of two workers is killed in the middle of a mutation: nothing of it is there, and nobody else notices."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.faults.callers import document
from tests.faults.histories import Outcome
from tests.faults.hosts import OURS, Host, Postgres, running, settings_for, until
from tests.faults.visits import HERE, Visitor, visited
from tests.faults.wire import NoAnswer, Wire
from tests.models.embedded.conftest import kill

WAITING = f"SELECT 1 FROM pg_stat_activity WHERE {OURS} AND wait_event_type = 'Lock'"
HOLD = "SELECT name FROM accounts WHERE subdomain = 'blue-yonder' FOR UPDATE"
NAME = "SELECT name FROM accounts WHERE subdomain = 'blue-yonder'"
DONE = "SELECT count(*) AS done FROM audit_events WHERE action = 'updateAccount'"


@pytest.fixture(scope="module")
async def stored(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Postgres]:
    """One for both tests: what starts takes most of the time."""
    postgres = Postgres(tmp_path_factory.mktemp("two") / "database")
    await postgres.start()
    yield postgres
    await postgres.stop()


@pytest.fixture(scope="module")
async def host(stored: Postgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Host]:
    """One of two workers."""
    one = Host(0, tmp_path_factory.mktemp("two") / "host", settings_for(stored), workers=2)
    async with running(one):
        yield one


async def test_a_mutation_whose_worker_is_killed_is_not_done_and_the_other_worker_serves_on(
    stored: Postgres, host: Host
) -> None:
    visitor = await visited(host)
    before = host.worker_processes()
    outcome, killed = await killed_meanwhile(host, visitor, stored)
    named = await stored.fetch(NAME)
    served = (await visitor.ask(HERE))["viewer"]["name"]
    await host.ready()
    after = host.worker_processes()
    again = await visitor.mutate("updateAccount", {"id": await blue_yonder(visitor), "name": "Once more"})

    assert (outcome, named, served) == ("no answer", [{"name": "Blue Yonder Airlines"}], "Ada Lindgren")
    assert (len(after), killed in before, killed in after) == (2, True, False)
    assert again.outcome is Outcome.OK
    assert await stored.fetch(DONE) == [{"done": 1}]


async def test_a_worker_that_dies_while_the_database_is_away_takes_no_other_with_it(
    stored: Postgres, host: Host
) -> None:
    visitor, started = await visited(host), host.started()
    await stored.kill()
    kill(host.worker_processes()[0])
    await until(lambda: host.has_ended or host.started() > started)
    await stored.start()
    await host.ready()

    assert (await visitor.ask(HERE))["viewer"]["name"] == "Ada Lindgren"


async def killed_meanwhile(host: Host, visitor: Visitor, stored: Postgres) -> tuple[str, int]:
    """Let a worker wait for a row that we hold, kill it, and let go; return how its client fared, and who died."""
    wire = Wire(host.port)
    wanted = {"input": {"id": await blue_yonder(visitor), "name": "Renamed by the dead"}}
    async with stored.connection() as connection, connection.transaction():
        await connection.fetch(HOLD)
        asking = asyncio.create_task(wire.ask(document("updateAccount"), wanted, **visitor.cookie))
        await until(lambda: stored.fetch(WAITING))
        worker = next(each for each in host.worker_processes() if serves(each, host.port, wire.own_port))
        kill(worker)
        try:
            outcome = str(await asking)
        except NoAnswer:
            outcome = "no answer"
    wire.close()
    await until(stored.is_quiet)
    return outcome, worker


async def blue_yonder(visitor: Visitor) -> str:
    """Return the id of the demo's account of this name."""
    found = await visitor.ask('{ account(subdomain: "blue-yonder") { id } }')
    return str(found["account"]["id"])


def serves(process: int, port: int, client_port: int) -> bool:
    """Tell whether a process has the server's end of a connection."""
    ours, theirs = f"0100007F:{port:04X}", f"0100007F:{client_port:04X}"
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    sockets = {f"socket:[{line[9]}]" for line in lines if line[1:3] == [ours, theirs]}
    return any(_leads_to(descriptor) in sockets for descriptor in Path(f"/proc/{process}/fd").iterdir())


def _leads_to(descriptor: Path) -> str:
    with suppress(OSError):
        return str(descriptor.readlink())
    return ""
