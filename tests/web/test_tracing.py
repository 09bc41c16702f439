"""Traces: from the request to the operation to the statement, and to a collector."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from models.database import Database
from models.embedded import EmbeddedDatabase
from models.watching import watch_statements
from tests.clients import Client
from tests.collecting import Received, collecting
from tests.web.conftest import Assemble
from tests.world import Clock, World, gid, missing
from web.tracing import Tracing, exporting, without_literals
from web.watched import Watched

RESELLER = "query One($id: ID!) { reseller(id: $id) { accounts { nodes { name } } } }"
RENAME = "mutation($i: UpdateAccountInput!) { updateAccount(input: $i) { errors { code } } }"
CALLER = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def spans() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def tracing(spans: InMemorySpanExporter) -> Iterator[Tracing]:
    made = Tracing(SimpleSpanProcessor(spans))
    yield made
    made.shutdown()


@pytest.fixture
async def traced(
    postgres: EmbeddedDatabase, assemble: Assemble, world: World, tracing: Tracing
) -> AsyncIterator[World]:
    """The world, whose requests go to an application that is traced."""
    database = Database(postgres.application_url, pool_size=2)
    watch_statements(database.engine, tracing.statement)
    world.app = assemble(on=database, tracing=tracing)
    yield world
    await database.close()


def below(spans: InMemorySpanExporter, parent: ReadableSpan | None) -> list[ReadableSpan]:
    """Return the spans that lie directly in another one, in the order of their begin."""
    wanted = parent.context.span_id if parent else None
    found = [each for each in spans.get_finished_spans() if (each.parent.span_id if each.parent else None) == wanted]
    return sorted(found, key=lambda span: span.start_time or 0)


async def test_a_trace_leads_from_the_request_to_its_statements(traced: World, spans: InMemorySpanExporter) -> None:
    ada = await traced.admin(reseller := await traced.reseller())
    await traced.account(reseller)

    await ada.run(RESELLER, id=gid(reseller))

    [request] = below(spans, None)
    # Who asks is found out before anything of the operation runs.
    authenticating, operation = below(spans, request)
    statements = below(spans, operation)
    texts = [str((span.attributes or {})["db.query.text"]) for span in (authenticating, *statements)]
    assert (request.name, operation.name) == ("POST", "query One")
    assert "sessions" in texts[0]
    assert any("FROM accounts" in text for text in texts[1:])
    assert {span.kind.name for span in (authenticating, *statements)} == {"CLIENT"}
    assert len({span.context.trace_id for span in spans.get_finished_spans()}) == 1


async def test_the_spans_say_what_the_log_says(traced: World, spans: InMemorySpanExporter, logged: list[Any]) -> None:
    ada = await traced.admin(await traced.reseller())

    await ada.run(RENAME, i={"id": missing("acct"), "name": "geheim"})

    [line] = logged
    [request] = [span for span in spans.get_finished_spans() if span.parent is None]
    [operation] = [span for span in spans.get_finished_spans() if span.name == "mutation updateAccount"]
    assert dict(request.attributes or {}) == {
        "http.request.method": "POST",
        "url.path": "/graphql",
        "url.scheme": "http",
        "http.response.status_code": 200,
    }
    assert line["trace_id"] == f"{request.context.trace_id:032x}"
    assert line["span_id"] == f"{request.context.span_id:016x}"
    told = dict(operation.attributes or {})
    assert (told["graphql.document.hash"], told["dashboard.outcome"]) == (line["document"], "refused")


async def test_the_callers_trace_goes_on(traced: World, spans: InMemorySpanExporter, logged: list[Any]) -> None:
    stranger = Client(traced.app)

    await stranger.http.get("/livez", headers={"traceparent": CALLER})
    await stranger.http.get("/livez", headers={"traceparent": "00-nonsense-01"})

    followed, own = spans.get_finished_spans()
    assert f"{followed.context.trace_id:032x}-{followed.parent and followed.parent.span_id:016x}" in CALLER
    assert own.parent is None
    assert logged[0]["trace_id"] == CALLER[3:35]


async def test_no_span_says_what_was_asked_with_a_statement(traced: World, spans: InMemorySpanExporter) -> None:
    ada = await traced.admin(reseller := await traced.reseller("Northwind"))
    account = await traced.account(reseller)

    await ada.run(RENAME, i={"id": gid(account), "name": "geheim"})
    await ada.run(RESELLER, id=gid(reseller))

    said = "".join(span.to_json() for span in spans.get_finished_spans())
    secrets = ["geheim", "Northwind", str(account.id), gid(account), str(reseller.id), ada.http.cookies["session"]]
    assert "UPDATE accounts SET" in said
    assert [secret for secret in secrets if secret in said] == []


async def test_a_statement_that_fails_is_marked(traced: World, spans: InMemorySpanExporter, tracing: Tracing) -> None:
    mine = Database(traced.database.engine.url.render_as_string(hide_password=False), pool_size=1)
    watch_statements(mine.engine, tracing.statement)

    with pytest.raises(sa.exc.DBAPIError):
        await mine.fetch(sa.text("SELECT 1 / 0"))
    await mine.close()

    [failed] = [span for span in spans.get_finished_spans() if "?" in str(span.attributes)]
    assert (failed.name, failed.status.status_code.name) == ("SELECT", "ERROR")
    assert dict(failed.attributes or {})["db.query.text"] == "SELECT ? / ?"


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("SELECT a FROM b WHERE c = $1::UUID LIMIT $2", "SELECT a FROM b WHERE c = $1::UUID LIMIT $2"),
        ("SET LOCAL app.reseller = '0190a'", "SET LOCAL app.reseller = ?"),
        ("SELECT 'it''s', 12, 1.5, t1.x2", "SELECT ?, ?, ?, t1.x2"),
        ("SELECT " + "x" * 3000, ("SELECT " + "x" * 3000)[:2000]),
    ],
)
def test_what_could_be_a_parameter_is_taken_out_of_a_statement(statement: str, told: str) -> None:
    assert without_literals(statement) == told


@pytest.fixture
def collector() -> Iterator[tuple[str, Received]]:
    """A collector on loopback: its address, and what it received."""
    with collecting() as opened:
        yield opened


async def test_a_collector_receives_the_trace_at_the_latest_when_the_server_ends(
    postgres: EmbeddedDatabase,
    assemble: Assemble,
    world: World,
    clock: Clock,
    collector: tuple[str, Received],
) -> None:
    address, received = collector
    watched = Watched(tracing=exporting(address))
    database = Database(postgres.application_url, pool_size=2)
    ada = await world.admin(reseller := await world.reseller())

    async with watched.watching(database, clock):
        client = Client(assemble(on=database, tracing=watched.tracing), ada.http.cookies["session"])
        await client.run(RESELLER, id=gid(reseller))
    await database.close()

    assert {path for path, _ in received} == {"/v1/traces"}
    sent = [ExportTraceServiceRequest.FromString(body) for _, body in received]
    resources = [each for request in sent for each in request.resource_spans]
    names = [span.name for each in resources for scope in each.scope_spans for span in scope.spans]
    assert {"POST", "query One", "SELECT"} <= set(names)
    attributes = {each.key: each.value.string_value for each in resources[0].resource.attributes}
    assert attributes["service.name"] == "reseller-dashboard"
