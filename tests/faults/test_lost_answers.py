"""The connection to the database breaks at the one moment at which nobody can tell: around COMMIT."""

from collections.abc import AsyncIterator

import pytest

from tests.faults.histories import Outcome
from tests.faults.hosts import Host, Postgres, running, settings_for
from tests.faults.proxies import Loss, Proxy, proxy_to
from tests.faults.visits import HERE, Visitor, visited

COUNT = "SELECT (SELECT count(*) FROM accounts WHERE name = $1) || ' ' || count(*) AS found FROM audit_events"
Behind = tuple[Postgres, Proxy, Visitor]


@pytest.fixture(scope="module")
async def behind(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Behind]:
    """A database, the way to it, and somebody at a host that knows no other way. One for both tests."""
    folder = tmp_path_factory.mktemp("lost")
    stored = Postgres(folder / "database")
    await stored.start()
    async with proxy_to(stored.urls["DATABASE_URL"], b"INSERT INTO accounts") as proxy:
        by_proxy = {**settings_for(stored), "DATABASE_URL": proxy.through(stored.urls["DATABASE_URL"])}
        async with running(host := Host(0, folder / "host", by_proxy)):
            yield stored, proxy, await visited(host)
    await stored.stop()


@pytest.mark.parametrize(("loss", "saved"), [(Loss.COMMIT, "0 0"), (Loss.ANSWER, "1 1")], ids=["COMMIT", "its answer"])
async def test_what_may_have_been_saved_is_called_unknown_and_is_never_done_twice(
    behind: Behind, loss: Loss, saved: str
) -> None:
    stored, proxy, visitor = behind
    # On a connection of its own, on which the statement that marks it is prepared once more.
    await stored.terminate_backends()
    await visitor.ask(HERE)
    proxy.loss, before, name = loss, proxy.cuts, f"lost-{loss.name}".lower()
    lost = await visitor.create_account(name)
    found = await stored.fetch(f"{COUNT} WHERE request_id = '{name}.0'", name)
    after = await visitor.create_account(f"after-{name}")

    assert (lost.outcome, lost.code, proxy.cuts - before) == (Outcome.UNKNOWN, "SERVICE_UNAVAILABLE", 1)
    assert found == [{"found": saved}]
    assert after.outcome is Outcome.OK
    assert visitor.hosts[0].faults() == []
