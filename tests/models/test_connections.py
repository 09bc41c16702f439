"""Connections: how few round trips they take, how long anything may take, and what becomes of those that break."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from domain.tenancy import Role
from models import Account
from models.connections import Patience
from models.database import Database
from models.embedded import EmbeddedDatabase
from models.failures import OutcomeUnknown, has_lost_a_race, is_unavailable
from models.pool import LEFT_OPEN_SECONDS
from models.prepared import Question
from models.walls import EVERYTHING, NOTHING
from resolvers.api import Api
from tests.applications import assembled
from tests.clients import Client
from tests.models.proxy import Door, door
from tests.peeking import peek
from tests.world import Clock, World, gid

ONE = sa.select(sa.literal(1))
BACKEND = sa.text("SELECT pg_backend_pid()")
END = sa.text("SELECT pg_terminate_backend(:backend)")
NAMES = Question("SELECT name FROM resellers", [], list)
SWITCHER = "{ viewer { dashboards { name } } }"


@dataclass(frozen=True, slots=True)
class Guarded:
    """The database through a door, and the application on it."""

    database: Database
    door: Door
    api: Api
    clock: Clock

    def client(self, like: Client) -> Client:
        """Return the same somebody as a client of this application."""
        made = Client(assembled(self.api, self.database, self.clock))
        made.http.cookies, made.http.headers = like.http.cookies, like.http.headers
        return made


@pytest.fixture
async def guarded(
    postgres: EmbeddedDatabase, world: World, api: Api, clock: Clock, tmp_path: Path
) -> AsyncIterator[Guarded]:
    async with door(postgres.application_url, tmp_path) as (url, stands):
        database = Database(url, pool_size=1)
        yield Guarded(database, stands, api, clock)
        await database.close()


@asynccontextmanager
async def patient(postgres: EmbeddedDatabase, **seconds: float) -> AsyncIterator[Database]:
    database = Database(postgres.application_url, pool_size=1, patience=Patience(**seconds))
    yield database
    await database.close()


async def round_trips(guarded: Guarded, client: Client, document: str, **variables: object) -> int:
    await client.query(document, **variables)
    before = guarded.door.round_trips
    await client.query(document, **variables)
    return guarded.door.round_trips - before


async def test_a_look_up_takes_one_round_trip(guarded: Guarded) -> None:
    await guarded.database.fetch(ONE)
    before = guarded.door.round_trips

    await guarded.database.fetch(ONE)

    assert guarded.door.round_trips - before == 1


async def test_a_snapshot_takes_two_round_trips_besides_its_statements(guarded: Guarded) -> None:
    for _ in range(2):
        before = guarded.door.round_trips
        async with guarded.database.snapshot() as snapshot:
            for _ in range(3):
                await snapshot.fetch(ONE)

    assert guarded.door.round_trips - before == 2 + 3


async def test_where_another_follows_a_snapshot_takes_one_round_trip_besides_its_statements(guarded: Guarded) -> None:
    async with guarded.database.snapshot() as snapshot:
        await snapshot.fetch(NAMES)
    before = guarded.door.round_trips

    for _ in range(5):
        async with guarded.database.snapshot() as snapshot:
            await snapshot.fetch(NAMES)
    async with guarded.database.transaction() as transaction:
        await transaction.fetch(NAMES)

    assert guarded.door.round_trips - before == 5 * 2 + 3


async def test_what_was_left_open_is_neither_seen_nor_kept_by_whoever_is_next(
    world: World, postgres: EmbeddedDatabase
) -> None:
    await world.reseller("Before")
    seen = []
    async with patient(postgres) as narrow:
        for tenants in (EVERYTHING, NOTHING, EVERYTHING):
            async with narrow.snapshot(tenants) as snapshot:
                seen.append(len(await snapshot.fetch(NAMES)))
            await world.reseller("Meanwhile")
        ((scope,),) = await narrow.fetch(sa.text("SELECT current_setting('app.resellers', true)"))

    assert (seen, scope) == ([1, 0, 3], "")


async def test_what_was_left_open_is_rolled_back_after_a_while(postgres: EmbeddedDatabase, database: Database) -> None:
    states = []
    async with patient(postgres) as narrow:
        ((backend,),) = await narrow.fetch(BACKEND)
        state = sa.text("SELECT state FROM pg_stat_activity WHERE pid = :backend").bindparams(backend=backend)
        async with narrow.snapshot() as snapshot:
            await snapshot.fetch(NAMES)
        async with asyncio.timeout(5):
            while "idle" not in states:
                states += [row.state for row in await peek(database, state)]
                await asyncio.sleep(LEFT_OPEN_SECONDS)

    # It may be seen while it rolls back.
    assert set(states) <= {"idle in transaction", "active", "idle"}


async def test_a_transaction_takes_two_round_trips_besides_its_statements(guarded: Guarded) -> None:
    for _ in range(2):
        before = guarded.door.round_trips
        async with guarded.database.transaction() as transaction:
            for _ in range(3):
                await transaction.execute(ONE)

    assert guarded.door.round_trips - before == 2 + 3


async def test_what_is_read_after_a_commit_takes_no_round_trip_besides_its_statements(guarded: Guarded) -> None:
    for _ in range(2):
        before = guarded.door.round_trips
        transaction = await guarded.database.begin(NOTHING)
        await transaction.fetch(NAMES)
        async with await guarded.database.commit(transaction, reading=NOTHING) as snapshot:
            await snapshot.fetch(NAMES)

    assert guarded.door.round_trips - before == 2 + 2


async def test_a_request_takes_one_round_trip_to_know_a_session_and_three_more_to_know_a_key(
    world: World, guarded: Guarded
) -> None:
    reseller, person = await world.reseller(), await world.person()
    await world.join(person, Role.ADMIN, reseller)
    browser, (_, robot) = await world.sign_in(person), await world.key(person, Role.ADMIN, reseller)

    by_session = await round_trips(guarded, guarded.client(browser), SWITCHER)
    by_key = await round_trips(guarded, guarded.client(robot), SWITCHER)

    assert (by_session, by_key) == (1 + 2 + 1, 4 + 2 + 1)


async def test_who_finds_no_free_connection_waits_as_long_as_is_set_and_no_longer(
    postgres: EmbeddedDatabase, database: Database
) -> None:
    async with patient(postgres, pool=0.05) as narrow, narrow.transaction():
        with pytest.raises(PoolTimeout) as waited:
            await narrow.fetch(ONE)

    assert is_unavailable(waited.value)


async def test_a_request_without_a_connection_is_told_to_come_again(
    world: World, postgres: EmbeddedDatabase, api: Api, clock: Clock
) -> None:
    browser = await world.admin(await world.reseller())
    async with patient(postgres, pool=0.05) as narrow:
        client = Client(assembled(api, narrow, clock))
        client.http.cookies = browser.http.cookies
        async with narrow.transaction():
            turned_away = await client.http.post("/graphql", json={"query": SWITCHER})
        served = await client.run(SWITCHER)

    assert (turned_away.status_code, turned_away.headers["retry-after"]) == (503, "1")
    assert turned_away.json()["errors"][0]["extensions"]["code"] == "SERVICE_UNAVAILABLE"
    assert (served.status, served.codes) == (200, [])


async def test_a_request_never_needs_two_connections_at_once(world: World, guarded: Guarded) -> None:
    account = await world.account(await world.reseller())
    # Without the permission anywhere: the gate looks at the account before the mutation is refused.
    ada = guarded.client(await world.member(Role.READ_ONLY, account))

    assert await ada.refused("updateAccount", {"id": gid(account), "name": "New"}) == ("FORBIDDEN", [])
    admin = guarded.client(await world.member(Role.ADMIN, account))
    assert (await admin.mutate("updateAccount", {"id": gid(account), "name": "New"}))["errors"] == []


async def test_a_statement_and_a_lock_are_given_up_in_time(world: World, postgres: EmbeddedDatabase) -> None:
    reseller = await world.reseller()
    account = await world.account(reseller)
    held = sa.select(Account.id).where(Account.id == account.id).with_for_update()
    failures = []
    async with patient(postgres, statement=0.05) as database:
        with pytest.raises(DBAPIError) as failed:
            async with database.snapshot() as snapshot:
                await snapshot.fetch(sa.text("SELECT pg_sleep(30)"))
        failures.append(failed.value)
    async with patient(postgres, lock=0.05) as database, world.database.transaction({reseller.id}) as transaction:
        await transaction.execute(held)
        with pytest.raises(DBAPIError) as failed:
            async with database.transaction({reseller.id}) as waiting:
                await waiting.execute(held)
        failures.append(failed.value)

    assert [error.orig.sqlstate for error in failures] == ["57014", "55P03"]  # type: ignore[union-attr] # asyncpg's
    assert [(is_unavailable(error), has_lost_a_race(error)) for error in failures] == [(True, False)] * 2


async def test_a_transaction_in_which_nothing_happens_is_ended_and_holds_nobody_up(
    world: World, postgres: EmbeddedDatabase
) -> None:
    reseller = await world.reseller()
    account = await world.account(reseller, "Old")
    held = sa.select(Account).where(Account.id == account.id).with_for_update()
    lives = sa.text("SELECT count(*) AS number FROM pg_stat_activity WHERE pid = :pid")

    async def forget(database: Database) -> None:
        async with database.transaction({reseller.id}) as transaction:
            (await transaction.scalars(held)).one().name = "New"
            pid = await transaction.scalar(BACKEND)
            await transaction.flush()
            while (await world.database.fetch(lives.bindparams(pid=pid)))[0].number:
                pass
            # What was held is free, while the one who held it has not noticed.
            async with world.database.transaction({reseller.id}) as other:
                assert (await other.scalars(held)).one().name == "Old"

    async with patient(postgres, idle=0.1) as database:
        with pytest.raises(SQLAlchemyError) as failed:
            await forget(database)
        again = await database.fetch(ONE)

    assert (is_unavailable(failed.value), isinstance(failed.value, OutcomeUnknown), again) == (True, False, [(1,)])


async def test_a_mutation_that_waits_too_long_is_told_so_and_saves_nothing(
    world: World, postgres: EmbeddedDatabase, api: Api, clock: Clock
) -> None:
    reseller = await world.reseller()
    account = await world.account(reseller, "Old")
    ada = await world.admin(reseller)
    async with patient(postgres, lock=0.05) as database, world.database.transaction({reseller.id}) as transaction:
        await transaction.execute(sa.select(Account.id).where(Account.id == account.id).with_for_update())
        client = Client(assembled(api, database, clock))
        client.http.cookies = ada.http.cookies
        update = "mutation($input: UpdateAccountInput!) { updateAccount(input: $input) { errors { code } } }"
        answer = await client.run(update, input={"id": gid(account), "name": "New"})

    assert answer.codes == ["SERVICE_UNAVAILABLE"]
    assert [tuple(row) for row in await peek(world.database, sa.select(Account.name))] == [("Old",)]


async def test_a_connection_that_was_ended_while_it_rested_is_replaced_and_nobody_notices(
    postgres: EmbeddedDatabase, database: Database
) -> None:
    told = []
    async with patient(postgres) as narrow:
        for again in (narrow.fetch(ONE), _read(narrow), _write(narrow)):
            ((backend,),) = await narrow.fetch(BACKEND)
            await peek(database, END.bindparams(backend=backend))
            told.append(await again)

    assert told == [[(1,)], [(1,)], [(1,)]]


async def _read(database: Database) -> object:
    async with database.snapshot() as snapshot:
        return await snapshot.fetch(ONE)


async def _write(database: Database) -> object:
    async with database.transaction() as transaction:
        return (await transaction.execute(ONE)).all()


async def test_a_transaction_whose_connection_breaks_may_be_tried_again(database: Database) -> None:
    async def work() -> None:
        async with database.transaction() as transaction:
            ((backend,),) = (await transaction.execute(BACKEND)).all()
            await peek(database, END.bindparams(backend=backend))
            await transaction.execute(ONE)

    with pytest.raises(DBAPIError) as failed:
        await work()

    assert has_lost_a_race(failed.value)


@pytest.mark.parametrize(("arrives", "name"), [(False, "Old"), (True, "New")])
async def test_whether_it_was_saved_is_unknown_where_the_connection_breaks_at_commit(
    world: World,
    guarded: Guarded,
    arrives: bool,  # noqa: FBT001 # a parameter of the test
    name: str,
) -> None:
    reseller = await world.reseller()
    account = await world.account(reseller, "Old")
    renamed = sa.update(Account).where(Account.id == account.id).values(name="New")
    guarded.door.lets_through, guarded.door.shuts_at = arrives, b"COMMIT\0"

    async def work() -> None:
        async with guarded.database.transaction({reseller.id}) as transaction:
            await transaction.execute(renamed)

    with pytest.raises(OutcomeUnknown) as unknown:
        await work()

    guarded.door.shuts_at = b""
    assert is_unavailable(unknown.value)
    assert await guarded.database.fetch(ONE) == [(1,)]
    assert [tuple(row) for row in await peek(world.database, sa.select(Account.name))] == [(name,)]


async def test_a_mutation_whose_outcome_is_unknown_is_not_repeated(world: World, guarded: Guarded) -> None:
    reseller = await world.reseller()
    account = await world.account(reseller, "Old")
    ada = guarded.client(await world.admin(reseller))
    guarded.door.lets_through, guarded.door.shuts_at = True, b"COMMIT\0"
    update = "mutation($input: UpdateAccountInput!) { updateAccount(input: $input) { errors { code } } }"

    answer = await ada.run(update, input={"id": gid(account), "name": "New"})
    guarded.door.shuts_at = b""

    assert answer.codes == ["SERVICE_UNAVAILABLE"]
    assert answer.errors[0]["message"] == (
        "The connection broke while this was being saved; look whether it was before you repeat it."
    )
    assert len(await world.events()) == 1


async def test_a_task_that_is_cancelled_anywhere_takes_no_connection_and_no_transaction_with_it(
    postgres: EmbeddedDatabase, database: Database
) -> None:
    async def work(narrow: Database) -> None:
        async with narrow.snapshot(EVERYTHING) as snapshot:
            await snapshot.fetch(ONE)
        async with narrow.transaction(EVERYTHING) as transaction:
            await transaction.execute(ONE)

    async with patient(postgres) as narrow:
        await work(narrow)
        for turns in range(60):
            task = asyncio.create_task(work(narrow))
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            ((scope,),) = await narrow.fetch(sa.text("SELECT current_setting('app.resellers', true)"))

            assert scope in {"", None}
        assert narrow.pool_state().taken == 0
