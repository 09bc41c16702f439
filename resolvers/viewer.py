"""Who asks, and how they sign in and out."""

from auth import policies, sessions
from models.walls import PERSONAL
from resolvers.writing import afterwards, noted, writing
from schema.context import Info
from schema.viewer import SignInInput, SignInPayload, SignOutInput, SignOutPayload, Viewer


async def viewer(info: Info) -> Viewer | None:
    """The person that asks; null for somebody who is not signed in."""
    return None if info.context.viewer is None else Viewer(row=info.context.viewer)


async def sign_in(info: Info, input: SignInInput) -> SignInPayload:
    """Opens a session and sets its cookie; the session before, if there is one, ends. Attempts in vain cost time."""
    context = info.context
    policies.require(policies.may_as_person(context.viewer))
    opened = await sessions.sign_in(
        context.database,
        context.postman.sealer,
        email=input.email,
        password=input.password,
        code=input.code,
        client_address=context.client_address,
        user_agent=context.user_agent,
        session_token=context.session_token,
        lengths=context.lengths,
        **noted(info, input),
    )
    await context.go_on_in(opened)
    return SignInPayload(viewer=Viewer(row=opened.viewer), errors=[])


async def sign_out(info: Info, input: SignOutInput | None = None) -> SignOutPayload:
    """Ends the session and removes its cookie. Signing out twice is no error."""
    context = info.context
    policies.require(policies.may_as_person(context.viewer))
    note = noted(info, input)
    async with writing(info, PERSONAL) as transaction:
        token = context.session_token
        if token is None or not await sessions.sign_out(transaction, token, **note):
            context.change.event_id = None
        afterwards(info, context.leave)
    return SignOutPayload(errors=[])
