"""Role x support type x state x action: what availableActions promises is what the mutation does.

Every asker has customers of their own: one for all that is done, and a twin whose contract is withdrawn.
"""

from dataclasses import dataclass
from typing import Any

import pytest

from domain.catalog import SupportType
from domain.tenancy import Role
from models import Account, Organization, Reseller, Subscription
from tests.clients import Client
from tests.world import HUNTRESS, PARTNER, Place, World, gid, missing

ACTIONS = "availableActions { action isAllowed reason { code message } }"
PROMISES = f"""
query($account: ID!, $organization: ID!, $contract: ID!) {{
  account(id: $account) {{ {ACTIONS} }}
  organization(id: $organization) {{ {ACTIONS} }}
  contract: node(id: $contract) {{ ... on Subscription {{ {ACTIONS} }} }}
}}
"""
Said = dict[str, str]
DONE: Said = {"code": "done"}
# Where each action is promised; what one may not even look at promises nothing.
PROMISED_BY = {
    "updateAccount": "account",
    "createOrganization": "account",
    "upsertSubscription": "account",
    "updateOrganization": "organization",
    "cancelSubscription": "contract",
    "activateSubscription": "contract",
}
R, A, G = "reseller", "account", "organization"
ASKERS = [
    *[(R, role) for role in (Role.ADMIN, Role.PROVISIONER, Role.FINANCE, Role.READ_ONLY)],
    *[(A, role) for role in (Role.ADMIN, Role.SECURITY_ENGINEER, Role.USER, Role.READ_ONLY)],
    *[(G, role) for role in (Role.ADMIN, Role.USER, Role.READ_ONLY)],
]
NEWCOMERS = [(R, role) for role in (Role.ADMIN, Role.PROVISIONER, Role.FINANCE, Role.READ_ONLY)]
STATES = ["no contract", "pending", "active", "disabled", "disabled and active"]


@dataclass(frozen=True, slots=True)
class Customer:
    """An account with an organization and, perhaps, a contract."""

    account: Account
    organization: Organization
    contract: Subscription | None

    @property
    def ids(self) -> dict[str, str]:
        contract = gid(self.contract) if self.contract else missing("sub")
        return {"account": gid(self.account), "organization": gid(self.organization), "contract": contract}


async def customer(world: World, reseller: Reseller, support_type: SupportType, state: str) -> Customer:
    account = await world.account(reseller, support_type=support_type, is_disabled=state.startswith("disabled"))
    contract = None
    if state != "no contract":
        activated_on = account.trial_starts_on if state.endswith("active") else None
        contract = await world.contract(account, activated_on=activated_on)
    return Customer(account, await world.organization(account), contract)


async def promised(client: Client, mine: Customer) -> dict[str, Said]:
    """What availableActions says of each action, or what looking at the object is answered."""
    answer = await client.run(PROMISES, **mine.ids)
    refused = {error["path"][0]: {"code": error["extensions"]["code"]} for error in answer.errors}
    said: dict[str, Said] = {}
    for action, place in PROMISED_BY.items():
        found = answer.data[place]
        if found is None:
            said[action] = refused.get(place, {"code": "NOT_FOUND"})
            continue
        (entry,) = [each for each in found["availableActions"] if each["action"] == action]
        assert entry["isAllowed"] is (entry["reason"] is None)
        said[action] = DONE if entry["isAllowed"] else entry["reason"]
    return said


async def done(client: Client, mine: Customer, twin: Customer) -> dict[str, Said]:
    """What each mutation answers; activating comes last, and withdrawing has the twin."""
    ids = mine.ids
    contract = {"accountId": ids["account"], "systems": 7, "billingInterval": "ANNUAL"}
    calls: list[tuple[str, dict[str, Any]]] = [
        ("updateAccount", {"id": ids["account"], "name": "New"}),
        ("createOrganization", {"accountId": ids["account"], "name": "New", "key": "new"}),
        ("updateOrganization", {"id": ids["organization"], "name": "New"}),
        ("cancelSubscription", {"id": twin.ids["contract"]}),
        ("upsertSubscription", contract),
        ("activateSubscription", {"id": ids["contract"]}),
    ]
    return {name: reason(await client.mutate(name, input)) or DONE for name, input in calls}


def as_promised(promise: Said, said: Said) -> Said:
    """Compare the messages only where the promise has one: what cannot be seen is refused in other words."""
    return said if "message" in promise else {"code": said["code"]}


async def disagreements(
    world: World, support_type: SupportType, state: str, askers: list[tuple[str, Role]], *, accepts: bool
) -> tuple[dict[Any, Any], dict[Any, Any]]:
    reseller = await world.reseller()
    promises, deeds = {}, {}
    for place, role in askers:
        mine, twin = [await customer(world, reseller, support_type, state) for _ in range(2)]
        seats: dict[str, tuple[Place, ...]] = {
            R: (reseller,),
            A: (mine.account, twin.account),
            G: (mine.organization, twin.organization),
        }
        client = await world.member(role, *seats[place], accepts=accepts)
        promise = await promised(client, mine)
        said = await done(client, mine, twin)
        promises[place, role.value] = promise
        deeds[place, role.value] = {action: as_promised(promise[action], said[action]) for action in said}
    return promises, deeds


@pytest.mark.parametrize("support_type", [HUNTRESS, PARTNER])
@pytest.mark.parametrize("state", STATES)
async def test_a_button_never_disagrees_with_the_server(world: World, support_type: SupportType, state: str) -> None:
    promises, deeds = await disagreements(world, support_type, state, ASKERS, accepts=True)

    assert deeds == promises


@pytest.mark.parametrize("support_type", [HUNTRESS, PARTNER])
async def test_until_the_terms_are_accepted_every_button_says_so(world: World, support_type: SupportType) -> None:
    promises, deeds = await disagreements(world, support_type, "pending", NEWCOMERS, accepts=False)

    assert deeds == promises
    assert {said["code"] for each in promises.values() for said in each.values()} == {"TERMS_NOT_ACCEPTED"}


@pytest.mark.parametrize("state", STATES)
async def test_buttons_agree_where_the_eligibility_was_withdrawn(world: World, state: str) -> None:
    reseller = await world.reseller()
    mine, twin = [await customer(world, reseller, PARTNER, state) for _ in range(2)]
    await world.withdraw_eligibility(reseller)
    ada = await world.admin(reseller)

    promises = await promised(ada, mine)
    deeds = await done(ada, mine, twin)

    assert {action: as_promised(promises[action], said) for action, said in deeds.items()} == promises


# DOMAIN's table: who may, of a Partner Supported account and of a Huntress Supported one, with a pending contract.
PROVISIONERS = {(R, "ADMIN"), (R, "PROVISIONER")}
ORGANIZERS = {(A, "ADMIN"), (A, "SECURITY_ENGINEER")}
TABLE = {
    "updateAccount": PROVISIONERS | {(A, "ADMIN")},
    "upsertSubscription": PROVISIONERS,
    "cancelSubscription": PROVISIONERS,
    "activateSubscription": {(R, "ADMIN")},
    "createOrganization": ORGANIZERS,
    "updateOrganization": ORGANIZERS | {(G, "ADMIN")},
}


@pytest.mark.parametrize(("support_type", "entering"), [(HUNTRESS, set()), (PARTNER, PROVISIONERS)])
async def test_exactly_the_roles_of_the_table_may(
    world: World, support_type: SupportType, entering: set[tuple[str, str]]
) -> None:
    _, deeds = await disagreements(world, support_type, "pending", ASKERS, accepts=True)

    may = {action: {asker for asker, said in deeds.items() if said[action] == DONE} for action in TABLE}

    inside = {action: TABLE[action] | entering for action in ("createOrganization", "updateOrganization")}
    assert may == TABLE | inside


def reason(payload: dict[str, Any]) -> Said | None:
    """Why a payload was refused, as a button says it."""
    errors = payload["errors"]
    return {"code": errors[0]["code"], "message": errors[0]["message"]} if errors else None


PLACE = f"query($id: ID!) {{ reseller(id: $id) {{ {ACTIONS} }} }}"


@pytest.mark.parametrize("accepts", [True, False])
async def test_the_resellers_own_buttons_agree_as_well(world: World, *, accepts: bool) -> None:
    reseller = await world.reseller()
    account = await world.account(reseller)
    askers: list[tuple[Place, Role]] = [(reseller, role) for _, role in NEWCOMERS]
    askers += [(account, role) for place, role in ASKERS if place == A]
    promises, deeds = [], []

    for number, (place, role) in enumerate(askers):
        client = await world.member(role, place, accepts=accepts)
        found = (await client.query(PLACE, id=gid(reseller)))["reseller"]["availableActions"]
        promises.append({each["action"]: each["reason"] for each in found})
        new = {"resellerId": gid(reseller), "name": "New", "subdomain": f"new-{number}"}
        creating = await client.mutate("createAccount", {**new, "supportType": "HUNTRESS_SUPPORTED"})
        requiring = await client.mutate("updateReseller", {"id": gid(reseller), "requiresTwoFactor": False})
        accepting = await client.mutate("acceptTerms", {"resellerId": gid(reseller), "version": "t1"})
        done = {"acceptTerms": accepting, "createAccount": creating, "updateReseller": requiring}
        deeds.append({action: reason(payload) for action, payload in done.items()})

    assert deeds == promises


async def test_a_withdrawn_contract_promises_what_a_new_one_would_be_answered(world: World) -> None:
    reseller = await world.reseller()
    mine = await customer(world, reseller, PARTNER, "pending")
    ada = await world.admin(reseller)
    await ada.mutate("cancelSubscription", {"id": mine.ids["contract"]})
    document = f"query($id: ID!) {{ node(id: $id) {{ ... on Subscription {{ {ACTIONS} }} }} }}"

    found = (await ada.query(document, id=mine.ids["contract"]))["node"]["availableActions"]

    over = {"code": "CONFLICT", "message": "The contract is canceled; save a new one."}
    assert found == [
        {"action": "upsertSubscription", "isAllowed": True, "reason": None},
        {"action": "activateSubscription", "isAllowed": False, "reason": over},
        {"action": "cancelSubscription", "isAllowed": False, "reason": over},
    ]
    assert (await done(ada, mine, mine))["upsertSubscription"] == DONE
