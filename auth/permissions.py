"""Permission classes: they stand beside each operation and each gated field, a line over a policy each."""

from collections.abc import Sequence
from typing import Any

import strawberry

from auth import policies
from auth.alike import may_with_each
from auth.gates import AtPlace, Gate, InReseller, InsideAccount, OfPlace, OnReseller, Operation
from auth.viewer import Permission
from domain.catalog import SupportType
from domain.errors import Unauthenticated
from models import ids

P = Permission
# Where an input says whose support type is chosen: a new account's reseller, or an account.
CHOOSING = {"reseller_id": "resl", "account_id": "acct", "id": "acct"}


class Anyone(Gate):
    """For everybody, signed in or not."""

    @classmethod
    def needs(cls) -> str:
        return "Needs no permission."

    def answer(self, source: Any, context: Any, **kwargs: Any) -> policies.Answer:  # noqa: ANN401, ARG002
        return None


class SignedIn(Gate):
    """For whoever is signed in."""

    @classmethod
    def needs(cls) -> str:
        return "Needs somebody who is signed in."

    def answer(self, source: Any, context: Any, **kwargs: Any) -> policies.Answer:  # noqa: ANN401, ARG002
        return Unauthenticated() if context.viewer is None else None


class IsPerson(Gate):
    """For people: an API key has no password, no second factor and no sessions."""

    @classmethod
    def needs(cls) -> str:
        return "Needs a person who is signed in: an API key has no password, no second factor and no sessions."

    def answer(self, source: Any, context: Any, **kwargs: Any) -> policies.Answer:  # noqa: ANN401, ARG002
        return Unauthenticated() if context.viewer is None else policies.may_as_person(context.viewer)


class AcceptsTerms(OnReseller):
    """acceptTerms."""

    permission = P.TERMS_ACCEPT


class EditsResellers(OnReseller):
    """updateReseller."""

    permission, target = P.MEMBERS_MANAGE, "id"


class CreatesAccounts(OnReseller):
    """createAccount."""

    permission = P.ACCOUNTS_CREATE


class EditsAccounts(Operation):
    """updateAccount; an account's own admin changes its name only."""

    permission = P.ACCOUNTS_RENAME

    @classmethod
    def needs(cls) -> str:
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


class CreatesOrganizations(InsideAccount):
    """createOrganization."""

    permission, target = P.ORGANIZATIONS_EDIT, "account_id"


class EditsOrganizations(InsideAccount):
    """updateOrganization; an organization's own admin changes its name only."""

    permission, noun = P.ORGANIZATIONS_RENAME, "organization"

    @classmethod
    def needs(cls) -> str:
        return f"Needs {P.ORGANIZATIONS_EDIT.value}; an organization's own admin changes its name only."


class SellsPartnerSupported(Gate):
    """Before an operation that may choose Partner Supported for an account that is not."""

    @classmethod
    def needs(cls) -> str:
        return "Choosing Partner Supported needs a reseller that is eligible to sell it."

    async def answer(self, source: Any, context: Any, **kwargs: Any) -> policies.Answer:  # noqa: ANN401, ARG002
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
    def needs(cls) -> str:
        return f"Needs {P.ORGANIZATIONS_READ.value}; a reseller has it only where the account is Partner Supported."

    def answer(self, source: Any, context: Any, **kwargs: Any) -> policies.Answer:  # noqa: ANN401, ARG002
        return policies.may_read_organizations(context.viewer, source.row)

    def together(self, sources: Sequence[Any], info: strawberry.Info, **_: Any) -> bool:  # noqa: ANN401
        """Tell whether all of these accounts may be entered."""
        accounts = [source.row for source in sources]
        return may_with_each(info.context.viewer, accounts, policies.may_read_organizations) is None


class InvitesMembers(AtPlace):
    """inviteMember."""

    permission, target, noun = P.MEMBERS_MANAGE, "dashboard_id", "dashboard"


class ChangesInvitations(AtPlace):
    """resendInvitation and revokeInvitation."""

    permission, noun = P.MEMBERS_MANAGE, "invitation"


class ChangesMembers(AtPlace):
    """changeRole and removeMember."""

    permission, target, noun = P.MEMBERS_MANAGE, "membership_id", "membership"


class MakesKeys(AtPlace):
    """createApiKey."""

    permission, target, noun = P.KEYS_MANAGE, "dashboard_id", "dashboard"


class ChangesKeys(AtPlace):
    """rotateApiKey and revokeApiKey."""

    permission, noun = P.KEYS_MANAGE, "API key"


class ReadsMembers(OfPlace):
    """Members of a dashboard."""

    permission = P.MEMBERS_READ


class ReadsInvitations(OfPlace):
    """Invitations to a dashboard."""

    permission = P.MEMBERS_MANAGE


class ReadsKeys(OfPlace):
    """API keys of a dashboard."""

    permission = P.KEYS_MANAGE


class ReadsAudit(OfPlace):
    """The audit of a dashboard."""

    permission = P.AUDIT_READ


class ReadsAccounts(InReseller):
    """The reseller's accounts."""

    permission = P.ACCOUNTS_READ


class ReadsCosts(InReseller):
    """The partner's cost."""

    permission = P.SUBSCRIPTIONS_READ_COST


class ReadsTerms(InReseller):
    """The reseller's terms: readable before they are accepted."""

    permission = P.TERMS_ACCEPT
