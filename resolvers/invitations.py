"""Invitations: asking somebody to join, asking once more, taking it back, joining."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import sqlalchemy as sa
import strawberry
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7

from auth import policies, sessions
from auth.passwords import common_passwords, hash_password
from auth.viewer import Viewer as Person
from domain.errors import BadInput, Conflict, Unauthenticated
from domain.invitations import VALID_FOR, InvitationStatus, InvitationUnusable
from domain.naming import clean_email, clean_text
from domain.passwords import clean_password
from models.invitations import Invitation, invitation_behind, invitation_rows, links_ended, open_invitation
from models.memberships import Membership
from models.places import Place, membership_of
from models.tokens import hash_token
from models.transactions import Transaction
from models.users import User, UserEmail, credentials_of
from resolvers.auditing import record
from resolvers.places import lock_in_place, lock_place
from resolvers.versions import allow
from resolvers.writing import afterwards, go_on_as, signed_in, writing
from schema.context import Info
from schema.invitations import (
    AcceptInvitationInput,
    AcceptInvitationPayload,
    InvitationPreview,
    InviteMemberInput,
    InviteMemberPayload,
    ResendInvitationInput,
    ResendInvitationPayload,
    RevokeInvitationInput,
    RevokeInvitationPayload,
    status_of,
)

Token = Annotated[str, strawberry.argument(description="From the link.")]


async def invitation(info: Info, token: Token) -> InvitationPreview | None:
    """What an invitation link leads to; null where the token is unknown. Looking changes nothing."""
    leads = await info.context.snapshot.fetch(invitation_behind(hash_token(token)))
    if not leads:
        return None
    mine = sa.and_(Invitation.reseller_id == leads[0].reseller_id, Invitation.id == leads[0].invitation_id)
    row = (await info.context.snapshot.fetch(invitation_rows().where(mine), within={leads[0].reseller_id}))[0]
    known = await info.context.snapshot.fetch(credentials_of(row.email))
    return InvitationPreview(
        kind=row.kind,
        dashboard_name=await info.context.loaders.names.load((row.kind, row.reseller_id, row.dashboard_id)),
        email=row.email,
        role=row.role,
        status=status_of(row, info.context),
        needs_setup=not known or known[0].password_hash is None,
    )


async def invite(info: Info, input: InviteMemberInput) -> InviteMemberPayload:
    """Asks somebody by e-mail to join a dashboard. The membership exists only once they accept."""
    email, now = clean_email(input.email), info.context.now
    async with writing(info) as transaction:
        place = await lock_place(info, transaction, input.dashboard_id)
        policies.require(policies.may_manage_members(signed_in(info), place))
        policies.require(policies.may_grant(signed_in(info), place, input.role))
        await _require_not_there_yet(info, transaction, place, email)
        added = Invitation(
            reseller_id=place.reseller_id,
            id=uuid7(),
            kind=place.kind,
            dashboard_id=place.id,
            account_id=place.account_id,
            organization_id=place.organization_id,
            email=email,
            role=input.role,
            created_at=now,
            expires_at=now + VALID_FOR,
        )
        transaction.add(added)
        record(info, transaction, input, added)
        await _send(info, transaction, added, place)
    return InviteMemberPayload(invitation_id=added.id, errors=[])


async def resend(info: Info, input: ResendInvitationInput) -> ResendInvitationPayload:
    """Sends a pending or expired invitation once more. The link before ends, and seven days begin anew."""
    async with writing(info) as transaction:
        invited, place = await lock_in_place(info, transaction, Invitation, input.id, "id", "invt")
        allow(_may_change(info, invited, place), input, invited, invitation_id=invited.id)
        invited.extend(at=info.context.now)
        invited.touch()
        record(info, transaction, input, invited)
        await _send(info, transaction, invited, place)
    return ResendInvitationPayload(invitation_id=invited.id, errors=[])


async def revoke(info: Info, input: RevokeInvitationInput) -> RevokeInvitationPayload:
    """Takes an invitation back. Its link ends at once; it stays listed."""
    async with writing(info) as transaction:
        invited, place = await lock_in_place(info, transaction, Invitation, input.id, "id", "invt")
        allow(_may_change(info, invited, place), input, invited, invitation_id=invited.id)
        invited.revoke(at=info.context.now)
        await transaction.fetch(links_ended(invited.id))
        record(info, transaction, input, invited)
    return RevokeInvitationPayload(invitation_id=invited.id, errors=[])


async def accept(info: Info, input: AcceptInvitationInput) -> AcceptInvitationPayload:
    """Joins as the signed-in user, or sets the user up where the address has none, and signs them in."""
    context, now = info.context, info.context.now
    policies.require(policies.may_as_person(context.viewer))
    setup = await _setup(input)
    leads = await context.database.fetch(invitation_behind(hash_token(input.token)))
    if not leads:
        raise InvitationUnusable
    async with writing(info, {leads[0].reseller_id}) as transaction:
        invited = await _lock_by_token(transaction, leads[0], input.token, at=now)
        user, is_new = await _invited_user(info, transaction, invited, setup)
        invited.accept(at=now)
        joined = []
        if await transaction.scalar(membership_of(invited.email, invited.dashboard_id)) is None:
            joined = [_membership(invited, user, at=now)]
        transaction.add_all(joined)
        record(info, transaction, input, invited, *joined, actor=Person(user.id, user.name, user.email, ()))
        await transaction.fetch(links_ended(invited.id))
        person = await go_on_as(info, transaction, user.id)
        if is_new:
            token = sessions.add_session(
                transaction,
                user.id,
                client_address=context.client_address,
                user_agent=context.user_agent,
                lengths=context.lengths,
                at=now,
            )
            afterwards(info, lambda: context.go_on_in(sessions.SignedIn(token, person)))
    return AcceptInvitationPayload(dashboard_id=invited.dashboard_id, errors=[])


@dataclass(frozen=True, slots=True)
class _Setup:
    name: str
    password_hash: str


async def _setup(input: AcceptInvitationInput) -> _Setup | None:
    # Hashed before the transaction: hashing is slow, and rows are held in it.
    if input.password is None:
        return None
    password = clean_password(input.password, common=await common_passwords())
    return _Setup(clean_text(input.name or "", "name"), await hash_password(password))


async def _lock_by_token(transaction: Transaction, leads: Any, token: str, *, at: datetime) -> Invitation:  # noqa: ANN401 # a row
    mine = sa.select(Invitation).where(
        Invitation.reseller_id == leads.reseller_id, Invitation.id == leads.invitation_id
    )
    invited = (await transaction.scalars(mine.with_for_update())).one()
    # While this waited for the row, the token may have been used or replaced.
    is_current = bool(await transaction.fetch(invitation_behind(hash_token(token))))
    if not is_current or invited.status(at) is not InvitationStatus.PENDING:
        raise InvitationUnusable
    return invited


async def _invited_user(
    info: Info, transaction: Transaction, invited: Invitation, setup: _Setup | None
) -> tuple[User, bool]:
    owner = sa.select(UserEmail.user_id).where(UserEmail.address == invited.email).scalar_subquery()
    user = await transaction.scalar(sa.select(User).where(User.id == owner).with_for_update())
    viewer = info.context.viewer
    if viewer is not None and (user is None or viewer.id != user.id):
        raise InvitationUnusable
    if user is not None and user.password_hash is not None:
        if viewer is None:
            raise Unauthenticated
        return user, False
    if setup is None:
        raise BadInput("password", "This address has no credentials yet: give a name and a password.")
    return await _set_up(transaction, invited.email, setup, user, at=info.context.now), True


async def _set_up(transaction: Transaction, address: str, setup: _Setup, user: User | None, *, at: datetime) -> User:
    if user is None:
        user = User(id=uuid7(), email=address, created_at=at)
        claimed = insert(UserEmail).values(address=address, user_id=user.id).on_conflict_do_nothing()
        if await transaction.scalar(claimed.returning(UserEmail.user_id)) is None:
            raise Unauthenticated
        transaction.add(user)
    user.name, user.password_hash = setup.name, setup.password_hash
    await transaction.flush()
    return user


def _membership(invited: Invitation, user: User, *, at: datetime) -> Membership:
    return Membership(
        user_id=user.id,
        id=uuid7(),
        kind=invited.kind,
        dashboard_id=invited.dashboard_id,
        reseller_id=invited.reseller_id,
        account_id=invited.account_id,
        organization_id=invited.organization_id,
        role=invited.role,
        created_at=at,
    )


def _may_change(info: Info, invited: Invitation, place: Place) -> policies.Answer:
    is_open = invited.closed_at is None
    return policies.may_change_invitation(signed_in(info), place, invited.role, is_open=is_open)


async def _require_not_there_yet(info: Info, transaction: Transaction, place: Place, email: str) -> None:
    if await transaction.scalar(membership_of(email, place.id)) is not None:
        raise Conflict(f"{email} belongs to this dashboard already.", ("email",))
    open_one: Invitation | None = await transaction.scalar(open_invitation(place.reseller_id, place.id, email))
    if open_one is None:
        return
    if open_one.status(info.context.now) is InvitationStatus.PENDING:
        raise Conflict(f"{email} is invited already; send that invitation once more.", ("email",))
    open_one.supersede(at=info.context.now)
    # Before the new one is added: the database lets only one of them be open.
    await transaction.flush()


async def _send(info: Info, transaction: Transaction, invited: Invitation, place: Place) -> None:
    inviter, at = signed_in(info).name, info.context.now
    await info.context.postman.send_invitation(transaction, invited, dashboard_name=place.name, inviter=inviter, at=at)
