"""The connection to the database breaks at the one moment at which nobody can tell: around COMMIT."""

from pathlib import Path

import pytest

from tests.faults.histories import Outcome
from tests.faults.hosts import Host, Postgres, running, settings_for
from tests.faults.proxies import Loss, proxy_to
from tests.faults.visits import visited

COUNT = "SELECT (SELECT count(*) FROM accounts WHERE name = $1) || ' ' || count(*) AS found FROM audit_events"


@pytest.mark.parametrize(("loss", "saved"), [(Loss.COMMIT, "0 0"), (Loss.ANSWER, "1 1")], ids=["COMMIT", "its answer"])
async def test_what_may_have_been_saved_is_called_unknown_and_is_never_done_twice(
    stored: Postgres, tmp_path: Path, loss: Loss, saved: str
) -> None:
    async with proxy_to(stored.urls["DATABASE_URL"], b"INSERT INTO accounts") as proxy:
        by_proxy = {**settings_for(stored), "DATABASE_URL": proxy.through(stored.urls["DATABASE_URL"])}
        host = Host(0, tmp_path / "host", by_proxy)
        async with running(host):
            visitor = await visited(host)
            proxy.loss = loss
            lost = await visitor.create_account("lost")
            found = await stored.fetch(f"{COUNT} WHERE request_id = 'lost.0'", "lost")
            after = await visitor.create_account("after")

    assert (lost.outcome, lost.code, proxy.cuts) == (Outcome.UNKNOWN, "SERVICE_UNAVAILABLE", 1)
    assert found == [{"found": saved}]
    assert after.outcome is Outcome.OK
    assert host.faults() == []
