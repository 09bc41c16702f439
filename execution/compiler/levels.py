"""A level: one selection set on one object type, for all objects of this type that are there at once."""

from collections.abc import Callable
from enum import Enum
from inspect import iscoroutine
from typing import Any, NamedTuple

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    VariableNode,
    located_error,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetails, FragmentDetails, GroupedFieldSet, collect_subfields
from graphql.execution.values import VariableValues, get_argument_values
from graphql.pyutils import Path

from execution.compiler.branches import is_awaitable_kind
from execution.compiler.failures import Failed, RefusedInPart, Unforeseen
from execution.compiler.frameworks import Binding, Call, CallTogether, Framework, Partly, Together, called_with
from execution.compiler.leaves import Leaf
from execution.compiler.shapes import Shape, shape_of
from execution.compiler.source import Read, reader, written

Details = list[FieldDetails]
# Takes a field's values, of all objects.
Put = Callable[[list[Any]], None]
PATH = GraphQLResolveInfo._fields.index("path")
# Makes a named tuple of a tuple: in half the time.
new = tuple.__new__
# Argument values of these types may be shared by all calls of a level: no resolver can change them.
UNCHANGEABLE = {type(None), bool, int, float, str, bytes}
# Values in a document that a variable may be in.
VARYING = (VariableNode, ListValueNode, ObjectValueNode)


class Compilation(NamedTuple):
    """What is known of an operation before it runs. `variables` are those alone that decide what is selected."""

    schema: GraphQLSchema
    framework: Framework
    operation: OperationDefinitionNode
    fragments: dict[str, FragmentDetails]
    variables: VariableValues
    reads_defaults: bool
    notes_refusals: bool

    def level(self, kind: GraphQLObjectType, details: Details) -> "Level":
        """Return the level of these fields' selections on a type."""
        collected = collect_subfields(self.schema, self.fragments, self.variables, self.operation, kind, details)
        return Level(self, kind, collected.grouped_field_set)


class Run:
    """One run of a plan: what it knows, and what is awaited before it can go on."""

    def __init__(self, executor: Executor[Any]) -> None:
        self.executor = executor
        # Columns of values with awaitables among them, and what is done with the values.
        self.awaited: list[tuple[list[Any], Put]] = []
        self.errors: list[GraphQLError] = []

    def refuse(self, nodes: list[FieldNode], refusals: dict[int, Exception], paths: list[Path]) -> None:
        """Take note of the errors of a field that is refused to some. Raises Failed where others may come between them.

        In one list they come as its elements do; of several lists and fields graphql-core alone knows the order.
        """
        if self.errors or sum(isinstance(each, int) for each in paths[0].as_list()) > 1:
            raise Failed
        self.errors = [located_error(refusals[place], nodes, paths[place].as_list()) for place in sorted(refusals)]

    def refuse_awaitable(self, value: Any) -> None:  # noqa: ANN401 # the answer of a type's function
        """Raise Unforeseen where a value has to be awaited."""
        if is_awaitable_kind(type(value)):
            close(value)
            raise Unforeseen

    def discard(self) -> None:
        """Close the coroutines that were never started."""
        for values, _ in self.awaited:
            close(values)


def close(value: Any) -> None:  # noqa: ANN401 # whatever a resolver returned
    """Close a coroutine that nobody will start, or all in a list, without a word."""
    if iscoroutine(value):
        value.close()
    elif isinstance(value, list):
        for each in value:
            close(each)


class Level:
    """Builds the objects' results, their leaves in generated code, and fills in the other fields one after another."""

    def __init__(self, compilation: Compilation, kind: GraphQLObjectType, fields: GroupedFieldSet) -> None:
        reads: dict[str, Read | str | None] = {}
        self.fields: list[_Field] = []
        self.shapes: dict[str, Shape] = {}
        for key, details in fields.items():
            definition = compilation.schema.get_field(kind, details[0].node.name.value)
            if definition is None:
                continue
            if details[0].node.name.value == "__typename":
                reads[key] = kind.name
                continue
            field = _Field(compilation, kind, key, definition, details)
            self.shapes[key], reads[key] = field.shape, field.read
            if field.read is None:
                self.fields.append(field)
        self._build = written(kind.name, reads)
        self.needs_paths = any(field.needs_paths for field in self.fields)

    def run(self, run: Run, objects: list[Any], paths: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        """Return the objects' results. Raises whatever is wrong with them."""
        results = self._build(objects)
        for field in self.fields:
            field.fill(run, objects, paths, results)
        return results


class _Field:
    """One field of a level: read or called for all objects, completed, and put into their results."""

    def __init__(
        self, compilation: Compilation, kind: GraphQLObjectType, key: str, definition: GraphQLField, details: Details
    ) -> None:
        self._kind, self._key, self._definition = kind, key, definition
        self._nodes: list[FieldNode] = [each.node for each in details]
        self._framework = compilation.framework
        self.shape: Shape = shape_of(compilation, definition.type, details)
        attribute = compilation.framework.attribute(definition, self._nodes[0].name.value)
        if attribute is not None and attribute.of_mappings and not compilation.reads_defaults:
            attribute = None
        self._attribute = None if self._nodes[0].arguments else attribute
        # A leaf that is only read: the level's generated code does it.
        is_read = isinstance(self.shape, Leaf) and self._attribute is not None
        self.read = (
            Read(self._attribute, self.shape) if is_read and isinstance(self.shape, Leaf) and self._attribute else None
        )
        self._together = None if self._attribute is not None else compilation.framework.together(definition)
        is_called = self._attribute is None and self._together is None
        self._needs_infos = is_called or self.shape.needs_infos
        may_be_refused = compilation.notes_refusals and self._together is not None and not self.shape.required
        self.needs_paths = self.read is None and (self._needs_infos or self.shape.needs_paths or may_be_refused)
        self._read_all = None if self._attribute is None else reader(self._attribute)
        # Arguments without variables are the same in every run: what they are bound to is kept.
        self._is_constant = not any(isinstance(each.value, VARYING) for each in self._nodes[0].arguments or ())
        self._binding: Binding | None = None
        self._call_one: Call | None = None
        self._call_all: CallTogether | None = None

    def fill(self, run: Run, objects: list[Any], paths: Any, results: list[dict[str, Any]]) -> None:  # noqa: ANN401
        """Put the field's value into each result, now or when what it awaits is there."""
        own = [new(Path, (path, self._key, self._kind.name)) for path in paths] if self.needs_paths else None
        infos = self._infos(run.executor, own) if own and self._needs_infos else None

        def put(values: list[Any]) -> None:
            try:
                completed = self.shape.complete(run, values, own, infos)
            except Unforeseen:
                if self._attribute is None:
                    # graphql-core calls the resolver again; what it returned now, nobody awaits.
                    close(values)
                raise
            for result, value in zip(results, completed, strict=True):
                result[self._key] = value

        if self._read_all is not None:
            put(self._read_all(objects))
        elif self._together is not None:
            self._ask_together(run, self._together, objects, lambda answered: put(self._allowed(run, answered, own)))
        elif infos:
            self._ask_each(run, objects, infos, put)

    def _allowed(self, run: Run, answered: Any, paths: list[Path] | None) -> list[Any]:  # noqa: ANN401 # values, or Partly
        if not isinstance(answered, Partly):
            values: list[Any] = answered
            return values
        if self.shape.required:
            raise Failed
        if paths is None:
            raise RefusedInPart
        run.refuse(self._nodes, answered.refusals, paths)
        return answered.values

    def _ask_together(self, run: Run, together: Together, objects: list[Any], put: Put) -> None:
        nowhere = Path(None, self._key, self._kind.name)
        info = run.executor.build_resolve_info(self._definition, self._nodes, self._kind, nowhere)
        call = self._call_all
        if call is None:
            arguments = self._arguments(run.executor)
            call = together(arguments)
            self._call_all = call if self._is_constant and _are_unchangeable(arguments) else None
        answering = call(objects, info)
        run.awaited.append(([answering], lambda answered: put(answered[0])))

    def _ask_each(self, run: Run, objects: list[Any], infos: list[GraphQLResolveInfo[Any]], put: Put) -> None:
        values: list[Any] = []
        run.awaited.append((values, put))
        self._call(run.executor, objects, infos, values)
        if not any(map(is_awaitable_kind, set(map(type, values)))):
            run.awaited.pop()
            put(values)

    def _infos(self, executor: Executor[Any], paths: list[Path]) -> list[GraphQLResolveInfo[Any]]:
        first = executor.build_resolve_info(self._definition, self._nodes, self._kind, paths[0])
        kind, before, after = type(first), first[:PATH], first[PATH + 1 :]
        return [new(kind, (*before, path, *after)) for path in paths]

    def _call(
        self, executor: Executor[Any], objects: list[Any], infos: list[GraphQLResolveInfo[Any]], values: list[Any]
    ) -> None:
        # Into a list that is known already: where a call raises, those before it are not forgotten.
        call = self._call_one or self._bound(executor)
        if call is not None:
            values.extend(map(call, objects, infos))
            return
        for source, info in zip(objects, infos, strict=True):
            values.append(called_with(self._definition, self._arguments(executor))(source, info))

    def _bound(self, executor: Executor[Any]) -> Call | None:
        """Return what calls the resolver for every object; None where each call needs arguments of its own."""
        arguments = self._arguments(executor)
        if not _are_unchangeable(arguments):
            return None
        self._binding = self._binding or self._framework.binding(self._definition)
        call = self._binding(arguments)
        self._call_one = call if self._is_constant else None
        return call

    def _arguments(self, executor: Executor[Any]) -> dict[str, Any]:
        node = self._nodes[0]
        if not self._definition.args and not node.arguments:
            return {}
        return get_argument_values(self._definition, node, executor.variable_values, None, executor.hide_suggestions)


def _are_unchangeable(arguments: dict[str, Any]) -> bool:
    return all(type(value) in UNCHANGEABLE or isinstance(value, Enum) for value in arguments.values())
