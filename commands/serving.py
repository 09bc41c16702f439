"""`serve`: everything is started, and served until Ctrl-C."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from commands.asking import Asked, say
from commands.preparing import greeting, prepared
from models.storage import Stored
from settings.safety import require_safe
from settings.settings import Settings
from web.logs import configure_logs
from web.ports import require_free_port

# By which process, for its workers.
INSPECTED_BY = "WALLS_INSPECTED_BY"


def serve(asked: Asked) -> None:
    """Start everything, say where it is, and serve until Ctrl-C."""
    if asked.arguments.production:
        asked = asked.but(environment="production")
    settings = asked.settings
    _refuse_early(settings)
    # Before the application does the same in each worker: uvicorn's supervisor of several has something to say, too.
    configure_logs(as_json=settings.log_format == "json", level=settings.log_level)
    with settings.storage.opened() as stored:
        say(greeting(settings, asyncio.run(prepared(asked, stored))))
        _tell_workers(settings, stored)
        with telling_metrics(settings):
            uvicorn.run("server:app", **_options(settings))


def _refuse_early(settings: Settings) -> None:
    # Before anything starts, and not only in each worker.
    require_safe(settings)
    settings.documents()
    require_free_port("HOST, PORT", settings.host, settings.port)


def _tell_workers(settings: Settings, stored: Stored) -> None:
    # They, and this process where it is the only one, read the settings again, and find the database running.
    os.environ["DATABASE_URL"], os.environ["DATABASE_OWNER_URL"] = stored.url, stored.owner_url
    os.environ["ENVIRONMENT"] = settings.environment
    os.environ["DEMO"] = "1" if settings.wants_demo else "0"
    os.environ[INSPECTED_BY] = str(os.getpid())


def has_inspected() -> bool:
    """Tell whether this process is a worker of `serve`, which has required the walls before it served anything.

    A worker that stands in for one that died may have to start while the database is away: if it failed then, uvicorn's
    supervisor would take all the others with it.
    """
    return os.environ.get(INSPECTED_BY) in {str(os.getpid()), str(os.getppid())}


@contextmanager
def telling_metrics(settings: Settings) -> Iterator[None]:
    """Answer /metrics as long as the block runs, if METRICS_PORT is set."""
    if settings.metrics_port is None:
        yield
        return
    from web.exposition import exposed  # noqa: PLC0415 # costs nothing where it is not wanted

    host, port = settings.metrics_host, settings.metrics_port
    require_free_port("METRICS_HOST, METRICS_PORT", host, port)
    with exposed(host=host, port=port, workers=settings.workers, folder=settings.data_dir / "metrics" / str(port)):
        yield


def _options(settings: Settings) -> dict[str, Any]:
    return {
        "host": settings.host,
        "port": settings.port,
        "workers": settings.workers,
        "loop": "uvloop",
        "http": "server:protocol",
        "ws": "none",
        "timeout_keep_alive": settings.idle_seconds,
        # What has to be waited for was waited for by then.
        "timeout_graceful_shutdown": 1,
        # A worker answers its supervisor when it has imported everything: on a busy machine not in 5 seconds, and then
        # it was killed, and the one after it.
        "timeout_worker_healthcheck": 60,
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": settings.trusted_proxies.split(),
        "access_log": False,
        "log_config": None,
        "server_header": False,
        "date_header": False,
    }
