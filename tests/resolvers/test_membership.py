"""Members: who reads them and who changes them, everywhere; the last ADMIN; what ends with a membership."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from domain.tenancy import Role
from models import Account, Membership, Organization, Reseller
from tests.clients import Client, forbidden
from tests.peeking import peek
from tests.world import HUNTRESS, PARTNER, Place, World, gid, missing

LAST = {"code": "LAST_ADMIN", "message": "A dashboard keeps at least one ADMIN.", "path": []}
MEMBERS = """
query($id: ID!) { node(id: $id) {
  ... on Reseller { members { user { email } } }
  ... on Account { members { user { email } } }
  ... on Organization { members { user { email } } }
} }
"""
MEMBER = """
query($id: ID!) { node(id: $id) { ... on Membership { role user { name email } availableActions
{ action isAllowed reason { code message path } } } } }
"""
# Which dashboards there are, and who asks: a member of the reseller, of both accounts, or of both organizations.
PLACES = ("reseller", "huntress account", "partner account", "organization in huntress", "organization in partner")
YES, NO, ONLY, NOTHING = "yes", "FORBIDDEN", "PARTNER_SUPPORTED_ONLY", "NOT_FOUND"
# DOMAIN §1: members:read, then members:manage, in each of the five dashboards.
MATRIX: dict[tuple[str, str], tuple[tuple[str, ...], tuple[str, ...]]] = {
    ("reseller", "ADMIN"): ((YES, ONLY, YES, ONLY, YES), (YES, ONLY, YES, ONLY, YES)),
    ("reseller", "PROVISIONER"): ((YES, ONLY, YES, ONLY, YES), (NO, ONLY, NO, ONLY, NO)),
    ("reseller", "FINANCE"): ((YES, ONLY, NO, ONLY, NO), (NO, ONLY, NO, ONLY, NO)),
    ("reseller", "READ_ONLY"): ((YES, ONLY, NO, ONLY, NO), (NO, ONLY, NO, ONLY, NO)),
    ("account", "ADMIN"): ((NO, YES, YES, YES, YES), (NO, YES, YES, YES, YES)),
    ("account", "SECURITY_ENGINEER"): ((NO, YES, YES, YES, YES), (NO, NO, NO, NO, NO)),
    ("account", "USER"): ((NO, YES, YES, YES, YES), (NO, NO, NO, NO, NO)),
    ("account", "READ_ONLY"): ((NO, YES, YES, YES, YES), (NO, NO, NO, NO, NO)),
    ("organization", "ADMIN"): ((NOTHING, NOTHING, NOTHING, YES, YES), (NOTHING, NOTHING, NOTHING, YES, YES)),
    ("organization", "USER"): ((NOTHING, NOTHING, NOTHING, YES, YES), (NOTHING, NOTHING, NOTHING, NO, NO)),
    ("organization", "READ_ONLY"): ((NOTHING, NOTHING, NOTHING, YES, YES), (NOTHING, NOTHING, NOTHING, NO, NO)),
}
CELLS = [
    pytest.param(kind, role, number, reads[number], manages[number], id=f"{kind} {role} at {place}")
    for (kind, role), (reads, manages) in MATRIX.items()
    for number, place in enumerate(PLACES)
]


@dataclass(frozen=True, slots=True)
class Estate:
    """A reseller with an account of each support type, an organization in each."""

    reseller: Reseller
    accounts: tuple[Account, ...]
    organizations: tuple[Organization, ...]

    @property
    def places(self) -> tuple[Place, ...]:
        return (self.reseller, *self.accounts, *self.organizations)

    def joined_by(self, kind: str) -> tuple[Place, ...]:
        joined: dict[str, tuple[Place, ...]] = {
            "reseller": (self.reseller,),
            "account": self.accounts,
            "organization": self.organizations,
        }
        return joined[kind]


async def estate(world: World) -> Estate:
    reseller = await world.reseller()
    accounts = [await world.account(reseller, support_type=each) for each in (HUNTRESS, PARTNER)]
    return Estate(reseller, tuple(accounts), tuple([await world.organization(each) for each in accounts]))


async def added(world: World, role: Role, *places: Place) -> tuple[Client, list[Membership]]:
    person = await world.person()
    memberships = [await world.join(person, role, place) for place in places]
    return await world.sign_in(person), memberships


@pytest.mark.parametrize(("kind", "role", "number", "reads", "manages"), CELLS)
async def test_the_matrix_of_reading_and_managing_members(
    world: World, kind: str, role: str, number: int, reads: str, manages: str
) -> None:
    mine = await estate(world)
    place = mine.places[number]
    asker, _ = await added(world, Role(role), *mine.joined_by(kind))
    _, (victim,) = await added(world, Role.READ_ONLY, place)
    pending, other = await world.invitation(place), await world.invitation(place)
    greater = "FINANCE" if place is mine.reseller else "USER"
    attempts: dict[str, dict[str, Any]] = {
        "inviteMember": {"dashboardId": gid(place), "email": "new@example.test", "role": "READ_ONLY"},
        "resendInvitation": {"id": gid(pending)},
        "revokeInvitation": {"id": gid(other)},
        "changeRole": {"membershipId": gid(victim), "role": greater},
        "removeMember": {"membershipId": gid(victim)},
    }

    told = (await asker.query(MEMBER, id=gid(victim)))["node"]
    invitation = (await asker.query("query($id: ID!) { node(id: $id) { id } }", id=gid(pending)))["node"]
    answer = await asker.run(MEMBERS, id=gid(place))
    outcomes = {}
    for name, given in attempts.items():
        before = await world.rows()
        errors = (await asker.mutate(name, given))["errors"]
        outcomes[name] = errors[0]["code"] if errors else YES
        assert [error["message"] for error in errors if error["code"] == NO] == (
            [forbidden("members:manage")["message"]] if manages == NO else []
        )
        assert (await world.rows() == before) == (manages != YES)

    assert outcomes == dict.fromkeys(attempts, manages)
    assert (told is not None) == (reads == YES)
    assert (invitation is not None) == (manages == YES)
    if told is not None:
        assert [each["action"] for each in told["availableActions"]] == ["changeRole", "removeMember"]
        assert [each["isAllowed"] for each in told["availableActions"]] == [manages == YES] * 2
    assert answer.codes == ([] if reads in {YES, NOTHING} else [reads])
    found = (answer.data["node"] or {}).get("members")
    assert (found is not None) == (reads == YES)


ROLES_OF = {
    "reseller": ("ADMIN", "PROVISIONER", "FINANCE", "READ_ONLY"),
    "account": ("ADMIN", "SECURITY_ENGINEER", "USER", "READ_ONLY"),
    "organization": ("ADMIN", "USER", "READ_ONLY"),
}


@pytest.mark.parametrize("kind", ROLES_OF)
@pytest.mark.parametrize("asker", ROLES_OF)
async def test_admins_give_the_roles_that_a_dashboard_has_and_no_other(world: World, asker: str, kind: str) -> None:
    reseller = await world.reseller()
    account = await world.account(reseller, support_type=PARTNER)
    places: dict[str, Place] = {
        "reseller": reseller,
        "account": account,
        "organization": await world.organization(account),
    }
    rank = list(ROLES_OF)
    if rank.index(asker) > rank.index(kind):
        return
    admin, place = await world.admin(places[asker]), places[kind]
    _, (member,) = await added(world, Role.READ_ONLY, place)
    await added(world, Role.ADMIN, place)
    refused = {}

    for role in Role:
        given = {"dashboardId": gid(place), "email": f"{role.value}@example.test", "role": role.value}
        invited = (await admin.mutate("inviteMember", given))["errors"]
        change = {"membershipId": gid(member), "role": role.value}
        changed = (await admin.mutate("changeRole", change, "membership { role }"))["errors"]
        assert invited == changed
        if invited:
            refused[role.value] = (invited[0]["code"], invited[0]["path"])

    impossible = {role.value for role in Role} - set(ROLES_OF[kind])
    assert refused == dict.fromkeys(impossible, ("BAD_USER_INPUT", ["input", "role"]))


async def test_another_role_holds_from_the_next_request(world: World) -> None:
    reseller = await world.reseller()
    ada = await world.admin(reseller)
    finn, (membership,) = await added(world, Role.FINANCE, reseller)
    before = await finn.refusal("inviteMember", {"dashboardId": gid(reseller), "email": "a@b.test", "role": "ADMIN"})

    changed = await ada.mutate("changeRole", {"membershipId": gid(membership), "role": "ADMIN"}, "membership { role }")

    assert before == forbidden("members:manage")
    assert changed == {"membership": {"role": "ADMIN"}, "errors": []}
    invited = await finn.mutate("inviteMember", {"dashboardId": gid(reseller), "email": "a@b.test", "role": "ADMIN"})
    assert invited["errors"] == []


@pytest.mark.parametrize("kind", ["reseller", "account", "organization"])
async def test_the_last_admin_stays(world: World, kind: str) -> None:
    mine = await estate(world)
    place = mine.joined_by(kind)[-1]
    ada, (membership,) = await added(world, Role.ADMIN, place)
    await added(world, Role.READ_ONLY, place)
    before = await world.rows()
    told = (await ada.query(MEMBER, id=gid(membership)))["node"]["availableActions"]

    refusals = [
        await ada.refusal("removeMember", {"membershipId": gid(membership)}),
        await ada.refusal("changeRole", {"membershipId": gid(membership), "role": "READ_ONLY"}),
    ]

    assert refusals == [LAST, LAST]
    assert [(each["isAllowed"], each["reason"]) for each in told] == [(False, LAST)] * 2
    assert await world.rows() == before
    same = await ada.mutate("changeRole", {"membershipId": gid(membership), "role": "ADMIN"}, "membership { role }")
    assert same == {"membership": {"role": "ADMIN"}, "errors": []}


async def test_somebody_above_cannot_take_the_last_admin_either(world: World) -> None:
    account = await world.account(reseller := await world.reseller(), support_type=PARTNER)
    ada = await world.admin(reseller)
    _, (membership,) = await added(world, Role.ADMIN, account)

    assert await ada.refusal("removeMember", {"membershipId": gid(membership)}) == LAST


@pytest.mark.parametrize("name", ["removeMember", "changeRole"])
async def test_of_two_admins_who_turn_on_each_other_exactly_one_remains(world: World, name: str) -> None:
    for _ in range(6):
        reseller = await world.reseller()
        (ada, (first,)), (eve, (second,)) = [await added(world, Role.ADMIN, reseller) for _ in range(2)]
        rest = {"role": "READ_ONLY"} if name == "changeRole" else {}

        payloads = await asyncio.gather(
            ada.mutate(name, {"membershipId": gid(second), **rest}),
            eve.mutate(name, {"membershipId": gid(first), **rest}),
        )

        codes = [error["code"] for payload in payloads for error in payload["errors"]]
        assert len(codes) == 1
        # The one who came second is the last ADMIN's victim no more, or no longer an ADMIN at all.
        assert codes[0] in {"LAST_ADMIN", "FORBIDDEN", "NOT_FOUND"}
        count = sa.select(sa.func.count()).where(Membership.dashboard_id == reseller.id, Membership.role == Role.ADMIN)
        assert [tuple(row) for row in await peek(world.database, count)] == [(1,)]


async def test_two_admins_who_leave_at_once_do_not_leave_an_empty_chair(world: World) -> None:
    reseller = await world.reseller()
    (ada, (first,)), (eve, (second,)) = [await added(world, Role.ADMIN, reseller) for _ in range(2)]

    payloads = await asyncio.gather(
        ada.mutate("removeMember", {"membershipId": gid(first)}),
        eve.mutate("removeMember", {"membershipId": gid(second)}),
    )

    assert [error["code"] for payload in payloads for error in payload["errors"]] == ["LAST_ADMIN"]


async def test_removal_ends_one_dashboard_at_once_and_nothing_else(world: World) -> None:
    reseller, other = await world.reseller("Northwind"), await world.reseller("Contoso")
    ada = await world.admin(reseller)
    finn, (here, _) = await added(world, Role.ADMIN, reseller, other)
    dashboards = "{ viewer { email dashboards { name } } }"
    seen = await finn.query(dashboards)

    removed = await ada.mutate("removeMember", {"membershipId": gid(here)}, "removedId")

    assert removed == {"removedId": gid(here), "errors": []}
    assert [each["name"] for each in seen["viewer"]["dashboards"]] == ["Contoso", "Northwind"]
    assert await finn.query(dashboards) == {
        "viewer": {"email": seen["viewer"]["email"], "dashboards": [{"name": "Contoso"}]}
    }
    assert await finn.query(MEMBERS, id=gid(reseller)) == {"node": None}
    refusal = await finn.refused("removeMember", {"membershipId": gid(here)})
    assert refusal == ("NOT_FOUND", ["input", "membershipId"])


async def test_members_are_listed_by_name(world: World) -> None:
    reseller = await world.reseller()
    people = [await world.person(f"{name}@example.test") for name in ("zoe", "Ada", "ben")]
    for person in people:
        await world.join(person, Role.READ_ONLY, reseller)

    listed = await (await world.sign_in(people[0])).query(MEMBERS, id=gid(reseller))

    emails = [each["user"]["email"] for each in listed["node"]["members"]]
    assert emails == ["Ada@example.test", "ben@example.test", "zoe@example.test"]


@pytest.mark.parametrize("name", ["changeRole", "removeMember"])
@pytest.mark.parametrize("role", ["reseller's admin", "account's admin", "organization's admin"])
async def test_a_foreign_membership_answers_as_one_that_does_not_exist(world: World, name: str, role: str) -> None:
    mine, theirs = await estate(world), await estate(world)
    asker = await world.admin(*mine.joined_by(role.split("'", maxsplit=1)[0]))
    rest = {"role": "ADMIN"} if name == "changeRole" else {}
    foreign = [(await added(world, Role.ADMIN, place))[1][0] for place in theirs.places]
    before = await world.rows()

    absent = await asker.refusal(name, {"membershipId": missing("memb"), **rest})
    refusals = [await asker.refusal(name, {"membershipId": gid(each), **rest}) for each in foreign]

    message = "There is no such membership, or you may not see it."
    assert absent == {"code": "NOT_FOUND", "message": message, "path": ["input", "membershipId"]}
    assert refusals == [absent] * 5
    assert await world.rows() == before


async def test_people_are_seen_by_those_who_share_a_dashboard_with_them(world: World) -> None:
    mine = await estate(world)
    person = await world.person("omar@example.test")
    membership = await world.join(person, Role.USER, mine.organizations[0])
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on User { email } } }"
    askers = {
        "reseller's admin": await world.admin(mine.reseller),
        "account's user": await world.member(Role.USER, mine.accounts[0]),
        "other account's admin": await world.admin(mine.accounts[1]),
        "organization's user": await world.member(Role.READ_ONLY, mine.organizations[0]),
        "himself": await world.sign_in(person),
    }

    seen = {
        name: [each is not None for each in (await asker.query(document, ids=[gid(person), gid(membership)]))["nodes"]]
        for name, asker in askers.items()
    }

    assert seen == {
        "reseller's admin": [False, False],  # the account is Huntress Supported
        "account's user": [True, True],
        "other account's admin": [False, False],
        "organization's user": [True, True],
        "himself": [True, True],
    }
