"""Two hosts, each with a folder of its own, share one database: they start, mail, count and know sessions as one."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.faults.histories import Outcome
from tests.faults.hosts import Host, Postgres, running, settings_for, until
from tests.faults.visits import HERE, Visitor, asked, visited
from tests.faults.wire import Wire
from tests.mail.office import Office
from tests.server.processes import SIGN_IN

SIGN_OUT = "mutation { signOut { errors { code } } }"
INVITED = 12


@pytest.fixture
async def pair(stored: Postgres, office: Office, tmp_path: Path) -> AsyncIterator[tuple[Host, Host]]:
    """Two hosts that were started at the same instant, on a database in which there was nothing."""
    settings = settings_for(stored, SMTP_URL=f"smtp://{office.address}")
    pair = Host(0, tmp_path / "host0", settings), Host(1, tmp_path / "host1", settings)
    async with running(*pair):
        yield pair


async def test_two_hosts_behave_as_one(pair: tuple[Host, Host], stored: Postgres, office: Office) -> None:
    # One start for all of them: it takes most of the time.
    visitor = await visited(*pair)

    await the_world_was_made_once(stored)
    await a_session_counts_everywhere(visitor)
    await every_mail_left_once(visitor, stored, office)
    await guesses_are_counted_together(pair, stored)
    assert [host.faults() for host in pair] == [[], []]


async def the_world_was_made_once(stored: Postgres) -> None:
    counts = ", ".join(f"(SELECT count(*) FROM {name}) AS {name}" for name in ("resellers", "users", "accounts"))

    assert await stored.fetch(f"SELECT {counts}") == [{"resellers": 2, "users": 6, "accounts": 11}]


async def a_session_counts_everywhere(visitor: Visitor) -> None:
    both = [await visitor.ask(HERE, host=host) for host in (0, 1)]
    other = await visited(*visitor.hosts)
    await other.ask(SIGN_OUT, host=1)

    assert both[0] == both[1]
    assert await asked(visitor.hosts[0], "{ viewer { name } }", other.cookie) == {"viewer": None}


async def every_mail_left_once(visitor: Visitor, stored: Postgres, office: Office) -> None:
    invitations = (
        visitor.mutate(
            "inviteMember",
            {"dashboardId": visitor.reseller, "email": f"guest-{number}@two.example", "role": "READ_ONLY"},
            host=number % 2,
            intent=f"invite-{number}",
        )
        for number in range(INVITED)
    )
    assert [each.outcome for each in await asyncio.gather(*invitations)] == [Outcome.OK] * INVITED

    await until(lambda: _all_left(stored))
    assert sorted(office.recipients) == sorted(f"guest-{number}@two.example" for number in range(INVITED))


async def guesses_are_counted_together(pair: tuple[Host, Host], stored: Postgres) -> None:
    wires, codes = [Wire(host.port) for host in pair], list[str]()
    while "TOO_MANY_ATTEMPTS" not in codes:
        guess = {"email": "rita@northwind.example", "password": f"no password of hers {len(codes)}"}
        answer = await wires[len(codes) % 2].ask(SIGN_IN, {"input": guess})
        codes.append(answer.body["data"]["signIn"]["errors"][0]["code"])
    for wire in wires:
        wire.close()

    counted = await stored.fetch("SELECT DISTINCT attempts FROM throttles")
    # Where answers are slow a pause is over before the next guess: then that is admitted, and counted as well.
    assert counted == [{"attempts": codes.count("INVALID_CREDENTIALS")}]
    assert len(codes) >= 6


async def _all_left(stored: Postgres) -> bool:
    [row] = await stored.fetch("SELECT count(*) FROM mails WHERE kind = 'invitation' AND sent_at IS NOT NULL")
    return bool(row["count"] == INVITED)
