"""Sessions: opened by signing in, ended by signing out or by their age, and nobody else's business."""

import base64
from datetime import timedelta
from http.cookies import Morsel, SimpleCookie

import httpx
import pytest
import sqlalchemy as sa
from starlette.types import ASGIApp
from uuid_utils.compat import uuid7

from auth.passwords import hash_password
from auth.sessions import SESSION_LENGTH, Lengths, sign_in, viewer_of
from domain.tenancy import Role
from models import Membership, Session, User
from models.database import Database
from models.tokens import hash_token
from models.walls import EVERYTHING
from resolvers.api import Api
from tests.applications import assembled
from tests.clients import Client, told
from tests.world import SEALER, World

EMAIL, PASSWORD = "ada@example.test", "correct horse battery staple"
SIGN_IN = """
mutation($email: String!, $password: String!) {
  signIn(input: {email: $email, password: $password}) { viewer { email } errors { code message path } }
}
"""
SIGN_OUT = "mutation { signOut { errors { code } } }"
WHO = "{ viewer { email } }"
SIGNED_IN = {"signIn": {"viewer": {"email": EMAIL}, "errors": []}}
REFUSED = {
    "signIn": {
        "viewer": None,
        "errors": [
            {"code": "INVALID_CREDENTIALS", "message": "The e-mail address or the password is wrong.", "path": []}
        ],
    }
}


@pytest.fixture(scope="session")
async def password_hash() -> str:
    """PASSWORD's, made once: hashing is meant to be slow."""
    return await hash_password(PASSWORD)


@pytest.fixture
async def ada(world: World, password_hash: str) -> User:
    """Somebody with a password."""
    return await world.person(EMAIL, password_hash=password_hash)


@pytest.fixture
def secure_app(api: Api, database: Database, world: World) -> ASGIApp:
    """The application as it is behind https."""

    return assembled(api, database, world.clock, origin="https://dashboard.test", is_secure=True)


async def posted(client: Client, document: str, **variables: str) -> httpx.Response:
    return await client.http.post("/graphql", json={"query": document, "variables": variables})


def cookie_of(response: httpx.Response) -> "Morsel[str]":
    """Return the one cookie that a response sets."""
    [line] = response.headers.get_list("set-cookie")
    [cookie] = SimpleCookie(line).values()
    return cookie


def attributes(cookie: "Morsel[str]") -> dict[str, object]:
    return {name: value for name, value in cookie.items() if value and name != "expires"}


async def opened(world: World) -> str:
    """Sign Ada in, and return the token; never idle, because only its age is of interest here."""
    signed_in = await sign_in(
        world.database,
        SEALER,
        email=EMAIL,
        password=PASSWORD,
        lengths=Lengths(idle=SESSION_LENGTH),
        at=world.clock(),
        request_id="",
        event_id=uuid7(),
    )
    return signed_in.token


async def stored(world: World) -> int | None:
    async with world.database.transaction(EVERYTHING) as transaction:
        return await transaction.scalar(sa.select(sa.func.count()).select_from(Session))


async def test_signing_in_sets_a_cookie_that_no_script_reads_and_no_foreign_form_sends(
    ada: User, stranger: Client
) -> None:
    response = await posted(stranger, SIGN_IN, email=EMAIL, password=PASSWORD)

    cookie = cookie_of(response)
    assert told(response) == {"data": SIGNED_IN}
    assert cookie.key == "session"
    assert attributes(cookie) == {"path": "/", "max-age": "1209600", "httponly": True, "samesite": "lax"}


async def test_behind_https_the_cookie_is_secure_and_of_this_host_alone(ada: User, secure_app: ASGIApp) -> None:
    browser = Client(secure_app)

    cookie = cookie_of(await posted(browser, SIGN_IN, email=EMAIL, password=PASSWORD))

    assert cookie.key == "__Host-session"
    assert attributes(cookie) == {
        "path": "/",
        "max-age": "1209600",
        "secure": True,
        "httponly": True,
        "samesite": "lax",
    }


async def test_behind_https_a_cookie_that_any_host_could_have_set_is_nobody(
    world: World, ada: User, secure_app: ASGIApp
) -> None:
    token = await opened(world)
    planted = Client(secure_app, token)
    ours = Client(secure_app)
    ours.http.cookies.set("__Host-session", token)

    answers = [await client.query(WHO) for client in (planted, ours)]

    assert answers == [{"viewer": None}, {"viewer": {"email": EMAIL}}]


async def test_the_cookie_is_who_asks_next(ada: User, stranger: Client) -> None:
    await stranger.query(SIGN_IN, email=EMAIL, password=PASSWORD)

    answer = await stranger.query(WHO)

    assert answer == {"viewer": {"email": EMAIL}}


async def test_the_database_knows_the_token_by_its_hash_alone(world: World, ada: User, stranger: Client) -> None:
    token = cookie_of(await posted(stranger, SIGN_IN, email=EMAIL, password=PASSWORD)).value

    async with world.database.transaction(EVERYTHING) as transaction:
        [kept] = (await transaction.scalars(sa.select(Session))).all()
        row = await transaction.scalar(sa.text("SELECT sessions::text || users::text FROM sessions, users"))

    assert (kept.user_id, kept.token_hash) == (ada.id, hash_token(token))
    assert token not in str(row)
    assert token.encode().hex() not in str(row)
    assert PASSWORD not in str(row)


@pytest.mark.parametrize("email", [EMAIL.upper(), "Ada@Example.Test", f"  {EMAIL}\n"])
async def test_an_address_is_the_same_in_any_case(ada: User, stranger: Client, email: str) -> None:
    answer = await stranger.query(SIGN_IN, email=email, password=PASSWORD)

    assert answer == SIGNED_IN


@pytest.mark.parametrize(
    ("email", "password"),
    [
        (EMAIL, "wrong"),
        (EMAIL, ""),
        (EMAIL, PASSWORD.upper()),
        (EMAIL, f"{PASSWORD} "),
        (EMAIL, "x" * 129),
        (EMAIL, "x" * 10_000),
        ("nobody@example.test", PASSWORD),
        ("", PASSWORD),
        ("a" * 10_000, PASSWORD),
        ("%", PASSWORD),
        ("ada@example.test' OR ''='", PASSWORD),
        ("ädä@example.test", PASSWORD),
    ],
)
async def test_whatever_is_wrong_the_answer_is_the_same(
    world: World, ada: User, stranger: Client, email: str, password: str
) -> None:
    response = await posted(stranger, SIGN_IN, email=email, password=password)

    assert (response.status_code, told(response)) == (200, {"data": REFUSED})
    assert "set-cookie" not in response.headers
    assert await stored(world) == 0


async def test_somebody_without_a_password_cannot_sign_in(world: World, stranger: Client) -> None:
    await world.person(EMAIL, password_hash=None)

    answer = await stranger.query(SIGN_IN, email=EMAIL, password="")

    assert answer == REFUSED


async def test_a_failed_sign_in_leaves_whoever_is_signed_in(world: World, ada: User) -> None:
    client = await world.sign_in(ada)

    await client.query(SIGN_IN, email=EMAIL, password="wrong")

    assert await client.query(WHO) == {"viewer": {"email": EMAIL}}


async def test_a_session_lives_14_days_to_the_microsecond(world: World, ada: User) -> None:
    began = world.clock()
    token = await opened(world)

    living = await viewer_of(world.database, token, at=began + SESSION_LENGTH - timedelta(microseconds=1))
    ended = await viewer_of(world.database, token, at=began + SESSION_LENGTH)

    assert timedelta(days=14) == SESSION_LENGTH
    assert living is not None
    assert living.id == ada.id
    assert ended is None


async def test_whose_session_has_expired_is_a_stranger_who_may_sign_in_again(
    world: World, ada: User, stranger: Client
) -> None:
    await stranger.query(SIGN_IN, email=EMAIL, password=PASSWORD)
    world.clock.at += SESSION_LENGTH

    expired = await stranger.query(WHO)
    again = await stranger.query(SIGN_IN, email=EMAIL, password=PASSWORD)

    assert expired == {"viewer": None}
    assert again == SIGNED_IN
    assert await stranger.query(WHO) == {"viewer": {"email": EMAIL}}


async def test_signing_out_removes_the_cookie_and_ends_the_session_for_whoever_kept_it(world: World, ada: User) -> None:
    client = await world.sign_in(ada)
    thief = Client(world.app, client.http.cookies["session"])

    response = await posted(client, SIGN_OUT)

    cookie = cookie_of(response)
    assert told(response) == {"data": {"signOut": {"errors": []}}}
    assert (cookie.key, cookie.value, cookie["max-age"], cookie["path"]) == ("session", "", "0", "/")
    assert await thief.query(WHO) == {"viewer": None}
    assert await stored(world) == 0


async def test_signing_out_ends_no_other_session_of_the_same_user(world: World, ada: User) -> None:
    desk, phone = await world.sign_in(ada), await world.sign_in(ada)

    await desk.query(SIGN_OUT)

    assert await phone.query(WHO) == {"viewer": {"email": EMAIL}}


async def test_signing_out_twice_is_no_error(world: World, ada: User, stranger: Client) -> None:
    client = await world.sign_in(ada)

    answers = [await each.query(SIGN_OUT) for each in (client, client, stranger)]

    assert answers == [{"signOut": {"errors": []}}] * 3


async def test_a_payload_speaks_for_whom_the_operation_has_made(world: World, ada: User, stranger: Client) -> None:
    await world.join(ada, Role.ADMIN, await world.reseller("Northwind"))

    answer = await stranger.query(
        SIGN_IN.replace("viewer { email }", "viewer { email dashboards { name role } }"),
        email=EMAIL,
        password=PASSWORD,
    )

    assert answer["signIn"]["viewer"]["dashboards"] == [{"name": "Northwind", "role": "ADMIN"}]


@pytest.mark.parametrize("token", ["x", "A" * 64, "A" * 63 + "=", "%00", "é", "{}", "A" * 4_000])
async def test_a_cookie_that_we_have_not_given_is_a_stranger(world: World, ada: User, token: str) -> None:
    client = Client(world.app)
    client.http.headers.encoding = "latin-1"
    client.http.headers["cookie"] = f"session={token}".encode().decode("latin-1")

    answer = await client.query(WHO)

    assert answer == {"viewer": None}


async def test_a_token_that_names_somebody_else_is_nobodys(world: World, ada: User) -> None:
    other = await world.person("eve@example.test")
    token = await opened(world)
    raw = bytearray(base64.urlsafe_b64decode(token))
    raw[:16] = other.id.bytes

    answer = await Client(world.app, base64.urlsafe_b64encode(raw).decode()).query(WHO)

    assert answer == {"viewer": None}


async def test_rights_are_read_anew_at_every_request(world: World, ada: User) -> None:
    client = await world.sign_in(ada)
    seat = await world.join(ada, Role.ADMIN, await world.reseller())
    before = await client.query("{ viewer { dashboards { role } } }")
    async with world.database.transaction(EVERYTHING) as transaction:
        await transaction.execute(sa.update(Membership).where(Membership.id == seat.id).values(role=Role.READ_ONLY))

    after = await client.query("{ viewer { dashboards { role } } }")

    assert [each["viewer"]["dashboards"] for each in (before, after)] == [[{"role": "ADMIN"}], [{"role": "READ_ONLY"}]]
