"""Every mutation, sent as automation sends it: with a key, as a dry run, with all of its payload asked for."""

from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type, is_leaf_type

from resolvers.api import Api
from tests.clients import Client
from tests.resolvers.changes import CHANGES, Stage

RECEIPT = "receipt { requestId auditEventId replayed dryRun }"
# They open, renew or end the caller's own session, or are for strangers.
ONCE = {
    "signIn",
    "signOut",
    "changePassword",
    "requestPasswordReset",
    "resetPassword",
    "confirmTwoFactor",
    "disableTwoFactor",
}
REPEATABLE = sorted(set(CHANGES) - ONCE)
SECRETS = {"secret", "otpauthUri"}


def schema_of(api: Api) -> GraphQLSchema:
    """Return graphql-core's schema inside Strawberry's."""
    schema: GraphQLSchema = api._schema
    return schema


def everything(api: Api, name: str) -> str:
    """Return a selection of the whole payload, and of its objects whatever tells one from another."""
    payload = schema_of(api).type_map[f"{name[0].upper()}{name[1:]}Payload"]
    assert isinstance(payload, GraphQLObjectType)
    selections = [RECEIPT]
    for field, definition in payload.fields.items():
        kind = get_named_type(definition.type)
        if is_leaf_type(kind):
            selections.append(field)
        elif field not in {"receipt", "errors"}:
            version = " version" if "version" in kind.fields else ""  # type: ignore[union-attr] # an object or interface
            selections.append(f"{field} {{ id{version} }}")
    return " ".join(selections)


def client_of(stage: Stage, name: str) -> Client:
    """Return whoever sends it."""
    change = CHANGES[name].client
    return stage.ada if change is None else change(stage)


async def input_of(stage: Stage, name: str) -> dict[str, Any]:
    """Return an input that does something."""
    given = CHANGES[name].given
    return {} if given is None else await given(stage)


def without(payload: dict[str, Any], *names: str) -> dict[str, Any]:
    """Return what a replay has to repeat: the payload without some of its fields, and without `replayed`."""
    rest = {name: value for name, value in payload.items() if name not in names}
    return {**rest, "receipt": {name: value for name, value in rest["receipt"].items() if name != "replayed"}}
