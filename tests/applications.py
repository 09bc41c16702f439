"""The application on a test's database and clock, without a socket."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from auth.budgets import Budgets
from domain.budgets import Allowance
from models.database import Database
from models.sealing import Sealer
from resolvers.api import Api
from web.application import Application
from web.hosts import Hosts
from web.requests import RequestLog

PLENTY = Allowance(10**9, 10**9)


@contextmanager
def _never() -> Iterator[Database]:
    raise AssertionError("tests bring their own database")
    yield


def assembled(api: Api, database: Database | None, now: Callable[[], datetime], **other: Any) -> RequestLog:
    """Return the application; `other` says what shall be otherwise than in most tests."""
    ordinary = {
        "origin": "http://testserver",
        "portal_url": "https://{subdomain}.portal.test/",
        "is_secure": False,
        "sealer": Sealer(bytes(32)),
        "hosts": Hosts(frozenset({"testserver"})),
        # No test runs out of points, but those that want to.
        "budgets": Budgets(PLENTY, PLENTY),
    }
    # The lifespan does not run, so nothing is connected to.
    made = Application(api=api, connect=_never, now=now, **(ordinary | other)).assembled()  # type: ignore[arg-type]
    made.app.app.app.state.database = database  # type: ignore[attr-defined] # Starlette's, inside the middleware
    return made
