"""Everything with a global id, and the one way from an id to the object."""

import asyncio
from collections.abc import Sequence
from operator import attrgetter
from typing import Any, ClassVar, Self, cast
from uuid import UUID

import strawberry

from domain.errors import BadInput
from models import ids
from models.paging import LARGEST_SIZE
from schema.context import Info
from schema.together import together

# What every kind of object that can be changed says of its version.
VERSION = "How often it was changed, counted from 1: what expectedVersion takes."


@strawberry.interface(
    description="Anything with a global id. Ids are TypeIDs: a prefix that names the kind, then a UUIDv7 in base 32 "
    "(acct_01h455vb4pex5vsknk084sn02q)."
)
class Node:
    """What has a row with an id, in the column that the class names.

    A kind of object registers with its prefix, so that files that refer to each other need not import each other. One
    that is made of a single row names the loader that has it, and says in of(row, info) who sees it; others load
    themselves.
    """

    __slots__ = ()

    kinds: ClassVar[strawberry.Private[dict[str, type["Node"]]]] = {}

    prefix: ClassVar[strawberry.Private[str]]
    id_column: ClassVar[strawberry.Private[str]]
    loader: ClassVar[strawberry.Private[str]]

    row: strawberry.Private[Any]

    def __init_subclass__(cls, prefix: str, id_column: str = "id", loader: str = "", **kwargs: Any) -> None:  # noqa: ANN401 # whatever the bases take
        super().__init_subclass__(**kwargs)
        Node.kinds[prefix] = cls
        cls.prefix, cls.id_column, cls.loader = prefix, id_column, loader

    @strawberry.field(description="Its global id: opaque, stable, accepted by node(id).")
    @together
    @staticmethod
    def id(nodes: Sequence["Node"]) -> list[strawberry.ID]:
        """Write those of a level, which are of one kind."""
        kind = type(nodes[0])
        keys = map(attrgetter(kind.id_column), [node.row for node in nodes])
        return cast("list[strawberry.ID]", ids.encode_all(kind.prefix, keys))

    @classmethod
    async def load(cls, info: Info, id: UUID) -> Self | None:
        """Return the object; None where it does not exist or must not be seen. Raises what its policy refuses."""
        row = await cls._rows(info).load(id)
        return row and cls._seen(row, info)

    @classmethod
    async def load_each(cls, info: Info, ids: Sequence[UUID]) -> list[Self | None]:
        """Return the objects of many ids, in their order, as load() does, read together."""
        return [row and cls._seen(row, info) for row in await cls._rows(info).load_many(ids)]

    @classmethod
    def _rows(cls, info: Info) -> Any:  # noqa: ANN401 # one of models.loaders
        return getattr(info.context.loaders, cls.loader)

    @classmethod
    def _seen(cls, row: Any, info: Info) -> Self:  # noqa: ANN401 # a row of models/
        # Those that load themselves are made of more, hence of() is none of a node's own.
        kind: Any = cls
        return cast("Self", kind.of(row, info))


async def load(info: Info, prefix: str, id: UUID) -> Any:  # noqa: ANN401 # each kind's own type
    """Return the object of a kind by its id, through the request's loaders."""
    return await Node.kinds[prefix].load(info, id)


async def load_each(info: Info, prefix: str, ids: Sequence[UUID]) -> Any:  # noqa: ANN401 # each kind's own type
    """Return the objects of a kind by their ids, in their order, through the request's loaders."""
    return await Node.kinds[prefix].load_each(info, ids)


async def node(info: Info, id: str) -> Node | None:
    """Return the object that a global id leads to; None where it is malformed, missing or must not be seen."""
    found = ids.parse(id)
    if found is None or found[0] not in Node.kinds:
        return None
    return await Node.kinds[found[0]].load(info, found[1])


async def several(info: Info, ids: Sequence[str]) -> list[Node | BaseException | None]:
    """Return the objects of many ids, in their order, read together. Raises BadInput over 100.

    What a policy refuses stands in its place as the exception, which GraphQL makes null and an error of that element.
    """
    if len(ids) > LARGEST_SIZE:
        raise BadInput("ids", f"Ask for at most {LARGEST_SIZE}.")
    return await asyncio.gather(*(node(info, id) for id in ids), return_exceptions=True)
