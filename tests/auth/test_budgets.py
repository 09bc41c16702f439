"""The rate budget as workers share it: never more than the capacity and what flowed in, and seldom a statement."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from uuid import UUID

import pytest

import auth.budgets
from auth.budgets import Budgets, RateLimited, principal_of
from auth.viewer import Viewer
from domain.budgets import Allowance, Standing
from models.audit import ActorKind
from models.database import Database
from tests.world import Clock

ADA = Viewer(UUID(int=1), "Ada", None, ())
KEY = Viewer(UUID(int=1), "Backup", None, (), kind=ActorKind.API_KEY)
SMALL = Allowance(100, 10)
Statements = Callable[[], AbstractContextManager[list[str]]]


class Worker:
    """One process's budgets, and somebody who spends there."""

    def __init__(self, database: Database, clock: Clock, viewer: Viewer | None = ADA, *, budgets: Budgets) -> None:
        self.database, self.clock, self.viewer, self.budgets = database, clock, viewer, budgets

    async def spend(self, cost: int, client_address: str = "192.0.2.1") -> Standing:
        """Spend points. Raises RateLimited."""
        return await self.budgets.spend(self.database, self.viewer, client_address, cost, at=self.clock())

    async def spend_all(self, cost: int) -> int:
        """Spend until there is not enough, and return the points."""
        spent = 0
        try:
            while True:
                await self.spend(cost)
                spent += cost
        except RateLimited:
            return spent


@pytest.fixture
def worker(database: Database, clock: Clock) -> Worker:
    """A worker with the ordinary allowances."""
    return Worker(database, clock, budgets=Budgets())


def several(database: Database, clock: Clock, count: int, viewer: Viewer | None = ADA) -> list[Worker]:
    return [Worker(database, clock, viewer, budgets=Budgets()) for _ in range(count)]


async def test_what_is_left_is_told(worker: Worker, clock: Clock) -> None:
    standings = [await worker.spend(cost) for cost in (0, 5, 250)]

    assert standings == [
        Standing(0, 2_000, 2_000, 100, clock()),
        Standing(5, 2_000, 1_995, 100, clock() + timedelta(seconds=0.05)),
        Standing(250, 2_000, 1_745, 100, clock() + timedelta(seconds=2.55)),
    ]


async def test_a_lease_is_spent_without_asking_the_database(worker: Worker, every_statement: Statements) -> None:
    with every_statement() as seen:
        for _ in range(200):
            await worker.spend(1)
        leases = len(seen)
        await worker.spend(1)

    assert (leases, len(seen)) == (1, 2)


async def test_more_than_is_left_is_refused_until_it_has_flowed_back(worker: Worker, clock: Clock) -> None:
    await worker.spend(1_900)

    with pytest.raises(RateLimited) as refused:
        await worker.spend(350)
    clock.at += timedelta(seconds=2.5)
    standing = await worker.spend(350)

    assert (refused.value.retry_after, refused.value.standing.remaining) == (3, 100)
    assert standing.remaining == 0


async def test_a_refused_operation_takes_nothing_and_a_cheaper_one_runs(worker: Worker) -> None:
    await worker.spend(1_900)

    with pytest.raises(RateLimited):
        await worker.spend(101)

    assert (await worker.spend(100)).remaining == 0


async def test_who_hammers_an_empty_bucket_costs_the_database_nothing(
    worker: Worker, every_statement: Statements
) -> None:
    await worker.spend_all(100)

    with every_statement() as seen:
        for _ in range(100):
            with pytest.raises(RateLimited):
                await worker.spend(1)

    assert seen == []


async def test_what_the_bucket_never_holds_is_refused_and_waiting_does_not_help(
    worker: Worker, every_statement: Statements
) -> None:
    with every_statement() as seen, pytest.raises(RateLimited) as refused:
        await worker.spend(2_001)

    assert (refused.value.retry_after, seen) == (None, [])


async def test_simultaneous_requests_of_one_worker_lease_once(worker: Worker, every_statement: Statements) -> None:
    with every_statement() as seen:
        await asyncio.gather(*(worker.spend(10) for _ in range(20)))

    assert len(seen) == 1


@pytest.mark.parametrize(("count", "cost"), [(2, 1), (4, 7), (8, 150), (16, 1)])
async def test_workers_that_race_give_the_capacity_and_no_more(
    database: Database, clock: Clock, count: int, cost: int
) -> None:
    workers = several(database, clock, count)

    spent = sum(await asyncio.gather(*(worker.spend_all(cost) for worker in workers)))

    held = sum(purse.points for worker in workers for purse in worker.budgets._purses.values())  # all of it
    assert spent + held == 2_000
    assert all(purse.points < cost for worker in workers for purse in worker.budgets._purses.values())


async def test_in_all_time_workers_give_the_capacity_and_what_flowed_in(database: Database, clock: Clock) -> None:
    workers, spent = several(database, clock, 5), 0

    for _ in range(60):
        spent += sum(await asyncio.gather(*(worker.spend_all(3) for worker in workers)))
        clock.at += timedelta(seconds=1)
    spent += sum(await asyncio.gather(*(worker.spend_all(1) for worker in workers)))

    assert spent == 2_000 + 60 * 100


async def test_a_lease_that_was_not_spent_is_forgotten_when_the_bucket_is_full(
    database: Database, clock: Clock
) -> None:
    idle, busy = several(database, clock, 2)
    await idle.spend(1)
    clock.at += timedelta(seconds=20)

    spent = await busy.spend_all(100) + await idle.spend_all(1)

    assert spent == 2_000


async def test_each_principal_has_a_budget(database: Database, clock: Clock) -> None:
    shared = Budgets()
    person, key, stranger = (Worker(database, clock, viewer, budgets=shared) for viewer in (ADA, KEY, None))

    assert [await each.spend_all(1) for each in (person, key, stranger)] == [2_000, 2_000, 200]


async def test_a_stranger_is_an_address_or_a_network_of_64_bits(database: Database, clock: Clock) -> None:
    stranger = Worker(database, clock, None, budgets=Budgets())
    await stranger.spend(200, "2001:db8::1")

    with pytest.raises(RateLimited):
        await stranger.spend(1, "2001:db8::2")

    assert (await stranger.spend(200, "2001:db8:0:1::1")).remaining == 0


async def test_the_settings_allowances_hold(database: Database, clock: Clock) -> None:
    person = Worker(database, clock, budgets=Budgets(signed_in=SMALL))

    assert await person.spend_all(1) == 100


async def test_without_a_database_each_worker_gives_what_it_believes_is_there(clock: Clock) -> None:
    nowhere = Database("postgresql+asyncpg://nobody@127.0.0.1:1/nothing", pool_size=1)
    worker = Worker(nowhere, clock, budgets=Budgets(signed_in=SMALL))

    spent = [await worker.spend_all(3)]
    clock.at += timedelta(seconds=1)
    spent += [await worker.spend_all(1)]
    await nowhere.close()

    assert spent == [99, 11]


async def test_a_worker_remembers_so_many_principals_and_no_more(
    database: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth.budgets, "REMEMBERED", 3)
    stranger = Worker(database, clock, None, budgets=Budgets())

    for number in (1, 2, 3, 1, 4):
        await stranger.spend(1, f"192.0.2.{number}")

    kept = [principal_of(None, f"192.0.2.{number}") for number in (3, 1, 4)]
    assert list(stranger.budgets._purses) == kept  # what it remembers


async def test_full_buckets_are_swept_now_and_then(
    worker: Worker, clock: Clock, every_statement: Statements, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth.budgets, "SWEPT_EVERY", 2)

    with every_statement() as seen:
        for _ in range(3):
            await worker.spend(200)

    assert ["DELETE FROM budgets" in statement for statement in seen] == [False, False, True, False]
