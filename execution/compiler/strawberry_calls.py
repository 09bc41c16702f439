"""Calling Strawberry's resolvers: their arguments, permissions and extensions, as far as these are known beforehand."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial, reduce
from inspect import Parameter, iscoroutine, isfunction
from typing import Any, cast

import strawberry
from strawberry.extensions import FieldExtension
from strawberry.extensions.field_extension import build_field_extension_resolvers
from strawberry.permission import BasePermission, PermissionExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types.arguments import InputContext, StrawberryArgument, convert_argument
from strawberry.types.base import StrawberryMaybe, StrawberryOptional, get_object_definition
from strawberry.types.field import StrawberryField
from strawberry.types.fields.resolver import StrawberryResolver

from execution.compiler.failures import Failed
from execution.compiler.frameworks import Call, Partly

# By this name a permission has what returns the exception that it would raise, or None.
REFUSAL = "refusal"
# Makes a Python value of an argument's, which may be null.
Making = Callable[[Any, InputContext], Any]


class Arguments:
    """What Strawberry makes of a field's arguments; their names and types are looked up once."""

    def __init__(self, arguments: Sequence[StrawberryArgument], config: StrawberryConfig, scalars: Any) -> None:  # noqa: ANN401 # its registry
        self._config, self._scalars = config, scalars
        name_of = config.name_converter.from_argument
        self._known = [(name_of(each), each.python_name, _making(each.type)) for each in arguments]

    def made(self, given: dict[str, Any], info: Any = None) -> dict[str, Any]:  # noqa: ANN401 # Strawberry's info
        """Return the arguments that the resolver takes, of those that were given."""
        return {
            python_name: making(given[name], InputContext(info, self._config, self._scalars, (name,)))
            for name, python_name, making in self._known
            if name in given
        }


def _making(kind: Any) -> Making:  # noqa: ANN401 # whatever Strawberry has resolved a type to
    is_optional = isinstance(kind, StrawberryOptional) and not isinstance(kind, StrawberryMaybe)
    inner = kind.of_type if is_optional else kind
    definition = get_object_definition(inner)
    from_input = None if definition is None else definition.from_input
    if from_input is None:
        return lambda value, context: convert_argument(
            value, kind, context.scalar_registry, context.config, context.info, path=context.path
        )
    return lambda value, context: None if value is None else from_input(inner, value, context)


def chained(field: StrawberryField) -> Callable[..., Any] | None:
    """Return a function within the field's extensions, which Strawberry puts together for each call; takes its info.

    None where that depends on the call, or on the parent.
    """
    resolver = field.base_resolver
    if resolver is None or not field.is_async or takes_self(resolver) or not takes_no_parent(resolver):
        return None
    maps = any(type(each).map_arguments is not FieldExtension.map_arguments for each in field.extensions)
    parameter = resolver.info_parameter
    if maps or parameter is None or parameter.name != "info":
        return None
    function = cast("Callable[..., Any]", resolver.wrapped_func)

    def innermost(_: Any, info: Any, **given: Any) -> Any:  # noqa: ANN401
        return function(info=info, **given)

    return reduce(_within, build_field_extension_resolvers(field), innermost)


def _within(inner: Callable[..., Any], outer: Callable[..., Any]) -> Callable[..., Any]:
    return partial(outer, inner)


def takes_no_parent(resolver: StrawberryResolver[Any]) -> bool:
    """Tell whether it asks for its parent by no name of its own, as neither methods nor most functions do."""
    takes_parent = resolver.parent_parameter is not None or resolver.root_parameter is not None
    return isfunction(resolver.wrapped_func) and not takes_parent


def takes_self(resolver: StrawberryResolver[Any]) -> bool:
    """Tell whether it is a method."""
    return isinstance(resolver.self_parameter, Parameter)


def marked_together(resolver: object) -> Callable[..., Any] | None:
    """Return the function that answers for many, where a resolver or a permission carries one."""
    return getattr(resolver, "together", None)


def permissions_of(field: StrawberryField) -> list[BasePermission] | None:
    """Return the permissions that guard the field; None where anything else extends it."""
    permissions: list[BasePermission] = []
    # The last extension is the outermost, and asked first.
    for extension in reversed(field.extensions):
        if type(extension) is not PermissionExtension or extension.fail_silently:
            return None
        permissions += extension.permissions
    return permissions


async def answering(
    function: Callable[..., Awaitable[Sequence[Any]]],
    permissions: list[BasePermission],
    info_of: Callable[..., Any],
    given: dict[str, Any],
    sources: list[Any],
    info: Any,  # noqa: ANN401 # graphql-core's
) -> Sequence[Any] | Partly:
    """Return what a function of many answers for those whom the permissions let pass. Raises Failed."""
    asked: strawberry.Info[Any, Any] = info_of(info)
    refusals: dict[int, Exception] = {}
    for permission in permissions:
        for_all = marked_together(permission)
        if for_all is None or for_all(sources, asked, **given) is not True:
            refusals = await _refused(permission, sources, asked, given, refusals)
    if not refusals:
        return await function(sources, asked, **given)
    there = [source for place, source in enumerate(sources) if place not in refusals]
    found = iter(await function(there, asked, **given) if there else ())
    return Partly([None if place in refusals else next(found) for place in range(len(sources))], refusals)


async def _refused(
    permission: BasePermission,
    sources: list[Any],
    asked: Any,  # noqa: ANN401 # Strawberry's info
    given: dict[str, Any],
    before: dict[int, Exception],
) -> dict[int, Exception]:
    """Return what is refused to whom by now, by their places. Raises Failed where Strawberry has to say it."""
    there = [(place, source) for place, source in enumerate(sources) if place not in before]
    refusing = getattr(permission, REFUSAL, None)
    if refusing is not None:
        # Never raised: an exception holds the frames that it came through, and they would hold it.
        answers = [(place, refusing(source, asked, **given)) for place, source in there]
        return before | {place: refusal for place, refusal in answers if refusal is not None}
    for _, source in there:
        allowed = permission.has_permission(source, asked, **given)
        if (await allowed if iscoroutine(allowed) else allowed) is not True:
            # Strawberry asks again, and says what the permission has to say.
            raise Failed
    return before


def calling(resolver: StrawberryResolver[Any], info_of: Callable[..., Any]) -> Callable[[dict[str, Any]], Call]:
    """Return what binds the function itself to arguments that are the same for every object."""
    parameter = resolver.info_parameter
    function = cast("Callable[..., Any]", resolver.wrapped_func)
    name = None if parameter is None else parameter.name
    if not takes_self(resolver):
        # A root's function.
        if name is None:
            return lambda given: lambda _, __: function(**given)
        return lambda given: lambda _, info: function(**{name: info_of(info)}, **given)
    if name is None:
        return lambda given: lambda source, _: function(source, **given)
    if name == "info":
        return lambda given: lambda source, info: function(source, info=info_of(info), **given)
    return lambda given: lambda source, info: function(source, **{name: info_of(info)}, **given)


def guarded_by(
    call: Call, permissions: list[BasePermission], info_of: Callable[..., Any], given: dict[str, Any], whole: Call
) -> Call:
    """Return what asks the permissions first; `whole` is Strawberry's way, for what one does not allow at once."""

    def guarded(source: Any, info: Any) -> Any:  # noqa: ANN401
        asked: strawberry.Info[Any, Any] = info_of(info)
        for permission in permissions:
            allowed = permission.has_permission(source, asked, **given)
            if allowed is not True:
                # A permission that has to be awaited, or is denied: Strawberry asks again, and does the rest.
                if iscoroutine(allowed):
                    allowed.close()
                return whole(source, info)
        return call(source, info)

    return guarded
