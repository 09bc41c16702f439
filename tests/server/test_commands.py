"""The operator's commands: what they do shows through the API, whether a server runs or not."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.server.processes import Server, ask, run

RESELLER = "{ viewer { dashboards(kinds: [RESELLER]) { id } } }"
QUOTE = "query($input: QuoteInput!) { quote(input: $input) { plan { name } costPerSystem { amount } } }"
TERMS = "query($id: ID!) { reseller(id: $id) { terms { version body isAccepted } } }"
ACCEPT = "mutation($input: AcceptTermsInput!) { acceptTerms(input: $input) { errors { code } } }"
PRICES = """
currency = "USD"
effective_on = 2025-06-01
huntress_supported = [{name = "One for all", min_systems = 1, cost_per_system = "1.25"}]
partner_supported = [{name = "One for partners", min_systems = 1, cost_per_system = "1.00"}]
"""


@pytest.fixture
def ada(served: Server) -> Iterator[httpx.Client]:
    """A browser in which the demo's partner is signed in."""
    with served.signed_in() as browser:
        yield browser


@pytest.fixture
def reseller(ada: httpx.Client) -> str:
    """The id of the demo partner's reseller."""
    [dashboard] = ask(ada, RESELLER)["viewer"]["dashboards"]
    return str(dashboard["id"])


def test_a_price_book_prices_from_its_day_on_and_is_never_replaced(
    served: Server, ada: httpx.Client, reseller: str, tmp_path: Path
) -> None:
    wanted = {"resellerId": reseller, "supportType": "HUNTRESS_SUPPORTED", "systems": 480, "billingInterval": "ANNUAL"}
    file = tmp_path / "prices.toml"
    file.write_text(PRICES)

    before = ask(ada, QUOTE, input=wanted)["quote"]
    loaded = run("load-price-book", file, DATA_DIR=served.data_dir)
    after = ask(ada, QUOTE, input=wanted)["quote"]
    again = run("load-price-book", file, DATA_DIR=served.data_dir)

    assert before == {"plan": {"name": "Huntress Supported 100-499"}, "costPerSystem": {"amount": "3.90"}}
    assert (loaded.status, loaded.stdout) == (0, "currency: USD\neffective_on: 2025-06-01\n")
    assert after == {"plan": {"name": "One for all"}, "costPerSystem": {"amount": "1.25"}}
    assert (again.status, again.stderr) == (
        1,
        f"server.py: {file}: a USD price book is effective on 2025-06-01 already\n",
    )


def test_new_terms_ask_everybody_again(served: Server, ada: httpx.Client, reseller: str, tmp_path: Path) -> None:
    file = tmp_path / "terms.md"
    file.write_text("Version: 2026-11\n\n# Terms\n\nBe kind.\n")

    published = run("publish-terms", file, DATA_DIR=served.data_dir)
    asked = ask(ada, TERMS, id=reseller)["reseller"]["terms"]
    accepted = ask(ada, ACCEPT, input={"resellerId": reseller, "version": "2026-11"})["acceptTerms"]

    assert (published.status, published.stdout) == (0, "version: 2026-11\n")
    assert asked == {"version": "2026-11", "body": "# Terms\n\nBe kind.", "isAccepted": False}
    assert accepted == {"errors": []}
    assert ask(ada, TERMS, id=reseller)["reseller"]["terms"]["isAccepted"] is True


def test_migrating_again_is_no_error_and_says_nothing(served: Server) -> None:
    answer = run("migrate", DATA_DIR=served.data_dir)

    assert (answer.status, answer.stdout, answer.stderr) == (0, "", "")


def test_the_exported_schema_is_the_one_in_the_repository(root: Path, tmp_path: Path) -> None:
    exported = run("export-schema", DATA_DIR=tmp_path / "data")

    assert (exported.status, exported.stderr) == (0, "")
    assert exported.stdout == (root / "schema.graphql").read_text()
    assert not (tmp_path / "data").exists()
