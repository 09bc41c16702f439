"""People with credentials: a password that is right, an authenticator that shows codes, clients from other places."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import pyotp
from starlette.types import ASGIApp

from auth.passwords import hash_password
from models import User
from tests.clients import SCRIPTED, Client
from tests.world import Clock, World

PASSWORD, ANOTHER = "correct horse battery staple", "another horse battery staple"
HERE = "192.0.2.1"
STEP = timedelta(seconds=30)


async def somebody(world: World, email: str = "ada@northwind.test") -> User:
    """Add a person with a password."""
    return await world.person(email, password_hash=await hash_password(PASSWORD))


def client_at(app: ASGIApp, address: str = HERE, user_agent: str = "Test/1.0") -> Client:
    """Return a stranger's browser at an address."""
    made = Client(app)
    made.http = httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app, client=(address, 1234)),
        base_url="http://testserver",
        headers={**SCRIPTED, "user-agent": user_agent},
    )
    return made


async def sign_in(client: Client, email: str = "ada@northwind.test", password: str = PASSWORD, **more: Any) -> Any:
    """Sign in, and return the payload, refusals and all."""
    return await client.mutate("signIn", {"email": email, "password": password, **more}, "viewer { email twoFactor }")


async def code_of_sign_in(client: Client, *arguments: Any, **more: Any) -> str | None:
    """Sign in, and return the code of the refusal; None where it worked."""
    errors = (await sign_in(client, *arguments, **more))["errors"]
    return errors[0]["code"] if errors else None


async def signed_in(world: World, email: str = "ada@northwind.test") -> Client:
    """Return the browser of a new person who has signed in with their password."""
    await somebody(world, email)
    client = client_at(world.app)
    assert await code_of_sign_in(client, email) is None
    return client


@dataclass
class Authenticator:
    """What is on the person's telephone, with the recovery codes that they have written down."""

    clock: Clock
    secret: str
    recovery_codes: list[str]

    def code(self, at: datetime | None = None) -> str:
        """Return what it shows now, or at an instant."""
        return pyotp.TOTP(self.secret).at(int((at or self.clock()).timestamp()))


async def start(client: Client) -> dict[str, Any]:
    """Begin to set two-factor up, and return the payload."""
    document = "mutation { startTwoFactor { secret otpauthUri errors { code message path } } }"
    payload: dict[str, Any] = (await client.query(document))["startTwoFactor"]
    return payload


async def enrol(client: Client, clock: Clock) -> Authenticator:
    """Set two-factor up. The step of the code that this takes is over afterwards."""
    authenticator = Authenticator(clock, (await start(client))["secret"], [])
    payload = await client.mutate("confirmTwoFactor", {"code": authenticator.code()}, "recoveryCodes")
    assert payload["errors"] == []
    authenticator.recovery_codes = payload["recoveryCodes"]
    clock.at += STEP
    return authenticator


async def is_signed_in(client: Client) -> bool:
    """Tell whether the browser's cookie makes it somebody."""
    return (await client.query("{ viewer { id } }"))["viewer"] is not None
