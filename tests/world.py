"""A world for a test to fill: resellers, customers, contracts, people, each in one line."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from starlette.types import ASGIApp
from uuid_utils.compat import uuid7

from auth.keys import hash_secret
from auth.keys import new_secret as new_key_secret
from auth.sessions import SESSION_LENGTH
from domain.catalog import BillingInterval, SupportType
from domain.invitations import VALID_FOR
from domain.tenancy import DashboardKind, Role
from models import (
    Account,
    ApiKey,
    ApiKeySecret,
    Base,
    Invitation,
    Mail,
    Membership,
    Organization,
    Reseller,
    Session,
    Subscription,
    TermsAcceptance,
    User,
    UserEmail,
    ids,
    subdomains,
)
from models.accounts import under_contract
from models.audit import AuditEvent
from models.catalog import plan_for
from models.database import Database
from models.invitations import note_address
from models.price_books import load_price_book, read_price_book
from models.publishing import publish_terms
from models.sealing import Sealer
from models.tokens import hash_token, new_token
from models.walls import EVERYTHING
from tests.clients import Client
from tests.peeking import peek

HUNTRESS, PARTNER = SupportType.HUNTRESS_SUPPORTED, SupportType.PARTNER_SUPPORTED
MONTHLY, ANNUAL = BillingInterval.MONTHLY, BillingInterval.ANNUAL

# Small brackets, so that a test can stand on both sides of each break.
PRICES = """
currency = "USD"
effective_on = 2020-01-01
huntress_supported = [
    {name = "H1", min_systems = 1, max_systems = 9, cost_per_system = "5.00"},
    {name = "H10", min_systems = 10, max_systems = 99, cost_per_system = "4.00"},
    {name = "H100", min_systems = 100, cost_per_system = "3.00"},
]
partner_supported = [
    {name = "P1", min_systems = 1, max_systems = 9, cost_per_system = "3.50"},
    {name = "P10", min_systems = 10, cost_per_system = "2.50"},
]
"""
# The seal of the application that tests talk to.
SEALER = Sealer(bytes(32))
TERMS = "Version: t1\nBe kind.\n"


@dataclass
class Clock:
    """A clock that stands where it is put."""

    at: datetime = datetime(2025, 1, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the instant."""
        return self.at

    def on(self, day: date) -> None:
        """Travel to noon, UTC, of a day."""
        self.at = datetime.combine(day, time(12), UTC)


Place = Reseller | Account | Organization


class World:
    """Fills the database; what it returns are the entities, detached."""

    def __init__(self, database: Database, clock: Clock, app: ASGIApp) -> None:
        self.database, self.clock, self.app = database, clock, app
        self._number = 0

    async def begin(self) -> None:
        """Load a price book and terms."""
        async with self.database.transaction(EVERYTHING) as transaction:
            await load_price_book(transaction, read_price_book(PRICES), at=self.clock())
            await publish_terms(transaction, TERMS, at=self.clock() - timedelta(days=1000))

    async def load_prices(self, text: str) -> None:
        """Load another price book."""
        async with self.database.transaction(EVERYTHING) as transaction:
            await load_price_book(transaction, read_price_book(text), at=self.clock())

    async def publish(self, text: str) -> None:
        """Publish other terms."""
        async with self.database.transaction(EVERYTHING) as transaction:
            await publish_terms(transaction, text, at=self.clock())

    async def reseller(self, name: str = "Northwind", *, is_eligible: bool = True, time_zone: str = "UTC") -> Reseller:
        """Add a reseller."""
        added = Reseller(
            id=uuid7(),
            name=name,
            is_eligible=is_eligible,
            time_zone=time_zone,
            currency_code="USD",
            created_at=self.clock(),
            updated_at=self.clock(),
        )
        await self._add(added)
        return added

    async def account(
        self,
        reseller: Reseller,
        name: str | None = None,
        *,
        subdomain: str | None = None,
        support_type: SupportType = PARTNER,
        trial_from: date | None = None,
        is_disabled: bool = False,
    ) -> Account:
        """Add an account whose trial began today, or on the day given."""
        began, at = trial_from or self.clock().date(), self.clock()
        name, label = name or self._next("Customer "), subdomain or self._next("customer-")
        added = Account.begun(reseller.id, name=name, subdomain=label, support_type=support_type, on=began, at=at)
        added.disabled_at = at if is_disabled else None
        async with self.database.transaction(EVERYTHING) as transaction:
            await subdomains.claim(transaction, label, reseller_id=reseller.id, account_id=added.id, at=at)
            transaction.add(added)
        return added

    async def organization(self, account: Account, name: str | None = None, key: str | None = None) -> Organization:
        """Add an organization."""
        added = Organization(
            id=uuid7(),
            reseller_id=account.reseller_id,
            account_id=account.id,
            name=name or self._next("Part "),
            key=key or self._next("part-"),
            created_at=self.clock(),
            updated_at=self.clock(),
        )
        await self._add(added)
        return added

    async def contract(
        self,
        account: Account,
        systems: int = 10,
        billing_interval: BillingInterval = MONTHLY,
        *,
        activated_on: date | None = None,
    ) -> Subscription:
        """Add a contract: pending, or activated on a day."""
        at, today = self.clock(), self.clock().date()
        added = Subscription.drafted(account.reseller_id, account.id, at=at)
        async with self.database.transaction(EVERYTHING) as transaction:
            plan = await plan_for(transaction, account.support_type, systems, currency_code="USD", on=today)
            added.save(plan, systems=systems, billing_interval=billing_interval, at=at)
            if activated_on is not None:
                added.activate(on=activated_on, trial_ends_on=account.trial_ends_on, at=at)
                await transaction.fetch(under_contract(account.reseller_id, account.id))
            transaction.add(added)
        return added

    async def person(self, email: str | None = None, *, password_hash: str | None = None) -> User:
        """Add somebody who belongs nowhere yet."""
        address = email or f"{self._next('person-')}@example.test"
        added = User(
            id=uuid7(), name=address.split("@")[0], email=address, password_hash=password_hash, created_at=self.clock()
        )
        await self._add(added, UserEmail(address=address.lower(), user_id=added.id))
        return added

    async def join(self, person: User, role: Role, place: Place, *, accepts: bool = True) -> Membership:
        """Add somebody to a dashboard; in a reseller's they accept the terms, unless told otherwise."""
        reseller_id = place.id if isinstance(place, Reseller) else place.reseller_id
        kind, account_id = _kind_of(place)
        added = Membership(
            user_id=person.id,
            id=uuid7(),
            kind=kind,
            dashboard_id=place.id,
            reseller_id=reseller_id,
            account_id=account_id,
            organization_id=place.id if isinstance(place, Organization) else None,
            role=role,
            created_at=self.clock(),
        )
        await self._add(added)
        if accepts and isinstance(place, Reseller):
            await self.accept(person, place)
        return added

    async def invitation(self, place: Place, email: str | None = None, role: Role = Role.READ_ONLY) -> Invitation:
        """Add an open invitation to a dashboard, whose link nobody has."""
        kind, account_id = _kind_of(place)
        added = Invitation(
            reseller_id=place.id if isinstance(place, Reseller) else place.reseller_id,
            id=uuid7(),
            kind=kind,
            dashboard_id=place.id,
            account_id=account_id,
            organization_id=place.id if isinstance(place, Organization) else None,
            email=email or f"{self._next('invited-')}@example.test",
            role=role,
            created_at=self.clock(),
            expires_at=self.clock() + VALID_FOR,
        )
        await self._add(added)
        async with self.database.transaction() as transaction:
            await transaction.fetch(note_address(added.email, added.reseller_id))
        return added

    async def key(self, maker: User, role: Role, place: Reseller | Account, **given: Any) -> tuple[ApiKey, Client]:
        """Add an API key that somebody made, and return it with a client that acts with it."""
        kind, account_id = _kind_of(place)
        secret = new_key_secret()
        added = ApiKey(
            reseller_id=place.id if isinstance(place, Reseller) else place.reseller_id,
            id=uuid7(),
            kind=kind,
            dashboard_id=place.id,
            account_id=account_id,
            name=self._next("Robot "),
            role=role,
            last_four=secret[-4:],
            created_by=maker.id,
            created_at=self.clock(),
            **given,
        )
        kept = ApiKeySecret(secret_hash=hash_secret(secret), reseller_id=added.reseller_id, api_key_id=added.id)
        await self._add(added, kept)
        return added, Client.bearing(self.app, secret)

    async def accept(self, person: User, reseller: Reseller, version: str = "t1") -> None:
        """Let somebody accept a reseller's terms."""
        await self._add(
            TermsAcceptance(
                user_id=person.id, reseller_id=reseller.id, version=version, accepted_at=self.clock(), address=None
            )
        )

    async def sign_in(self, person: User) -> Client:
        """Return a client in which somebody is signed in."""
        token, at = new_token(person.id), self.clock()
        # Long enough for a test that travels through months.
        expires_at = at + 200 * SESSION_LENGTH
        await self._add(Session(user_id=person.id, token_hash=hash_token(token), created_at=at, expires_at=expires_at))
        return Client(self.app, token)

    async def member(self, role: Role, *places: Place, accepts: bool = True) -> Client:
        """Return a client of somebody new who has this role in each of these dashboards."""
        person = await self.person()
        for place in places:
            await self.join(person, role, place, accepts=accepts)
        return await self.sign_in(person)

    async def admin(self, *places: Place) -> Client:
        """Return a client of a new ADMIN of each of these dashboards."""
        return await self.member(Role.ADMIN, *places)

    async def withdraw_eligibility(self, reseller: Reseller) -> None:
        """Let a reseller sell Partner Supported no longer."""
        async with self.database.transaction(EVERYTHING) as transaction:
            await transaction.execute(sa.update(Reseller).where(Reseller.id == reseller.id).values(is_eligible=False))

    async def letters(self, address: str) -> list[dict[str, Any]]:
        """Return what the letters to an address say that wait in the outbox, the oldest first."""
        waiting = sa.select(Mail.sealed).where(Mail.to_address == address).order_by(Mail.id)
        return [SEALER.unseal(row.sealed) for row in await peek(self.database, waiting)]

    async def token(self, address: str) -> str:
        """Return the token of the latest invitation's link that was posted to an address."""
        link: str = (await self.letters(address))[-1]["link"]
        return link.split("#")[1]

    async def events(self) -> list[sa.Row[Any]]:
        """Return the audit, the oldest first."""
        rows = await peek(self.database, sa.select(*AuditEvent.__table__.columns).order_by(AuditEvent.id))
        return list(rows)

    async def rows(self, *, besides: str = "") -> list[tuple[str, ...]]:
        """Return everything that is stored, to compare with later: each row with the name of its table.

        What requests have cost is no part of it. `besides` names a table that is left out: the audit tells of what
        changed nothing else, too.
        """
        names = [table.name for table in Base.metadata.sorted_tables if table.name not in {besides, "budgets"}]
        everything = " UNION ALL ".join(f"SELECT '{name}', {name}::text FROM {name}" for name in names)
        return sorted(tuple(map(str, row)) for row in await peek(self.database, sa.text(everything)))

    async def _add(self, *entities: object) -> None:
        async with self.database.transaction(EVERYTHING) as transaction:
            for entity in entities:
                transaction.add(entity)
                await transaction.flush()

    def _next(self, prefix: str) -> str:
        self._number += 1
        return f"{prefix}{self._number}"


def _kind_of(place: Place) -> tuple[DashboardKind, UUID | None]:
    if isinstance(place, Reseller):
        return DashboardKind.RESELLER, None
    if isinstance(place, Account):
        return DashboardKind.ACCOUNT, place.id
    return DashboardKind.ORGANIZATION, place.account_id


PREFIXES: dict[type, str] = {
    Reseller: "resl",
    Account: "acct",
    Organization: "org",
    Subscription: "sub",
    Membership: "memb",
    User: "user",
    Invitation: "invt",
    ApiKey: "key",
}


def gid(entity: Place | Subscription | Membership | User | Invitation | ApiKey) -> str:
    """Return an entity's id as clients know it."""
    return ids.encode(PREFIXES[type(entity)], entity.id)


def missing(prefix: str) -> str:
    """Return an id of this kind that leads to nothing; always the same, so that every worker finds the same tests."""
    return ids.encode(prefix, UUID(int=7))
