"""Ids: what is malformed, foreign or missing is not found, everywhere and in the same words."""

from collections.abc import Callable

import pytest

from domain.tenancy import Role
from tests.clients import Client
from tests.resolvers.operations import OPERATIONS, Operation, Tenancy, not_found, tenancy
from tests.world import Place, World, missing

READINGS = {
    "node": "query($id: ID!) { node(id: $id) { id } }",
    "nodes": "query($id: ID!) { nodes(ids: [$id]) { id } }",
    "reseller": "query($id: ID!) { reseller(id: $id) { id } }",
    "account": "query($id: ID!) { account(id: $id) { id } }",
    "organization": "query($id: ID!) { organization(id: $id) { id } }",
    "quote": "query($id: ID!) { quote(input: {resellerId: $id, supportType: HUNTRESS_SUPPORTED, systems: 1, "
    "billingInterval: MONTHLY}) { plan { id } } }",
}
NOTHING = {name: {name: [None] if name == "nodes" else None} for name in READINGS}
KINDS = ("resl", "acct", "org", "sub")
MALFORMED = [
    pytest.param(lambda text: text.upper(), id="in capitals"),
    pytest.param(lambda text: text[0].upper() + text[1:], id="with a capital"),
    pytest.param(lambda text: text.split("_")[1], id="without its prefix"),
    pytest.param(lambda text: f"plan_{text.split('_')[1]}", id="of another kind"),
    pytest.param(lambda text: f"nobody_{text.split('_')[1]}", id="of no kind"),
    pytest.param(lambda text: text[:-1], id="too short"),
    pytest.param(lambda text: f"{text}0", id="too long"),
    pytest.param(lambda text: f"{text.split('_')[0]}_8{text.split('_')[1][1:]}", id="beyond 128 bits"),
    pytest.param(lambda text: f" {text}", id="with a space"),
    pytest.param(lambda text: text.replace("0", "o"), id="with an o for a zero"),
    pytest.param(lambda text: f"{text[:-1]}é", id="beyond ASCII"),
    pytest.param(lambda _: "", id="empty"),
    pytest.param(lambda text: text * 300, id="over-long"),
    pytest.param(lambda _: "0190163d-8694-739b-aea5-966c26f8ad91", id="a UUID"),
]
ASKERS = ["admin", "read only", "account's admin", "account's user", "organization's user"]


async def ask_as(asker: str, world: World, mine: Tenancy) -> Client:
    places: dict[str, tuple[Role, Place]] = {
        "admin": (Role.ADMIN, mine.reseller),
        "read only": (Role.READ_ONLY, mine.reseller),
        "account's admin": (Role.ADMIN, mine.account),
        "account's user": (Role.USER, mine.account),
        "organization's user": (Role.USER, mine.organization),
    }
    role, place = places[asker]
    return await world.member(role, place)


@pytest.mark.parametrize("malform", MALFORMED)
async def test_a_malformed_id_leads_nowhere_in_any_mutation(world: World, malform: Callable[[str], str]) -> None:
    mine = await tenancy(world, "Northwind")
    ada = await world.admin(mine.reseller)
    before = await world.rows()

    refusals = {str(each): await ada.refusal(each.name, each.on(malform(mine.id(each.kind)))) for each in OPERATIONS}

    assert refusals == {str(each): not_found(each) for each in OPERATIONS}
    assert await world.rows() == before


@pytest.mark.parametrize("malform", MALFORMED)
async def test_a_malformed_id_leads_nowhere_in_any_query(world: World, malform: Callable[[str], str]) -> None:
    mine = await tenancy(world, "Northwind")
    ada = await world.admin(mine.reseller)

    for kind in KINDS:
        answers = {name: await ada.query(document, id=malform(mine.id(kind))) for name, document in READINGS.items()}

        assert answers == NOTHING


async def test_an_id_of_another_kind_leads_nowhere(world: World) -> None:
    mine = await tenancy(world, "Northwind")
    ada = await world.admin(mine.reseller)
    before = await world.rows()

    refusals = {
        (str(each), kind): await ada.refusal(each.name, each.on(mine.id(kind)))
        for each in OPERATIONS
        for kind in KINDS
        if kind != each.kind
    }

    assert refusals == {
        (str(each), kind): not_found(each) for each in OPERATIONS for kind in KINDS if kind != each.kind
    }
    assert await world.rows() == before


@pytest.mark.parametrize("asker", ASKERS)
@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
async def test_a_mutation_answers_a_foreign_id_as_one_that_does_not_exist(
    world: World, operation: Operation, asker: str
) -> None:
    mine, theirs = await tenancy(world, "Northwind"), await tenancy(world, "Contoso")
    client = await ask_as(asker, world, mine)
    kind = f"{operation.name[0].upper()}{operation.name[1:]}Input"
    document = f"mutation($input: {kind}!) {{ {operation} (input: $input) {{ errors {{ code message path }} }} }}"
    before = await world.rows()

    foreign = await client.body(document, input=operation.on(theirs.id(operation.kind)))
    absent = await client.body(document, input=operation.on(missing(operation.kind)))

    assert foreign == absent
    assert await client.refusal(operation.name, operation.on(theirs.id(operation.kind))) == not_found(operation)
    assert await world.rows() == before


@pytest.mark.parametrize("asker", ASKERS)
async def test_a_query_answers_a_foreign_id_as_one_that_does_not_exist(world: World, asker: str) -> None:
    mine, theirs = await tenancy(world, "Northwind"), await tenancy(world, "Contoso")
    client = await ask_as(asker, world, mine)

    for name, document in READINGS.items():
        for kind in KINDS:
            foreign = await client.body(document, id=theirs.id(kind))

            assert foreign == await client.body(document, id=missing(kind))
            assert await client.query(document, id=theirs.id(kind)) == NOTHING[name]


async def test_a_foreign_subdomain_answers_as_one_that_does_not_exist(world: World) -> None:
    mine, theirs = await tenancy(world, "Northwind"), await tenancy(world, "Contoso")
    ada = await world.admin(mine.reseller)
    document = "query($subdomain: String) { account(subdomain: $subdomain) { id } }"

    foreign = await ada.body(document, subdomain=theirs.account.subdomain)

    assert foreign == await ada.body(document, subdomain="nobody-has-this")
    assert foreign == b'{"data":{"account":null},"extensions":{"cost":{"requestedQueryCost":1,'


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
async def test_no_mutation_is_for_strangers(world: World, stranger: Client, operation: Operation) -> None:
    mine = await tenancy(world, "Northwind")
    before = await world.rows()

    refusal = await stranger.refusal(operation.name, operation.on(mine.id(operation.kind)))

    assert refusal == {"code": "UNAUTHENTICATED", "message": "Sign in first.", "path": []}
    assert await world.rows() == before


@pytest.mark.parametrize(("name", "document"), READINGS.items())
async def test_no_query_of_objects_is_for_strangers(world: World, stranger: Client, name: str, document: str) -> None:
    mine = await tenancy(world, "Northwind")

    answer = await stranger.run(document, id=mine.id("resl"))

    assert answer.codes == ["UNAUTHENTICATED"]
    assert answer.errors[0]["path"] == [name]
    assert answer.data == (None if name == "nodes" else {name: None})


@pytest.mark.parametrize("role", [Role.ADMIN, Role.PROVISIONER, Role.FINANCE, Role.READ_ONLY])
@pytest.mark.parametrize("operation", OPERATIONS[1:], ids=str)
async def test_the_terms_come_before_every_mutation_of_a_resellers_member(
    world: World, operation: Operation, role: Role
) -> None:
    mine = await tenancy(world, "Northwind")
    newcomer = await world.member(role, mine.reseller, accepts=False)
    before = await world.rows()

    refusal = await newcomer.refusal(operation.name, operation.on(mine.id(operation.kind)))

    assert refusal == {
        "code": "TERMS_NOT_ACCEPTED",
        "message": "Accept the reseller's current terms first.",
        "path": [],
    }
    assert await world.rows() == before


NEEDED = {
    "createAccount": "accounts:create",
    "updateAccount": "accounts:edit (name only)",
    "upsertSubscription": "subscriptions:edit",
    "activateSubscription": "subscriptions:activate",
    "cancelSubscription": "subscriptions:edit",
    "createOrganization": "organizations:edit",
    "updateOrganization": "organizations:edit (name only)",
}


@pytest.mark.parametrize("role", [Role.FINANCE, Role.READ_ONLY])
@pytest.mark.parametrize("operation", OPERATIONS[1:], ids=str)
async def test_who_only_reads_is_told_the_permission_that_is_missing(
    world: World, operation: Operation, role: Role
) -> None:
    mine = await tenancy(world, "Northwind")
    reader = await world.member(role, mine.reseller)
    before = await world.rows()

    refusal = await reader.refusal(operation.name, operation.on(mine.id(operation.kind)))

    assert refusal == {
        "code": "FORBIDDEN",
        "message": f"This needs the permission {NEEDED[operation.name]}.",
        "path": [],
    }
    assert await world.rows() == before


async def test_who_may_activate_elsewhere_may_not_activate_here(world: World) -> None:
    mine, other = await tenancy(world, "Northwind"), await tenancy(world, "Contoso")
    person = await world.person()
    await world.join(person, Role.PROVISIONER, mine.reseller)
    await world.join(person, Role.ADMIN, other.reseller)
    both = await world.sign_in(person)
    before = await world.rows()

    refusal = await both.refusal("activateSubscription", {"id": mine.id("sub")})

    assert refusal == {
        "code": "FORBIDDEN",
        "message": "This needs the permission subscriptions:activate.",
        "path": [],
    }
    assert await world.rows() == before
