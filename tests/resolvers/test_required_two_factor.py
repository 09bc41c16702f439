"""A reseller that requires two-factor of its members: until they have it, it is its name and its terms."""

import pytest
import sqlalchemy as sa

from domain.tenancy import Role
from models import User
from tests.clients import Client, forbidden
from tests.credentials import PASSWORD, enrol, signed_in
from tests.peeking import peek
from tests.resolvers.operations import OPERATIONS, Operation, Tenancy, tenancy
from tests.world import Clock, World, gid, missing

REQUIRED = {
    "code": "TWO_FACTOR_REQUIRED",
    "message": "Set up two-factor first: this reseller requires it of its members.",
    "path": [],
}
READING = """
query($id: ID!) {
  reseller(id: $id) { name terms { isAccepted } accounts { totalCount } members { role } requiresTwoFactor }
  viewer { twoFactor dashboards { name } }
}
"""


async def require_it(world: World, mine: Tenancy, clock: Clock) -> Client:
    """Let an admin who has two-factor require it of everybody, and return them."""
    admin = await world.admin(mine.reseller)
    await enrol(admin, clock)
    payload = await admin.mutate("updateReseller", {"id": gid(mine.reseller), "requiresTwoFactor": True})
    assert payload["errors"] == []
    return admin


async def test_nothing_is_required_until_a_reseller_says_so(world: World) -> None:
    ada = await world.admin(reseller := await world.reseller())

    answer = await ada.query("query($id: ID!) { reseller(id: $id) { requiresTwoFactor } }", id=gid(reseller))

    assert answer["reseller"]["requiresTwoFactor"] is False


async def test_whoever_lacks_it_sees_the_name_the_terms_and_the_switcher(world: World, clock: Clock) -> None:
    mine = await tenancy(world, "Northwind")
    rita = await world.member(Role.READ_ONLY, mine.reseller)
    await require_it(world, mine, clock)

    answer = await rita.run(READING, id=gid(mine.reseller))

    assert answer.data == {
        "reseller": {
            "name": "Northwind",
            "terms": {"isAccepted": True},
            "accounts": None,
            "members": None,
            "requiresTwoFactor": None,
        },
        "viewer": {"twoFactor": False, "dashboards": [{"name": "Northwind"}]},
    }
    assert answer.codes == ["TWO_FACTOR_REQUIRED"] * 3


async def test_setting_it_up_opens_the_reseller(world: World, clock: Clock) -> None:
    mine = await tenancy(world, "Northwind")
    rita = await world.member(Role.READ_ONLY, mine.reseller)
    await require_it(world, mine, clock)
    await enrol(rita, clock)

    answer = await rita.query(READING, id=gid(mine.reseller))

    assert (answer["reseller"]["accounts"], answer["reseller"]["requiresTwoFactor"]) == ({"totalCount": 1}, True)


@pytest.mark.parametrize("operation", OPERATIONS[1:], ids=str)
async def test_it_comes_before_every_mutation_of_a_resellers_member(
    world: World, clock: Clock, operation: Operation
) -> None:
    mine = await tenancy(world, "Northwind")
    other = await world.admin(mine.reseller)
    await require_it(world, mine, clock)
    before = await world.rows()

    refusal = await other.refusal(operation.name, operation.on(mine.id(operation.kind)))

    assert refusal == REQUIRED
    assert await world.rows() == before


async def test_the_terms_come_first_and_can_be_accepted_without_it(world: World, clock: Clock) -> None:
    mine = await tenancy(world, "Northwind")
    newcomer = await world.member(Role.ADMIN, mine.reseller, accepts=False)
    await require_it(world, mine, clock)
    new = {"resellerId": gid(mine.reseller), "name": "New", "subdomain": "new-one", "supportType": "HUNTRESS_SUPPORTED"}

    before = await newcomer.refused("createAccount", new)
    accepted = await newcomer.mutate("acceptTerms", {"resellerId": gid(mine.reseller), "version": "t1"})
    after = await newcomer.refused("createAccount", new)

    assert [before[0], accepted["errors"], after[0]] == ["TERMS_NOT_ACCEPTED", [], "TWO_FACTOR_REQUIRED"]


async def test_members_of_accounts_and_other_resellers_are_not_asked(world: World, clock: Clock) -> None:
    mine, theirs = await tenancy(world, "Northwind"), await tenancy(world, "Contoso")
    cora, ben = await world.admin(mine.account), await world.admin(theirs.reseller)
    await require_it(world, mine, clock)

    renamed = await cora.mutate("updateAccount", {"id": gid(mine.account), "name": "Renamed"})
    counted = await ben.query(READING, id=gid(theirs.reseller))

    assert renamed["errors"] == []
    assert counted["reseller"]["accounts"] == {"totalCount": 1}


async def test_giving_it_up_closes_the_reseller_again(world: World, clock: Clock) -> None:
    mine = await tenancy(world, "Northwind")
    await require_it(world, mine, clock)
    ada = await signed_in(world)
    authenticator = await enrol(ada, clock)
    (user,) = await peek(world.database, sa.select(User).where(User.email == "ada@northwind.test"))
    await world.join(user, Role.ADMIN, mine.reseller)
    document = "query($id: ID!) { reseller(id: $id) { availableActions { action reason { code } } } }"

    before = await ada.query(document, id=gid(mine.reseller))
    await ada.mutate("disableTwoFactor", {"password": PASSWORD, "code": authenticator.code()})
    after = await ada.query(document, id=gid(mine.reseller))

    required = {"code": "TWO_FACTOR_REQUIRED"}
    reasons = [[each["reason"] for each in told["reseller"]["availableActions"]] for told in (before, after)]
    assert reasons == [[None, None, None], [None, required, required]]


async def test_who_requires_it_without_having_it_is_asked_at_once(world: World) -> None:
    admin = await world.admin(reseller := await world.reseller())
    selection = "reseller { name requiresTwoFactor }"

    document = f"mutation($input: UpdateResellerInput!) {{ updateReseller(input: $input) {{ {selection} }} }}"
    answer = await admin.run(document, input={"id": gid(reseller), "requiresTwoFactor": True})

    assert answer.data == {"updateReseller": {"reseller": {"name": "Northwind", "requiresTwoFactor": None}}}
    assert answer.codes == ["TWO_FACTOR_REQUIRED"]


async def test_requiring_it_is_written_down_with_the_old_and_the_new(world: World, clock: Clock) -> None:
    mine = await tenancy(world, "Northwind")
    admin = await require_it(world, mine, clock)
    given = {"id": gid(mine.reseller), "requiresTwoFactor": False, "reason": "Too soon"}
    await admin.mutate("updateReseller", given)
    await admin.mutate("updateReseller", {"id": gid(mine.reseller)})

    events = [event for event in await world.events() if event.action == "updateReseller"]

    assert [(event.reseller_id, event.object_prefix, event.object_id) for event in events] == [
        (mine.reseller.id, "resl", mine.reseller.id)
    ] * 3
    assert [event.changes for event in events] == [
        {"requiresTwoFactor": [False, True]},
        {"requiresTwoFactor": [True, False]},
        {},
    ]
    assert [event.reason for event in events] == [None, "Too soon", None]


async def test_null_is_no_answer(world: World) -> None:
    admin = await world.admin(reseller := await world.reseller())

    refused = await admin.refused("updateReseller", {"id": gid(reseller), "requiresTwoFactor": None})

    assert refused == ("BAD_USER_INPUT", ["input", "requiresTwoFactor"])


@pytest.mark.parametrize("role", [Role.PROVISIONER, Role.FINANCE, Role.READ_ONLY])
async def test_only_who_manages_the_members_requires_it_of_them(world: World, role: Role) -> None:
    member = await world.member(role, reseller := await world.reseller())
    before = await world.rows()

    refusal = await member.refusal("updateReseller", {"id": gid(reseller), "requiresTwoFactor": True})

    assert refusal == forbidden("members:manage")
    assert await world.rows() == before


async def test_another_reseller_is_not_there(world: World) -> None:
    admin = await world.admin(await world.reseller())
    theirs = gid(await world.reseller("Contoso"))
    before = await world.rows()

    refused = [
        await admin.refused("updateReseller", {"id": id, "requiresTwoFactor": True}) for id in (theirs, missing("resl"))
    ]

    assert refused == [("NOT_FOUND", ["input", "id"])] * 2
    assert await world.rows() == before
