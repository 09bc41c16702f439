"""A list's rows leave out what nobody reads: each field of it, selected alone, is what it is beside all others."""

from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLObjectType, build_schema, get_named_type, is_leaf_type, is_required_argument

from domain.tenancy import Role
from tests.world import World, gid

ACCOUNTS = "query($id: ID!, $where: AccountFilter) { reseller(id: $id) { accounts(first: 1, where: $where) { %s } } }"
LISTS = {
    "nodes { %s }": "Account",
    "edges { %s }": "AccountEdge",
    "pageInfo { %s }": "PageInfo",
    "nodes { subscription { %s } }": "Subscription",
    "nodes { organizations { nodes { %s } } }": "Organization",
    "nodes { organizations { edges { %s } } }": "OrganizationEdge",
    "nodes { organizations { pageInfo { %s } } }": "PageInfo",
}


def fields_of(kind: str, root: Path) -> list[str]:
    """All that a type can be asked without an argument; an object of it for its type alone."""
    found = build_schema((root / "schema.graphql").read_text()).get_type(kind)
    assert isinstance(found, GraphQLObjectType)
    return [
        name if is_leaf_type(get_named_type(field.type)) else f"{name} {{ __typename }}"
        for name, field in found.fields.items()
        if not any(map(is_required_argument, field.args.values()))
    ]


def kept(value: Any, key: str) -> Any:
    if isinstance(value, list):
        return [kept(each, key) for each in value]
    if not isinstance(value, dict):
        return value
    return {key: value[key]} if key in value else {name: kept(each, key) for name, each in value.items()}


@pytest.mark.parametrize("where", [{}, {"search": "a"}], ids=["all", "found"])
@pytest.mark.parametrize("path", LISTS)
async def test_a_field_is_the_same_alone_as_beside_all_others(
    world: World, root: Path, path: str, where: dict[str, str]
) -> None:
    account = await world.account(reseller := await world.reseller(), "Datum")
    await world.contract(account)
    await world.organization(account)
    ada, document = await world.member(Role.ADMIN, reseller), ACCOUNTS.replace("%s", path)
    selected = [f"field{number}: {field}" for number, field in enumerate(fields_of(LISTS[path], root))]

    whole = await ada.query(document.replace("%s", " ".join(selected)), id=gid(reseller), where=where)
    alone = [await ada.query(document.replace("%s", each), id=gid(reseller), where=where) for each in selected]

    assert len(selected) > 1
    assert alone == [kept(whole, each.partition(":")[0]) for each in selected]
