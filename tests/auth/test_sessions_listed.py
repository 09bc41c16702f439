"""Sessions: listed to their owner, and ended one by one or all but this one."""

from datetime import timedelta
from typing import Any

from domain.tenancy import Role
from models import ids
from models.sessions import session_id
from models.tokens import hash_token
from tests.clients import Client
from tests.credentials import client_at, code_of_sign_in, is_signed_in, signed_in
from tests.world import Clock, World, missing

SESSIONS = "{ viewer { sessions { id createdAt lastSeenAt clientAddress userAgent isCurrent } } }"


async def listed(client: Client) -> list[dict[str, Any]]:
    """Return the viewer's sessions."""
    sessions: list[dict[str, Any]] = (await client.query(SESSIONS))["viewer"]["sessions"]
    return sessions


async def two(world: World) -> tuple[Client, Client]:
    """Return two browsers of one person, at different addresses."""
    ada, other = await signed_in(world), client_at(world.app, "198.51.100.7", "Telephone/2.0")
    await code_of_sign_in(other)
    return ada, other


async def test_sessions_tell_when_and_where_the_latest_use_first(world: World, clock: Clock) -> None:
    ada = await signed_in(world)
    clock.at += timedelta(seconds=90)
    other = client_at(world.app, "198.51.100.7", "Telephone/2.0")
    await code_of_sign_in(other)

    told = [{name: value for name, value in each.items() if name != "id"} for each in await listed(other)]

    assert told == [
        {
            "createdAt": "2025-01-01T12:01:30+00:00",
            "lastSeenAt": "2025-01-01T12:01:00+00:00",
            "clientAddress": "198.51.100.7",
            "userAgent": "Telephone/2.0",
            "isCurrent": True,
        },
        {
            "createdAt": "2025-01-01T12:00:00+00:00",
            "lastSeenAt": "2025-01-01T12:00:00+00:00",
            "clientAddress": "192.0.2.1",
            "userAgent": "Test/1.0",
            "isCurrent": False,
        },
    ]
    assert [each["isCurrent"] for each in await listed(ada)] == [False, True]


async def test_what_a_browser_says_of_itself_is_cut(world: World) -> None:
    await signed_in(world)
    talker = client_at(world.app, user_agent="x" * 201)
    await code_of_sign_in(talker)

    assert {each["userAgent"] for each in await listed(talker)} == {"Test/1.0", "x" * 200}


async def test_an_expired_session_is_not_listed(world: World, clock: Clock) -> None:
    await signed_in(world)
    clock.at += timedelta(days=1)
    other = client_at(world.app)
    await code_of_sign_in(other)

    assert [each["isCurrent"] for each in await listed(other)] == [True]


async def test_an_id_is_no_token(world: World) -> None:
    ada = await signed_in(world)
    token = ada.http.cookies["session"]

    (session,) = await listed(ada)

    assert session["id"] == ids.encode("sess", session_id(hash_token(token)))
    assert not await is_signed_in(Client(world.app, session["id"]))


async def test_one_session_can_be_ended(world: World) -> None:
    ada, other = await two(world)
    (id,) = [each["id"] for each in await listed(ada) if not each["isCurrent"]]

    assert (await ada.mutate("endSession", {"id": id}))["errors"] == []

    assert [await is_signed_in(client) for client in (ada, other)] == [True, False]


async def test_to_end_this_session_is_to_sign_out(world: World) -> None:
    ada = await signed_in(world)
    (session,) = await listed(ada)

    await ada.mutate("endSession", {"id": session["id"]})

    assert "session" not in ada.http.cookies
    assert not await is_signed_in(ada)


async def test_all_but_this_session_can_be_ended(world: World) -> None:
    ada, other = await two(world)

    payload = await ada.query("mutation { endOtherSessions { errors { code } } }")

    assert payload == {"endOtherSessions": {"errors": []}}
    assert [await is_signed_in(client) for client in (ada, other)] == [True, False]


async def test_nobody_ends_the_session_of_somebody_else(world: World) -> None:
    ada = await signed_in(world)
    ben = await world.member(Role.ADMIN, await world.reseller())
    (theirs,) = await listed(ada)
    before = await world.rows()

    refusals = [await ben.refusal("endSession", {"id": id}) for id in (theirs["id"], missing("sess"), "", "sess_1")]

    message = "There is no such session, or you may not see it."
    assert refusals == [{"code": "NOT_FOUND", "message": message, "path": ["input", "id"]}] * 4
    assert await world.rows() == before


async def test_sessions_from_before_they_told_anything_are_listed_as_well(world: World) -> None:
    ada = await world.sign_in(await world.person())

    (session,) = await listed(ada)

    assert session["isCurrent"]
    assert (session["createdAt"], session["lastSeenAt"]) == ("2025-01-01T12:00:00+00:00",) * 2
    assert (session["clientAddress"], session["userAgent"]) == (None, None)
