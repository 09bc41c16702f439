"""The accounts screen on three executors, side by side in one process: graphql-core, compiled, and written by hand.

    .venv/bin/python -m bench.execution

Twice: bare (bench.bare: loaders over dictionaries, no rules), which is execution and nothing else; and our own, with
its loaders, rules and policies, where what PostgreSQL answered the first time is remembered and answered again. Answers
are checked for equality before anything is timed, rounds alternate, and only ratios within one run mean anything. Times
are CPU's, which bear a busy machine best: nothing here waits for anything else.
"""
# ruff: noqa: S101, T201 # a benchmark speaks, and checks what it is answered before it counts it

import gc
import statistics
import tempfile
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import orjson
import sqlalchemy as sa
import uvloop
from graphql import GraphQLSchema, execute, parse

from auth.backend import authenticate
from auth.viewer import Viewer
from bench import bare
from bench.by_hand import accounts_screen
from domain.tenancy import Role
from execution.compiler.compiler import Compiler
from execution.compiler.strawberry_schema import CompiledExecution
from mail.inviting import Postman
from models.database import Database, Snapshot
from models.embedded import embedded_database
from models.migrating import migrate
from models.sealing import Sealer
from resolvers.api import build_api
from schema.context import Context
from server import COLLECTED_AFTER
from tests.world import Clock, World, gid

ACCOUNTS, ROUNDS = 100, 200
SCREEN = """
query Accounts($id: ID!) { reseller(id: $id) { accounts(first: 100) { totalCount pageInfo { hasNextPage endCursor }
  nodes { id name subdomain supportType status statusEndsOn
    subscription { status systems total { amount currencyCode } plan { name } }
    organizations(first: 3) { nodes { id name key } } } } } }
"""
Run = Callable[[Context], Awaitable[Any]]
Taken = dict[str, list[float]]


class Recorded(Snapshot):
    """Remembers every statement's rows, in order."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self.rows: list[Sequence[sa.Row[Any]]] = []

    async def fetch(self, statement: sa.Executable, **_: Any) -> Sequence[sa.Row[Any]]:  # noqa: ANN401
        """Ask PostgreSQL."""
        self.rows.append(await self._snapshot.fetch(statement))
        return self.rows[-1]


class Replayed(Snapshot):
    """Answers what was remembered."""

    def __init__(self, rows: list[Sequence[sa.Row[Any]]]) -> None:
        self._rows = iter(rows)

    async def fetch(self, *_: Any, **__: Any) -> Sequence[sa.Row[Any]]:  # noqa: ANN401 # it is the same again
        """Return the rows of the next statement."""
        return next(self._rows)


class Answering:
    """In a database's place: whatever snapshot it is given."""

    def __init__(self, snapshot: Callable[[], Snapshot]) -> None:
        self._snapshot = snapshot

    def snapshot(self, *_: Any) -> Snapshot:  # noqa: ANN401 # whosever data
        """Return it."""
        return self._snapshot()


def asked_by(viewer: Viewer, snapshot: Callable[[], Snapshot]) -> Context:
    """Return a request of a viewer's, read from this snapshot."""
    database = cast("Database", Answering(snapshot))
    postman = Postman("http://localhost", Sealer(bytes(32)))
    portal = "https://{subdomain}.portal.test/"
    return Context(
        database=database, now=datetime(2025, 1, 1, 12, tzinfo=UTC), viewer=viewer, portal_url=portal, postman=postman
    )


def of_graphql_core(schema: GraphQLSchema, executor_class: Any, reseller: str) -> Run:  # noqa: ANN401
    """Return what runs the screen on graphql-core, as Strawberry sets it up."""
    document = parse(SCREEN)

    async def run(context: Context) -> Any:  # noqa: ANN401
        given = {"context_value": context, "variable_values": {"id": reseller}, "executor_class": executor_class}
        return (await cast("Awaitable[Any]", execute(schema, document, **given))).data

    return run


def of_compiler(compiler: Compiler, reseller: str) -> Run:
    """Return what runs the screen compiled."""
    document = parse(SCREEN)

    async def run(context: Context) -> Any:  # noqa: ANN401
        result = await compiler.attempt(document, None, {"id": reseller}, context)
        assert result is not None
        return result.data

    return run


async def world_of(database: Database) -> tuple[Viewer, str]:
    """Fill a reseller with accounts, each with a contract and three organizations; return its admin and its id."""
    world = World(database, Clock(), cast("Any", None))
    await world.begin()
    reseller, person = await world.reseller(), await world.person()
    await world.join(person, Role.ADMIN, reseller)
    for number in range(ACCOUNTS):
        account = await world.account(reseller)
        await world.contract(account, systems=1 + number)
        for _ in range(3):
            await world.organization(account)
    _, client = await world.key(person, Role.ADMIN, reseller)
    bearing = client.http.headers["authorization"]
    viewer = await authenticate(database, authorization=bearing, session_token=None, at=world.clock())
    assert viewer is not None
    return viewer, gid(reseller)


async def timed(runs: dict[str, Run], context_of: Callable[[str], Any]) -> None:
    """Print each executor's milliseconds of CPU in alternating rounds, of two runs at each turn.

    The first finds in the processor's caches what another executor has left there, the second its own.
    """
    after_another: Taken = {name: [] for name in runs}
    after_itself: Taken = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            for taken in (after_another, after_itself):
                context = context_of(name)
                began = time.process_time()
                await run(context)
                taken[name].append((time.process_time() - began) * 1000)
    show("after another", after_another)
    show("after itself", after_itself)


async def measure_bare() -> None:
    """Print what execution itself takes."""
    schema = bare.bare_schema()
    document, compiler = parse(bare.SCREEN), CompiledExecution().compiler(schema)
    assert compiler is not None

    async def by_graphql_core(context: Any) -> Any:  # noqa: ANN401
        kept = schema.execution_context_class
        return (await cast("Any", execute(schema._schema, document, None, context, executor_class=kept))).data

    async def compiled(context: Any) -> Any:  # noqa: ANN401
        result = await compiler.attempt(document, context=context)
        assert result is not None
        return result.data

    runs: dict[str, Run] = {"graphql-core": by_graphql_core, "compiled": compiled, "by hand": bare.by_hand}
    answers = {orjson.dumps(await run(cast("Any", bare.Loaders()))) for run in runs.values()}
    assert len(answers) == 1, answers
    print(f"bare: {number_of_values(orjson.loads(answers.pop())):,} values")
    await timed(runs, lambda _: bare.Loaders())


async def measure(database: Database) -> None:
    """Check that all three answer the same; then print what they take."""
    viewer, reseller = await world_of(database)
    api = build_api()
    schema, executor_class = api._schema, api.execution_context_class
    compiler = CompiledExecution().compiler(api)
    assert compiler is not None
    runs = {
        "graphql-core": of_graphql_core(schema, executor_class, reseller),
        "compiled": of_compiler(compiler, reseller),
        "by hand": lambda context: accounts_screen(context, reseller),
    }
    recorded: dict[str, list[Any]] = {}
    answers = set()
    for name, run in runs.items():
        async with database.snapshot(viewer.scope.tenants) as inner:
            snapshot = Recorded(inner)
            answers.add(orjson.dumps(await run(asked_by(viewer, lambda: snapshot))))  # noqa: B023 # called at once
        recorded[name] = snapshot.rows
    assert len(answers) == 1, answers
    answer = orjson.loads(answers.pop())
    statements = {name: len(rows) for name, rows in recorded.items()}
    print(f"ours: {number_of_values(answer):,} values; statements: {statements}")
    await timed(runs, lambda name: asked_by(viewer, lambda: Replayed(recorded[name])))
    await show_compiling(api, viewer, reseller, recorded["compiled"])


def show(title: str, taken: Taken) -> None:
    """Print medians, and how they compare."""
    medians = {name: statistics.median(each) for name, each in taken.items()}
    print(f"{title}: {', '.join(f'{name} {median:.2f} ms' for name, median in medians.items())}")
    print(f"  graphql-core / compiled: {medians['graphql-core'] / medians['compiled']:.1f}")
    print(f"  compiled / by hand: {medians['compiled'] / medians['by hand']:.2f}")


async def show_compiling(api: Any, viewer: Viewer, reseller: str, rows: list[Any]) -> None:  # noqa: ANN401
    """Print how much longer the first run takes than the second, and what a full cache of plans weighs."""
    firsts = []
    for _ in range(20):
        run = of_compiler(cast("Compiler", CompiledExecution().compiler(api)), reseller)
        both = []
        for _ in range(2):
            context = asked_by(viewer, lambda: Replayed(rows))
            began = time.process_time()
            await run(context)
            both.append((time.process_time() - began) * 1000)
        firsts.append(both[0] - both[1])
    print(f"compiling: median {statistics.median(firsts):.2f} ms")

    full = cast("Compiler", CompiledExecution(operations=500).compiler(api))
    documents = [parse(f"# {number}\n{SCREEN}") for number in range(500)]
    gc.collect()
    tracemalloc.start()
    for document in documents:
        assert (
            await full.attempt(document, None, {"id": reseller}, asked_by(viewer, lambda: Replayed(rows))) is not None
        )
    gc.collect()
    size, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"500 plans of it: {size / 2**20:.1f} MB, {size / 500 / 1024:.0f} kB each, without their documents")


def number_of_values(answer: Any) -> int:  # noqa: ANN401 # JSON
    """Return how many scalars are in an answer."""
    if isinstance(answer, dict):
        return sum(map(number_of_values, answer.values()))
    return sum(map(number_of_values, answer)) if isinstance(answer, list) else 1


async def main() -> None:
    """Measure the bare one; then bring a database, fill it, and measure our own."""
    # As the server has it.
    gc.set_threshold(COLLECTED_AFTER)
    await measure_bare()
    with tempfile.TemporaryDirectory() as folder, embedded_database(Path(folder) / "postgres") as embedded:
        await migrate(embedded.owner_url, application_url=embedded.application_url)
        database = Database(embedded.application_url, pool_size=2)
        try:
            await measure(database)
        finally:
            await database.close()


if __name__ == "__main__":
    uvloop.run(main())
