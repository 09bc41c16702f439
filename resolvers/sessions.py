"""Sessions: ending one of the viewer's, or all but this one."""

from auth import sessions
from models import ids
from models.tokens import hash_token
from resolvers.writing import signed_in
from schema.context import Info
from schema.sessions import EndOtherSessionsPayload, EndSessionInput, EndSessionPayload


async def end(info: Info, input: EndSessionInput) -> EndSessionPayload:
    """Ends one of the viewer's sessions. To end this one is to sign out."""
    context = info.context
    ended = await sessions.end_session(
        context.database,
        signed_in(info),
        ids.decode(input.id, "sess"),
        at=context.now,
        request_id=context.request_id,
        reason=input.clean_reason(),
    )
    if context.session_token is not None and hash_token(context.session_token) == ended:
        await context.leave()
    else:
        await context.refresh()
    return EndSessionPayload(errors=[])


async def end_others(info: Info) -> EndOtherSessionsPayload:
    """Ends every session of the viewer but this one."""
    context = info.context
    await sessions.end_other_sessions(
        context.database,
        signed_in(info),
        session_token=context.session_token,
        at=context.now,
        request_id=context.request_id,
    )
    await context.refresh()
    return EndOtherSessionsPayload(errors=[])
