"""Strawberry: what its schemas are made of, and the extension that runs them compiled.

schema = strawberry.Schema(query=Query, extensions=[CompiledExecution()])
"""

from collections.abc import AsyncIterator, Callable, Iterable
from functools import partial
from inspect import iscoroutinefunction
from itertools import repeat
from keyword import iskeyword
from typing import Any, cast
from weakref import WeakKeyDictionary

from graphql import GraphQLAbstractType, GraphQLEnumType, GraphQLField, GraphQLInterfaceType, GraphQLObjectType
from strawberry.execution import optimized_is_awaitable
from strawberry.extensions import SchemaExtension
from strawberry.schema import Schema
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE
from strawberry.types.field import StrawberryField

from execution.compiler.compiler import OPERATIONS, Compiler
from execution.compiler.frameworks import (
    Attribute,
    Binding,
    Call,
    CallTogether,
    Framework,
    NamesOf,
    Together,
    called_with,
)
from execution.compiler.strawberry_calls import (
    Arguments,
    answering,
    calling,
    chained,
    guarded_by,
    marked_together,
    permissions_of,
    takes_no_parent,
    takes_self,
)

BACKREF = GraphQLCoreConverter.DEFINITION_BACKREF


class CompiledExecution:
    """What to put among a schema's extensions. It keeps the plans of `operations` operations, for all requests."""

    def __init__(self, operations: int = OPERATIONS) -> None:
        self._operations = operations
        self._compilers: WeakKeyDictionary[Schema, Compiler | None] = WeakKeyDictionary()

    def __call__(self) -> SchemaExtension:
        """Return the extension of one request."""
        return _Execution(self.compiler)

    def compiler(self, schema: Schema) -> Compiler | None:
        """Return the schema's compiler; None where an extension wraps every field: a plan does without the fields."""
        if schema not in self._compilers:
            is_wrapped = any(extension._implements_resolve() for extension in schema.get_extensions())
            self._compilers[schema] = None if is_wrapped else self._compiler(schema)
        return self._compilers[schema]

    def _compiler(self, schema: Schema) -> Compiler:
        executor_class: Any = schema.execution_context_class
        framework = StrawberryFramework(schema)
        return Compiler(schema._schema, framework=framework, executor_class=executor_class, operations=self._operations)


class _Execution(SchemaExtension):
    def __init__(self, compiler: Callable[[Schema], Compiler | None]) -> None:
        self._compiler = compiler

    async def on_execute(self) -> AsyncIterator[None]:
        """Set the result where a plan has one; where it has none, Strawberry goes on to graphql-core."""
        asked = self.execution_context
        compiler = self._compiler(asked.schema)
        if compiler is not None and asked.graphql_document is not None and asked.result is None:
            asked.result = await compiler.attempt(
                asked.graphql_document,
                asked.operation_name,
                asked.variables,
                asked.context,
                asked.root_value,
                is_awaitable=optimized_is_awaitable,
                operation_extensions=asked.operation_extensions,
            )
        yield


class StrawberryFramework(Framework):
    """Strawberry's fields, enums and types."""

    def __init__(self, schema: Schema) -> None:
        self._converter = schema.schema_converter
        # With handlers of exceptions, a field's resolver is more than its function.
        self._has_handlers = bool(schema.exception_handlers)

    def attribute(self, field: GraphQLField, name: str) -> Attribute | None:
        """Return what a basic field reads, or one whose resolver is a function of the object alone."""
        known = self._field(field)
        if known is None:
            return None if BACKREF in field.extensions else super().attribute(field, name)
        python_name = known.python_name
        if known.base_resolver is not None:
            function = _of_the_object_alone(known)
            of_all = marked_together(function)
            return None if function is None else Attribute(python_name, function=function, of_all=of_all)
        is_plain = known.is_basic_field and known.default_resolver is getattr and not known.arguments
        # A descriptor may say what it reads: then it is read there, without it.
        path = getattr(known.default, "reads", python_name)
        is_readable = is_plain and all(part.isidentifier() and not iskeyword(part) for part in path.split("."))
        return Attribute(path) if is_readable else None

    def binding(self, field: GraphQLField) -> Binding:
        """Return what binds the function after its permissions; where there is more to it, Strawberry calls it."""
        known = self._field(field)
        resolver = None if known is None else known.base_resolver
        if known is None or resolver is None or not takes_no_parent(resolver):
            return super().binding(field)
        permissions = permissions_of(known)
        if permissions is None or (permissions and not iscoroutinefunction(resolver.wrapped_func)):
            return super().binding(field)
        info_of, made = partial(self._converter.config.info_class, _field=known), self._arguments(known).made
        binds = calling(resolver, info_of)

        def bound(arguments: dict[str, Any]) -> Call:
            given = made(arguments)
            call = binds(given)
            whole = called_with(field, arguments)
            return guarded_by(call, permissions, info_of, given, whole) if permissions else call

        return bound

    def together(self, field: GraphQLField) -> Together | None:
        """Return what binds the function that a resolver carries in its attribute `together`, behind permissions."""
        known = self._field(field)
        resolver = None if known is None else known.base_resolver
        function = marked_together(None if resolver is None else resolver.wrapped_func)
        permissions = None if known is None else permissions_of(known)
        if known is None or permissions is None or not iscoroutinefunction(function):
            return None
        info_of, made = partial(self._converter.config.info_class, _field=known), self._arguments(known).made

        def bound(arguments: dict[str, Any]) -> CallTogether:
            return partial(answering, function, permissions, info_of, made(arguments))

        return bound

    def quicker(self, field: GraphQLField) -> Callable[..., Any] | None:
        """Return the function within its extensions, put together once."""
        known = self._field(field)
        chain = None if known is None else chained(known)
        if known is None or chain is None:
            return None
        info_of, arguments = partial(self._converter.config.info_class, _field=known), self._arguments(known)

        def resolve(source: Any, info: Any, **given: Any) -> Any:  # noqa: ANN401 # as graphql-core calls it
            asked = info_of(info)
            return chain(source, asked, **arguments.made(given, asked))

        return resolve

    def _arguments(self, known: StrawberryField) -> Arguments:
        return Arguments(known.arguments, self._converter.config, self._converter.scalar_registry)

    def recognizes(self, kind: GraphQLObjectType) -> Callable[[list[Any]], bool] | None:
        """Return Strawberry's own is_type_of, which looks at nothing but the value's class, unless it was cast."""
        definition = kind.extensions.get(BACKREF)
        is_own = isinstance(definition, StrawberryObjectDefinition) and definition.is_type_of is None
        if kind.is_type_of is None or not is_own:
            return super().recognizes(kind)
        return partial(_all_recognized, kind.is_type_of, set())

    def names_of(self, kind: GraphQLAbstractType) -> NamesOf | None:
        """Return what tells an interface's implementations by their class."""
        definition = kind.extensions.get(BACKREF)
        if not isinstance(kind, GraphQLInterfaceType) or not isinstance(definition, StrawberryObjectDefinition):
            return None
        if definition.resolve_type is not None:
            return None
        origin, known = definition.origin, dict[type, str | None]()

        def names(values: list[Any]) -> list[str] | None:
            found = list(map(known.get, map(type, values)))
            if None in found:
                for each in set(map(type, values)).difference(known):
                    known[each] = _name_of_class(each) if issubclass(each, origin) else None
                found = list(map(known.get, map(type, values)))
            return None if None in found or _is_any_cast(values, set(map(type, values))) else cast("list[str]", found)

        return names

    def members(self, kind: GraphQLEnumType) -> Iterable[Any]:
        """Return the members of the Python enum."""
        definition = kind.extensions.get(BACKREF)
        return super().members(kind) if definition is None else list(definition.wrapped_cls)

    def _field(self, field: GraphQLField) -> StrawberryField | None:
        found = field.extensions.get(BACKREF)
        return found if type(found) is StrawberryField and not self._has_handlers else None


def _of_the_object_alone(field: StrawberryField) -> Callable[[Any], Any] | None:
    resolver = field.base_resolver
    if resolver is None or field.extensions or not (takes_self(resolver) and takes_no_parent(resolver)):
        return None
    takes_more = bool(field.arguments) or resolver.info_parameter is not None or resolver.is_async
    return None if takes_more else cast("Callable[[Any], Any]", resolver.wrapped_func)


def _name_of_class(kind: Any) -> str | None:  # noqa: ANN401 # a class that Strawberry decorated
    found = kind.__strawberry_definition__
    return None if found.is_graphql_generic else str(found.name)


def _is_any_cast(values: list[Any], kinds: set[type]) -> bool:
    # What get_strawberry_type_cast() asks of one, without a call of Python's for each. An object that has slots alone
    # has no place for the mark.
    has_place = True in [kind.__dictoffset__ != 0 for kind in kinds]
    return has_place and True in map(hasattr, values, repeat(TYPE_CAST_ATTRIBUTE))


def _all_recognized(is_type_of: Callable[[Any, Any], Any], known: set[type], values: list[Any]) -> bool:
    kinds = set(map(type, values))
    is_any_cast = _is_any_cast(values, kinds)
    if kinds <= known and not is_any_cast:
        return True
    if not all(is_type_of(value, None) for value in values):
        return False
    if not is_any_cast:
        known |= kinds
    return True
