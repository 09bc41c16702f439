"""Every mutation that names an object, with an input in which only the object's id is missing."""

from dataclasses import dataclass, field
from typing import Any

from models import Account, Organization, Reseller, Subscription
from tests.world import PARTNER, World, gid


@dataclass(frozen=True, slots=True)
class Operation:
    """A mutation: the input field that takes the id, the kind of that id, and the rest of a good input."""

    name: str
    target: str
    kind: str
    rest: dict[str, Any] = field(default_factory=dict)

    def on(self, id: str) -> dict[str, Any]:
        """Return the input with this id."""
        return {self.target: id, **self.rest}

    def __str__(self) -> str:
        return self.name


NEW = {"name": "New", "subdomain": "brand-new", "supportType": "HUNTRESS_SUPPORTED"}
OPERATIONS = [
    Operation("acceptTerms", "resellerId", "resl", {"version": "t1"}),
    Operation("createAccount", "resellerId", "resl", NEW),
    Operation("updateAccount", "id", "acct", {"name": "Renamed"}),
    Operation("upsertSubscription", "accountId", "acct", {"systems": 5, "billingInterval": "MONTHLY"}),
    Operation("activateSubscription", "id", "sub"),
    Operation("cancelSubscription", "id", "sub"),
    Operation("createOrganization", "accountId", "acct", {"name": "Part", "key": "part"}),
    Operation("updateOrganization", "id", "org", {"name": "Renamed"}),
]
NOUNS = {"resl": "reseller", "acct": "account", "sub": "subscription", "org": "organization"}


def not_found(operation: Operation) -> dict[str, Any]:
    """Return what the mutation answers about an id that leads nowhere."""
    message = f"There is no such {NOUNS[operation.kind]}, or you may not see it."
    return {"code": "NOT_FOUND", "message": message, "path": ["input", operation.target]}


@dataclass(frozen=True, slots=True)
class Tenancy:
    """A reseller with one customer, its organization and its pending contract."""

    reseller: Reseller
    account: Account
    organization: Organization
    contract: Subscription

    def id(self, kind: str) -> str:
        """Return the id of its object of this kind."""
        return {
            "resl": gid(self.reseller),
            "acct": gid(self.account),
            "org": gid(self.organization),
            "sub": gid(self.contract),
        }[kind]


async def tenancy(world: World, name: str) -> Tenancy:
    """Add a reseller with one Partner Supported customer."""
    reseller = await world.reseller(name)
    account = await world.account(reseller, support_type=PARTNER)
    return Tenancy(reseller, account, await world.organization(account), await world.contract(account))
