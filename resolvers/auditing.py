"""Writing down who changed what, in the transaction of the change: one event a mutation."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from strawberry.utils.str_converters import to_camel_case
from uuid_utils.compat import uuid7

from auth.viewer import Viewer
from models import ids
from models.audit import AuditEvent
from models.base import Base, Versioned
from models.transactions import Transaction
from resolvers.writing import signed_in
from schema.context import Info
from schema.inputs import MutationInput

# Secrets, and what every row has: not what somebody changed.
UNTOLD = {
    "password_hash",
    "token_hash",
    "secret_hash",
    "created_at",
    "updated_at",
    "closed_at",
    "id",
    "reseller_id",
    "dashboard_id",
}
UNTOLD_OF_VERSIONED = {*UNTOLD, "version"}
PREFIXES = {
    "accounts": "acct",
    "api_keys": "key",
    "invitations": "invt",
    "memberships": "memb",
    "organizations": "org",
    "resellers": "resl",
    "sign_in_rules": "resl",
    "subscriptions": "sub",
    "terms_acceptances": "resl",
    "users": "user",
}
INSIDE = {"organizations"}
# What refers to something else is told by the id that clients know.
REFERENCES = {
    "account_id": "acct",
    "created_by": "user",
    "organization_id": "org",
    "plan_id": "plan",
    "user_id": "user",
}


def record(
    info: Info,
    transaction: Transaction,
    input: MutationInput,
    subject: Any,  # noqa: ANN401 # an entity
    *others: Base,
    actor: Viewer | None = None,
) -> None:
    """Add the event of this mutation: about `subject`, with what changed in it and in the other entities.

    Called before they are written, while it is known what they were. Members, invitations and keys of an account's
    dashboard, and its organizations, are inside it; contracts and settings are not.
    """
    viewer = actor or signed_in(info)
    info.context.change.event_id = id = uuid7()
    table = subject.__tablename__
    account_id = subject.id if table == "accounts" else getattr(subject, "account_id", None)
    is_people = table in {"memberships", "invitations", "api_keys"}
    transaction.add(
        AuditEvent(
            reseller_id=subject.reseller_id,
            id=id,
            occurred_at=info.context.now,
            actor_kind=viewer.kind,
            actor_id=viewer.id,
            actor_name=viewer.name,
            action=info.field_name,
            object_prefix=PREFIXES[table],
            object_id=getattr(subject, "id", None) or subject.reseller_id,
            account_id=account_id,
            is_inside=table in INSIDE or (is_people and account_id is not None),
            request_id=info.context.request_id,
            changes=dict(_changes(transaction, subject, *others)),
            reason=input.clean_reason(),
        )
    )


def _changes(transaction: Transaction, *entities: Base) -> Iterator[tuple[str, list[Any]]]:
    for entity in entities:
        untold = UNTOLD_OF_VERSIONED if isinstance(entity, Versioned) else UNTOLD
        for name, old, new in transaction.changes(entity):
            if name not in untold and old != new:
                prefix = REFERENCES.get(name)
                yield to_camel_case(name), [_written(old, prefix), _written(new, prefix)]


def _written(value: Any, prefix: str | None) -> Any:  # noqa: ANN401 # a column's value
    if isinstance(value, UUID):
        return ids.encode(prefix, value) if prefix is not None else str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value
