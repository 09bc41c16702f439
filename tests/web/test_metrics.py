"""What Prometheus is told: numbers that add up, under labels that nobody outside can choose."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from mail.letters import Kind
from mail.outbox import post
from models.database import Database
from models.walls import EVERYTHING
from schema.notes import Notes, Operation
from tests.clients import Client
from tests.web.conftest import Assemble
from tests.world import SEALER, Clock, World, gid, missing
from web.metrics import Metrics
from web.vitals import look

RENAME = "mutation Rename($i: UpdateAccountInput!) { updateAccount(input: $i) { errors { code } } }"


@pytest.fixture
def metrics() -> Metrics:
    return Metrics(["Switcher"], CollectorRegistry())


@pytest.fixture
def told(metrics: Metrics) -> Callable[[str], dict[tuple[str, ...], float]]:
    """Returns the samples of one name: the values of their labels, and their value."""

    def samples(name: str) -> dict[tuple[str, ...], float]:
        found = [each for metric in metrics.registry.collect() for each in metric.samples if each.name == name]
        return {tuple(each.labels.values()): each.value for each in found}

    return samples


Told = Callable[[str], dict[tuple[str, ...], float]]


async def test_operations_are_told_by_what_they_are_and_what_came_of_them(
    world: World, assemble: Assemble, metrics: Metrics, told: Told
) -> None:
    world.app = assemble(metrics=metrics)
    ada = await world.admin(await world.reseller())

    await ada.run("query Switcher { viewer { id } }")
    await ada.run("query Another { viewer { id } }")
    await ada.run("{ viewer { id } again: viewer { id } }")
    await ada.run(RENAME, i={"id": missing("acct"), "name": "New"})
    await ada.run("query Switcher { nothing }")
    await ada.run("{")

    assert told("dashboard_operation_seconds_count") == {
        ("Switcher", "query", "ok"): 1,
        ("viewer", "query", "ok"): 1,
        ("several", "query", "ok"): 1,
        ("updateAccount", "mutation", "refused"): 1,
        ("other", "other", "refused"): 2,
    }
    assert told("dashboard_refusals_total") == {
        ("NOT_FOUND",): 1,
        ("GRAPHQL_VALIDATION_FAILED",): 1,
        ("GRAPHQL_PARSE_FAILED",): 1,
    }
    assert told("dashboard_responses_total") == {("200",): 6}
    assert (told("dashboard_requests_in_flight"), told("dashboard_faults_total")) == ({(): 0}, {(): 0})


async def test_a_fault_is_counted_once(assemble: Assemble, metrics: Metrics, told: Told) -> None:
    def broken_clock() -> None:
        raise RuntimeError

    client = Client(assemble(now=broken_clock, metrics=metrics))

    await client.http.get("/")

    assert (told("dashboard_faults_total"), told("dashboard_responses_total")) == ({(): 1}, {("500",): 1})


def test_points_are_added_up(metrics: Metrics, told: Told) -> None:
    for cost in (3, 40):
        operation = Operation("0123456789abcdef")
        operation.answered({"data": {}}, cost)
        metrics.began()
        metrics.ended(Notes(operations=[operation], status=200))

    assert told("dashboard_cost_points_total") == {(): 43}


async def test_whatever_names_clients_invent_there_is_one_label_for_all(
    assemble: Assemble, metrics: Metrics, told: Told
) -> None:
    stranger = Client(assemble(metrics=metrics))

    for number in range(50):
        await stranger.run(f"query Name{number} {{ viewer {{ id }} }}")
        await stranger.run(f"query Name{number} {{ field{number} }}")

    labels = list(told("dashboard_operation_seconds_count"))
    assert labels == [("viewer", "query", "ok"), ("other", "other", "refused")]


def test_at_most_a_hundred_names_are_known() -> None:
    metrics = Metrics([f"Name{number:03}" for number in range(200)], CollectorRegistry())

    for number in range(200):
        operation = Operation("0123456789abcdef", name=f"Name{number:03}", type="query", root_field="viewer")
        operation.answered({"data": {}}, None)
        metrics.ended(Notes(operations=[operation]))

    [histogram] = [each for each in metrics.registry.collect() if each.name == "dashboard_operation_seconds"]
    counted = [each for each in histogram.samples if each.name.endswith("_count")]
    assert len(counted) == 101


async def test_nothing_of_a_person_or_a_tenant_is_a_label(world: World, assemble: Assemble, metrics: Metrics) -> None:
    world.app = assemble(metrics=metrics)
    ada = await world.admin(reseller := await world.reseller("Northwind"))

    document = f'query {gid(reseller)} {{ reseller(id: "{gid(reseller)}") {{ name }} viewer {{ email }} }}'
    await ada.run(document)
    await ada.run(RENAME, i={"id": gid(reseller), "name": "geheim"})
    await ada.http.get(f"/{gid(reseller)}")

    values = {value for each in samples(metrics) for value in each.labels.values()}
    assert [value for value in values if "resl" in value or "geheim" in value or "person" in value] == []


def samples(metrics: Metrics) -> list[Any]:
    return [each for metric in metrics.registry.collect() for each in metric.samples]


async def test_the_pool_and_the_outbox_are_told(
    world: World, database: Database, clock: Clock, metrics: Metrics, told: Told
) -> None:
    await look(database, metrics, at=clock())
    assert (told("dashboard_outbox_lag_seconds"), told("dashboard_database_reachable")) == ({(): 0}, {(): 1})

    async with database.transaction(EVERYTHING) as transaction:
        post(transaction, SEALER, kind=Kind.PASSWORD_CHANGED, to="a@example.test", values={"name": "A"}, at=clock())
    async with database.connection():
        await look(database, metrics, at=clock() + timedelta(minutes=2))

    assert told("dashboard_outbox_lag_seconds") == {(): 120}
    assert (told("dashboard_pool_size"), told("dashboard_pool_overflow")) == ({(): 30}, {(): 0})
    assert told("dashboard_pool_checked_out") == {(): 1}


async def test_a_database_that_is_gone_is_told(clock: Clock, metrics: Metrics, told: Told) -> None:
    gone = Database("postgresql+asyncpg://nobody:geheim@127.0.0.1:1/gone", pool_size=1)

    await look(gone, metrics, at=clock())

    assert told("dashboard_database_reachable") == {(): 0}


async def test_every_wait_for_a_connection_is_counted(postgres: Any, metrics: Metrics, told: Told) -> None:
    mine = Database(postgres.application_url, pool_size=1)
    mine.watch_pool(metrics.waited)

    for _ in range(3):
        async with mine.connection():
            pass
    await mine.close()
    async with mine.connection():
        pass
    await mine.close()

    assert told("dashboard_pool_wait_seconds_count") == {(): 4}


async def test_strangers_find_no_metrics(stranger: Client) -> None:
    response = await stranger.http.get("/metrics")

    assert response.status_code == 404
