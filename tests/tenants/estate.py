"""A tenant with one of everything that has an id, every text in it marked with the tenant's word."""

from dataclasses import dataclass

import sqlalchemy as sa

from domain.tenancy import Role
from models import Reseller, Session, Subscription, User, ids
from models.audit import AuditEvent
from models.sessions import session_id
from models.walls import EVERYTHING
from tests.clients import Client
from tests.tenants.schema import EXTERNAL_ID
from tests.world import PARTNER, Place, World, gid

# Counted for everybody alike, and by no tenant's doing.
COUNTERS = frozenset({"budgets", "throttles"})

# A customer has no external id of its own to give.
EXTERNAL: dict[bool, dict[str, str]] = {False: {"externalId": EXTERNAL_ID}, True: {}}


@dataclass(frozen=True, slots=True)
class Estate:
    """The ids of a tenant's objects, by their kind, and the people who act in it."""

    word: str
    reseller: Reseller
    ids: dict[str, str]
    clients: dict[str, Client]

    def traces(self) -> list[str]:
        """Return what must be in nobody else's answer: the tenant's word, and every id of its objects."""
        return [self.word, *self.ids.values()]


async def estate(world: World, word: str, reseller: Reseller | None = None) -> Estate:
    """Fill a tenant, or, in a reseller that there is, another of its customers."""
    is_customer = reseller is not None
    reseller = reseller or await world.reseller(f"{word} reseller")
    account = await world.account(reseller, f"{word} account", subdomain=f"{word}-account", support_type=PARTNER)
    organization = await world.organization(account, f"{word} organization", f"{word}-key")
    contract = await world.contract(account)
    if not is_customer:
        await _name(world, contract)
    place: Place = account if is_customer else reseller
    admin, maker = await world.person(f"{word}-admin@example.test"), await world.person(f"{word}-maker@example.test")
    membership = await world.join(admin, Role.ADMIN, place)
    await world.join(maker, Role.ADMIN, place)
    invitation = await world.invitation(place, f"{word}-invited@example.test")
    key, robot = await world.key(maker, Role.READ_ONLY, place)
    client = await world.sign_in(admin)
    found = {
        "resl": None if is_customer else gid(reseller),
        "acct": gid(account),
        "org": gid(organization),
        "sub": gid(contract),
        "memb": gid(membership),
        "user": gid(admin),
        "invt": gid(invitation),
        "key": gid(key),
        "viewer": ids.encode("viewer", admin.id),
        "sess": await _session(world, admin),
        "event": await _event(
            world, client, gid(account), {"name": f"{word} account, renamed"} | EXTERNAL[is_customer]
        ),
    }
    clients = {
        "admin": client,
        "account's admin": await world.member(Role.ADMIN, account),
        "account's user": await world.member(Role.USER, account),
        "organization's user": await world.member(Role.USER, organization),
        "key": robot,
    }
    for each in clients.values():
        # What first use writes is written now.
        await each.run("{ viewer { id } }")
    return Estate(word, reseller, {kind: id for kind, id in found.items() if id is not None}, clients)


async def rows(world: World) -> list[tuple[str, ...]]:
    """Return everything that is stored but what counts attempts and points."""
    return [row for row in await world.rows() if row[0] not in COUNTERS]


async def _name(world: World, contract: Subscription) -> None:
    named = sa.update(Subscription).where(Subscription.id == contract.id).values(external_id=EXTERNAL_ID)
    async with world.database.transaction(EVERYTHING) as transaction:
        await transaction.execute(named)


async def _session(world: World, person: User) -> str:
    (row,) = await world.database.fetch(sa.select(Session.token_hash).where(Session.user_id == person.id))
    return ids.encode("sess", session_id(row.token_hash))


async def _event(world: World, client: Client, account: str, change: dict[str, str]) -> str:
    # Something is changed, so that it is written down.
    changed = await client.mutate("updateAccount", {"id": account, **change})
    assert changed["errors"] == []
    async with world.database.snapshot(EVERYTHING) as moment:
        latest = sa.select(AuditEvent.id).order_by(AuditEvent.id.desc()).limit(1)
        (row,) = await moment.fetch(latest)
    return ids.encode("event", row.id)
