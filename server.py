"""The application (`server:app` for any ASGI server) and the command: `python server.py --help`."""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any

from starlette.types import ASGIApp

from auth.budgets import Budgets
from auth.kept import sealing_key
from commands.line import main, sentence_for
from commands.serving import has_inspected
from mail.delivery import Delivery
from mail.letters import sender_of
from mail.transports import transport_to
from models.database import Database
from models.inspecting import require_walls
from models.migrating import migrate
from models.sealing import Sealer
from resolvers.api import build_api
from resolvers.introspection import Introspection
from settings.reading import read_settings
from settings.safety import require_safe
from settings.settings import Settings
from web.application import Application
from web.logs import configure_logs
from web.protocol import guarded
from web.starting import Starting
from web.watched import Watched

# How many objects are made, and not gone again, before the collector looks for cycles among them.
COLLECTED_AFTER = 100_000


def now() -> datetime:
    """Return the instant. The only clock there is: everything else is told what time it is."""
    return datetime.now(UTC)


def assemble(settings: Settings) -> ASGIApp:
    """Return the ASGI application, which opens its database when it starts."""
    require_safe(settings)
    configure_logs(as_json=settings.log_format == "json", level=settings.log_level)

    sealer = Sealer(sealing_key(settings.secret_key, settings.data_dir))
    documents = settings.documents()
    watched = Watched.by(
        wants_metrics=settings.metrics_port is not None,
        collector=settings.otel_exporter_otlp_endpoint,
        names=documents.operation_names,
    )

    @asynccontextmanager
    async def connect() -> AsyncIterator[Database]:
        storage = settings.storage.opened()
        stored = await asyncio.to_thread(storage.__enter__)
        if settings.storage.is_embedded:
            await migrate(stored.owner_url, application_url=stored.url)
        database = Database(stored.url, pool_size=settings.pool_size, patience=settings.patience)
        try:
            if not has_inspected():
                await require_walls(database)
            async with delivery(database, settings, sealer, watched).running(), watched.watching(database, now):
                yield database
        finally:
            await database.close()
            await asyncio.to_thread(storage.__exit__, None, None, None)

    application = Application(
        api=build_api(is_compiled=settings.compiled_execution, limits=settings.document_limits),
        connect=connect,
        now=now,
        origin=settings.origin,
        portal_url=settings.portal_url,
        is_secure=settings.is_secure,
        sealer=sealer,
        lengths=settings.lengths,
        allowed_origins=tuple(settings.allowed_origins.split()),
        budgets=Budgets(settings.allowance, settings.stranger_allowance),
        documents=documents,
        introspection=Introspection(settings.introspection),
        has_graphiql=settings.wants_graphiql,
        hosts=settings.hosts,
        limits=settings.request_limits,
        grace_seconds=settings.grace_seconds,
        mailbox=settings.mail_folder if settings.wants_demo and not settings.smtp_url else None,
        metrics=watched.metrics,
        tracing=watched.tracing,
    )
    return Starting(application.assembled(), sentence_for)


def delivery(database: Database, settings: Settings, sealer: Sealer, watched: Watched) -> Delivery:
    """Return what takes mails out of the outbox."""
    transport = transport_to(settings.smtp_url, settings.mail_folder)
    sender = sender_of(settings.mail_from)
    return Delivery(database, sealer, transport, sender=sender, now=now, tell=watched.tried_mail)


def __getattr__(name: str) -> Any:  # noqa: ANN401 # PEP 562
    """Build `app` when an ASGI server asks for it, and not for the other commands; `protocol` is for uvicorn's."""
    if name == "app":
        return _application()
    if name == "protocol":
        return guarded(read_settings().request_limits)
    raise AttributeError(name)


@cache
def _application() -> ASGIApp:
    # uvicorn asks twice.
    app = assemble(read_settings())
    _collect_garbage_seldom()
    return app


def _collect_garbage_seldom() -> None:
    # The schema and the modules live as long as the process: they are not looked through any more. One answer makes
    # thousands of objects, and leaves none behind (tests/web/test_garbage.py). What the collector counts are those of
    # all requests under way: at 20,000 it took a tenth of 32 accounts screens at once, and found nothing.
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECTED_AFTER)


if __name__ == "__main__":
    sys.exit(main(now))
