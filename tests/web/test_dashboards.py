"""The switcher as a page, the terms before the accounts, and the accounts."""

import httpx
import pytest

from domain.tenancy import Role
from models import Reseller
from tests.clients import Client
from tests.credentials import enrol
from tests.web.reading import Page, require_a_good_page
from tests.world import HUNTRESS, Place, World, gid, missing

ROW = ["Name", "Subdomain", "Support Type", "Status", "Status Ends"]
NOTHING = (404, ["Nothing here"], "It does not exist, or you may not see it.")


@pytest.fixture
async def reseller(world: World) -> Reseller:
    return await world.reseller("Northwind")


async def see(client: Client, path: str, **asked: str) -> httpx.Response:
    return await client.http.get(path, params=asked)


async def agree(client: Client, page: Page) -> httpx.Response:
    """Press the button of the terms' page."""
    return await client.http.post("/terms", data=page.fields("/terms"))


def nothing(response: httpx.Response) -> tuple[int, list[str], str]:
    page = require_a_good_page(response)
    return response.status_code, page.texts("h1"), page.texts("p")[0]


@pytest.mark.parametrize("path", ["/dashboards", "/terms?reseller=resl_1", "/accounts?reseller=resl_1&after=x"])
async def test_a_stranger_signs_in_first_and_comes_back(stranger: Client, path: str) -> None:
    response = await stranger.http.get(path)

    again = await stranger.http.get(response.headers["location"])
    assert response.status_code == 303
    assert Page(again.text).field("next")["value"] == path


async def test_the_switcher_lists_everything_and_checks_the_current_one(world: World, reseller: Reseller) -> None:
    account = await world.account(reseller, "Fourth <Coffee>")
    nora = await world.member(Role.READ_ONLY, reseller, account)

    first = await see(nora, "/dashboards")
    second = await see(nora, "/dashboards", current=gid(account))

    page = require_a_good_page(first)
    # The mark is for eyes; a screen reader is told by aria-current.
    assert [text for _, given, text in page.elements if given.get("class") in {"name", "kind"}] == [
        "Northwind",
        "Reseller, read only",
        "Fourth <Coffee>",
        "Account, read only",
    ]
    links = [link for link in require_a_good_page(second).all("a") if "current=" in str(link["href"])]
    assert [(link["href"], link.get("aria-current")) for link in links] == [
        (f"/dashboards?current={gid(reseller)}", None),
        (f"/dashboards?current={gid(account)}", "true"),
    ]
    assert second.text.count("✓") == 1
    assert second.text.index("✓") > second.text.index("Northwind")
    assert f"/accounts?reseller={gid(reseller)}" in second.text


async def test_somebody_who_was_added_nowhere_is_told_so(world: World) -> None:
    eve = await world.sign_in(await world.person())

    page = require_a_good_page(await see(eve, "/dashboards"))

    assert page.texts("li") == ["You were not added to any dashboard yet."]


@pytest.mark.parametrize("current", ["", "nonsense", missing("resl")])
async def test_a_current_dashboard_that_is_none_of_theirs_is_no_error(
    world: World, reseller: Reseller, current: str
) -> None:
    nora = await world.member(Role.READ_ONLY, reseller)

    response = await see(nora, "/dashboards", current=current)

    assert response.status_code == 200
    assert "Northwind" in response.text


async def test_every_page_says_who_is_signed_in_and_lets_them_leave(world: World, reseller: Reseller) -> None:
    person = await world.person("ada@example.test")
    await world.join(person, Role.ADMIN, reseller)
    ada = await world.sign_in(person)

    pages = [
        require_a_good_page(await see(ada, path, reseller=gid(reseller)))
        for path in ("/dashboards", "/terms", "/accounts", "/security")
    ]

    for page in pages:
        assert {"method": "post", "action": "/sign-out"} in page.all("form")
        assert [link["href"] for link in page.all("a")][:3] == ["/dashboards", "/graphiql", "/security"]
        assert "ada" in page.texts("span")


async def test_the_terms_come_before_the_accounts(world: World, reseller: Reseller) -> None:
    await world.publish("Version: t2\n# Be kind\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1))\n")
    await world.account(reseller, "Alpine")
    nora = await world.member(Role.ADMIN, reseller, accepts=False)

    before = await see(nora, "/accounts", reseller=gid(reseller))
    terms = await nora.http.get(before.headers["location"])
    page = require_a_good_page(terms)
    agreed = await agree(nora, page)
    accounts = await nora.http.get(agreed.headers["location"])

    assert (before.status_code, before.headers["location"]) == (303, f"/terms?reseller={gid(reseller)}")
    assert page.texts("h1")[0] == "Terms of Northwind"
    assert (page.texts("h2"), page.texts("button")[-1]) == (["Be kind"], "I agree to version t2")
    # HTML that an operator writes is shown, not run.
    assert (page.all("script"), "&lt;script&gt;" in terms.text, 'href="javascript' in terms.text) == ([], True, False)
    assert (agreed.status_code, agreed.headers["location"]) == (303, f"/accounts?reseller={gid(reseller)}")
    assert "Alpine" in accounts.text


async def test_a_new_version_asks_again(world: World, reseller: Reseller) -> None:
    nora = await world.member(Role.ADMIN, reseller)
    old = require_a_good_page(await see(nora, "/terms", reseller=gid(reseller)))
    await world.publish("Version: t2\nBe kinder.\n")

    asked = await see(nora, "/accounts", reseller=gid(reseller))
    page = require_a_good_page(await nora.http.get(asked.headers["location"]))

    assert (old.texts("button"), "You accepted version t1." in old.texts("p")) == (["Sign out"], True)
    assert page.texts("button")[-1] == "I agree to version t2"
    assert (await agree(nora, page)).headers["location"] == f"/accounts?reseller={gid(reseller)}"


async def test_agreeing_to_terms_that_were_replaced_meanwhile_shows_the_new_ones(
    world: World, reseller: Reseller
) -> None:
    nora = await world.member(Role.ADMIN, reseller, accepts=False)
    page = Page((await see(nora, "/terms", reseller=gid(reseller))).text)
    await world.publish("Version: t2\nBe kinder.\n")

    response = await agree(nora, page)

    again = require_a_good_page(response)
    assert (response.status_code, again.problem) == (
        422,
        "This is not the current version of the terms; read them again.",
    )
    assert again.fields("/terms") == {"reseller": gid(reseller), "version": "t2"}


async def test_agreeing_as_nobody_leads_to_the_sign_in_page(stranger: Client, reseller: Reseller) -> None:
    response = await stranger.http.post("/terms", data={"reseller": gid(reseller), "version": "t1"})

    assert (response.status_code, response.headers["location"]) == (303, "/sign-in")


async def test_the_accounts_are_shown_as_the_guide_names_their_columns(world: World, reseller: Reseller) -> None:
    await world.account(reseller, "Fourth <Coffee>", subdomain="fourth-coffee")
    await world.account(reseller, "Alpine", subdomain="alpine", support_type=HUNTRESS)
    nora = await world.member(Role.READ_ONLY, reseller)

    response = await see(nora, "/accounts", reseller=gid(reseller))

    page = require_a_good_page(response)
    assert (page.texts("h1"), page.texts("th")) == (["Accounts of Northwind"], ROW)
    assert [text for tag, _, text in page.elements if tag in {"td", "a"} and text][3:] == [
        *["Alpine", "alpine", "Huntress Supported", "Trialing", "2025-01-21"],
        *["Fourth <Coffee>", "fourth-coffee", "Partner Supported", "Trialing", "2025-01-21"],
    ]
    assert "<Coffee>" not in response.text


async def test_no_accounts_are_no_error(world: World, reseller: Reseller) -> None:
    nora = await world.member(Role.READ_ONLY, reseller)

    page = require_a_good_page(await see(nora, "/accounts", reseller=gid(reseller)))

    assert page.texts("td") == ["There are no accounts yet."]


async def test_twenty_five_accounts_are_a_page_and_every_one_is_on_one(world: World, reseller: Reseller) -> None:
    names = [f"Customer {number:02}" for number in range(51)]
    for name in names:
        await world.account(reseller, name)
    nora = await world.member(Role.READ_ONLY, reseller)

    seen, address = [], f"/accounts?reseller={gid(reseller)}"
    while address:
        page = require_a_good_page(await nora.http.get(address))
        seen.append([text for text in page.texts("td") if text.startswith("Customer ")])
        onward = [str(link["href"]) for link in page.all("a") if "after=" in str(link["href"])]
        address = onward[0] if onward else ""

    assert [len(each) for each in seen] == [25, 25, 1]
    assert sorted(name for each in seen for name in each) == names


@pytest.mark.parametrize("path", ["/accounts", "/terms"])
async def test_another_reseller_is_not_told_from_none(world: World, reseller: Reseller, path: str) -> None:
    nora = await world.admin(await world.reseller("Contoso"))

    responses = [await see(nora, path, reseller=id) for id in (gid(reseller), missing("resl"), "", "resl_1")]

    assert [nothing(each) for each in responses] == [NOTHING] * 4
    assert len({each.text for each in responses}) == 1


@pytest.mark.parametrize("path", ["/accounts", "/terms"])
async def test_a_member_of_an_account_sees_nothing_of_its_reseller(world: World, reseller: Reseller, path: str) -> None:
    place: Place = await world.account(reseller)
    cora = await world.admin(place)

    response = await see(cora, path, reseller=gid(reseller))

    assert nothing(response) == NOTHING
    assert "Northwind" not in response.text


async def test_nobody_agrees_for_another_reseller(world: World, reseller: Reseller) -> None:
    nora, before = await world.admin(await world.reseller("Contoso")), await world.rows()

    response = await nora.http.post("/terms", data={"reseller": gid(reseller), "version": "t1"})

    assert nothing(response) == NOTHING
    assert await world.rows() == before


@pytest.mark.parametrize("after", ["nonsense", "x" * 5000])
async def test_a_cursor_that_is_none_leads_nowhere(world: World, reseller: Reseller, after: str) -> None:
    nora = await world.member(Role.READ_ONLY, reseller)

    assert nothing(await see(nora, "/accounts", reseller=gid(reseller), after=after)) == NOTHING


async def test_where_two_factor_is_required_the_page_says_so_and_leads_to_it(world: World, reseller: Reseller) -> None:
    admin, nora = await world.admin(reseller), await world.member(Role.READ_ONLY, reseller)
    await enrol(admin, world.clock)
    await admin.mutate("updateReseller", {"id": gid(reseller), "requiresTwoFactor": True})

    response = await see(nora, "/accounts", reseller=gid(reseller))

    page = require_a_good_page(response)
    assert (response.status_code, page.texts("h1")) == (403, ["Set up two-factor first"])
    assert page.all("a")[-1]["href"] == "/security"


@pytest.mark.parametrize(
    ("path", "name"), [("/dashboards", "current"), ("/accounts", "reseller"), ("/terms", "reseller")]
)
async def test_a_link_with_a_control_character_in_it_does_nothing(
    world: World, reseller: Reseller, path: str, name: str
) -> None:
    nora = await world.member(Role.READ_ONLY, reseller)

    response = await see(nora, path, **{name: "\0"})

    assert response.status_code == 400
    assert require_a_good_page(response).texts("h1") == ["Nothing was done"]
