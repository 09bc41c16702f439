"""The operator: resellers with their first admins, eligibility, disabling, putting people out; all of it audited."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from domain.tenancy import Role
from mail.inviting import Postman
from models import Mail, ids
from models.walls import EVERYTHING
from resolvers.operating import Operator, OperatorError, operated
from tests.clients import Client
from tests.resolvers.changes import CHANGES, staged
from tests.world import PARTNER, PRICES, SEALER, World, gid, missing

Operating = Callable[[], AbstractAsyncContextManager[Operator]]
NEW: dict[str, Any] = {"is_eligible": True, "time_zone": "Europe/Berlin", "currency": "USD"}
STATUSES = "query($id: ID!) { reseller(id: $id) { accounts { nodes { name status } } } }"


@pytest.fixture
def operating(world: World) -> Operating:
    """Open a transaction of the operator's."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Operator]:
        async with world.database.transaction(EVERYTHING) as transaction:
            yield Operator(transaction, Postman("http://testserver", SEALER), world.clock())

    return opened


async def events(world: World) -> list[tuple[str, str, str, Any]]:
    return [
        (each.actor_kind.value, each.action, ids.encode(each.object_prefix, each.object_id), each.changes)
        for each in await world.events()
    ]


async def test_a_reseller_begins_with_the_invitation_of_its_first_admin(
    world: World, operating: Operating, stranger: Client
) -> None:
    async with operating() as operator:
        told = await operator.create_reseller(" Northwind ", "Ada@Northwind.test", **NEW)

    assert told == {
        "id": told["id"],
        "name": "Northwind",
        "eligible": True,
        "disabled": False,
        "time_zone": "Europe/Berlin",
        "currency": "USD",
        "invitation": told["invitation"],
        "invited": "ada@northwind.test",
    }
    (letter,) = await world.letters("ada@northwind.test")
    assert (letter["dashboard_name"], letter["role"], letter["inviter"]) == ("Northwind", "ADMIN", None)
    assert [(kind, action, about) for kind, action, about, _ in await events(world)] == [
        ("OPERATOR", "create-reseller", told["id"])
    ]
    given = {"token": await world.token("ada@northwind.test"), "name": "Ada", "password": "a horse with a hat"}
    accepted = await stranger.mutate("acceptInvitation", given, "dashboard { id role }")
    assert accepted == {"dashboard": {"id": told["id"], "role": "ADMIN"}, "errors": []}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"time_zone": "Mars/Olympus"}, "Mars/Olympus is no time zone; write one like Europe/Berlin."),
        ({"time_zone": "../UTC"}, "../UTC is no time zone; write one like Europe/Berlin."),
        ({"time_zone": "Europe"}, "Europe is no time zone; write one like Europe/Berlin."),
        ({"time_zone": ""}, " is no time zone; write one like Europe/Berlin."),
        ({"currency": "EUR"}, "There is no price book in EUR; load one first."),
        ({"name": " "}, "name: This must not be empty."),
        ({"name": "x" * 257}, "name: This must have at most 256 characters."),
        ({"admin": "nobody"}, "admin: This is no e-mail address."),
    ],
)
async def test_nothing_is_made_where_a_reseller_is_refused(
    world: World, operating: Operating, change: dict[str, Any], sentence: str
) -> None:
    before = await world.rows()

    with pytest.raises(OperatorError) as refusal:
        async with operating() as operator:
            await operator.create_reseller(**{"name": "Northwind", "admin": "ada@northwind.test", **NEW, **change})

    assert str(refusal.value) == sentence
    assert await world.rows() == before


async def test_eligibility_is_given_and_withdrawn(world: World, operating: Operating) -> None:
    reseller = await world.reseller(is_eligible=False)
    ada = await world.admin(reseller)
    new = {"resellerId": gid(reseller), "name": "New", "subdomain": "brand-new", "supportType": "PARTNER_SUPPORTED"}
    refusal = await ada.refused("createAccount", new)

    async with operating() as operator:
        told = await operator.set_eligibility(gid(reseller), is_eligible=True)

    assert refusal[0] == "NOT_ELIGIBLE_FOR_PARTNER_SUPPORTED"
    assert told["eligible"] is True
    assert (await ada.mutate("createAccount", new))["errors"] == []
    assert (await events(world))[0] == ("OPERATOR", "set-eligibility", gid(reseller), {"isEligible": [False, True]})
    document = "query($id: ID!) { reseller(id: $id) { auditEvents { nodes { actorKind actorId actorName } } } }"
    seen = (await ada.query(document, id=gid(reseller)))["reseller"]["auditEvents"]["nodes"]
    assert seen[-1] == {"actorKind": "OPERATOR", "actorId": None, "actorName": "operator"}


async def test_disabling_a_reseller_disables_its_accounts_and_enabling_restores_exactly_those(
    world: World, operating: Operating
) -> None:
    reseller, other = await world.reseller(), await world.reseller("Contoso")
    await world.account(reseller, "Open")
    await world.account(reseller, "Shut before", is_disabled=True)
    await world.account(other, "Other")
    ada, ben = await world.admin(reseller), await world.admin(other)
    world.clock.at += timedelta(hours=1)

    async with operating() as operator:
        disabled = await operator.disable_reseller(gid(reseller), is_disabled=True)
    while_disabled = (await ada.query(STATUSES, id=gid(reseller)))["reseller"]["accounts"]["nodes"]
    elsewhere = (await ben.query(STATUSES, id=gid(other)))["reseller"]["accounts"]["nodes"]
    world.clock.at += timedelta(hours=1)
    async with operating() as operator:
        await operator.disable_reseller(gid(reseller), is_disabled=True)
    async with operating() as operator:
        enabled = await operator.disable_reseller(gid(reseller), is_disabled=False)

    assert (disabled["disabled"], enabled["disabled"]) == (True, False)
    assert {each["name"]: each["status"] for each in while_disabled} == {"Open": "DISABLED", "Shut before": "DISABLED"}
    assert elsewhere == [{"name": "Other", "status": "TRIALING"}]
    restored = (await ada.query(STATUSES, id=gid(reseller)))["reseller"]["accounts"]["nodes"]
    assert {each["name"]: each["status"] for each in restored} == {"Open": "TRIALING", "Shut before": "DISABLED"}
    # The second time nothing was left to disable.
    assert [(action, changes) for _, action, _, changes in await events(world)] == [
        ("disable-reseller", {"isDisabled": [False, True]}),
        ("enable-reseller", {"isDisabled": [True, False]}),
    ]


OWN = {"signIn", "signOut", "changePassword", "requestPasswordReset", "resetPassword", "startTwoFactor"}
OWN |= {"confirmTwoFactor", "disableTwoFactor", "endSession", "endOtherSessions"}


@pytest.mark.parametrize("name", sorted(set(CHANGES) - OWN - {"acceptTerms", "acceptInvitation"}))
async def test_a_disabled_reseller_can_be_looked_at_and_not_changed(
    world: World, operating: Operating, name: str
) -> None:
    stage = await staged(world)
    given = CHANGES[name].given
    assert given is not None
    asked = await given(stage)
    async with operating() as operator:
        await operator.disable_reseller(gid(stage.reseller), is_disabled=True)
    before = await world.rows()

    assert await stage.ada.refused(name, asked) == ("ACCOUNT_DISABLED", [])
    assert await world.rows() == before
    document = "query($id: ID!) { reseller(id: $id) { members { id } accounts { totalCount } } }"
    seen = (await stage.ada.query(document, id=gid(stage.reseller)))["reseller"]
    assert (len(seen["members"]), seen["accounts"]["totalCount"]) == (2, 1)


async def test_no_account_slips_in_while_its_reseller_is_being_disabled(world: World, operating: Operating) -> None:
    for number in range(8):
        reseller = await world.reseller()
        ada = await world.admin(reseller)
        new = {"name": "New", "subdomain": f"brand-new-{number}", "supportType": "HUNTRESS_SUPPORTED"}

        async def disable(id: str = gid(reseller)) -> None:
            async with operating() as operator:
                await operator.disable_reseller(id, is_disabled=True)

        payload, _ = await asyncio.gather(ada.mutate("createAccount", {"resellerId": gid(reseller), **new}), disable())

        assert [error["code"] for error in payload["errors"]] in ([], ["ACCOUNT_DISABLED"])
        accounts = (await ada.query(STATUSES, id=gid(reseller)))["reseller"]["accounts"]["nodes"]
        assert [each["status"] for each in accounts] == ([] if payload["errors"] else ["DISABLED"])


async def test_resellers_are_listed_by_name_and_shown_with_what_is_open(world: World, operating: Operating) -> None:
    await world.reseller("contoso", is_eligible=False, time_zone="Europe/Berlin")
    northwind = await world.reseller("Northwind")
    account = await world.account(northwind, support_type=PARTNER)
    first = await world.invitation(northwind, "ada@northwind.test", Role.ADMIN)
    world.clock.at += timedelta(days=7)
    second = await world.invitation(account, "cora@fourthcoffee.test")

    async with operating() as operator:
        listed, shown = await operator.list_resellers(), await operator.show_reseller(gid(northwind))

    assert [(each["name"], each["eligible"], each["time_zone"]) for each in listed] == [
        ("contoso", False, "Europe/Berlin"),
        ("Northwind", True, "UTC"),
    ]
    assert shown == {
        **listed[1],
        "accounts": 1,
        "invitations": [
            {"id": gid(first), "email": "ada@northwind.test", "role": "ADMIN", "status": "EXPIRED"},
            {"id": gid(second), "email": "cora@fourthcoffee.test", "role": "READ_ONLY", "status": "PENDING"},
        ],
    }
    assert await world.events() == []


async def test_an_invitation_is_sent_once_more_by_the_operator(world: World, operating: Operating) -> None:
    reseller = await world.reseller("Northwind")
    invitation = await world.invitation(reseller, "ada@northwind.test", Role.ADMIN)
    world.clock.at += timedelta(days=8)

    async with operating() as operator:
        told = await operator.resend_invitation(gid(invitation))

    assert told == {
        "invitation": gid(invitation),
        "invited": "ada@northwind.test",
        "expires_at": "2025-01-16T12:00:00+00:00",
    }
    assert [letter["last_day"] for letter in await world.letters("ada@northwind.test")] == ["2025-01-16"]
    assert [event[:3] for event in await events(world)] == [("OPERATOR", "resend-invitation", gid(invitation))]


async def test_only_an_open_invitation_to_a_reseller_is_sent_once_more(world: World, operating: Operating) -> None:
    reseller = await world.reseller()
    ada = await world.admin(reseller)
    revoked = await world.invitation(reseller)
    await ada.mutate("revokeInvitation", {"id": gid(revoked)})
    inside = await world.invitation(await world.account(reseller))

    for invitation in (gid(revoked), gid(inside), missing("invt"), gid(reseller), "nonsense", ""):
        with pytest.raises(OperatorError) as refusal:
            async with operating() as operator:
                await operator.resend_invitation(invitation)
        assert str(refusal.value) == f"{invitation} is no open invitation to a reseller's dashboard."


async def test_a_user_is_signed_out_everywhere(world: World, operating: Operating) -> None:
    person = await world.person("Ada@northwind.test")
    browsers = [await world.sign_in(person) for _ in range(3)]
    other = await world.sign_in(await world.person())

    async with operating() as operator:
        told = await operator.sign_out(" ADA@northwind.test")

    assert told["sessions_ended"] == 3
    assert [(await each.query("{ viewer { id } }"))["viewer"] for each in browsers] == [None] * 3
    assert (await other.query("{ viewer { id } }"))["viewer"] is not None
    assert [event[:3] for event in await events(world)] == [("OPERATOR", "sign-out", gid(person))]


UNKNOWN = missing("resl")


@pytest.mark.parametrize(
    ("attempt", "sentence"),
    [
        (
            lambda operator: operator.show_reseller(UNKNOWN),
            f"There is no reseller {UNKNOWN}; list-resellers shows them with their ids.",
        ),
        (
            lambda operator: operator.set_eligibility("nonsense", is_eligible=True),
            "There is no reseller nonsense; list-resellers shows them with their ids.",
        ),
        (
            lambda operator: operator.disable_reseller("acct_x", is_disabled=True),
            "There is no reseller acct_x; list-resellers shows them with their ids.",
        ),
        (lambda operator: operator.sign_out("nobody@example.test"), "There is no user nobody@example.test."),
    ],
)
async def test_what_does_not_exist_is_told_in_a_sentence(
    world: World, operating: Operating, attempt: Callable[[Operator], Awaitable[Any]], sentence: str
) -> None:
    before = await world.rows()

    with pytest.raises(OperatorError) as refusal:
        async with operating() as operator:
            await attempt(operator)

    assert str(refusal.value) == sentence
    assert await world.rows() == before


async def test_dead_letters_are_told_without_what_they_say(world: World, operating: Operating) -> None:
    reseller = await world.reseller()
    ada = await world.admin(reseller)
    await ada.mutate("inviteMember", {"dashboardId": gid(reseller), "email": "a@example.test", "role": "ADMIN"})
    async with world.database.transaction(EVERYTHING) as transaction:
        await transaction.execute(sa.update(Mail).values(failed_at=world.clock(), last_error="550 no such user"))

    async with operating() as operator:
        (told,) = await operator.dead_letters()

    assert told == {
        "id": told["id"],
        "kind": "invitation",
        "to": "a@example.test",
        "failed_at": "2025-01-01T12:00:00+00:00",
        "reason": "550 no such user",
    }


async def test_price_books_and_terms_are_in_the_audit(world: World, operating: Operating) -> None:
    book = """
currency = "EUR"
effective_on = 2025-06-01
huntress_supported = [{name = "H", min_systems = 1, cost_per_system = "1.25"}]
partner_supported = [{name = "P", min_systems = 1, cost_per_system = "1.00"}]
"""
    async with operating() as operator:
        loaded, published = await operator.load_price_book(book), await operator.publish_terms("Version: t2\nKind.\n")

    assert (loaded, published) == ({"currency": "EUR", "effective_on": "2025-06-01"}, {"version": "t2"})
    assert [event[1] for event in await events(world)] == ["load-price-book", "publish-terms"]


async def test_of_twelve_equal_price_books_at_once_one_is_loaded_and_the_others_are_told_so(world: World) -> None:
    book, postman = PRICES.replace("2020-01-01", "2030-01-01"), Postman("http://testserver", SEALER)

    def load() -> Awaitable[Any]:
        return operated(world.database, postman, world.clock(), lambda operator: operator.load_price_book(book))

    answers = await asyncio.gather(*(load() for _ in range(12)), return_exceptions=True)

    assert sorted(map(str, answers)) == [
        *["a USD price book is effective on 2030-01-01 already"] * 11,
        "{'currency': 'USD', 'effective_on': '2030-01-01'}",
    ]
