"""A partner's story: it sells Partner Supported, enters the customer's dashboard, and co-manages it."""

from domain.tenancy import Role
from tests.world import HUNTRESS, World, gid

DASHBOARD = """
query($id: ID!) { account(id: $id) { supportType dashboardUrl
  organizations { nodes { name key } totalCount }
  availableActions { action isAllowed }
} }
"""
SEEN = "query($id: ID!) { account(id: $id) { name supportType organizations { totalCount } } }"
SWITCHER = "{ viewer { dashboards { kind name role } } }"


async def test_a_partner_co_manages_what_it_supports(world: World) -> None:
    reseller = await world.reseller()
    ada = await world.admin(reseller)
    account = await world.account(reseller, "Fourth Coffee", subdomain="fourth-coffee", support_type=HUNTRESS)
    cora = await world.admin(account)
    contract = await world.contract(account, 10)
    new = {"accountId": gid(account), "name": "Roastery", "key": "roastery"}

    # As long as Huntress supports it, the partner stays outside, and the customer is at home.
    outside = await ada.run(DASHBOARD, id=gid(account))
    assert outside.codes == ["PARTNER_SUPPORTED_ONLY"]
    assert (outside.data["account"]["dashboardUrl"], outside.data["account"]["organizations"]) == (None, None)
    assert await ada.refused("createOrganization", new) == ("PARTNER_SUPPORTED_ONLY", [])
    shops = await cora.mutate("createOrganization", {**new, "name": "Shops", "key": "shops"}, "organization { id }")
    assert shops["errors"] == []

    # The partner takes over the support: the pending contract costs what Partner Supported costs.
    changed = await ada.mutate(
        "updateAccount",
        {"id": gid(account), "supportType": "PARTNER_SUPPORTED"},
        "account { dashboardUrl subscription { id total { amount } } }",
    )
    assert changed["account"] == {
        "dashboardUrl": "https://fourth-coffee.portal.test/",
        "subscription": {"id": gid(contract), "total": {"amount": "25.00"}},
    }

    # It enters, and works beside the customer's own people.
    assert (await ada.mutate("createOrganization", new))["errors"] == []
    renamed = {"id": shops["organization"]["id"], "name": "All shops"}
    assert (await ada.mutate("updateOrganization", renamed))["errors"] == []
    assert await ada.query(DASHBOARD, id=gid(account)) == {
        "account": {
            "supportType": "PARTNER_SUPPORTED",
            "dashboardUrl": "https://fourth-coffee.portal.test/",
            "organizations": {
                "nodes": [{"name": "All shops", "key": "shops"}, {"name": "Roastery", "key": "roastery"}],
                "totalCount": 2,
            },
            "availableActions": [
                {"action": "updateAccount", "isAllowed": True},
                {"action": "upsertSubscription", "isAllowed": True},
                {"action": "createOrganization", "isAllowed": True},
            ],
        }
    }
    assert await cora.query(SEEN, id=gid(account)) == {
        "account": {"name": "Fourth Coffee", "supportType": "PARTNER_SUPPORTED", "organizations": {"totalCount": 2}}
    }

    # Entering is no membership: the switchers are as they were.
    assert await ada.query(SWITCHER) == {
        "viewer": {"dashboards": [{"kind": "RESELLER", "name": "Northwind", "role": "ADMIN"}]}
    }

    # Its eligibility is withdrawn: what it supports it goes on supporting, and nothing new.
    await world.withdraw_eligibility(reseller)
    other = await world.account(reseller, support_type=HUNTRESS)
    assert (await ada.query(SEEN, id=gid(account)))["account"]["organizations"] == {"totalCount": 2}
    assert await ada.refused("updateAccount", {"id": gid(other), "supportType": "PARTNER_SUPPORTED"}) == (
        "NOT_ELIGIBLE_FOR_PARTNER_SUPPORTED",
        ["input", "supportType"],
    )

    # Activated as it was saved, the contract keeps the support type where it is.
    assert (await ada.mutate("activateSubscription", {"id": gid(contract)}))["errors"] == []
    assert await ada.refused("updateAccount", {"id": gid(account), "supportType": "HUNTRESS_SUPPORTED"}) == (
        "SUBSCRIPTION_ALREADY_ACTIVE",
        ["input", "supportType"],
    )


async def test_somebody_of_both_sides_is_at_home_in_both(world: World) -> None:
    reseller = await world.reseller()
    account = await world.account(reseller, "Fourth Coffee", support_type=HUNTRESS)
    roastery = await world.organization(account, "Roastery")
    person = await world.person()
    await world.join(person, Role.PROVISIONER, reseller)
    await world.join(person, Role.ADMIN, account)
    await world.join(person, Role.USER, roastery)
    both = await world.sign_in(person)

    # One login, three dashboards; the account is entered as its member although Huntress supports it.
    assert await both.query(SWITCHER) == {
        "viewer": {
            "dashboards": [
                {"kind": "RESELLER", "name": "Northwind", "role": "PROVISIONER"},
                {"kind": "ACCOUNT", "name": "Fourth Coffee", "role": "ADMIN"},
                {"kind": "ORGANIZATION", "name": "Roastery", "role": "USER"},
            ]
        }
    }
    assert (await both.query(SEEN, id=gid(account)))["account"]["organizations"] == {"totalCount": 1}
    assert (await both.mutate("updateOrganization", {"id": gid(roastery), "key": "roast"}))["errors"] == []

    # And its contract is saved as its reseller's provisioner.
    contract = {"accountId": gid(account), "systems": 5, "billingInterval": "MONTHLY"}
    assert (await both.mutate("upsertSubscription", contract, "subscription { total { amount } }")) == {
        "subscription": {"total": {"amount": "25.00"}},
        "errors": [],
    }
