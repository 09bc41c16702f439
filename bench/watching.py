"""What being watched costs a request: its line in the log, metrics and traces, each with and without.

One request that does nothing but note who asks and what runs, in process; CPU time, as microseconds a request. The
variants take turns, and the median of the rounds is told.
"""
# ruff: noqa: T201 # a benchmark speaks

import asyncio
import os
import statistics
import time
from collections.abc import Iterator
from contextlib import redirect_stderr
from pathlib import Path

from graphql import OperationDefinitionNode, parse
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from prometheus_client import CollectorRegistry
from starlette.types import Message, Receive, Scope, Send
from uuid_utils.compat import uuid7

from auth.viewer import Viewer
from web.logs import configure_logs
from web.metrics import Metrics
from web.requests import RequestLog
from web.tracing import Tracing

REQUESTS, ROUNDS, STATEMENTS = 2000, 15, 5
DOCUMENT = "query Accounts($id: ID!) { reseller(id: $id) { accounts(first: 100) { nodes { id name } } } }"
DEFINITION = parse(DOCUMENT).definitions[0]
VIEWER = Viewer(uuid7(), "Ada", "ada@example.test", ())
BODY = {"data": {"reseller": None}}
SCOPE = {"type": "http", "method": "POST", "path": "/graphql", "scheme": "http", "headers": [(b"host", b"localhost")]}


class Nowhere(SpanExporter):
    """Takes spans and drops them."""

    def export(self, spans: object) -> SpanExportResult:  # noqa: ARG002 # the base class's signature
        """Say that they have gone."""
        return SpanExportResult.SUCCESS


async def silent(scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG001 # ASGI's signature
    """Answer, and note nothing."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def noting(tracing: Tracing | None) -> object:
    """Return an application that notes what an operation notes, and runs as many statements as a screen does."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        notes = scope["state"]["notes"]
        notes.asks(VIEWER)
        with notes.operating(DOCUMENT) as operation:
            assert isinstance(DEFINITION, OperationDefinitionNode)  # noqa: S101 # for mypy
            operation.runs(DEFINITION)
            for _ in range(STATEMENTS if tracing else 0):
                tracing.statement("SELECT accounts.id, accounts.name FROM accounts WHERE id = $1")(None)  # type: ignore[union-attr] # there is one
            operation.answered(BODY, 203)
        await silent(scope, receive, send)

    return app


def variants() -> Iterator[tuple[str, object]]:
    """Give what is compared."""
    tracing = Tracing(BatchSpanProcessor(Nowhere()))
    yield "no middleware", silent
    yield "line of any request", RequestLog(silent, is_secure=False)
    yield "line of an operation", RequestLog(noting(None), is_secure=False)  # type: ignore[arg-type] # an ASGI application
    metrics = Metrics(registry=CollectorRegistry())
    yield "… with metrics", RequestLog(noting(None), is_secure=False, metrics=metrics)  # type: ignore[arg-type] # the same
    yield f"… with traces, {STATEMENTS} statements", RequestLog(noting(tracing), is_secure=False, tracing=tracing)  # type: ignore[arg-type] # the same


async def microseconds(app: object) -> float:
    """Return the CPU time of one request."""

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        pass

    began = time.process_time()
    for _ in range(REQUESTS):
        await app({**SCOPE, "state": {}}, receive, send)  # type: ignore[operator] # an ASGI application
    return (time.process_time() - began) / REQUESTS * 1e6


def main() -> None:
    """Print the medians as a table."""
    took: dict[str, list[float]] = {}
    with Path(os.devnull).open("w") as nowhere, redirect_stderr(nowhere):
        configure_logs(as_json=True, level="INFO")
        compared = list(variants())
        for _ in range(ROUNDS):
            for name, app in compared:
                took.setdefault(name, []).append(asyncio.run(microseconds(app)))
    print("| request | µs |\n|---|--:|")
    for name, each in took.items():
        print(f"| {name} | {statistics.median(each):.1f} |")


if __name__ == "__main__":
    main()
