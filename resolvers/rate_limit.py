"""The rate budget: an operation is paid before it runs, and told what it costs; a rehearsal costs nothing."""

from typing import Annotated, Any

import strawberry
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
)
from graphql.execution.collect_fields import FragmentDetails, collect_fields
from graphql.execution.values import VariableValues, get_argument_values

from auth.budgets import RateLimited
from domain.budgets import Standing
from execution.admission.verdicts import Operation
from schema.context import Context, Info
from schema.rate_limit import RateLimit

FIELD, ARGUMENT = "rateLimit", "dryRun"
DryRun = Annotated[
    bool | None,
    strawberry.argument(description="Run nothing else of the operation and take nothing: tell what it would cost."),
]


async def rate_limit(info: Info, dry_run: DryRun = None) -> RateLimit | None:  # noqa: ARG001 # read before anything runs
    """What this operation costs, and how many points are left to whoever asks.

    With dryRun the operation's other fields do not run and are missing from the answer, and nothing is taken.
    """
    standing = info.context.standing
    return None if standing is None else RateLimit.of(standing)


async def paid(
    schema: GraphQLSchema, operation: Operation, values: VariableValues, cost: int, context: Context
) -> Operation:
    """Return what is to run, once its cost is taken: the operation, or of a rehearsal only what it asks of its budget.

    Raises RateLimited.
    """
    who, rehearsal = (context.viewer, context.client_address), _rehearsal(schema, operation, values)
    if rehearsal is not None:
        context.standing = context.budgets.standing(*who, cost, at=context.now)
        return rehearsal
    context.standing = await context.budgets.spend(context.database, *who, cost, at=context.now)
    return operation


def told(standing: Standing) -> dict[str, Any]:
    """Return the answer's extensions: the cost, with the names that clients know from Shopify."""
    status = {
        "maximumAvailable": standing.limit,
        "currentlyAvailable": standing.remaining,
        "restoreRate": standing.restore_rate,
        "resetAt": standing.reset_at.isoformat(),
    }
    return {"cost": {"requestedQueryCost": standing.cost, "throttleStatus": status}}


def limited(error: RateLimited) -> dict[str, Any]:
    """Return the body of an answer to what was not run because too few points are left."""
    standing, wait = error.standing, error.retry_after
    message = f"This costs {standing.cost} points, and {standing.remaining} of {standing.limit} are left: "
    message += "ask for less." if wait is None else f"try again in {wait} {'second' if wait == 1 else 'seconds'}."
    extensions = {
        "code": "RATE_LIMITED",
        "cost": standing.cost,
        "limit": standing.limit,
        "remaining": standing.remaining,
        "resetAt": standing.reset_at.isoformat(),
    }
    return {"errors": [{"message": message, "extensions": extensions}], "extensions": told(standing)}


def _rehearsal(schema: GraphQLSchema, operation: Operation, values: VariableValues) -> Operation | None:
    # Most operations have neither the field nor a fragment at their root, and are through here.
    selections = operation.node.selection_set.selections
    if all(isinstance(each, FieldNode) and each.name.value != FIELD for each in selections):
        return None
    if not operation.only_reads or schema.query_type is None:
        return None
    nodes, fragments = _asked(schema, schema.query_type, operation, values)
    definition = schema.query_type.fields[FIELD]
    if not any(get_argument_values(definition, each, values).get(ARGUMENT) for each in nodes):
        return None
    whole = operation.node
    node = OperationDefinitionNode(
        operation=whole.operation,
        name=whole.name,
        variable_definitions=whole.variable_definitions,
        directives=whole.directives,
        selection_set=SelectionSetNode(selections=tuple(nodes)),
    )
    return Operation(DocumentNode(definitions=(node, *fragments)), node, operation.cost, operation.variables)


def _asked(
    schema: GraphQLSchema, root: GraphQLObjectType, operation: Operation, values: VariableValues
) -> tuple[list[FieldNode], list[FragmentDefinitionNode]]:
    fragments = [each for each in operation.document.definitions if isinstance(each, FragmentDefinitionNode)]
    named = {each.name.value: FragmentDetails(each, None) for each in fragments}
    collected = collect_fields(schema, named, values, root, operation.node).grouped_field_set
    nodes = [details.node for group in collected.values() for details in group]
    return [each for each in nodes if each.name.value == FIELD], fragments
