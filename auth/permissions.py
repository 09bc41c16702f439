"""Permission classes: the gates that stand beside each operation and each gated field.

A gate is a line over a policy. It says in `needs` what it asks for, which ends the description of what it guards in
the SDL, and it refuses early. An operation's gate looks at roles alone and lets pass whoever holds the permission
anywhere; only for those it would refuse does it look at the object, so that nobody learns more than they may see. The
operation itself asks the object's own question again, of the locked row.
"""

from typing import Any, ClassVar

import strawberry
from strawberry.permission import BasePermission

from auth import policies
from auth.viewer import Permission, Viewer
from domain.catalog import SupportType
from domain.errors import NotFound, Unauthenticated
from models import ids

P = Permission
PREFIXES = {noun: prefix for prefix, noun in ids.NOUNS.items()}
# Where an input says whose support type is chosen: a new account's reseller, or an account.
CHOOSING = {"reseller_id": "resl", "account_id": "acct", "id": "acct"}


class Gate(BasePermission):
    """Lets pass or raises the refusal."""

    @classmethod
    def needs(cls) -> str:
        """Return the sentence that ends the description of whatever this guards."""
        raise TypeError(f"{cls.__name__} does not say what it needs")

    async def has_permission(self, source: Any, info: strawberry.Info, **kwargs: Any) -> bool:  # noqa: ANN401 # Strawberry's signature
        """Return True, or raise why not."""
        policies.require(await self.answer(source, info.context, **kwargs))
        return True

    async def answer(self, source: Any, context: Any, **kwargs: Any) -> policies.Answer:  # noqa: ANN401 # the context lies above
        """Return the refusal, or None."""
        raise TypeError(f"{type(self).__name__} asks nothing of {source}, {context}, {kwargs}")


class Anyone(Gate):
    """For everybody, signed in or not."""

    @classmethod
    def needs(cls) -> str:  # noqa: D102
        return "Needs no permission."

    async def answer(self, source: Any, context: Any, **kwargs: Any) -> policies.Answer:  # noqa: ANN401, ARG002, D102
        return None


class SignedIn(Gate):
    """For whoever is signed in."""

    @classmethod
    def needs(cls) -> str:  # noqa: D102
        return "Needs somebody who is signed in."

    async def answer(self, source: Any, context: Any, **kwargs: Any) -> policies.Answer:  # noqa: ANN401, ARG002, D102
        return Unauthenticated() if context.viewer is None else None


class Operation(Gate):
    """Before an operation on the object whose id the input carries in `target`."""

    permission: ClassVar[Permission]
    target: ClassVar[str] = "id"
    noun: ClassVar[str] = "account"

    @classmethod
    def needs(cls) -> str:  # noqa: D102
        return f"Needs {cls.permission.value}."

    def ask(self, viewer: Viewer, row: Any) -> policies.Answer:  # noqa: ANN401 # a row of models/
        """Ask about the object itself: as a member of the account or of its reseller."""
        return policies.may_with_account(viewer, row, self.permission)

    async def answer(self, source: Any, context: Any, **kwargs: Any) -> policies.Answer:  # noqa: ANN401, ARG002, D102
        if context.viewer is None:
            return Unauthenticated()
        if context.viewer.holds_anywhere(self.permission):
            return None
        id = getattr(kwargs["input"], self.target)
        row = await context.loaders.behind(id) if ids.read(id, PREFIXES[self.noun]) is not None else None
        return NotFound(self.noun, (self.target,)) if row is None else self.ask(context.viewer, row)


class _OnReseller(Operation):
    target, noun = "reseller_id", "reseller"

    def ask(self, viewer: Viewer, row: Any) -> policies.Answer:  # noqa: ANN401
        return policies.may_in_reseller(viewer, row.reseller_id, self.permission)


class _InsideAccount(Operation):
    def ask(self, viewer: Viewer, row: Any) -> policies.Answer:  # noqa: ANN401
        return policies.may_inside(viewer, row, self.permission)


class AcceptsTerms(_OnReseller):
    """acceptTerms."""

    permission = P.TERMS_ACCEPT


class CreatesAccounts(_OnReseller):
    """createAccount."""

    permission = P.ACCOUNTS_CREATE


class EditsAccounts(Operation):
    """updateAccount; an account's own admin changes its name only."""

    permission = P.ACCOUNTS_RENAME

    @classmethod
    def needs(cls) -> str:  # noqa: D102
        return f"Needs {P.ACCOUNTS_EDIT.value}; an account's own admin changes its name only."


class SavesContracts(Operation):
    """upsertSubscription."""

    permission, target = P.SUBSCRIPTIONS_EDIT, "account_id"


class WithdrawsContracts(Operation):
    """cancelSubscription."""

    permission, noun = P.SUBSCRIPTIONS_EDIT, "subscription"


class ActivatesContracts(Operation):
    """activateSubscription."""

    permission, noun = P.SUBSCRIPTIONS_ACTIVATE, "subscription"


class CreatesOrganizations(_InsideAccount):
    """createOrganization."""

    permission, target = P.ORGANIZATIONS_EDIT, "account_id"


class EditsOrganizations(_InsideAccount):
    """updateOrganization; an organization's own admin changes its name only."""

    permission, noun = P.ORGANIZATIONS_RENAME, "organization"

    @classmethod
    def needs(cls) -> str:  # noqa: D102
        return f"Needs {P.ORGANIZATIONS_EDIT.value}; an organization's own admin changes its name only."


class SellsPartnerSupported(Gate):
    """Before an operation that may choose Partner Supported for an account that is not."""

    @classmethod
    def needs(cls) -> str:  # noqa: D102
        return "Choosing Partner Supported needs a reseller that is eligible to sell it."

    async def answer(self, source: Any, context: Any, **kwargs: Any) -> policies.Answer:  # noqa: ANN401, ARG002, D102
        wanted = kwargs["input"]
        given = wanted.support_type
        if (given.value if isinstance(given, strawberry.Some) else given) is not SupportType.PARTNER_SUPPORTED:
            return None
        target = next(name for name in CHOOSING if hasattr(wanted, name))
        id = getattr(wanted, target)
        row = await context.loaders.behind(id) if ids.read(id, CHOOSING[target]) is not None else None
        return None if row is None else policies.may_choose_partner_supported(context.viewer, row)


class EntersAccounts(Gate):
    """Before what belongs to an account's own dashboard; the field's source is the account."""

    @classmethod
    def needs(cls) -> str:  # noqa: D102
        return f"Needs {P.ORGANIZATIONS_READ.value}; a reseller has it only where the account is Partner Supported."

    async def answer(self, source: Any, context: Any, **kwargs: Any) -> policies.Answer:  # noqa: ANN401, ARG002, D102
        return policies.may_read_organizations(context.viewer, source.facts)


class _InReseller(Gate):
    """Before a field of a reseller; the field's source is the reseller."""

    permission: ClassVar[Permission]

    @classmethod
    def needs(cls) -> str:
        return f"Needs {cls.permission.value}."

    async def answer(self, source: Any, context: Any, **kwargs: Any) -> policies.Answer:  # noqa: ANN401, ARG002
        return policies.may_in_reseller(context.viewer, source.reseller_id, self.permission)


class ReadsAccounts(_InReseller):
    """The reseller's accounts."""

    permission = P.ACCOUNTS_READ


class ReadsCosts(_InReseller):
    """The partner's cost."""

    permission = P.SUBSCRIPTIONS_READ_COST


class ReadsTerms(_InReseller):
    """The reseller's terms: readable before they are accepted."""

    permission = P.TERMS_ACCEPT
