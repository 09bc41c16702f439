"""Somebody of the demo at work on one host or several: signed in once, known everywhere."""

from dataclasses import dataclass, field
from typing import Any

from tests.faults.callers import Caller
from tests.faults.histories import Attempt, History, Outcome
from tests.faults.hosts import Host
from tests.faults.wire import Wire
from tests.server.processes import ADA, PASSWORD, SIGN_IN

HERE = "{ viewer { name dashboards(kinds: [RESELLER]) { id } } }"
ACCOUNTS = "query($id: ID!) { reseller(id: $id) { accounts(first: 100) { nodes { id } } } }"
KEY = "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret errors { code message } } }"


@dataclass
class Visitor:
    """A browser with a session, and what it did."""

    hosts: tuple[Host, ...]
    cookie: dict[str, str]
    reseller: str = ""
    history: History = field(default_factory=History)

    @property
    def caller(self) -> Caller:
        """Return a client that acts in this session."""
        return Caller("visitor", tuple(host.port for host in self.hosts), self.history, self.cookie)

    async def ask(self, document: str, *, host: int = 0, **variables: Any) -> Any:
        """Send an operation that nothing is wrong with to one of the hosts, and return its data."""
        return await asked(self.hosts[host], document, self.cookie, **variables)

    async def mutate(self, name: str, input: dict[str, Any], *, host: int = 0, intent: str = "") -> Attempt:
        """Send a mutation to one of the hosts, once."""
        caller = self.caller
        attempt = await caller.send(name, input, host=host, intent=intent or f"visit-{len(self.history.attempts)}")
        caller.close()
        return attempt

    async def create_account(self, name: str, *, host: int = 0) -> Attempt:
        """Add a customer whose name is its subdomain, too."""
        wanted = {"resellerId": self.reseller, "name": name, "subdomain": name, "supportType": "PARTNER_SUPPORTED"}
        return await self.mutate("createAccount", wanted, host=host, intent=name)

    async def accounts(self) -> list[str]:
        """Return the reseller's accounts."""
        listed = await self.ask(ACCOUNTS, id=self.reseller)
        return [node["id"] for node in listed["reseller"]["accounts"]["nodes"]]

    async def key(self, name: str, role: str) -> dict[str, str]:
        """Make a key to the reseller's dashboard, and return the header that carries it."""
        wanted = {"dashboardId": self.reseller, "name": name, "role": role}
        made = (await self.ask(KEY, input=wanted))["createApiKey"]
        assert made["errors"] == []
        return {"authorization": f"Bearer {made['secret']}"}


async def visited(*hosts: Host) -> Visitor:
    """Return Ada, signed in on the first host."""
    wire = Wire(hosts[0].port)
    answer = await wire.ask(SIGN_IN, {"input": {"email": ADA, "password": PASSWORD}})
    wire.close()
    visitor = Visitor(hosts, {"cookie": answer.headers["set-cookie"].partition(";")[0]})
    [dashboard] = (await visitor.ask(HERE))["viewer"]["dashboards"]
    visitor.reseller = dashboard["id"]
    return visitor


async def asked(host: Host, document: str, cookie: dict[str, str], **variables: Any) -> Any:
    """Send an operation that nothing is wrong with to a host, and return its data."""
    wire = Wire(host.port)
    answer = await wire.ask(document, variables, **cookie)
    wire.close()
    assert "errors" not in answer.body, answer.body
    return answer.body["data"]


def is_done(attempt: Attempt) -> bool:
    """Tell whether it was acknowledged."""
    return attempt.outcome is Outcome.OK
