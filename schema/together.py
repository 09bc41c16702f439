"""Fields that are answered for all objects of a level at once.

    @strawberry.field(description="Its contract, if there is one.")
    @together
    @staticmethod
    async def subscription(accounts: Sequence["Account"], info: Info) -> list[Subscription | None]:

The function takes the parents, the info and the field's arguments, and returns a value for each parent, in their order.
One that waits for nothing is no coroutine, and takes the parents alone. Compiled execution calls it once a level;
wherever one object is asked alone, it is given that one. It is the same either way: what it raises or returns for a
parent must not depend on the others. Its info says which field and whose request it is, and no object's path.

A permission before such a field may answer likewise: where it has a method `together`, that is given all parents and
tells whether all of them are allowed. Where not, each is asked: for its `refusal`, where it has that method, which
returns what it would raise, or None; then a plan tells who was refused, and graphql-core need not.
"""

from collections.abc import Callable, Coroutine, Sequence
from inspect import Parameter, iscoroutinefunction, signature
from typing import Any, TypeVar, get_args

Parent = TypeVar("Parent")
Answers = Callable[..., Coroutine[Any, Any, Sequence[Any]] | Sequence[Any]]
# Where compiled execution finds the function of a resolver that was made from one.
MARK = "together"


def together(many: Answers) -> Any:  # noqa: ANN401 # what stands in its place, with its marks
    """Return the resolver of one object that a static method of many makes."""
    # What mypy takes for the function itself is what Python wraps it in.
    function: Any = getattr(many, "__func__", many)
    one: Any = _awaited(function) if iscoroutinefunction(function) else _at_once(function)
    whole = signature(function)
    _, *others = whole.parameters.values()
    (answer,) = get_args(whole.return_annotation)
    myself = Parameter("self", Parameter.POSITIONAL_OR_KEYWORD)
    one.__signature__ = whole.replace(parameters=[myself, *others], return_annotation=answer)
    one.__annotations__ = {each.name: each.annotation for each in others} | {"return": answer}
    for name in ("__name__", "__qualname__", "__module__", "__doc__"):
        setattr(one, name, getattr(function, name))
    setattr(one, MARK, function)
    return one


def _awaited(function: Any) -> Callable[..., Any]:  # noqa: ANN401 # a coroutine function
    async def one(self: Any, info: Any, **arguments: Any) -> Any:  # noqa: ANN401 # whatever the function takes
        return (await function([self], info, **arguments))[0]

    return one


def _at_once(function: Any) -> Callable[..., Any]:  # noqa: ANN401
    def one(self: Any) -> Any:  # noqa: ANN401
        return function([self])[0]

    return one
