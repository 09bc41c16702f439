"""What clients write: names, subdomains, keys, numbers. What breaks a rule of form is refused, and changes nothing."""

from typing import Any

import pytest

from domain.naming import RESERVED_SUBDOMAINS
from tests.resolvers.operations import NEW, tenancy
from tests.world import World, gid

EMPTY = "This must not be empty."
LONG = "This must have at most 256 characters."
INVISIBLE = "This must not contain control or invisible characters."
LABEL = "A subdomain has 3 to 63 characters of a to z, 0 to 9 and inner hyphens."
RESERVED = "This subdomain is reserved."
KEY = "A key has 1 to 63 letters, digits and inner hyphens, dots or underscores."
NAMES = [
    ("", EMPTY),
    (" \t\n ", EMPTY),
    ("\u2003", EMPTY),
    ("x" * 257, LONG),
    ("x" * 10_000, LONG),
    ("e\u0301" * 257, LONG),
    ("two\nlines", INVISIBLE),
    ("zero\u200bwidth", INVISIBLE),
    ("private \ue000", INVISIBLE),
]
SUBDOMAINS = [
    ("", LABEL),
    ("ab", LABEL),
    ("x" * 64, LABEL),
    ("x" * 10_000, LABEL),
    ("-coffee", LABEL),
    ("coffee-", LABEL),
    ("---", LABEL),
    ("fourth_coffee", LABEL),
    ("fourth.coffee", LABEL),
    ("fourth coffee", LABEL),
    ("büro", LABEL),
    ("\uff41\uff42\uff43", LABEL),
    ("xn--bro-hoa", LABEL),
    ("ab--cd", LABEL),
    ("www", RESERVED),
    ("Admin", RESERVED),
    (" API ", RESERVED),
    ("mail", RESERVED),
    ("app", RESERVED),
]
KEYS = [
    "",
    " ",
    "x" * 64,
    "x" * 10_000,
    "-part",
    "part-",
    ".part",
    "two parts",
    "büro",
    "a/b",
    "part\nb",
]


def bad(message: str, field: str) -> dict[str, Any]:
    return {"code": "BAD_USER_INPUT", "message": message, "path": ["input", field]}


@pytest.mark.parametrize(("name", "message"), NAMES)
async def test_a_name_is_one_visible_line(world: World, name: str, message: str) -> None:
    mine = await tenancy(world, "Northwind")
    ada = await world.admin(mine.reseller)
    before = await world.rows()

    refusals = [
        await ada.refusal("createAccount", {**NEW, "resellerId": gid(mine.reseller), "name": name}),
        await ada.refusal("updateAccount", {"id": gid(mine.account), "name": name}),
        await ada.refusal("createOrganization", {"accountId": gid(mine.account), "name": name, "key": "part"}),
        await ada.refusal("updateOrganization", {"id": gid(mine.organization), "name": name}),
    ]

    assert refusals == [bad(message, "name")] * 4
    assert await world.rows() == before


@pytest.mark.parametrize(("subdomain", "message"), SUBDOMAINS)
async def test_a_subdomain_is_a_dns_label_and_not_reserved(world: World, subdomain: str, message: str) -> None:
    mine = await tenancy(world, "Northwind")
    ada = await world.admin(mine.reseller)
    before = await world.rows()

    refusals = [
        await ada.refusal("createAccount", {**NEW, "resellerId": gid(mine.reseller), "subdomain": subdomain}),
        await ada.refusal("updateAccount", {"id": gid(mine.account), "subdomain": subdomain}),
    ]

    assert refusals == [bad(message, "subdomain")] * 2
    assert await world.rows() == before


async def test_every_reserved_word_is_refused(world: World) -> None:
    ada = await world.admin(reseller := await world.reseller())
    asked = {**NEW, "resellerId": gid(reseller)}

    messages = {
        (await ada.refusal("createAccount", {**asked, "subdomain": word}))["message"]
        for word in RESERVED_SUBDOMAINS
        if len(word) >= 3
    }

    assert messages == {RESERVED}


@pytest.mark.parametrize("subdomain", ["abc", "x" * 63, "a-b", "4th", "007", "a-1-b-2"])
async def test_the_awkward_dns_labels_are_taken(world: World, subdomain: str) -> None:
    ada = await world.admin(reseller := await world.reseller())
    asked = {**NEW, "resellerId": gid(reseller), "subdomain": subdomain}

    created = await ada.mutate("createAccount", asked, "account { subdomain }")

    assert created == {"account": {"subdomain": subdomain}, "errors": []}


@pytest.mark.parametrize("name", ["x", "x" * 256, "'; DROP TABLE accounts; --", "日本語 👩‍🚀", "<b>%_\\</b>"])
async def test_a_name_may_be_anything_else(world: World, name: str) -> None:
    mine = await tenancy(world, "Northwind")
    ada = await world.admin(mine.reseller)

    renamed = await ada.mutate("updateAccount", {"id": gid(mine.account), "name": name}, "account { name }")

    assert renamed == {"account": {"name": name}, "errors": []}


@pytest.mark.parametrize("key", KEYS)
async def test_a_key_is_a_word_for_programs(world: World, key: str) -> None:
    mine = await tenancy(world, "Northwind")
    ada = await world.admin(mine.reseller)
    before = await world.rows()

    refusals = [
        await ada.refusal("createOrganization", {"accountId": gid(mine.account), "name": "Part", "key": key}),
        await ada.refusal("updateOrganization", {"id": gid(mine.organization), "key": key}),
    ]

    assert refusals == [bad(KEY, "key")] * 2
    assert await world.rows() == before


QUOTE = "query($input: QuoteInput!) { quote(input: $input) { total { amount } } }"
RANGE = "The number of systems must lie between 1 and 1,000,000."


@pytest.mark.parametrize("systems", [0, -1, 1_000_001, 2**31 - 1, -(2**31)])
async def test_systems_lie_between_one_and_a_million(world: World, systems: int) -> None:
    mine = await tenancy(world, "Northwind")
    ada = await world.admin(mine.reseller)
    asked = {"systems": systems, "billingInterval": "MONTHLY"}
    before = await world.rows()

    refusal = await ada.refusal("upsertSubscription", {"accountId": gid(mine.account), **asked})
    quoted = await ada.run(
        QUOTE, input={"resellerId": gid(mine.reseller), "supportType": "HUNTRESS_SUPPORTED", **asked}
    )

    assert refusal == bad(RANGE, "systems")
    assert quoted.data == {"quote": None}
    assert quoted.errors[0]["message"] == RANGE
    assert quoted.errors[0]["extensions"] == {"code": "BAD_USER_INPUT", "path": ["input", "systems"]}
    assert await world.rows() == before


@pytest.mark.parametrize(("systems", "total"), [(1, "5.00"), (1_000_000, "3000000.00")])
async def test_both_ends_of_the_range_are_sold(world: World, systems: int, total: str) -> None:
    mine = await tenancy(world, "Northwind")
    ada = await world.admin(mine.reseller)
    asked = {"systems": systems, "billingInterval": "MONTHLY", "supportType": "HUNTRESS_SUPPORTED"}

    saved = await ada.mutate(
        "upsertSubscription", {"accountId": gid(mine.account), **asked}, "subscription { total { amount } }"
    )

    assert saved == {"subscription": {"total": {"amount": total}}, "errors": []}
    assert await ada.query(QUOTE, input={"resellerId": gid(mine.reseller), **asked}) == {
        "quote": {"total": {"amount": total}}
    }


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"systems": 2**31}, ["input", "systems"]),
        ({"systems": 10**30}, ["input", "systems"]),
        ({"systems": 1.5}, ["input", "systems"]),
        ({"systems": "10"}, ["input", "systems"]),
        ({"systems": None}, ["input", "systems"]),
        ({"billingInterval": "WEEKLY"}, ["input", "billingInterval"]),
        ({"billingInterval": "monthly"}, ["input", "billingInterval"]),
        ({"supportType": "OURS"}, ["input", "supportType"]),
        ({"accountId": {"is": "nothing"}}, ["input", "accountId"]),
    ],
)
async def test_what_is_no_number_enum_or_id_never_reaches_the_operation(
    world: World, changes: dict[str, Any], path: list[str]
) -> None:
    mine = await tenancy(world, "Northwind")
    ada = await world.admin(mine.reseller)
    asked = {"accountId": gid(mine.account), "systems": 5, "billingInterval": "MONTHLY", **changes}
    document = "mutation($input: UpsertSubscriptionInput!) { upsertSubscription(input: $input) { created } }"
    before = await world.rows()

    answer = await ada.run(document, input=asked)

    assert answer.data is None
    assert [error["extensions"] for error in answer.errors] == [{"code": "BAD_USER_INPUT", "path": path}]
    assert await world.rows() == before
