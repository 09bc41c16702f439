"""The accounts screen: which accounts, in which order, which page."""

import base64
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.tenancy import Role
from models import Reseller
from tests.clients import Client
from tests.world import ANNUAL, HUNTRESS, PARTNER, World, gid

LIST = """
query($id: ID!, $first: Int, $after: String, $last: Int, $before: String, $where: AccountFilter, $orderBy: AccountOrder)
{ reseller(id: $id) {
  accounts(first: $first, after: $after, last: $last, before: $before, where: $where, orderBy: $orderBy) {
    edges { cursor node { name } } nodes { name status statusEndsOn }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount
  }
} }
"""


async def listed(client: Client, reseller: Reseller, **arguments: Any) -> Any:
    return (await client.query(LIST, id=gid(reseller), **arguments))["reseller"]["accounts"]


def names(page: Any) -> list[str]:
    return [node["name"] for node in page["nodes"]]


async def refused(client: Client, reseller: Reseller, **arguments: Any) -> tuple[str, list[str]]:
    answer = await client.run(LIST, id=gid(reseller), **arguments)
    assert answer.data == {"reseller": {"accounts": None}}
    assert len(answer.errors) == 1
    assert answer.errors[0]["path"] == ["reseller", "accounts"]
    extensions = answer.errors[0]["extensions"]
    return extensions["code"], extensions["path"]


async def states(world: World) -> tuple[Reseller, Client]:
    """A customer in every state, on the first of March 2025."""
    reseller = await world.reseller()
    world.clock.on(date(2025, 3, 1))
    await world.account(reseller, "Alpine", subdomain="ski-house", trial_from=date(2025, 2, 9), support_type=HUNTRESS)
    await world.account(reseller, "blue yonder", trial_from=date(2025, 2, 8))
    early = await world.account(reseller, "City Power", trial_from=date(2025, 2, 20), support_type=HUNTRESS)
    await world.contract(early, activated_on=date(2025, 2, 21))
    paying = await world.account(reseller, "Datum", trial_from=date(2023, 1, 1))
    await world.contract(paying, 50, ANNUAL, activated_on=date(2023, 2, 28))
    pending = await world.account(reseller, "Élan 100%", trial_from=date(2025, 3, 1), support_type=HUNTRESS)
    await world.contract(pending)
    closed = await world.account(reseller, "Fabrikam", trial_from=date(2025, 1, 1), is_disabled=True)
    await world.contract(closed, activated_on=date(2025, 1, 1))
    await world.account(await world.reseller("Contoso"), "Alpine too")
    return reseller, await world.member(Role.READ_ONLY, reseller)


@pytest.mark.parametrize("search", [None, "datum"])
@pytest.mark.parametrize("page", ["nodes { %s }", "edges { node { ...A } }"])
@pytest.mark.parametrize("field", ["trialStartsOn", "createdAt", "updatedAt", "nothing: __typename"])
async def test_a_list_shows_every_date_that_is_selected(
    world: World, field: str, page: str, search: str | None
) -> None:
    datum = await world.account(reseller := await world.reseller(), "Datum", trial_from=date(2025, 1, 1))
    rita, fragment = await world.member(Role.READ_ONLY, reseller), f"fragment A on Account {{ {field} }}"
    selected = page.replace("%s", field) if "%s" in page else page

    answer = await rita.query(
        f"query($id: ID!, $account: ID!, $where: AccountFilter) {{ account(id: $account) {{ ...A }} "
        f"reseller(id: $id) {{ accounts(where: $where) {{ {selected} }} }} }} {fragment}",
        id=gid(reseller),
        account=gid(datum),
        where={"search": search},
    )

    accounts = answer["reseller"]["accounts"]
    assert accounts in ({"nodes": [answer["account"]]}, {"edges": [{"node": answer["account"]}]})


async def test_the_accounts_screen_shows_each_customers_status_by_name(world: World) -> None:
    reseller, rita = await states(world)

    page = await listed(rita, reseller)

    assert page["nodes"] == [
        {"name": "Alpine", "status": "TRIALING", "statusEndsOn": "2025-03-01"},
        {"name": "blue yonder", "status": "TRIAL_EXPIRED", "statusEndsOn": "2025-02-28"},
        {"name": "City Power", "status": "ACTIVE", "statusEndsOn": "2026-03-12"},
        {"name": "Datum", "status": "ACTIVE", "statusEndsOn": "2026-02-27"},
        {"name": "Fabrikam", "status": "DISABLED", "statusEndsOn": "2026-01-21"},
        {"name": "Élan 100%", "status": "TRIALING", "statusEndsOn": "2025-03-21"},
    ]
    assert page["totalCount"] == 6


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        ({"status": ["TRIALING"]}, {"Alpine", "Élan 100%"}),
        ({"status": ["TRIAL_EXPIRED"]}, {"blue yonder"}),
        ({"status": ["ACTIVE"]}, {"City Power", "Datum"}),
        ({"status": ["DISABLED"]}, {"Fabrikam"}),
        ({"status": ["DISABLED", "TRIAL_EXPIRED"]}, {"Fabrikam", "blue yonder"}),
        ({"status": []}, set()),
        ({"supportType": "HUNTRESS_SUPPORTED"}, {"Alpine", "City Power", "Élan 100%"}),
        ({"supportType": "PARTNER_SUPPORTED", "status": ["ACTIVE", "TRIALING"]}, {"Datum"}),
        ({"search": "BLUE"}, {"blue yonder"}),
        ({"search": " SKI-h "}, {"Alpine"}),
        ({"search": "élan"}, {"Élan 100%"}),
        ({"search": "%"}, {"Élan 100%"}),
        ({"search": "_"}, set()),
        ({"search": "/"}, set()),
        ({"search": "\\"}, set()),
        ({"search": "x" * 256}, set()),
        ({"search": "alpine", "status": ["ACTIVE"]}, set()),
        ({"search": ""}, {"Alpine", "blue yonder", "City Power", "Datum", "Élan 100%", "Fabrikam"}),
        (
            {"search": None, "status": None, "supportType": None},
            {"Alpine", "blue yonder", "City Power", "Datum", "Élan 100%", "Fabrikam"},
        ),
    ],
)
async def test_a_filter_keeps_the_accounts_that_satisfy_all_of_it(
    world: World, where: dict[str, Any], kept: set[str]
) -> None:
    reseller, rita = await states(world)

    page = await listed(rita, reseller, where=where)

    assert set(names(page)) == kept
    assert page["totalCount"] == len(kept)


@pytest.mark.parametrize("search", ["x" * 257, "x" * 10_000])
async def test_an_unusable_search_is_refused(world: World, search: str) -> None:
    rita = await world.member(Role.READ_ONLY, reseller := await world.reseller())

    refusal = await refused(rita, reseller, where={"search": search})

    assert refusal == ("BAD_USER_INPUT", ["where", "search"])


async def test_status_ends_orders_by_the_column_that_is_shown(world: World) -> None:
    reseller, rita = await states(world)

    up = await listed(rita, reseller, orderBy={"field": "STATUS_ENDS_ON"})
    down = await listed(rita, reseller, orderBy={"field": "STATUS_ENDS_ON", "direction": "DESC"})

    assert names(up) == ["blue yonder", "Alpine", "Élan 100%", "Fabrikam", "Datum", "City Power"]
    assert names(down) == names(up)[::-1]


@pytest.mark.parametrize(
    ("anchor", "today"),
    [
        (date(2024, 2, 29), date(2025, 2, 27)),
        (date(2024, 2, 29), date(2025, 2, 28)),
        (date(2024, 2, 29), date(2028, 2, 28)),
        (date(2024, 2, 29), date(2028, 2, 29)),
        (date(2024, 2, 29), date(2023, 12, 31)),
        (date(2024, 3, 1), date(2025, 2, 28)),
        (date(2024, 3, 1), date(2025, 3, 1)),
        (date(2024, 1, 31), date(2030, 1, 30)),
        (date(2024, 12, 31), date(2025, 1, 1)),
        (date(2025, 1, 1), date(2024, 12, 31)),
    ],
)
async def test_the_order_and_the_column_agree_on_every_awkward_day(world: World, anchor: date, today: date) -> None:
    # Cursors hold the order's own date, computed in SQL; the column's is computed in Python.
    rita = await world.member(Role.READ_ONLY, reseller := await world.reseller())
    account = await world.account(reseller, trial_from=anchor - timedelta(days=21))
    await world.contract(account, activated_on=anchor - timedelta(days=21))
    world.clock.on(today)

    page = await listed(rita, reseller, orderBy={"field": "STATUS_ENDS_ON"})

    assert place(page["edges"][0]["cursor"])[1] == page["nodes"][0]["statusEndsOn"]


async def test_the_newest_account_comes_first_where_asked(world: World) -> None:
    rita = await world.member(Role.READ_ONLY, reseller := await world.reseller())
    for day in (3, 1, 2):
        world.clock.at = datetime(2025, 1, day, 12, 0, 0, day, tzinfo=UTC)
        await world.account(reseller, f"Day {day}")

    newest = await listed(rita, reseller, orderBy={"field": "CREATED_AT", "direction": "DESC"}, first=2)
    older = await listed(
        rita,
        reseller,
        orderBy={"field": "CREATED_AT", "direction": "DESC"},
        after=newest["pageInfo"]["endCursor"],
    )

    assert (names(newest), names(older)) == (["Day 3", "Day 2"], ["Day 1"])


ORDERS = [
    {"field": field, "direction": direction}
    for field in ("NAME", "CREATED_AT", "STATUS_ENDS_ON")
    for direction in ("ASC", "DESC")
]


@pytest.mark.parametrize("order", ORDERS, ids=str)
async def test_pages_forwards_and_backwards_are_the_whole_list_once(world: World, order: dict[str, str]) -> None:
    rita = await world.member(Role.READ_ONLY, reseller := await world.reseller())
    for name in ("b", "B", "a", "ä", "c", "C", "a"):
        await world.account(reseller, name)
    whole = await listed(rita, reseller, orderBy=order)
    ids = [edge["cursor"] for edge in whole["edges"]]

    forwards, page = [], await listed(rita, reseller, orderBy=order, first=3)
    forwards.append([edge["cursor"] for edge in page["edges"]])
    while page["pageInfo"]["hasNextPage"]:
        page = await listed(rita, reseller, orderBy=order, first=3, after=page["pageInfo"]["endCursor"])
        forwards.append([edge["cursor"] for edge in page["edges"]])
    backwards, page = [], await listed(rita, reseller, orderBy=order, last=3)
    backwards.append([edge["cursor"] for edge in page["edges"]])
    while page["pageInfo"]["hasPreviousPage"]:
        page = await listed(rita, reseller, orderBy=order, last=3, before=page["pageInfo"]["startCursor"])
        backwards.append([edge["cursor"] for edge in page["edges"]])

    assert forwards == [ids[0:3], ids[3:6], ids[6:7]]
    assert backwards == [ids[4:7], ids[1:4], ids[0:1]]


async def test_a_page_stays_true_while_accounts_are_added_and_renamed(world: World) -> None:
    ada = await world.admin(reseller := await world.reseller())
    _, second, _ = [await world.account(reseller, name) for name in ("b", "d", "f")]
    page = await listed(ada, reseller, first=2)
    await world.account(reseller, "a")
    await world.account(reseller, "e")
    await ada.mutate("updateAccount", {"id": gid(second), "name": "z"})

    after = await listed(ada, reseller, first=2, after=page["pageInfo"]["endCursor"])

    assert names(page) == ["b", "d"]
    assert names(after) == ["e", "f"]
    assert after["totalCount"] == 5


async def test_an_empty_page_has_no_cursors(world: World) -> None:
    rita = await world.member(Role.READ_ONLY, reseller := await world.reseller())

    page = await listed(rita, reseller)

    assert page == {
        "edges": [],
        "nodes": [],
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
        "totalCount": 0,
    }


async def test_a_page_has_25_accounts_unless_said_and_100_at_most(world: World) -> None:
    rita = await world.member(Role.READ_ONLY, reseller := await world.reseller())
    for number in range(101):
        await world.account(reseller, f"{number:03}")

    usual, largest = await listed(rita, reseller), await listed(rita, reseller, first=100)
    ending = await listed(rita, reseller, before=largest["pageInfo"]["endCursor"])

    assert names(usual) == [f"{number:03}" for number in range(25)]
    assert names(largest) == [f"{number:03}" for number in range(100)]
    assert names(ending) == [f"{number:03}" for number in range(74, 99)]


def place(cursor: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))


def forged(*parts: Any) -> str:
    written = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


ID = UUID(int=1).hex
FOREIGN_CURSORS = [
    "",
    "x",
    "!!!",
    "é",
    "x" * 10_000,
    forged(),
    forged("NAME_ASC", "b"),
    forged("NAME_DESC", "b", ID),
    forged("CREATED_AT_ASC", "2025-01-01T12:00:00+00:00", ID),
    forged("NAME", "b", ID),
    forged("NAME_ASC", "b", ID, "more"),
    forged("NAME_ASC", 1, ID),
    forged("NAME_ASC", None, ID),
    forged("NAME_ASC", "b", "nothing"),
    forged("NAME_ASC", "b", ID.upper()[:-1] + "A"),
    forged("NAME_ASC", "nul\0", ID),
    forged({"NAME_ASC": "b"}),
]


@pytest.mark.parametrize("cursor", FOREIGN_CURSORS, ids=range(len(FOREIGN_CURSORS)))
async def test_a_cursor_that_is_not_of_this_order_is_refused(world: World, cursor: str) -> None:
    rita = await world.member(Role.READ_ONLY, reseller := await world.reseller())

    assert await refused(rita, reseller, after=cursor) == ("BAD_USER_INPUT", ["after"])
    assert await refused(rita, reseller, last=2, before=cursor) == ("BAD_USER_INPUT", ["before"])


@pytest.mark.parametrize(
    ("field", "key"),
    [
        ("CREATED_AT", "0001-01-01T00:00:00+14:00"),
        ("CREATED_AT", "9999-12-31T23:59:59-14:00"),
        ("CREATED_AT", "2025-01-01T12:00:00"),
        ("CREATED_AT", "yesterday"),
        ("STATUS_ENDS_ON", "2025-02-29"),
        ("STATUS_ENDS_ON", "2025-01-01T12:00:00+00:00"),
    ],
)
async def test_a_cursor_with_a_forged_date_is_refused(world: World, field: str, key: str) -> None:
    rita = await world.member(Role.READ_ONLY, reseller := await world.reseller())

    refusal = await refused(rita, reseller, orderBy={"field": field}, after=forged(f"{field}_ASC", key, ID))

    assert refusal == ("BAD_USER_INPUT", ["after"])


@pytest.mark.parametrize(
    ("arguments", "path"),
    [
        ({"first": 0}, ["first"]),
        ({"first": -1}, ["first"]),
        ({"first": 101}, ["first"]),
        ({"last": 0}, ["last"]),
        ({"last": 101}, ["last"]),
        ({"first": 2, "last": 2}, ["last"]),
        ({"first": 2, "before": forged("NAME_ASC", "b", ID)}, ["before"]),
        ({"last": 2, "after": forged("NAME_ASC", "b", ID)}, ["after"]),
        ({"after": forged("NAME_ASC", "b", ID), "before": forged("NAME_ASC", "b", ID)}, ["before"]),
    ],
)
async def test_a_page_is_asked_for_in_one_direction_and_in_measure(
    world: World, arguments: dict[str, Any], path: list[str]
) -> None:
    rita = await world.member(Role.READ_ONLY, reseller := await world.reseller())

    refusal = await refused(rita, reseller, **arguments)

    assert refusal == ("BAD_USER_INPUT", path)


async def test_members_of_an_account_see_no_list_of_its_siblings(world: World) -> None:
    cora = await world.admin(await world.account(reseller := await world.reseller(), support_type=PARTNER))

    refusal = await refused(cora, reseller)

    assert refusal == ("FORBIDDEN", [])


async def test_the_list_waits_for_the_terms(world: World) -> None:
    newcomer = await world.member(Role.ADMIN, reseller := await world.reseller(), accepts=False)

    refusal = await refused(newcomer, reseller)

    assert refusal == ("TERMS_NOT_ACCEPTED", [])
