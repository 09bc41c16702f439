"""Every mutation, each with somebody who may, an input that does something, and what the audit has to say of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from domain.tenancy import Role
from models import Account, ApiKey, Invitation, Membership, Organization, Reseller, Subscription, User
from tests.clients import Client
from tests.credentials import PASSWORD, Authenticator, client_at, enrol, sign_in, somebody, start
from tests.world import PARTNER, World, gid

ANOTHER = "a horse with another hat"
NEWCOMER = "new@example.test"
Input = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stage:
    """A reseller whose admin, Ada, has signed in with her password, and one of everything that she may change."""

    world: World
    person: User
    ada: Client
    reseller: Reseller
    account: Account
    organization: Organization
    contract: Subscription
    member: Membership
    invitation: Invitation
    key: ApiKey


@dataclass(frozen=True, slots=True)
class Change:
    """A mutation: its input, what it is about, which fields change, and who sends it, unless Ada does."""

    given: Callable[[Stage], Awaitable[Input]] | None
    about: Callable[[Stage], str] | str
    fields: frozenset[str] = frozenset()
    client: Callable[[Stage], Client] | None = None


async def staged(world: World) -> Stage:
    """Fill a world."""
    reseller = await world.reseller()
    person = await somebody(world)
    await world.join(person, Role.ADMIN, reseller)
    ada = client_at(world.app)
    assert (await sign_in(ada, person.email))["errors"] == []
    account = await world.account(reseller, support_type=PARTNER)
    key, _ = await world.key(person, Role.READ_ONLY, reseller)
    return Stage(
        world=world,
        person=person,
        ada=ada,
        reseller=reseller,
        account=account,
        organization=await world.organization(account),
        contract=await world.contract(account),
        member=await world.join(await world.person(), Role.READ_ONLY, reseller),
        invitation=await world.invitation(reseller),
        key=key,
    )


def by_id(attribute: str, field: str = "id", **rest: Any) -> Callable[[Stage], Awaitable[Input]]:
    """Return the input that names one of the stage's objects."""

    async def given(stage: Stage) -> Input:
        return {field: gid(getattr(stage, attribute)), **rest}

    return given


def fixed(**given: Any) -> Callable[[Stage], Awaitable[Input]]:
    """Return the same input whatever the stage."""

    async def same(_: Stage) -> Input:
        return given

    return same


def about(attribute: str) -> Callable[[Stage], str]:
    """Return the id of one of the stage's objects."""
    return lambda stage: gid(getattr(stage, attribute))


def stranger(stage: Stage) -> Client:
    """Return somebody who is not signed in."""
    return client_at(stage.world.app)


async def _link(stage: Stage) -> Input:
    given = {"dashboardId": gid(stage.reseller), "email": NEWCOMER, "role": "FINANCE"}
    await stage.ada.mutate("inviteMember", given)
    return {"token": await stage.world.token(NEWCOMER), "name": "Nora", "password": ANOTHER}


async def _reset(stage: Stage) -> Input:
    await stage.ada.mutate("requestPasswordReset", {"email": stage.person.email})
    return {"token": await stage.world.token(stage.person.email), "newPassword": ANOTHER}


async def _newer_terms(stage: Stage) -> Input:
    await stage.world.publish("Version: t2\nBe kinder.\n")
    return {"resellerId": gid(stage.reseller), "version": "t2"}


async def _authenticator(stage: Stage) -> Input:
    return {"code": Authenticator(stage.world.clock, (await start(stage.ada))["secret"], []).code()}


async def _enrolled(stage: Stage) -> Input:
    return {"password": PASSWORD, "code": (await enrol(stage.ada, stage.world.clock)).code()}


async def _another_session(stage: Stage) -> Input:
    assert (await sign_in(stranger(stage), stage.person.email))["errors"] == []
    listed = (await stage.ada.query("{ viewer { sessions { id isCurrent } } }"))["viewer"]["sessions"]
    return {"id": next(each["id"] for each in listed if not each["isCurrent"])}


ACCOUNT = {"name": "New", "subdomain": "brand-new", "supportType": "HUNTRESS_SUPPORTED"}
KEY = frozenset({"name", "role", "kind", "lastFour", "createdBy"})
CONTRACT = frozenset({"systems", "planId", "costPerSystem"})
INVITED = frozenset({"email", "role", "kind", "expiresAt"})
# What is only known once it is done has the kind of its id in place of the id.
CHANGES: dict[str, Change] = {
    "signIn": Change(fixed(email="ada@northwind.test", password=PASSWORD), about("person"), client=stranger),
    "signOut": Change(None, about("person")),
    "changePassword": Change(fixed(currentPassword=PASSWORD, newPassword=ANOTHER), about("person")),
    "requestPasswordReset": Change(fixed(email="ada@northwind.test"), about("person"), client=stranger),
    "resetPassword": Change(_reset, about("person"), client=stranger),
    "startTwoFactor": Change(None, about("person")),
    "confirmTwoFactor": Change(_authenticator, about("person")),
    "disableTwoFactor": Change(_enrolled, about("person")),
    "endSession": Change(_another_session, about("person")),
    "endOtherSessions": Change(None, about("person")),
    "updateReseller": Change(
        by_id("reseller", requiresTwoFactor=True), about("reseller"), frozenset({"requiresTwoFactor"})
    ),
    "acceptTerms": Change(_newer_terms, about("reseller"), frozenset({"version", "acceptedAt"})),
    "createAccount": Change(
        by_id("reseller", "resellerId", **ACCOUNT),
        "acct",
        frozenset({"name", "subdomain", "supportType", "trialStartsOn", "trialEndsOn"}),
    ),
    "updateAccount": Change(by_id("account", name="Other"), about("account"), frozenset({"name"})),
    "upsertSubscription": Change(
        by_id("account", "accountId", systems=5, billingInterval="MONTHLY"), about("contract"), CONTRACT
    ),
    "activateSubscription": Change(
        by_id("contract"), about("contract"), frozenset({"status", "startsOn", "activatedAt"})
    ),
    "cancelSubscription": Change(by_id("contract"), about("contract"), frozenset({"status"})),
    "inviteMember": Change(by_id("reseller", "dashboardId", email=NEWCOMER, role="FINANCE"), "invt", INVITED),
    "resendInvitation": Change(by_id("invitation"), about("invitation"), frozenset({"expiresAt"})),
    "revokeInvitation": Change(by_id("invitation"), about("invitation"), frozenset({"revokedAt"})),
    "acceptInvitation": Change(_link, "invt", frozenset({"acceptedAt", "role", "userId"}), client=stranger),
    "changeRole": Change(by_id("member", "membershipId", role="FINANCE"), about("member"), frozenset({"role"})),
    "removeMember": Change(by_id("member", "membershipId"), about("member"), frozenset({"role", "userId"})),
    "createApiKey": Change(by_id("reseller", "dashboardId", name="Robot", role="FINANCE"), "key", KEY),
    "rotateApiKey": Change(by_id("key"), about("key"), frozenset({"lastFour"})),
    "revokeApiKey": Change(by_id("key"), about("key"), frozenset({"revokedAt"})),
    "createOrganization": Change(
        by_id("account", "accountId", name="Part", key="part"), "org", frozenset({"name", "key", "accountId"})
    ),
    "updateOrganization": Change(by_id("organization", name="Other"), about("organization"), frozenset({"name"})),
}
