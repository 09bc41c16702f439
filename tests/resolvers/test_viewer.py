"""The viewer: signing in and out, and the dashboards between which they switch."""

from typing import Any

import pytest

from auth.passwords import hash_password
from domain.tenancy import Role
from models import Account, Organization, Reseller, ids
from tests.clients import Client
from tests.world import HUNTRESS, Place, World, gid

PERSON = "viewer { id name email }"
VIEWER = f"{{ {PERSON} }}"
SWITCHER = """
query($current: ID, $kinds: [DashboardKind!], $search: String) {
  viewer { dashboards(current: $current, kinds: $kinds, search: $search) { id kind name role isCurrent } }
}
"""
LEADS = """
{ viewer { dashboards { __typename name
  ... on ResellerDashboard { reseller { id name } }
  ... on AccountDashboard { account { id subdomain } }
  ... on OrganizationDashboard { organization { id key } }
} } }
"""
WRONG = {
    "code": "INVALID_CREDENTIALS",
    "message": "The e-mail address or the password is wrong.",
    "path": [],
}


async def test_a_stranger_is_nobody(stranger: Client) -> None:
    assert await stranger.query(VIEWER) == {"viewer": None}


@pytest.mark.parametrize("email", ["ada@northwind.example", "ADA@Northwind.Example", "  Ada@northwind.example "])
async def test_signing_in_opens_a_session_whatever_the_case_of_the_address(
    world: World, stranger: Client, email: str
) -> None:
    ada = await world.person("Ada@northwind.example", password_hash=await hash_password("correct horse"))

    signed_in = await stranger.mutate("signIn", {"email": email, "password": "correct horse"}, PERSON)

    person = {"id": ids.encode("viewer", ada.id), "name": "Ada", "email": "Ada@northwind.example"}
    assert signed_in == {"viewer": person, "errors": []}
    assert await stranger.query(VIEWER) == {"viewer": person}


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ada@northwind.example", "wrong"),
        ("ada@northwind.example", ""),
        ("ada@northwind.example", "Correct horse"),
        ("ada@northwind.example", "x" * 10_000),
        ("nobody@northwind.example", "correct horse"),
        ("no-password@northwind.example", "correct horse"),
        ("no-password@northwind.example", ""),
        ("", "correct horse"),
        ("x" * 10_000, "correct horse"),
        ("' OR 1=1 --", "correct horse"),
    ],
)
async def test_whatever_is_wrong_the_answer_is_the_same(
    world: World, stranger: Client, email: str, password: str
) -> None:
    await world.person("ada@northwind.example", password_hash=await hash_password("correct horse"))
    await world.person("no-password@northwind.example")
    before = await world.rows()

    refusal = await stranger.refusal("signIn", {"email": email, "password": password})

    assert refusal == WRONG
    assert await stranger.query(VIEWER) == {"viewer": None}
    # That somebody tried is counted, and nothing else has changed.
    assert [row for row in await world.rows() if row[0] != "throttles"] == before


async def test_signing_out_ends_this_session_and_no_other(world: World, stranger: Client) -> None:
    person = await world.person()
    here, there = await world.sign_in(person), await world.sign_in(person)
    document = "mutation { signOut { errors { code } } }"

    out = [await here.query(document), await here.query(document), await stranger.query(document)]

    assert out == [{"signOut": {"errors": []}}] * 3
    assert await here.query(VIEWER) == {"viewer": None}
    assert (await there.query(VIEWER))["viewer"]["name"] == person.name


async def places(world: World) -> tuple[Reseller, Account, Organization, Client]:
    """Somebody in dashboards of every kind, and some that they have only access to."""
    contoso, northwind = await world.reseller("Contoso"), await world.reseller("Northwind")
    coffee = await world.account(northwind, "Fourth Coffee", subdomain="fourth-coffee", support_type=HUNTRESS)
    await world.organization(coffee, "Shops")
    roastery = await world.organization(coffee, "Roastery")
    await world.account(northwind, "Alpine")
    person = await world.person()
    seats: list[tuple[Role, Place]] = [
        (Role.USER, roastery),
        (Role.READ_ONLY, await world.account(contoso, "apple", subdomain="orchard")),
        (Role.ADMIN, coffee),
        (Role.FINANCE, northwind),
        (Role.ADMIN, contoso),
    ]
    for role, place in seats:
        await world.join(person, role, place, accepts=False)
    return northwind, coffee, roastery, await world.sign_in(person)


async def switcher(client: Client, **arguments: Any) -> list[str]:
    return [each["name"] for each in (await client.query(SWITCHER, **arguments))["viewer"]["dashboards"]]


async def test_the_switcher_lists_exactly_the_dashboards_somebody_was_added_to(world: World) -> None:
    *_, ada = await places(world)

    found = (await ada.query(SWITCHER))["viewer"]["dashboards"]

    assert [(each["kind"], each["name"], each["role"], each["isCurrent"]) for each in found] == [
        ("RESELLER", "Contoso", "ADMIN", False),
        ("RESELLER", "Northwind", "FINANCE", False),
        ("ACCOUNT", "apple", "READ_ONLY", False),
        ("ACCOUNT", "Fourth Coffee", "ADMIN", False),
        ("ORGANIZATION", "Roastery", "USER", False),
    ]


async def test_the_dashboard_somebody_is_in_carries_the_check_mark(world: World) -> None:
    northwind, coffee, roastery, ada = await places(world)

    for place, name in ((northwind, "Northwind"), (coffee, "Fourth Coffee"), (roastery, "Roastery")):
        found = (await ada.query(SWITCHER, current=gid(place)))["viewer"]["dashboards"]

        assert [(each["id"], each["name"]) for each in found if each["isCurrent"]] == [(gid(place), name)]


@pytest.mark.parametrize("current", ["", "nobody", "acct_01h455vb4pex5vsknk084sn02q", "x" * 10_000])
async def test_an_id_that_is_none_of_theirs_marks_nothing(world: World, current: str) -> None:
    northwind, *_, ada = await places(world)

    for mark in (current, gid(northwind).upper()):
        found = (await ada.query(SWITCHER, current=mark))["viewer"]["dashboards"]

        assert [each["isCurrent"] for each in found] == [False] * 5


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ({"kinds": ["ACCOUNT"]}, ["apple", "Fourth Coffee"]),
        ({"kinds": ["ORGANIZATION", "RESELLER"]}, ["Contoso", "Northwind", "Roastery"]),
        ({"kinds": []}, []),
        ({"kinds": None}, ["Contoso", "Northwind", "apple", "Fourth Coffee", "Roastery"]),
        ({"search": "CO"}, ["Contoso", "Fourth Coffee"]),
        ({"search": " orCHard "}, ["apple"]),
        ({"search": "fourth-"}, ["Fourth Coffee"]),
        ({"search": "o", "kinds": ["ORGANIZATION"]}, ["Roastery"]),
        ({"search": "%"}, []),
        ({"search": "x" * 256}, []),
        ({"search": ""}, ["Contoso", "Northwind", "apple", "Fourth Coffee", "Roastery"]),
    ],
)
async def test_the_switcher_is_searched_by_name_subdomain_and_kind(
    world: World, arguments: dict[str, Any], names: list[str]
) -> None:
    *_, ada = await places(world)

    assert await switcher(ada, **arguments) == names


async def test_an_over_long_search_is_refused(world: World) -> None:
    *_, ada = await places(world)

    answer = await ada.run(SWITCHER, search="x" * 257)

    assert [error["extensions"] for error in answer.errors] == [{"code": "BAD_USER_INPUT", "path": ["search"]}]


async def test_each_entry_leads_to_its_place_where_the_terms_let_it(world: World) -> None:
    northwind, coffee, roastery, ada = await places(world)

    found = (await ada.query(LEADS))["viewer"]["dashboards"]

    assert found[1] == {
        "__typename": "ResellerDashboard",
        "name": "Northwind",
        "reseller": {"id": gid(northwind), "name": "Northwind"},
    }
    assert found[3:] == [
        {
            "__typename": "AccountDashboard",
            "name": "Fourth Coffee",
            "account": {"id": gid(coffee), "subdomain": "fourth-coffee"},
        },
        {
            "__typename": "OrganizationDashboard",
            "name": "Roastery",
            "organization": {"id": gid(roastery), "key": roastery.key},
        },
    ]


async def test_somebody_who_belongs_nowhere_has_an_empty_switcher(world: World) -> None:
    nobody = await world.sign_in(await world.person())

    assert await switcher(nobody) == []
