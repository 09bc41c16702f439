"""Sessions: where the viewer is signed in."""

from datetime import datetime
from typing import Any

import strawberry

from models import ids
from models.sessions import session_id
from models.tokens import hash_token
from schema.context import Context, Info
from schema.errors import Payload
from schema.inputs import MutationInput
from schema.rows import column


@strawberry.type(description="One browser, or script, in which the viewer is signed in.")
class Session:
    """A row of models.sessions_of(). It names no token: that is in the browser alone."""

    id: strawberry.ID = column("What endSession takes; another one when the session is renewed.", "global_id")
    created_at: datetime = column("When they signed in.")
    last_seen_at: datetime = column("When it was last used, to the minute.")
    client_address: str | None = column("From which address they signed in; null if not known.")
    user_agent: str | None = column(
        "What the browser says of itself, at most 200 characters of it; null if it says nothing."
    )
    is_current: bool = column("Whether it is the session of this very request.", "is_this")
    row: strawberry.Private[Any]
    context: strawberry.Private[Context]

    @classmethod
    def of(cls, row: Any, info: Info) -> "Session":  # noqa: ANN401 # a row of models.sessions_of()
        """Return the session as clients see it."""
        return cls(row=row, context=info.context)

    @property
    def global_id(self) -> str:
        """What names it to clients."""
        return ids.encode("sess", session_id(self.row.token_hash))

    @property
    def is_this(self) -> bool:
        """Whether the request came with its token."""
        token = self.context.session_token
        return token is not None and self.row.token_hash == hash_token(token)


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
