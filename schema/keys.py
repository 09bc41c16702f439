"""API keys: how automation acts in a dashboard."""

from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from auth import policies
from schema.context import Info
from schema.enums import Role
from schema.errors import Payload
from schema.inputs import ChangeInput, NamesAccount
from schema.nodes import VERSION, Node
from schema.rows import column


@strawberry.type(
    description="A key with which automation acts in one dashboard, in one role. Its secret is shown once."
)
class ApiKey(Node, prefix="key"):
    """A row of models.api_key_rows()."""

    name: str = column("What it is for.")
    role: Role = column("The role in which it acts.")
    version: int = column(VERSION)
    last_four: str = column("The last four characters of its secret.")
    created_at: datetime = column("When it was made.")
    expires_at: datetime | None = column("Until when it works, exclusive; null is without end.")
    last_used_at: datetime | None = column("When it was last used, to the minute.")
    revoked_at: datetime | None = column("When it was revoked.")

    @classmethod
    def of(cls, row: Any) -> "ApiKey":  # noqa: ANN401 # a row of models.api_key_rows()
        """Return the key, without its secret, which nobody has any more."""
        return cls(row=row)

    @classmethod
    async def load(cls, info: Info, id: UUID) -> "ApiKey | None":
        """Return the key to whoever manages the keys of its dashboard."""
        row = await info.context.loaders.api_keys.load(id)
        viewer = info.context.viewer
        if row is None or viewer is None:
            return None
        place = await info.context.loaders.place(row.kind, row.dashboard_id)
        may_read = place is not None and policies.may_read_keys(viewer, place) is None
        return cls.of(row) if may_read else None


@strawberry.input(description="The key to make.")
class CreateApiKeyInput(NamesAccount):
    """It neither outlives nor exceeds what its maker may grant."""

    names_account = "dashboard_id"

    dashboard_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The reseller or account the key acts for; an account can be named in account instead.",
    )
    name: str = strawberry.field(description="What it is for: 1 to 256 characters.")
    role: Role = strawberry.field(description="The role in which it acts; it must exist in this kind of dashboard.")
    expires_at: datetime | None = strawberry.field(
        default=None, description="Until when it works, exclusive; without end unless given. It lies in the future."
    )


@strawberry.input(description="The key whose secret shall be another one.")
class RotateApiKeyInput(ChangeInput):
    """The old secret lives on for a while, so that nothing stops."""

    id: strawberry.ID = strawberry.field(description="The key.")
    overlap_minutes: int = strawberry.field(
        default=60, description="How long the old secret still works: 0 to 10,080 minutes (seven days), 60 unless said."
    )


@strawberry.input(description="The key to end.")
class RevokeApiKeyInput(ChangeInput):
    """It ends at once, and for good."""

    id: strawberry.ID = strawberry.field(description="The key.")


@strawberry.interface(description="What a mutation of an API key answers.")
class ApiKeyPayload(Payload):
    """Read after the commit, and only where it is asked for."""

    api_key_id: strawberry.Private[UUID | None] = None

    @strawberry.field(description="The key as it is now; null where it was refused.")
    async def api_key(self, info: Info) -> ApiKey | None:
        """Read what was committed."""
        return None if self.api_key_id is None else await ApiKey.load(info, self.api_key_id)


@strawberry.type(description="The new key.")
class CreateApiKeyPayload(ApiKeyPayload):
    """With its secret, which is shown this once."""

    shown_once = frozenset({"secret"})

    secret: str | None = strawberry.field(
        default=None, description="Sent as Authorization: Bearer. Shown this once; null where it was refused."
    )


@strawberry.type(description="The key with its new secret.")
class RotateApiKeyPayload(ApiKeyPayload):
    """With its secret, which is shown this once."""

    shown_once = frozenset({"secret"})

    secret: str | None = strawberry.field(
        default=None, description="The new secret. Shown this once; null where it was refused."
    )
    old_secret_works_until: datetime | None = strawberry.field(
        default=None, description="When the secret before ends, exclusive; null where it was refused."
    )


@strawberry.type(description="The ended key.")
class RevokeApiKeyPayload(ApiKeyPayload):
    """The key."""
