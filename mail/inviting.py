"""Posting the letters: an invitation's link with a new token, known to the mail alone, and news of passwords."""

from dataclasses import dataclass
from datetime import datetime

from mail.letters import Kind, Values
from mail.outbox import post
from models.invitations import Invitation, InvitationToken, links_ended, note_address
from models.sealing import Sealer
from models.tokens import hash_token, new_secret
from models.transactions import Transaction


@dataclass(frozen=True, slots=True)
class Postman:
    """What it takes to send a link: where people reach us, and the seal under which the link waits in the outbox."""

    origin: str
    sealer: Sealer

    async def send_invitation(
        self, transaction: Transaction, invited: Invitation, *, dashboard_name: str, inviter: str | None, at: datetime
    ) -> None:
        """Post the link with a new token in the caller's transaction; the link before ends with it."""
        await transaction.flush()
        await transaction.fetch(links_ended(invited.id))
        await transaction.fetch(note_address(invited.email, invited.reseller_id))
        token = new_secret()
        transaction.add(
            InvitationToken(token_hash=hash_token(token), reseller_id=invited.reseller_id, invitation_id=invited.id)
        )
        values = {
            "dashboard_kind": invited.kind.value,
            "dashboard_name": dashboard_name,
            "role": invited.role.value,
            "inviter": inviter,
            # In the fragment: no server, proxy or mail scanner that opens the link gets to see the token.
            "link": f"{self.origin}/invitation#{token}",
            "last_day": invited.expires_at.date().isoformat(),
        }
        reseller_id = invited.reseller_id
        post(
            transaction,
            self.sealer,
            kind=Kind.INVITATION,
            to=invited.email,
            values=values,
            reseller_id=reseller_id,
            at=at,
        )

    def send_password_reset(self, transaction: Transaction, to: str, token: str, *, minutes: int, at: datetime) -> None:
        """Post the link with which somebody chooses a new password, in the caller's transaction."""
        values: Values = {"link": f"{self.origin}/reset#{token}", "minutes": minutes}
        post(transaction, self.sealer, kind=Kind.PASSWORD_RESET, to=to, values=values, at=at)

    def send_password_changed(self, transaction: Transaction, to: str, *, at: datetime) -> None:
        """Post the news that somebody's password is another one, in the caller's transaction."""
        post(transaction, self.sealer, kind=Kind.PASSWORD_CHANGED, to=to, values={}, at=at)
