"""The audit of a dashboard: which events, newest first, a page at a time."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from models.asking import Asked
from models.audit import AuditEvent, audit_rows
from models.paging import Order, Page
from models.prepared import Prepared

NEWEST_FIRST = Order(
    "AUDIT",
    sa.type_coerce(AuditEvent.occurred_at, sa.DateTime(timezone=True)),
    AuditEvent.__table__.c.id,
    is_descending=True,
)
# So many lists that differ by more than a cursor, and by what is asked of the events, are kept prepared.
FORMS = 100


@dataclass(frozen=True, slots=True)
class AuditList:
    """What was asked for; what is None asks nothing. `since` is inclusive, `until` exclusive."""

    page: Page
    actor_id: UUID | None = None
    action: str | None = None
    object_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None

    def paged(self, reseller_id: UUID, account_id: UUID | None) -> Asked:
        """Select this page of an account's events, or of the reseller's own. Raises BadInput for another's cursor.

        A reseller's are what concerns the reseller, its accounts' settings and contracts; what belongs to an account's
        own dashboard is the account's.
        """
        key, id = self.page.place(NEWEST_FIRST.name, datetime.fromisoformat)
        sought = {
            "actor_id": self.actor_id,
            "action": self.action,
            "object_id": self.object_id,
            "since": self.since,
            "until": self.until,
        }
        asked = frozenset(name for name, value in sought.items() if value is not None)
        form = _prepared(self.page.form, asked, is_accounts=account_id is not None)
        return form(reseller_id=reseller_id, account_id=account_id, key=key, id=id, **sought)


@lru_cache(FORMS)
def _prepared(page: Page, asked: Set[str], *, is_accounts: bool) -> Prepared[...]:
    def build(
        reseller_id: UUID,
        account_id: UUID,
        key: datetime,
        id: UUID,
        actor_id: UUID,
        action: str,
        object_id: UUID,
        since: datetime,
        until: datetime,
    ) -> sa.Select[*tuple[Any, ...]]:
        conditions = {
            "actor_id": AuditEvent.actor_id == actor_id,
            "action": AuditEvent.action == action,
            "object_id": AuditEvent.object_id == object_id,
            "since": AuditEvent.occurred_at >= since,
            "until": AuditEvent.occurred_at < until,
        }
        here = AuditEvent.account_id == account_id if is_accounts else AuditEvent.is_inside.is_(False)
        kept = (condition for name, condition in conditions.items() if name in asked)
        rows = audit_rows().where(AuditEvent.reseller_id == reseller_id, here, *kept)
        return page.of(rows, NEWEST_FIRST, (key, id))

    return Prepared(build)
