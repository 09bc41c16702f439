"""The demo world: two resellers and their customers, in every state that the accounts screen can show.

Dates are counted from the day on which it is loaded. All names and amounts are invented.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from uuid_utils.compat import uuid7

from domain.catalog import BillingInterval, SupportType
from domain.tenancy import DashboardKind, Role
from models import subdomains
from models.accounts import Account, under_contract
from models.catalog import plan_for
from models.memberships import Membership
from models.organizations import Organization
from models.price_books import load_price_book, read_price_book
from models.publishing import publish_terms
from models.resellers import Reseller
from models.subscriptions import Subscription
from models.terms import TermsAcceptance
from models.transactions import Transaction
from models.users import User, UserEmail

HERE = Path(__file__).parent
# Any constant that nothing else locks.
LOADING = 7_291_554_014
HUNTRESS, PARTNER = SupportType.HUNTRESS_SUPPORTED, SupportType.PARTNER_SUPPORTED


@dataclass(frozen=True, slots=True)
class Customer:
    """An account to load: when its trial began, and what became of its contract; days are counted back from today."""

    name: str
    subdomain: str
    support_type: SupportType
    trial_began: int
    systems: int | None = None
    billing_interval: BillingInterval = BillingInterval.MONTHLY
    activated: int | None = None
    organizations: tuple[str, ...] = ()


NORTHWIND = (
    Customer("Adventure Works", "adventure-works", PARTNER, trial_began=3),
    Customer("Blue Yonder Airlines", "blue-yonder", HUNTRESS, trial_began=10, systems=120),
    Customer("City Power & Light", "city-power", PARTNER, trial_began=12, systems=45, activated=2),
    Customer(
        "Fourth Coffee",
        "fourth-coffee",
        PARTNER,
        trial_began=200,
        systems=250,
        activated=185,
        organizations=("Headquarters", "Roastery", "Shops"),
    ),
    Customer(
        "Graphic Design Institute",
        "graphic-design",
        HUNTRESS,
        trial_began=90,
        systems=640,
        billing_interval=BillingInterval.ANNUAL,
        activated=60,
    ),
    Customer("Humongous Insurance", "humongous", HUNTRESS, trial_began=45),
    Customer("Lucerne Publishing", "lucerne", PARTNER, trial_began=30, systems=80),
    Customer("Margie's Travel", "margies-travel", HUNTRESS, trial_began=0),
)
CONTOSO = (
    Customer("Alpine Ski House", "alpine-ski", HUNTRESS, trial_began=5),
    Customer("Proseware", "proseware", HUNTRESS, trial_began=40, systems=30, activated=25),
    Customer("Wide World Importers", "wide-world", HUNTRESS, trial_began=15, systems=60),
)
PEOPLE = {
    "ada@northwind.example": "Ada Lindgren",
    "fred@northwind.example": "Fred Okafor",
    "rita@northwind.example": "Rita Moreau",
    "ben@contoso.example": "Ben Castillo",
    "cora@fourthcoffee.example": "Cora Jensen",
    "omar@fourthcoffee.example": "Omar Haddad",
}
FIRST_PERSON = next(iter(PEOPLE))


class Demo:
    """Loads the world in one transaction: all of it or nothing."""

    def __init__(self, transaction: Transaction, *, today: date, at: datetime, password_hash: str) -> None:
        self._transaction, self._today, self._at, self._hash = transaction, today, at, password_hash
        self._people: dict[str, User] = {}

    async def load(self) -> None:
        """Add the catalogue, the terms, both resellers with their customers, and everybody's memberships."""
        await load_price_book(self._transaction, read_price_book((HERE / "price-book.toml").read_text()), at=self._at)
        terms = await publish_terms(self._transaction, (HERE / "terms.md").read_text(), at=self._at)
        await self._add_people()
        northwind = await self._reseller("Northwind Managed IT", NORTHWIND, is_eligible=True)
        contoso = await self._reseller("Contoso Resale", CONTOSO, is_eligible=False)
        accounts, organizations = sa.select(Account), sa.select(Organization)
        coffee = (await self._transaction.scalars(accounts.where(Account.subdomain == "fourth-coffee"))).one()
        roastery = (await self._transaction.scalars(organizations.where(Organization.name == "Roastery"))).one()

        self._join("ada@northwind.example", Role.ADMIN, northwind.id)
        self._join("ada@northwind.example", Role.ADMIN, northwind.id, coffee.id)
        self._join("ada@northwind.example", Role.USER, northwind.id, coffee.id, roastery.id)
        self._join("fred@northwind.example", Role.FINANCE, northwind.id)
        self._join("rita@northwind.example", Role.READ_ONLY, northwind.id)
        self._join("ben@contoso.example", Role.ADMIN, contoso.id)
        self._join("cora@fourthcoffee.example", Role.ADMIN, northwind.id, coffee.id)
        self._join("omar@fourthcoffee.example", Role.USER, northwind.id, coffee.id, roastery.id)
        for address in ("ada@northwind.example", "fred@northwind.example", "rita@northwind.example"):
            self._accept(address, northwind.id, terms.version)

    async def _add_people(self) -> None:
        for address, name in PEOPLE.items():
            user = User(id=uuid7(), name=name, email=address, password_hash=self._hash, created_at=self._at)
            self._people[address] = user
            self._transaction.add_all([user, UserEmail(address=address, user_id=user.id)])
        await self._transaction.flush()

    async def _reseller(self, name: str, customers: Sequence[Customer], *, is_eligible: bool) -> Reseller:
        reseller = Reseller(
            id=uuid7(),
            name=name,
            is_eligible=is_eligible,
            time_zone="UTC",
            currency_code="USD",
            created_at=self._at,
            updated_at=self._at,
        )
        self._transaction.add(reseller)
        await self._transaction.flush()
        for customer in customers:
            await self._customer(reseller, customer)
        return reseller

    async def _customer(self, reseller: Reseller, customer: Customer) -> None:
        began = self._day(customer.trial_began)
        account = Account.begun(
            reseller.id,
            name=customer.name,
            subdomain=customer.subdomain,
            support_type=customer.support_type,
            on=began,
            at=self._at - timedelta(days=customer.trial_began),
        )
        owner = {"reseller_id": reseller.id, "account_id": account.id}
        await subdomains.claim(self._transaction, customer.subdomain, **owner, at=self._at)
        self._transaction.add(account)
        await self._transaction.flush()
        for name in customer.organizations:
            self._transaction.add(
                Organization(id=uuid7(), **owner, name=name, key=name.lower(), created_at=self._at, updated_at=self._at)
            )
        if customer.systems is not None:
            await self._contract(account, customer, customer.systems)
        await self._transaction.flush()

    async def _contract(self, account: Account, customer: Customer, systems: int) -> None:
        plan = await plan_for(
            self._transaction, customer.support_type, systems, currency_code="USD", on=self._day(customer.trial_began)
        )
        contract = Subscription.drafted(account.reseller_id, account.id, at=account.created_at)
        contract.save(plan, systems=systems, billing_interval=customer.billing_interval, at=account.created_at)
        if customer.activated is not None:
            at = self._at - timedelta(days=customer.activated)
            contract.activate(on=self._day(customer.activated), trial_ends_on=account.trial_ends_on, at=at)
            await self._transaction.fetch(under_contract(account.reseller_id, account.id))
        self._transaction.add(contract)

    def _join(
        self,
        address: str,
        role: Role,
        reseller_id: UUID,
        account_id: UUID | None = None,
        organization_id: UUID | None = None,
    ) -> None:
        kind = DashboardKind.RESELLER if account_id is None else DashboardKind.ACCOUNT
        self._transaction.add(
            Membership(
                user_id=self._people[address].id,
                id=uuid7(),
                kind=kind if organization_id is None else DashboardKind.ORGANIZATION,
                dashboard_id=organization_id or account_id or reseller_id,
                reseller_id=reseller_id,
                account_id=account_id,
                organization_id=organization_id,
                role=role,
                created_at=self._at,
            )
        )

    def _accept(self, address: str, reseller_id: UUID, version: str) -> None:
        self._transaction.add(
            TermsAcceptance(
                user_id=self._people[address].id, reseller_id=reseller_id, version=version, accepted_at=self._at
            )
        )

    def _day(self, days_ago: int) -> date:
        return self._today - timedelta(days=days_ago)


async def is_empty(transaction: Transaction) -> bool:
    """Tell whether nobody and nothing is stored yet; whoever else asks waits until the transaction ends.

    Hosts that start at once on an empty database load the demo once: the others find what the first one has left.
    """
    await transaction.execute(sa.select(sa.func.pg_advisory_xact_lock(LOADING)))
    for kind in (User, Reseller):
        if await transaction.scalar(sa.select(kind.id).limit(1)) is not None:
            return False
    return True


async def demo_password_hash(transaction: Transaction) -> str | None:
    """Return the hash that the demo's people have; None where this is not the demo world."""
    owner = sa.select(UserEmail.user_id).where(UserEmail.address == FIRST_PERSON).scalar_subquery()
    return await transaction.scalar(sa.select(User.password_hash).where(User.id == owner))


async def set_demo_password(transaction: Transaction, password_hash: str) -> None:
    """Give everybody in the demo world the password of this hash."""
    await transaction.execute(sa.update(User).where(User.email.in_(PEOPLE)).values(password_hash=password_hash))
