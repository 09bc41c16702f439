"""Resellers: looking one up, and agreeing to its terms."""

from typing import Annotated

import strawberry
from sqlalchemy.dialects.postgresql import insert

from auth import policies, sessions
from auth.viewer import Permission
from domain.errors import Conflict
from models import ids
from models.terms import TermsAcceptance, current_terms
from resolvers.finding import find_reseller
from resolvers.writing import signed_in, writing
from schema.context import Info
from schema.resellers import AcceptTermsInput, AcceptTermsPayload, Reseller

ResellerId = Annotated[strawberry.ID, strawberry.argument(description="The reseller's id.")]


async def reseller(info: Info, id: ResellerId) -> Reseller | None:
    """A reseller by its id; null where it does not exist or the viewer may not see it."""
    key = ids.read(id, "resl")
    return None if key is None else await Reseller.load(info, key)


async def accept_terms(info: Info, input: AcceptTermsInput) -> AcceptTermsPayload:
    """Agrees to the reseller's current terms for the viewer and this reseller. Agreeing twice is no error."""
    context, viewer = info.context, signed_in(info)
    async with writing(info) as session:
        reseller = await find_reseller(info, session, input.reseller_id)
        policies.require(policies.may_in_reseller(viewer, reseller.id, Permission.TERMS_ACCEPT))
        current = (await session.execute(current_terms())).first()
        if current is None or current.version != input.version:
            raise Conflict("This is not the current version of the terms; read them again.", ("version",))
        accepted = insert(TermsAcceptance).values(
            user_id=viewer.id,
            reseller_id=reseller.id,
            version=current.version,
            accepted_at=context.now,
            address=context.client_address,
        )
        await session.execute(accepted.on_conflict_do_nothing())
    await context.become(await sessions.read_again(context.database, viewer))
    return AcceptTermsPayload(reseller_id=reseller.id, errors=[])
