"""A new user's story: they sign in, meet the terms, agree, work, and meet the next version of them."""

from datetime import date

from auth.passwords import hash_password
from domain.tenancy import Role
from tests.clients import Client
from tests.world import World, gid

CREDENTIALS = {"email": "Ben@Contoso.example", "password": "correct horse"}
SWITCHER = "{ viewer { dashboards { name } } }"
TERMS = "query($id: ID!) { reseller(id: $id) { name terms { version body isAccepted } } }"
ACCOUNTS = "query($id: ID!) { reseller(id: $id) { accounts { nodes { name } } } }"
ACCOUNT = "query($id: ID!) { account(id: $id) { name } }"


async def test_the_terms_at_first_sign_in_and_when_they_change(world: World, stranger: Client) -> None:
    reseller = await world.reseller("Contoso", is_eligible=False)
    account = await world.account(reseller, "Alpine Ski House")
    person = await world.person("ben@contoso.example", password_hash=await hash_password("correct horse"))
    await world.join(person, Role.ADMIN, reseller, accepts=False)
    ben = stranger

    # He signs in: the switcher shows where he belongs, and the reseller shows its name and its terms.
    signed_in = await ben.mutate("signIn", CREDENTIALS)
    assert signed_in["errors"] == []
    assert await ben.query(SWITCHER) == {"viewer": {"dashboards": [{"name": "Contoso"}]}}
    assert await ben.query(TERMS, id=gid(reseller)) == {
        "reseller": {"name": "Contoso", "terms": {"version": "t1", "body": "Be kind.", "isAccepted": False}}
    }

    # Nothing else answers, and nothing can be done.
    for document, id in ((ACCOUNTS, gid(reseller)), (ACCOUNT, gid(account))):
        assert (await ben.run(document, id=id)).codes == ["TERMS_NOT_ACCEPTED"]
    assert await ben.refused("updateAccount", {"id": gid(account), "name": "Mine"}) == ("TERMS_NOT_ACCEPTED", [])

    # He agrees, and the accounts screen opens.
    agreed = await ben.mutate("acceptTerms", {"resellerId": gid(reseller), "version": "t1"})
    assert agreed["errors"] == []
    assert await ben.query(ACCOUNTS, id=gid(reseller)) == {
        "reseller": {"accounts": {"nodes": [{"name": "Alpine Ski House"}]}}
    }
    assert (await ben.mutate("updateAccount", {"id": gid(account), "name": "Alpine"}))["errors"] == []

    # A week later his session has ended, unused for a day: he signs in again, and what he agreed to still holds.
    world.clock.on(date(2025, 1, 8))
    assert (await ben.run(ACCOUNT, id=gid(account))).codes == ["UNAUTHENTICATED"]
    assert (await ben.mutate("signIn", CREDENTIALS))["errors"] == []
    assert await ben.query(ACCOUNT, id=gid(account)) == {"account": {"name": "Alpine"}}

    # There are new terms: he is asked again, in the midst of his session.
    await world.publish("Version: t2\nBe kinder.\n")
    assert (await ben.run(ACCOUNT, id=gid(account))).codes == ["TERMS_NOT_ACCEPTED"]
    assert await ben.refused("acceptTerms", {"resellerId": gid(reseller), "version": "t1"}) == (
        "CONFLICT",
        ["input", "version"],
    )
    assert (await ben.mutate("acceptTerms", {"resellerId": gid(reseller), "version": "t2"}))["errors"] == []
    assert await ben.query(ACCOUNT, id=gid(account)) == {"account": {"name": "Alpine"}}

    # He signs out, terms or no terms, and is nobody.
    await world.publish("Version: t3\nBe kindest.\n")
    assert await ben.query("mutation { signOut { errors { code } } }") == {"signOut": {"errors": []}}
    assert await ben.query(SWITCHER) == {"viewer": None}
    assert (await ben.run(ACCOUNT, id=gid(account))).codes == ["UNAUTHENTICATED"]
