"""The SDL: equal to the code, described throughout, and honest about what each field needs."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    build_schema,
    get_named_type,
    is_specified_scalar_type,
    validate_schema,
)
from strawberry import Schema
from strawberry.permission import PermissionExtension
from strawberry.types.base import StrawberryObjectDefinition

from auth.gates import Gate
from domain.errors import ErrorCode
from schema.errors import Payload

PERSON = "Needs a person who is signed in: an API key has no password, no second factor and no sessions."
MUTATIONS = {
    "signIn": "Needs no permission.",
    "signOut": "Needs no permission.",
    "changePassword": PERSON,
    "requestPasswordReset": "Needs no permission.",
    "resetPassword": "Needs no permission.",
    "startTwoFactor": PERSON,
    "confirmTwoFactor": PERSON,
    "disableTwoFactor": PERSON,
    "endSession": PERSON,
    "endOtherSessions": PERSON,
    "updateReseller": "Needs members:manage.",
    "acceptTerms": "Needs terms:accept.",
    "createAccount": "Needs accounts:create. Choosing Partner Supported needs a reseller that is eligible to sell it.",
    "updateAccount": "Needs accounts:edit; an account's own admin changes its name only. "
    "Choosing Partner Supported needs a reseller that is eligible to sell it.",
    "upsertSubscription": "Needs subscriptions:edit. "
    "Choosing Partner Supported needs a reseller that is eligible to sell it.",
    "activateSubscription": "Needs subscriptions:activate.",
    "cancelSubscription": "Needs subscriptions:edit.",
    "inviteMember": "Needs members:manage.",
    "resendInvitation": "Needs members:manage.",
    "revokeInvitation": "Needs members:manage.",
    "acceptInvitation": "Needs no permission.",
    "changeRole": "Needs members:manage.",
    "removeMember": "Needs members:manage.",
    "createApiKey": "Needs keys:manage.",
    "rotateApiKey": "Needs keys:manage.",
    "revokeApiKey": "Needs keys:manage.",
    "createOrganization": "Needs organizations:edit.",
    "updateOrganization": "Needs organizations:edit; an organization's own admin changes its name only.",
}
QUERIES = {
    "viewer": "Needs no permission.",
    "node": "Needs somebody who is signed in.",
    "nodes": "Needs somebody who is signed in.",
    "reseller": "Needs somebody who is signed in.",
    "account": "Needs somebody who is signed in.",
    "organization": "Needs somebody who is signed in.",
    "quote": "Needs somebody who is signed in.",
    "invitation": "Needs no permission.",
    "rateLimit": "Needs no permission.",
}
# They need to be told nothing, so their input may be left out.
WITHOUT_NEED = {"signOut", "startTwoFactor", "endOtherSessions"}
CHANGING = {
    "updateReseller",
    "updateAccount",
    "upsertSubscription",
    "activateSubscription",
    "cancelSubscription",
    "resendInvitation",
    "revokeInvitation",
    "changeRole",
    "removeMember",
    "rotateApiKey",
    "revokeApiKey",
    "updateOrganization",
}
STAFFED = {"members": "Needs members:read.", "invitations": "Needs members:manage."}
AUTOMATED = {"apiKeys": "Needs keys:manage.", "auditEvents": "Needs audit:read."}
GUARDED = {
    "Reseller.supportTypes": "Needs accounts:read.",
    "Reseller.plans": "Needs subscriptions:read (with the partner's cost).",
    "Reseller.terms": "Needs terms:accept.",
    "Reseller.accounts": "Needs accounts:read.",
    "Reseller.requiresTwoFactor": "Needs members:read.",
    "Account.organizations": "Needs organizations:read; a reseller has it only where the account is Partner Supported.",
    "Viewer.sessions": PERSON,
    **{
        f"{kind}.{name}": STAFFED[name]
        for kind in ("Staffed", "Reseller", "Account", "Organization")
        for name in STAFFED
    },
    **{f"{kind}.{name}": AUTOMATED[name] for kind in ("Automated", "Reseller", "Account") for name in AUTOMATED},
}
NODES = {
    "Account",
    "ApiKey",
    "Invitation",
    "Membership",
    "Organization",
    "Plan",
    "Reseller",
    "Subscription",
    "User",
    "Viewer",
}
# Each is listed where it belongs, and its id is its own: node(id) does not lead to it.
LISTED_ONLY = {"AuditEvent", "Session"}
Fields = GraphQLObjectType | GraphQLInterfaceType


@pytest.fixture(scope="session")
def sdl(root: Path) -> GraphQLSchema:
    return build_schema((root / "schema.graphql").read_text())


def ours(schema: GraphQLSchema) -> list[GraphQLNamedType]:
    return [
        kind
        for name, kind in schema.type_map.items()
        if not name.startswith("__") and not is_specified_scalar_type(kind)
    ]


def fields_of(schema: GraphQLSchema, name: str) -> dict[str, GraphQLField]:
    kind = schema.type_map[name]
    assert isinstance(kind, Fields)
    fields: dict[str, GraphQLField] = kind.fields
    return fields


def definitions(api: Schema) -> Iterator[StrawberryObjectDefinition]:
    for kind in api.schema_converter.type_map.values():
        if isinstance(kind.definition, StrawberryObjectDefinition):
            yield kind.definition


def gates(field: Any) -> list[type[Gate]]:
    return [
        type(gate)
        for extension in field.extensions
        if isinstance(extension, PermissionExtension)
        for gate in extension.permissions
        if isinstance(gate, Gate)
    ]


def test_the_exported_schema_is_the_codes(api: Schema, root: Path) -> None:
    assert (root / "schema.graphql").read_text() == f"{api.as_str()}\n"


def test_the_exported_schema_is_valid(sdl: GraphQLSchema) -> None:
    assert validate_schema(sdl) == []


def undescribed(kind: GraphQLNamedType) -> Iterator[str]:
    if not kind.description:
        yield kind.name
    if isinstance(kind, GraphQLEnumType):
        yield from (f"{kind.name}.{name}" for name, value in kind.values.items() if not value.description)
    if isinstance(kind, GraphQLInputObjectType | Fields):
        yield from (f"{kind.name}.{name}" for name, field in kind.fields.items() if not field.description)
    if isinstance(kind, Fields):
        for name, field in kind.fields.items():
            yield from (f"{kind.name}.{name}({each})" for each, it in field.args.items() if not it.description)


def test_everything_is_described(sdl: GraphQLSchema) -> None:
    assert [name for kind in ours(sdl) for name in undescribed(kind)] == []


def test_descriptions_are_sentences(sdl: GraphQLSchema) -> None:
    described = [(kind.name, kind.description or "") for kind in ours(sdl) if not isinstance(kind, GraphQLScalarType)]
    described += [
        (f"{kind.name}.{name}", field.description or "")
        for kind in ours(sdl)
        if isinstance(kind, GraphQLInputObjectType | Fields)
        for name, field in kind.fields.items()
    ]

    assert [name for name, text in described if not re.fullmatch(r'\S.*[.?!"]', text, re.DOTALL)] == []


@pytest.mark.parametrize(("root_type", "expected"), [("Mutation", MUTATIONS), ("Query", QUERIES)])
def test_every_operation_says_what_it_needs(sdl: GraphQLSchema, root_type: str, expected: dict[str, str]) -> None:
    fields = fields_of(sdl, root_type)

    endings = {name: re.sub(r"^.*?(?=Needs )", "", field.description or "") for name, field in fields.items()}

    assert endings == expected


def test_every_operation_states_its_permission_classes(api: Schema) -> None:
    ungated = [
        f"{definition.name}.{field.python_name}"
        for definition in definitions(api)
        if definition.name in {"Query", "Mutation"}
        for field in definition.fields
        if not gates(field)
    ]

    assert ungated == []


def test_the_description_of_a_guarded_field_ends_with_what_its_gates_need(api: Schema) -> None:
    guarded = {
        f"{definition.name}.{api.config.name_converter.get_graphql_name(field)}": (
            field.description or "",
            gates(field),
        )
        for definition in definitions(api)
        for field in definition.fields
        if gates(field)
    }

    assert set(guarded) == {
        *(f"Query.{name}" for name in QUERIES),
        *(f"Mutation.{name}" for name in MUTATIONS),
        *GUARDED,
    }
    assert [
        name for name, (text, asked) in guarded.items() if not text.endswith(" ".join(gate.needs() for gate in asked))
    ] == []
    assert [name for name, ending in GUARDED.items() if not guarded[name][0].endswith(f" {ending}")] == []


def test_a_guarded_field_is_nullable_but_for_the_terms(sdl: GraphQLSchema) -> None:
    # Whoever may not read the terms of a reseller sees its name only; the contract makes them non-null.
    places = [name.split(".") for name in GUARDED]

    promised = [f"{kind}.{name}" for kind, name in places if str(fields_of(sdl, kind)[name].type).endswith("!")]

    assert promised == ["Reseller.terms"]


def test_every_mutation_takes_one_input_and_answers_a_payload_of_its_own(sdl: GraphQLSchema) -> None:
    assert sdl.mutation_type is not None
    for name, field in sdl.mutation_type.fields.items():
        payload = get_named_type(field.type)
        kind = f"{name[0].upper()}{name[1:]}"

        assert isinstance(payload, GraphQLObjectType)
        assert str(field.type) == f"{kind}Payload!"
        assert {key: str(argument.type) for key, argument in field.args.items()} == (
            {"input": f"{kind}Input" if name in WITHOUT_NEED else f"{kind}Input!"}
        )
        assert "Payload" in {interface.name for interface in payload.interfaces}
        assert str(payload.fields["errors"].type) == "[UserError!]!"
        assert [key for key, it in payload.fields.items() if isinstance(it.type, GraphQLNonNull)] == ["errors"]


@pytest.mark.parametrize(("field", "kind"), [("reason", "String"), ("idempotencyKey", "String"), ("dryRun", "Boolean")])
def test_the_input_of_every_mutation_and_no_other_says_how_it_is_called(
    sdl: GraphQLSchema, field: str, kind: str
) -> None:
    inputs = [each for each in ours(sdl) if isinstance(each, GraphQLInputObjectType)]

    found = {each.name: str(each.fields[field].type) for each in inputs if field in each.fields}

    assert found == dict.fromkeys((f"{name[0].upper()}{name[1:]}Input" for name in MUTATIONS), kind)


def test_every_payload_has_room_for_a_receipt(sdl: GraphQLSchema) -> None:
    receipts = {name: str(fields_of(sdl, f"{name[0].upper()}{name[1:]}Payload")["receipt"].type) for name in MUTATIONS}

    assert receipts == dict.fromkeys(MUTATIONS, "Receipt")


def test_whatever_is_changed_has_a_version_and_its_changes_expect_one(sdl: GraphQLSchema) -> None:
    versioned = {kind.name for kind in ours(sdl) if isinstance(kind, GraphQLObjectType) and "version" in kind.fields}
    expecting = {
        name
        for name in MUTATIONS
        if "expectedVersion" in sdl.type_map[f"{name[0].upper()}{name[1:]}Input"].fields  # type: ignore[attr-defined] # an input
    }

    # The version of the terms is their name.
    assert versioned - {"Terms"} == NODES - {"Plan", "User", "Viewer"}
    assert expecting == CHANGING


def test_every_query_may_be_refused_without_costing_the_others(sdl: GraphQLSchema) -> None:
    assert sdl.query_type is not None
    kinds = {name: str(field.type) for name, field in sdl.query_type.fields.items()}

    # nodes is the exception that the contract makes.
    assert [name for name, kind in kinds.items() if kind.endswith("!")] == ["nodes"]


def test_whatever_has_a_global_id_is_a_node(sdl: GraphQLSchema) -> None:
    with_id = {kind.name for kind in ours(sdl) if isinstance(kind, GraphQLObjectType) and "id" in kind.fields}
    nodes = {kind.name for kind in sdl.get_possible_types(sdl.type_map["Node"])}  # type: ignore[arg-type] # an interface
    dashboards = {kind.name for kind in sdl.get_possible_types(sdl.type_map["Dashboard"])}  # type: ignore[arg-type] # an interface
    with_global_id = {name for name in with_id if "global id" in (fields_of(sdl, name)["id"].description or "")}

    assert with_id == nodes | dashboards | LISTED_ONLY
    assert with_global_id == nodes == NODES


def test_every_code_of_the_domain_is_one_of_the_schemas(sdl: GraphQLSchema) -> None:
    codes = sdl.type_map["ErrorCode"]

    assert isinstance(codes, GraphQLEnumType)
    assert list(codes.values) == [code.value for code in ErrorCode]
    assert Payload.__name__ in sdl.type_map
