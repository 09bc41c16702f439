"""For whom a request is: names that are ours, and no others, whatever DNS says."""

import pytest

from tests.clients import Client
from tests.web.conftest import Assemble
from web.hosts import Hosts

LOOPBACK = Hosts.of(listening_on="127.0.0.1", public="127.0.0.1")
EVERYWHERE = Hosts.of(listening_on="0.0.0.0", public="dashboard.example.com")  # noqa: S104 # a setting's value
BEHIND_A_PROXY = Hosts.of(listening_on="10.0.0.5", public="dashboard.example.com", others=("inner.example.com",))


async def status_for(client: Client, host: str) -> int:
    return (await client.http.post("/graphql", json={"query": "{ __typename }"}, headers={"host": host})).status_code


@pytest.mark.parametrize(
    ("hosts", "ours", "foreign"),
    [
        (
            LOOPBACK,
            ["127.0.0.1", "127.0.0.1:8000", "localhost:9000", "LocalHost", "[::1]:8000"],
            ["evil.test", "127.0.0.1.evil.test", "127.0.0.2", "10.0.0.1", "localhost.", "[::2]", "10.1"],
        ),
        (
            EVERYWHERE,
            ["dashboard.example.com", "DASHBOARD.example.com:443", "10.0.0.5:8000", "[2001:db8::1]", "localhost"],
            ["evil.test", "example.com", "a.dashboard.example.com", "1.2.3", "[::1.2]", "10.0.0.5.evil.test"],
        ),
        (
            BEHIND_A_PROXY,
            ["dashboard.example.com", "inner.example.com", "10.0.0.5:8000"],
            ["localhost", "127.0.0.1", "10.0.0.6", "evil.test"],
        ),
    ],
)
async def test_a_server_answers_for_its_names_and_for_no_other(
    assemble: Assemble, hosts: Hosts, ours: list[str], foreign: list[str]
) -> None:
    client = Client(assemble(hosts=hosts))

    answers = [[await status_for(client, host) for host in each] for each in (ours, foreign)]

    assert answers == [[200] * len(ours), [421] * len(foreign)]


@pytest.mark.parametrize(
    "host",
    ["", " ", "a b", "a/b", "user@testserver", "testserver:", "testserver:port", "testserver:123456", "[::1", "é"],
)
async def test_what_is_no_host_is_no_request(stranger: Client, host: str) -> None:
    response = await stranger.http.get("/", headers=[(b"host", host.encode())])

    message = "The header host must name a host."
    assert response.status_code == 400
    assert response.json() == {"errors": [{"message": message, "extensions": {"code": "BAD_REQUEST"}}]}


async def test_another_host_is_told_so_in_json(stranger: Client) -> None:
    response = await stranger.http.get("/sign-in", headers={"host": "evil.test"})

    message = "This server does not answer for this host."
    assert response.status_code == 421
    assert response.json() == {"errors": [{"message": message, "extensions": {"code": "BAD_REQUEST"}}]}
