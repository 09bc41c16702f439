"""Who asks, and how they sign in and out."""

from auth import sessions
from schema.context import Info
from schema.viewer import SignInInput, SignInPayload, SignOutPayload, Viewer


async def viewer(info: Info) -> Viewer | None:
    """The person that asks; null for somebody who is not signed in."""
    return None if info.context.viewer is None else Viewer.of(info.context.viewer)


async def sign_in(info: Info, input: SignInInput) -> SignInPayload:
    """Opens a session of 14 days and sets its cookie."""
    context = info.context
    opened = await sessions.sign_in(context.database, email=input.email, password=input.password, at=context.now)
    context.opened_session = opened
    await context.become(opened.viewer)
    return SignInPayload(viewer=Viewer.of(opened.viewer), errors=[])


async def sign_out(info: Info) -> SignOutPayload:
    """Ends the session and removes its cookie. Signing out twice is no error."""
    context = info.context
    if context.session_token is not None:
        await sessions.sign_out(context.database, context.session_token)
    context.has_ended_session = True
    await context.become(None)
    return SignOutPayload(errors=[])
