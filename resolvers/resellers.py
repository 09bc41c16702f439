"""Resellers: looking one up, agreeing to its terms, and what it asks of its members."""

from typing import Annotated

import sqlalchemy as sa
import strawberry

from auth import policies
from domain.errors import Conflict
from models import ids
from models.audit import ActorKind
from models.sign_in_rules import lock_rule
from models.terms import TermsAcceptance, acceptance_of, current_terms
from models.users import User
from resolvers.auditing import record
from resolvers.finding import find_reseller
from resolvers.versions import allow
from resolvers.writing import given, go_on_as, signed_in, writing
from schema.context import Info
from schema.resellers import (
    AcceptTermsInput,
    AcceptTermsPayload,
    Reseller,
    UpdateResellerInput,
    UpdateResellerPayload,
)

ResellerId = Annotated[strawberry.ID, strawberry.argument(description="The reseller's id.")]


async def reseller(info: Info, id: ResellerId) -> Reseller | None:
    """A reseller by its id; null where it does not exist or the viewer may not see it."""
    key = ids.read(id, "resl")
    return None if key is None else await Reseller.load(info, key)


async def accept_terms(info: Info, input: AcceptTermsInput) -> AcceptTermsPayload:
    """Agrees to the reseller's current terms for the viewer and this reseller. Agreeing twice is no error."""
    context, viewer = info.context, signed_in(info)
    async with writing(info) as transaction:
        reseller = await find_reseller(info, transaction, input.reseller_id)
        policies.require(policies.may_accept_terms(viewer, reseller.id))
        current = next(iter(await transaction.fetch(current_terms())), None)
        if current is None or current.version != input.version:
            raise Conflict("This is not the current version of the terms; read them again.", ("version",))
        # The viewer is held: who says it twice at once finds, the second time, what the first has stored.
        await transaction.execute(sa.select(User.id).where(User.id == viewer.id).with_for_update())
        before = await transaction.scalar(acceptance_of(viewer.id, reseller.id, current.version))
        accepted = before or TermsAcceptance(
            user_id=viewer.id,
            reseller_id=reseller.id,
            version=current.version,
            accepted_at=context.now,
            address=context.client_address,
        )
        transaction.add(accepted)
        record(info, transaction, input, accepted)
        await go_on_as(info, transaction, viewer.id)
    return AcceptTermsPayload(reseller_id=reseller.id, errors=[])


async def update(info: Info, input: UpdateResellerInput) -> UpdateResellerPayload:
    """Changes the fields that are given. Whoever then lacks what the reseller requires is asked for it at once."""
    context, viewer = info.context, signed_in(info)
    requires = given(input.requires_two_factor, "requires_two_factor")
    async with writing(info) as transaction:
        reseller = await find_reseller(info, transaction, input.id, "id", is_changed=True)
        is_disabled = reseller.disabled_at is not None
        answer = policies.may_update_reseller(viewer, reseller.id, is_disabled=is_disabled)
        allow(answer, input, reseller, reseller_id=reseller.id)
        rule = await lock_rule(transaction, reseller.id, at=context.now)
        if requires not in {None, rule.requires_two_factor}:
            rule.requires_two_factor = requires
            rule.updated_at = reseller.updated_at = context.now
            reseller.touch()
        record(info, transaction, input, rule)
        if viewer.kind is ActorKind.USER:
            await go_on_as(info, transaction, viewer.id)
    return UpdateResellerPayload(reseller_id=reseller.id, errors=[])
