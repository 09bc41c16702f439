"""Sessions: ending one of the viewer's, or all but this one."""

from auth import sessions
from models import ids
from models.tokens import hash_token
from models.walls import PERSONAL
from resolvers.writing import afterwards, noted, signed_in, writing
from schema.context import Info
from schema.sessions import EndOtherSessionsInput, EndOtherSessionsPayload, EndSessionInput, EndSessionPayload


async def end(info: Info, input: EndSessionInput) -> EndSessionPayload:
    """Ends one of the viewer's sessions. To end this one is to sign out."""
    context = info.context
    async with writing(info, PERSONAL) as transaction:
        ended = await sessions.end_session(
            transaction, signed_in(info), ids.decode(input.id, "sess"), **noted(info, input)
        )
        if context.session_token is not None and hash_token(context.session_token) == ended:
            afterwards(info, context.leave)
    return EndSessionPayload(errors=[])


async def end_others(info: Info, input: EndOtherSessionsInput | None = None) -> EndOtherSessionsPayload:
    """Ends every session of the viewer but this one."""
    async with writing(info, PERSONAL) as transaction:
        await sessions.end_other_sessions(
            transaction, signed_in(info), session_token=info.context.session_token, **noted(info, input)
        )
    return EndOtherSessionsPayload(errors=[])
