"""What the operator does: resellers and their first admins, the price book, the terms, and putting people out.

Every command is one transaction, and is written down in the audit as the operator's.

OperatorError      what was asked cannot be done; the message says why
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError
from uuid_utils.compat import uuid7

from domain.errors import Refusal
from domain.invitations import VALID_FOR
from domain.naming import clean_email, clean_text
from domain.tenancy import DashboardKind, Role
from mail.inviting import Postman
from models import ids
from models.accounts import Account
from models.audit import operator_event
from models.catalog import PriceBook
from models.database import Database
from models.failures import has_lost_a_race, pause_before_attempt
from models.invitations import Invitation
from models.outbox import dead_letters
from models.price_books import load_price_book, read_price_book
from models.publishing import publish_terms
from models.resellers import Reseller
from models.sessions import Session
from models.transactions import Transaction
from models.users import UserEmail
from models.walls import EVERYTHING

Told = dict[str, Any]
ATTEMPTS = 4


class OperatorError(Exception):
    """A command that cannot be done."""


@dataclass(frozen=True, slots=True)
class Operator:
    """One transaction of the operator's; each method returns what there is to tell, for people and for scripts."""

    transaction: Transaction
    postman: Postman
    at: datetime

    async def create_reseller(self, name: str, admin: str, *, is_eligible: bool, time_zone: str, currency: str) -> Told:
        """Add a reseller and invite its first admin, in one step."""
        _require_time_zone(time_zone)
        await self._require_price_book(currency)
        try:
            cleaned, email = clean_text(name, "name"), clean_email(admin, "admin")
        except Refusal as refusal:
            raise OperatorError(f"{refusal.path[0]}: {refusal.message}") from None
        added = Reseller(
            id=uuid7(),
            name=cleaned,
            is_eligible=is_eligible,
            time_zone=time_zone,
            currency_code=currency,
            created_at=self.at,
            updated_at=self.at,
        )
        self.transaction.add(added)
        await self.transaction.flush()
        invited = await self._invite(added, email)
        given = {"name": cleaned, "isEligible": is_eligible, "timeZone": time_zone, "currencyCode": currency}
        self._write_down("create-reseller", added, {key: [None, value] for key, value in given.items()})
        return {**_told(added), "invitation": ids.encode("invt", invited.id), "invited": email}

    async def set_eligibility(self, reseller: str, *, is_eligible: bool) -> Told:
        """Decide whether a reseller may sell Partner Supported. Waits for choices that are under way."""
        row = await self._reseller(reseller)
        self._write_down("set-eligibility", row, {"isEligible": [row.is_eligible, is_eligible]})
        row.is_eligible, row.updated_at = is_eligible, self.at
        return _told(row)

    async def disable_reseller(self, reseller: str, *, is_disabled: bool) -> Told:
        """Disable a reseller with all of its accounts, or enable it with those that were disabled with it."""
        row = await self._reseller(reseller)
        if is_disabled == (row.disabled_at is not None):
            return _told(row)
        mine, disabled_at = Account.reseller_id == row.id, self.at if is_disabled else None
        affected = Account.disabled_at.is_(None) if is_disabled else Account.disabled_at == row.disabled_at
        await self.transaction.execute(
            sa.update(Account).where(mine, affected).values(disabled_at=disabled_at, version=Account.version + 1)
        )
        command = "disable-reseller" if is_disabled else "enable-reseller"
        self._write_down(command, row, {"isDisabled": [not is_disabled, is_disabled]})
        row.disabled_at, row.updated_at = disabled_at, self.at
        return _told(row)

    async def list_resellers(self) -> list[Told]:
        """Tell all resellers, by name."""
        rows = await self.transaction.scalars(sa.select(Reseller).order_by(sa.func.lower(Reseller.name), Reseller.id))
        return [_told(row) for row in rows]

    async def show_reseller(self, reseller: str) -> Told:
        """Tell one reseller with its open invitations and how many accounts it has."""
        row = await self._reseller(reseller)
        accounts = await self.transaction.scalar(
            sa.select(sa.func.count()).select_from(Account).where(Account.reseller_id == row.id)
        )
        open_ones = sa.select(Invitation).where(Invitation.reseller_id == row.id, Invitation.closed_at.is_(None))
        invitations = [
            {
                "id": ids.encode("invt", each.id),
                "email": each.email,
                "role": each.role.value,
                "status": each.status(self.at).value,
            }
            for each in await self.transaction.scalars(open_ones.order_by(Invitation.id))
        ]
        return {**_told(row), "accounts": accounts, "invitations": invitations}

    async def resend_invitation(self, invitation: str) -> Told:
        """Send a pending or expired invitation to a reseller's dashboard once more."""
        key = ids.read(invitation, "invt")
        mine = sa.select(Invitation).where(Invitation.id == key, Invitation.kind == DashboardKind.RESELLER)
        invited = None if key is None else await self.transaction.scalar(mine.with_for_update())
        if invited is None or invited.closed_at is not None:
            raise OperatorError(f"{invitation} is no open invitation to a reseller's dashboard.")
        reseller = (await self.transaction.scalars(sa.select(Reseller).where(Reseller.id == invited.reseller_id))).one()
        invited.extend(at=self.at)
        await self._post(invited, reseller)
        event = operator_event("resend-invitation", "invt", invited.id, reseller_id=reseller.id, at=self.at)
        self.transaction.add(event)
        return {"invitation": invitation, "invited": invited.email, "expires_at": invited.expires_at.isoformat()}

    async def sign_out(self, email: str) -> Told:
        """End every session of a user."""
        owner = sa.select(UserEmail.user_id).where(UserEmail.address == email.strip().lower())
        user_id = await self.transaction.scalar(owner)
        if user_id is None:
            raise OperatorError(f"There is no user {email}.")
        ended = await self.transaction.execute(
            sa.delete(Session).where(Session.user_id == user_id).returning(Session.token_hash)
        )
        self.transaction.add(operator_event("sign-out", "user", user_id, at=self.at))
        return {"email": email, "sessions_ended": len(ended.all())}

    async def dead_letters(self) -> list[Told]:
        """Tell the mails that will not be sent any more."""
        rows = await self.transaction.execute(dead_letters())
        return [
            {
                "id": str(row.id),
                "kind": row.kind,
                "to": row.to_address,
                "failed_at": row.failed_at.isoformat(),
                "reason": row.last_error,
            }
            for row in rows
        ]

    async def load_price_book(self, text: str) -> Told:
        """Load a dated price book; contracts that are saved already keep their cost. Raises PriceBookError."""
        book = await load_price_book(self.transaction, read_price_book(text), at=self.at)
        self.transaction.add(operator_event("load-price-book", "book", book.id, at=self.at))
        return {"currency": book.currency_code, "effective_on": book.effective_on.isoformat()}

    async def publish_terms(self, text: str) -> Told:
        """Publish terms, which every user of every reseller is asked to accept. Raises TermsError."""
        terms = await publish_terms(self.transaction, text, at=self.at)
        event = operator_event(
            "publish-terms", "terms", uuid7(), changes={"version": [None, terms.version]}, at=self.at
        )
        self.transaction.add(event)
        return {"version": terms.version}

    async def _invite(self, reseller: Reseller, email: str) -> Invitation:
        invited = Invitation(
            reseller_id=reseller.id,
            id=uuid7(),
            kind=DashboardKind.RESELLER,
            dashboard_id=reseller.id,
            email=email,
            role=Role.ADMIN,
            created_at=self.at,
            expires_at=self.at + VALID_FOR,
        )
        self.transaction.add(invited)
        await self._post(invited, reseller)
        return invited

    async def _post(self, invited: Invitation, reseller: Reseller) -> None:
        await self.postman.send_invitation(
            self.transaction, invited, dashboard_name=reseller.name, inviter=None, at=self.at
        )

    async def _reseller(self, id: str) -> Reseller:
        key: UUID | None = ids.read(id, "resl")
        mine = sa.select(Reseller).where(Reseller.id == key).with_for_update()
        row = None if key is None else await self.transaction.scalar(mine)
        if row is None:
            raise OperatorError(f"There is no reseller {id}; list-resellers shows them with their ids.")
        return row

    async def _require_price_book(self, currency: str) -> None:
        if await self.transaction.scalar(sa.select(PriceBook.id).where(PriceBook.currency_code == currency)) is None:
            raise OperatorError(f"There is no price book in {currency}; load one first.")

    def _write_down(self, action: str, reseller: Reseller, changes: dict[str, Any]) -> None:
        event = operator_event(action, "resl", reseller.id, reseller_id=reseller.id, changes=changes, at=self.at)
        self.transaction.add(event)


async def operated(
    database: Database, postman: Postman, at: datetime, work: Callable[[Operator], Awaitable[Any]]
) -> Any:  # noqa: ANN401 # what the work tells
    """Do the operator's work in a transaction, again where it lost a race: then it sees what the winner did."""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            async with database.transaction(EVERYTHING) as transaction:
                return await work(Operator(transaction, postman, at))
        except DBAPIError as error:
            can_pass = isinstance(error, IntegrityError) or has_lost_a_race(error)
            if attempt == ATTEMPTS or not can_pass:
                raise
            await pause_before_attempt(attempt + 1)
    raise AssertionError("the last attempt returns or raises")


def _require_time_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise OperatorError(f"{name} is no time zone; write one like Europe/Berlin.") from None


def _told(reseller: Reseller) -> Told:
    return {
        "id": ids.encode("resl", reseller.id),
        "name": reseller.name,
        "eligible": reseller.is_eligible,
        "disabled": reseller.disabled_at is not None,
        "time_zone": reseller.time_zone,
        "currency": reseller.currency_code,
    }
