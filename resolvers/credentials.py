"""Credentials: another password, and a second factor."""

from auth import changing, policies, resetting, two_factor
from models.walls import PERSONAL
from resolvers.writing import noted, signed_in, writing
from schema.context import Info
from schema.credentials import (
    ChangePasswordInput,
    ChangePasswordPayload,
    ConfirmTwoFactorInput,
    ConfirmTwoFactorPayload,
    DisableTwoFactorInput,
    DisableTwoFactorPayload,
    RequestPasswordResetInput,
    RequestPasswordResetPayload,
    ResetPasswordInput,
    ResetPasswordPayload,
    StartTwoFactorInput,
    StartTwoFactorPayload,
)


async def change_password(info: Info, input: ChangePasswordInput) -> ChangePasswordPayload:
    """Gives the viewer another password. This session gets a new cookie, the others end, and a mail says so."""
    context = info.context
    opened = await changing.change_password(
        context.database,
        context.postman,
        signed_in(info),
        current_password=input.current_password,
        new_password=input.new_password,
        session_token=context.session_token,
        client_address=context.client_address,
        **noted(info, input),
    )
    await context.go_on_in(opened)
    return ChangePasswordPayload(errors=[])


async def request_reset(info: Info, input: RequestPasswordResetInput) -> RequestPasswordResetPayload:
    """Mails a link to choose a new password, if somebody signs in with the address. The answer does not tell."""
    context = info.context
    policies.require(policies.may_as_person(context.viewer))
    await resetting.request_reset(
        context.database,
        context.postman,
        email=input.email,
        client_address=context.client_address,
        **noted(info, input),
    )
    # Whether anything was written down would tell whether the address is known.
    context.change.event_id = None
    return RequestPasswordResetPayload(errors=[])


async def reset_password(info: Info, input: ResetPasswordInput) -> ResetPasswordPayload:
    """Chooses a new password by the link from the mail. Every session of the user ends; nobody is signed in by it."""
    context = info.context
    policies.require(policies.may_as_person(context.viewer))
    user_id = await resetting.reset_password(
        context.database,
        context.postman,
        token=input.token,
        new_password=input.new_password,
        client_address=context.client_address,
        **noted(info, input),
    )
    if context.viewer is not None and context.viewer.id == user_id:
        await context.leave()
    return ResetPasswordPayload(errors=[])


async def start_two_factor(info: Info, input: StartTwoFactorInput | None = None) -> StartTwoFactorPayload:
    """Makes up the secret of an authenticator. It counts once confirmTwoFactor has seen a code; until then, start anew
    at will."""
    async with writing(info, PERSONAL) as transaction:
        begun = await two_factor.begin(transaction, info.context.postman.sealer, signed_in(info), **noted(info, input))
    return StartTwoFactorPayload(secret=begun.secret, otpauth_uri=begun.otpauth_uri, errors=[])


async def confirm_two_factor(info: Info, input: ConfirmTwoFactorInput) -> ConfirmTwoFactorPayload:
    """Sets two-factor up, with a code of the authenticator. This session gets a new cookie, and the others end."""
    context = info.context
    confirmed = await two_factor.confirm(
        context.database,
        context.postman.sealer,
        signed_in(info),
        code=input.code,
        session_token=context.session_token,
        **noted(info, input),
    )
    await context.go_on_in(confirmed.opened)
    return ConfirmTwoFactorPayload(recovery_codes=confirmed.recovery_codes, errors=[])


async def disable_two_factor(info: Info, input: DisableTwoFactorInput) -> DisableTwoFactorPayload:
    """Gives two-factor up. This session gets a new cookie, the others end, and no recovery code is good any more."""
    context = info.context
    opened = await two_factor.disable(
        context.database,
        context.postman.sealer,
        signed_in(info),
        password=input.password,
        code=input.code,
        session_token=context.session_token,
        client_address=context.client_address,
        **noted(info, input),
    )
    await context.go_on_in(opened)
    return DisableTwoFactorPayload(errors=[])
