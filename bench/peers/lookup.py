"""Around a peer in Python: the caller of every request is looked up by the hash of the token, as ours does it.

LOOKUP_APP names the application: raw_app:app.
"""

import hashlib
import os
from importlib import import_module
from typing import Any

import asyncpg

module, _, attribute = os.environ["LOOKUP_APP"].partition(":")
inner = getattr(import_module(module), attribute)
CALLER = "SELECT user_id::text FROM app.sessions WHERE token_hash = $1 AND expires_at > now()"
pools: list[Any] = []


async def app(scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401 # as ASGI has them
    """Answer as the application does, to whoever has a token."""
    if scope["type"] == "http":
        if not pools:
            pools.append(
                await asyncpg.create_pool(
                    host="127.0.0.1", port=54329, user="postgres", database="bench", min_size=10, max_size=10
                )
            )
        token = dict(scope["headers"]).get(b"authorization", b"").removeprefix(b"Bearer ")
        user_id = await pools[0].fetchval(CALLER, hashlib.sha256(token).digest())
        scope["headers"].append((b"x-user-id", (user_id or "").encode()))
    await inner(scope, receive, send)
