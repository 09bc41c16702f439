"""Posting a mail: a row of the caller's own transaction, so that it leaves if and only if that commits.

UnwritableLetter   the values do not make a letter of this kind; nothing was posted
"""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from mail.letters import Kind, Values, compose
from models.outbox import Mail
from models.sealing import Sealer
from models.transactions import Transaction
from models.walls import NOWHERE


def post(
    transaction: Transaction,
    sealer: Sealer,
    *,
    kind: Kind,
    to: str,
    values: Values,
    reseller_id: UUID | None = None,
    at: datetime,
) -> Mail:
    """Add a mail, due at once; what it says is kept sealed. Raises UnwritableLetter where a value is missing."""
    # Composed once here: a mistake belongs to whoever makes it, not to the worker that finds it a minute later.
    compose(kind, values)
    mail = Mail(
        reseller_id=reseller_id or NOWHERE,
        id=uuid7(),
        kind=kind.value,
        to_address=to,
        sealed=sealer.seal(values),
        created_at=at,
        due_at=at,
        attempts=0,
    )
    transaction.add(mail)
    return mail
