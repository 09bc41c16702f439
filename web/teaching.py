"""GraphiQL's first tabs: the main job in operations that run as they stand, with the signed-in person's own ids."""

from pathlib import Path
from typing import Any

LESSONS = Path(__file__).parent / "lessons"
HUNTRESS = "HUNTRESS_SUPPORTED"

Tab = dict[str, Any]


def survey() -> str:
    """Return the query whose answer first_tabs() takes."""
    return (LESSONS / "survey.graphql").read_text()


def first_tabs(surveyed: dict[str, Any]) -> list[Tab]:
    """Return the tabs for somebody of whom the survey answered this."""
    dashboards = surveyed["viewer"]["dashboards"]
    by_kind = {each["kind"]: each for each in reversed(dashboards)}
    switcher = _tab("switcher", current=dashboards[0]["id"] if dashboards else None)
    if "RESELLER" in by_kind:
        return [switcher, *_selling(by_kind["RESELLER"])]
    if "ACCOUNT" in by_kind:
        return [switcher, _tab("own-account", id=by_kind["ACCOUNT"]["id"])]
    return [switcher, *(_tab("own-organization", id=each["id"]) for each in dashboards[:1])]


def _selling(dashboard: dict[str, Any]) -> list[Tab]:
    reseller_id, reseller = dashboard["id"], dashboard["reseller"]
    # Null before the terms are accepted; the placeholders then say what to put there.
    accounts = (reseller["accounts"] or {"nodes": []})["nodes"]
    without = next((each["id"] for each in accounts if each["subscription"] is None), "acct_…")
    pending = next((each["subscription"]["id"] for each in accounts if _is_pending(each)), "sub_…")
    asked = {"resellerId": reseller_id, "supportType": HUNTRESS, "systems": 480, "billingInterval": "ANNUAL"}
    added = {
        "resellerId": reseller_id,
        "name": "Tailspin Toys",
        "subdomain": "tailspin-toys",
        "supportType": HUNTRESS,
    }
    return [
        _tab("terms", id=reseller_id),
        _tab("accounts-screen", id=reseller_id, first=25),
        _tab("quote", input=asked),
        _tab("create-account", input=added),
        _tab("save-contract", input={"accountId": without, "systems": 50, "billingInterval": "MONTHLY"}),
        _tab("activate-contract", input={"id": pending}),
    ]


def _is_pending(account: dict[str, Any]) -> bool:
    return account["subscription"] is not None and account["subscription"]["status"] == "PENDING"


def _tab(lesson: str, **variables: Any) -> Tab:  # noqa: ANN401 # whatever JSON holds
    return {"query": (LESSONS / f"{lesson}.graphql").read_text(), "variables": variables}
