"""The kinds of gate: what a permission class has to look at before it can ask its policy.

A gate says in `needs` what it asks for, which ends the description of what it guards in the SDL, and it refuses early.
An operation's gate looks at roles alone and lets pass whoever holds the permission anywhere; only for those it would
refuse does it look at the object, so that nobody learns more than they may see. The operation itself asks the object's
own question again, of the locked row.
"""

from collections.abc import Awaitable
from typing import Any, ClassVar

import strawberry
from strawberry.permission import BasePermission

from auth import policies
from auth.viewer import Permission, Viewer
from domain.errors import NotFound, Refusal, Unauthenticated
from models import ids

PREFIXES = {noun: prefix for prefix, noun in ids.NOUNS.items()}


class Gate(BasePermission):
    """Lets pass or raises the refusal."""

    @classmethod
    def needs(cls) -> str:
        """Return the sentence that ends the description of whatever this guards."""
        raise TypeError(f"{cls.__name__} does not say what it needs")

    def has_permission(self, source: Any, info: strawberry.Info, **kwargs: Any) -> bool | Awaitable[bool]:  # noqa: ANN401 # Strawberry's signature
        """Return True, or raise why not; awaited only where the gate has to look something up."""
        answer = self.answer(source, info.context, **kwargs)
        if answer is None:
            return True
        if isinstance(answer, Refusal):
            raise answer
        return _awaited(answer)

    def refusal(self, source: Any, info: strawberry.Info, **kwargs: Any) -> Refusal | None:  # noqa: ANN401
        """Return what has_permission() would raise, where the gate need not look anything up."""
        answer = self.answer(source, info.context, **kwargs)
        if answer is None or isinstance(answer, Refusal):
            return answer
        raise TypeError(f"{type(self).__name__} has to look something up")

    def answer(self, source: Any, context: Any, **kwargs: Any) -> policies.Answer | Awaitable[policies.Answer]:  # noqa: ANN401 # the context lies above
        """Return the refusal, or None."""
        raise TypeError(f"{type(self).__name__} asks nothing of {source}, {context}, {kwargs}")


async def _awaited(answer: Awaitable[policies.Answer]) -> bool:
    policies.require(await answer)
    return True


class Operation(Gate):
    """Before an operation on the object whose id the input carries in `target`."""

    permission: ClassVar[Permission]
    target: ClassVar[str] = "id"
    noun: ClassVar[str] = "account"

    @classmethod
    def needs(cls) -> str:
        return f"Needs {cls.permission.value}."

    async def answer(self, source: Any, context: Any, **kwargs: Any) -> policies.Answer:  # noqa: ANN401, ARG002
        if context.viewer is None:
            return Unauthenticated()
        if context.viewer.holds_anywhere(self.permission):
            return None
        row = await self.find(context, getattr(kwargs["input"], self.target))
        return NotFound(self.noun, (self.target,)) if row is None else self.ask(context.viewer, row)

    async def find(self, context: Any, id: str) -> Any:  # noqa: ANN401 # a row of models/
        """Return what the policy is asked about: the account that the object is or belongs to, in the scope."""
        return await context.loaders.behind(id) if ids.read(id, PREFIXES[self.noun]) is not None else None

    def ask(self, viewer: Viewer, row: Any) -> policies.Answer:  # noqa: ANN401 # a row of models/
        """Ask about the object itself: as a member of the account or of its reseller."""
        return policies.may_with_account(viewer, row, self.permission)


class OnReseller(Operation):
    """Before an operation on the reseller that the input names."""

    target, noun = "reseller_id", "reseller"

    def ask(self, viewer: Viewer, row: Any) -> policies.Answer:  # noqa: ANN401
        return policies.may_in_reseller(viewer, row.reseller_id, self.permission)


class InsideAccount(Operation):
    """Before an operation on what belongs to an account's own dashboard."""

    def ask(self, viewer: Viewer, row: Any) -> policies.Answer:  # noqa: ANN401
        return policies.may_inside(viewer, row, self.permission)


class AtPlace(Operation):
    """Before an operation on the people or keys of a dashboard."""

    async def find(self, context: Any, id: str) -> Any:  # noqa: ANN401
        return await context.loaders.place_behind(id)

    def ask(self, viewer: Viewer, row: Any) -> policies.Answer:  # noqa: ANN401
        return policies.may_at(viewer, row, self.permission)


class OfPlace(Gate):
    """Before a field of a dashboard; the field's source knows its place."""

    permission: ClassVar[Permission]

    @classmethod
    def needs(cls) -> str:
        return f"Needs {cls.permission.value}."

    def answer(self, source: Any, context: Any, **kwargs: Any) -> policies.Answer:  # noqa: ANN401, ARG002
        return policies.may_at(context.viewer, source.place, self.permission)


class InReseller(Gate):
    """Before a field of a reseller; the field's source is the reseller."""

    permission: ClassVar[Permission]

    @classmethod
    def needs(cls) -> str:
        return f"Needs {cls.permission.value}."

    def answer(self, source: Any, context: Any, **kwargs: Any) -> policies.Answer:  # noqa: ANN401, ARG002
        return policies.may_in_reseller(context.viewer, source.reseller_id, self.permission)
