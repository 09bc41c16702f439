"""Generated operations: what hypothesis-graphql makes of a schema, with the rest of the language strewn in."""

from collections.abc import Sequence
from random import Random
from typing import Any

import graphql
from graphql import (
    ArgumentNode,
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    NamedTypeNode,
    NameNode,
    NonNullTypeNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    visit,
)
from hypothesis import strategies as st
from hypothesis_graphql import mutations, queries

Operation = tuple[DocumentNode, dict[str, Any]]
VARIABLES = {"yes": True, "no": False}


def operations(
    schema: GraphQLSchema, *, are_mutations: bool = False, ids: Sequence[str] = (), **given: Any
) -> st.SearchStrategy[Operation]:
    """Return documents that are valid, each with the variables that go with it; `ids` are put where ids go."""
    made: st.SearchStrategy[Any] = (mutations if are_mutations else queries)(schema, print_ast=_itself, **given)
    return st.tuples(made, st.randoms(use_true_random=False)).map(lambda drawn: _strewn(schema, *drawn, ids))


def _itself(document: DocumentNode) -> DocumentNode:
    return document


def _strewn(schema: GraphQLSchema, document: DocumentNode, random: Random, ids: Sequence[str]) -> Operation:
    strewing = _Strewing(TypeInfo(schema), random, ids)
    operation = visit(document, TypeInfoVisitor(strewing.type_info, strewing)).definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    variables = tuple(
        VariableDefinitionNode(variable=_variable(name), type=NonNullTypeNode(type=_named("Boolean")), directives=())
        for name in sorted(strewing.variables)
    )
    whole = OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=variables,
        directives=operation.directives,
        selection_set=operation.selection_set,
    )
    # Printed and read again, so that everything has its place in a text.
    text = graphql.print_ast(DocumentNode(definitions=(whole, *strewing.fragments)))
    read = graphql.parse(text)
    if graphql.validate(schema, read):
        read = graphql.parse(graphql.print_ast(document))
        return read, {}
    return read, {name: VARIABLES[name] for name in strewing.variables}


class _Strewing(Visitor):
    """Puts conditions, __typename, twins, inline fragments and named fragments where nothing becomes invalid by it."""

    def __init__(self, type_info: TypeInfo, random: Random, ids: Sequence[str]) -> None:
        super().__init__()
        self.type_info, self.random, self.ids = type_info, random, ids
        self.variables: set[str] = set()
        self.fragments: list[FragmentDefinitionNode] = []

    def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> SelectionSetNode:
        parent = self.type_info.get_parent_type()
        if parent is None:
            return node
        selections = list(node.selections)
        if self.random.random() < 0.2:
            selections.insert(
                self.random.randint(0, len(selections)), FieldNode(name=NameNode(value="__typename"), **BARE)
            )
        for index, selection in enumerate(selections):
            if isinstance(selection, FieldNode) and self.random.random() < 0.15:
                selections[index] = self._conditional(selection)
        if self.random.random() < 0.1:
            # The same field twice: its selections are merged.
            selections.append(self.random.choice(selections))
        chance = self.random.random()
        if chance < 0.08:
            inner = SelectionSetNode(selections=tuple(selections))
            condition = _named(parent.name) if self.random.random() < 0.5 else None
            return SelectionSetNode(
                selections=(InlineFragmentNode(type_condition=condition, directives=(), selection_set=inner),)
            )
        if chance < 0.16:
            return SelectionSetNode(selections=(self._spread(parent.name, selections),))
        return SelectionSetNode(selections=tuple(selections))

    def leave_string_value(self, node: StringValueNode, *_: Any) -> StringValueNode:
        is_id = str(graphql.get_named_type(self.type_info.get_input_type())) == "ID"
        return StringValueNode(value=self.random.choice(self.ids)) if self.ids and is_id else node

    def leave_argument(self, node: ArgumentNode, *_: Any) -> Any:
        # Made-up cursors and sizes are refused, and then nothing lies below.
        is_rarely_right = node.name.value in {"first", "after", "last", "before"}
        return graphql.REMOVE if self.ids and is_rarely_right and self.random.random() < 0.9 else node

    def _spread(self, kind: str, selections: list[Any]) -> FragmentSpreadNode:
        name = NameNode(value=f"Part{len(self.fragments)}")
        inner = SelectionSetNode(selections=tuple(selections))
        self.fragments.append(
            FragmentDefinitionNode(name=name, type_condition=_named(kind), directives=(), selection_set=inner)
        )
        return FragmentSpreadNode(name=name, directives=())

    def _conditional(self, field: FieldNode) -> FieldNode:
        directive = self.random.choice(["skip", "include"])
        value: Any = BooleanValueNode(value=self.random.random() < 0.5)
        if self.random.random() < 0.7:
            name = self.random.choice(sorted(VARIABLES))
            self.variables.add(name)
            value = _variable(name)
        argument = ArgumentNode(name=NameNode(value="if"), value=value)
        return FieldNode(
            alias=field.alias,
            name=field.name,
            arguments=field.arguments,
            directives=(DirectiveNode(name=NameNode(value=directive), arguments=(argument,)),),
            selection_set=field.selection_set,
        )


BARE: dict[str, Any] = {"arguments": (), "directives": ()}


def _named(name: str) -> NamedTypeNode:
    return NamedTypeNode(name=NameNode(value=name))


def _variable(name: str) -> VariableNode:
    return VariableNode(name=NameNode(value=name))
