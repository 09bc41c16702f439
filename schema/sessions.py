"""Sessions: where the viewer is signed in."""

from datetime import datetime
from typing import Any

import strawberry

from models import ids
from models.sessions import session_id
from models.tokens import hash_token
from schema.context import Info
from schema.errors import Payload
from schema.inputs import MutationInput


@strawberry.type(description="One browser, or script, in which the viewer is signed in.")
class Session:
    """A row of models.sessions_of(). It names no token: that is in the browser alone."""

    id: strawberry.ID = strawberry.field(description="What endSession takes; another one when the session is renewed.")
    created_at: datetime = strawberry.field(description="When they signed in.")
    last_seen_at: datetime = strawberry.field(description="When it was last used, to the minute.")
    client_address: str | None = strawberry.field(description="From which address they signed in; null if not known.")
    user_agent: str | None = strawberry.field(
        description="What the browser says of itself, at most 200 characters of it; null if it says nothing."
    )
    is_current: bool = strawberry.field(description="Whether it is the session of this very request.")

    @classmethod
    def of(cls, row: Any, info: Info) -> "Session":  # noqa: ANN401 # a row of models.sessions_of()
        """Return the session as clients see it."""
        token = info.context.session_token
        return cls(
            id=strawberry.ID(ids.encode("sess", session_id(row.token_hash))),
            created_at=row.created_at,
            last_seen_at=row.last_seen_at,
            client_address=row.client_address,
            user_agent=row.user_agent,
            is_current=token is not None and row.token_hash == hash_token(token),
        )


@strawberry.input(description="The session to end.")
class EndSessionInput(MutationInput):
    """One of the viewer's own."""

    id: strawberry.ID = strawberry.field(description="The session.")


@strawberry.type(description="The ended session.")
class EndSessionPayload(Payload):
    """Nothing is left to show."""


@strawberry.input(description="Nothing that ending them needs to know.")
class EndOtherSessionsInput(MutationInput):
    """It can be left out."""


@strawberry.type(description="The ended sessions.")
class EndOtherSessionsPayload(Payload):
    """Nothing is left to show."""
