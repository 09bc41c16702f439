"""From a request's credential to its viewer, before any GraphQL runs."""

from datetime import datetime

from auth.keys import viewer_of_key
from auth.sessions import viewer_of
from auth.viewer import Viewer
from models.database import Database


class BadCredential(Exception):
    """A credential that was given to act with, and is none: 401, and nothing runs."""


async def authenticate(
    database: Database, *, authorization: str | None, session_token: str | None, at: datetime
) -> Viewer | None:
    """Return who asks; None for a stranger. Raises BadCredential.

    A cookie that has expired makes a stranger, who may sign in again; an Authorization header is a claim, and a claim
    that does not hold is refused.
    """
    if authorization is not None:
        return await _bearer(database, authorization, at=at)
    return None if session_token is None else await viewer_of(database, session_token, at=at)


async def _bearer(database: Database, authorization: str, *, at: datetime) -> Viewer:
    scheme, _, secret = authorization.partition(" ")
    viewer = await viewer_of_key(database, secret.strip(), at=at) if scheme.lower() == "bearer" else None
    if viewer is None:
        raise BadCredential
    return viewer
