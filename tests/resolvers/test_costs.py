"""What the ordinary screens cost, and that each connection's field refuses a page that is larger than a page."""

from pathlib import Path
from typing import Any

import pytest

from resolvers.api import Api
from tests.world import World, gid

LESSONS = Path(__file__).parent.parent.parent / "web" / "lessons"
CONTRACT = {"accountId": "acct_1", "systems": 50, "billingInterval": "MONTHLY"}
QUOTE = {"resellerId": "resl_1", "supportType": "HUNTRESS_SUPPORTED", "systems": 480, "billingInterval": "ANNUAL"}
ACCOUNT = {"resellerId": "resl_1", "name": "A", "subdomain": "a", "supportType": "HUNTRESS_SUPPORTED"}
HUNDRED = """query($id: ID!) { reseller(id: $id) { accounts(first: 100) {
  totalCount pageInfo { hasNextPage endCursor }
  nodes {
    id name organizations(first: 3) { nodes { id name } }
    subscription { plan { name } costPerSystem { amount } total { amount } }
  }
} } }"""


def points(api: Api, source: str, variables: dict[str, Any]) -> int:
    operation = api.admission.verdict(source).operation(None)
    return api.admission.cost(operation, api.admission.values(operation, variables))


@pytest.mark.parametrize(
    ("lesson", "variables", "cost"),
    [
        ("switcher", {}, 6),
        ("terms", {"id": "resl_1"}, 1),
        ("accounts-screen", {"id": "resl_1"}, 53),
        ("accounts-screen", {"id": "resl_1", "first": 100}, 203),
        ("quote", {"input": QUOTE}, 2),
        ("create-account", {"input": ACCOUNT}, 11),
        ("save-contract", {"input": CONTRACT}, 12),
        ("activate-contract", {"input": {"id": "sub_1"}}, 12),
        ("own-account", {"id": "acct_1"}, 30),
        ("own-organization", {"id": "org_1"}, 1),
        ("survey", {}, 521),
    ],
)
def test_the_ordinary_screens_cost_little(api: Api, lesson: str, variables: dict[str, Any], cost: int) -> None:
    assert points(api, (LESSONS / f"{lesson}.graphql").read_text(), variables) == cost


def test_a_hundred_accounts_with_organizations_and_contract_are_affordable(api: Api) -> None:
    assert points(api, HUNDRED, {"id": "resl_1"}) == 803


async def test_what_is_too_expensive_is_refused_and_reads_nothing(world: World, statements: Any) -> None:
    ada = await world.admin(reseller := await world.reseller())
    document = HUNDRED.replace("first: 3", "first: 100")

    with statements() as seen:
        answer = await ada.run(document, id=gid(reseller))

    assert (answer.data, answer.codes) == (None, ["MAX_COST_EXCEEDED"])
    assert answer.errors[0]["extensions"] == {"code": "MAX_COST_EXCEEDED", "cost": 10503, "maxCost": 1000}
    # Who asks is looked up; nothing else.
    assert [statement for statement in seen if "accounts" in statement] == []
