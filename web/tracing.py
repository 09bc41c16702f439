"""Traces: a span for the request, within it one for the operation, within that one for each statement.

Sent to an OpenTelemetry collector (OTLP over HTTP) by a thread of its own. A caller's traceparent is honoured. Spans
carry ids, codes and names as the log does, and the text of statements without what was asked with them.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode, format_span_id, format_trace_id, use_span
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from starlette.datastructures import Headers
from starlette.types import Scope

from schema.notes import FAULT, Notes, Operation

LONGEST_STATEMENT = 2000
# A literal in a statement of ours may be an id: '0190…' or a number.
_LITERAL = re.compile(r"'(?:[^']|'')*'|(?<![\w$.])\d+(?:\.\d+)?\b")
_headers = TraceContextTextMapPropagator()


def exporting(endpoint: str) -> "Tracing":
    """Return traces that go to a collector: http://127.0.0.1:4318. Other OTEL_EXPORTER_OTLP_… settings hold as well."""
    return Tracing(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces")))


class Tracing:
    """Makes the spans, and hands them to a processor."""

    def __init__(self, processor: SpanProcessor) -> None:
        # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES come last, and win.
        named = Resource.create({SERVICE_NAME: "reseller-dashboard"}).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=named, shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("reseller-dashboard")

    @contextmanager
    def request(self, scope: Scope, notes: Notes) -> Iterator[dict[str, str]]:
        """Trace a request; gives what its lines in the log are to say, so that one leads to the other."""
        parent = _headers.extract(dict(Headers(scope=scope)))
        asked = {"http.request.method": scope["method"], "url.path": scope["path"], "url.scheme": scope["scheme"]}
        span = self._tracer.start_span(scope["method"], parent, SpanKind.SERVER, asked)
        ids = span.get_span_context()
        with use_span(span, end_on_exit=True):
            yield {"trace_id": format_trace_id(ids.trace_id), "span_id": format_span_id(ids.span_id)}
            span.set_attribute("http.response.status_code", notes.status)
            if notes.status >= 500:
                span.set_status(StatusCode.ERROR)

    @contextmanager
    def operation(self, operation: Operation) -> Iterator[None]:
        """Trace an operation within its request; only at its end is known what it was."""
        with self._tracer.start_as_current_span("graphql", record_exception=False) as span:
            yield
            _describe(span, operation)

    def statement(self, text: str) -> Callable[[BaseException | None], None]:
        """Begin to trace a statement within its operation; call what is returned when it has ended."""
        described = {"db.system.name": "postgresql", "db.query.text": without_literals(text)}
        span = self._tracer.start_span(text.split(None, 1)[0].upper(), kind=SpanKind.CLIENT, attributes=described)

        def ended(error: BaseException | None) -> None:
            if error is not None:
                span.set_status(StatusCode.ERROR, type(error).__name__)
            span.end()

        return ended

    def shutdown(self) -> None:
        """Send what has not been sent. Blocks: call it in a thread."""
        self._provider.shutdown()


@lru_cache(maxsize=500)
def without_literals(statement: str) -> str:
    """Return a statement in which every text and number is a question mark, cut to a readable length."""
    return _LITERAL.sub("?", statement)[:LONGEST_STATEMENT]


def _describe(span: Span, operation: Operation) -> None:
    span.update_name(" ".join(filter(None, [operation.type or "graphql", operation.name or operation.root_field])))
    told = {
        "graphql.operation.type": operation.type,
        "graphql.operation.name": operation.name,
        "graphql.document.hash": operation.document,
        "dashboard.outcome": operation.outcome,
        "dashboard.cost": operation.cost,
    }
    span.set_attributes({name: value for name, value in told.items() if value is not None})
    if FAULT in operation.codes:
        span.set_status(StatusCode.ERROR)
