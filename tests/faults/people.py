"""Judging people: one membership for each accepted invitation, roles without a gap, and a mail for each invitation."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from models import ids
from tests.faults.histories import Outcome
from tests.faults.tables import Effect, Row, Run


def people(run: Run) -> Iterator[str]:
    """Find what is wrong with invitations, memberships, users and the mails that invite."""
    yield from _acceptances(run)
    yield from _memberships(run)
    yield from _roles(run)
    yield from _links_and_mails(run)
    yield from _addresses(run)


def _acceptances(run: Run) -> Iterator[str]:
    accepted = Counter(effect.row["object_id"] for effect in run.effects("acceptInvitation"))
    stored = Counter(row["id"] for row in run.after["invitations"] if row["accepted_at"] is not None)
    earlier = Counter(row["id"] for row in run.before["invitations"] if row["accepted_at"] is not None)
    for id in (accepted - stored) | (stored - earlier - accepted):
        name = ids.encode("invt", id)
        yield f"The invitation {name} was accepted {accepted[id]} times and is stored {stored[id]} times"


def _memberships(run: Run) -> Iterator[str]:
    """Count who came and who went, by user and dashboard."""
    invitations = run.after.by_id("invitations")
    came: Counter[tuple[str, str]] = Counter(_places(run.before["memberships"]))
    for effect in run.effects("acceptInvitation"):
        if "userId" in effect.changes:
            invited = invitations.get(effect.row["object_id"], {"dashboard_id": None})
            came[effect.changes["userId"][1], str(invited["dashboard_id"])] += 1
    for effect in run.effects("removeMember"):
        came[effect.changes["userId"][0], _dashboard(effect)] -= 1
    there = Counter(_places(run.after["memberships"]))
    for place in came.keys() | there.keys():
        if came[place] != there[place] or there[place] > 1:
            yield f"{place} joined {came[place]} times more than they left, and is there {there[place]} times"
    for dashboard in _with_admin(run.before["memberships"]) - _with_admin(run.after["memberships"]):
        yield f"The dashboard {dashboard} has no ADMIN any more"


def _roles(run: Run) -> Iterator[str]:
    role = {ids.encode("memb", row["id"]): row["role"] for row in run.before["memberships"]}
    stored = {ids.encode("memb", row["id"]): row["role"] for row in run.after["memberships"]}
    latest: dict[str, float] = defaultdict(lambda: float("-inf"))
    for effect in run.effects("changeRole", "removeMember"):
        id, attempt = effect.subject, effect.attempt
        old, new = effect.changes.get("role", [role.get(id), role.get(id) or attempt.input.get("role")])
        if role.get(id, old) != old:
            yield f"{effect.action} {attempt.request_id} found {id} in the role {old}, but it was {role[id]}"
        if effect.action == "changeRole" and new != attempt.input["role"]:
            yield f"changeRole {attempt.request_id} left {id} in the role {new}"
        if attempt.outcome is Outcome.OK and attempt.ended < latest[id]:
            yield f"{effect.action} {attempt.request_id} was done after what began when it had ended"
        latest[id] = max(latest[id], attempt.began)
        role[id] = new
    for id, now in role.items():
        if stored.get(id) != now:
            yield f"The member {id} is in the role {stored.get(id)}, but was left in {now}"


def _links_and_mails(run: Run) -> Iterator[str]:
    is_open = Counter(row["id"] for row in run.after["invitations"] if row["closed_at"] is None)
    leading = Counter(row["invitation_id"] for row in run.after["invitation_tokens"])
    for id in (is_open - leading) | (leading - is_open):
        yield f"The invitation {ids.encode('invt', id)} has {leading[id]} links and is open {is_open[id]} times"
    posted = Counter(row["to_address"] for row in run.added("mails") if row["kind"] == "invitation")
    invited = Counter(row["email"] for row in run.added("invitations"))
    for address in (posted - invited) | (invited - posted):
        yield f"{address} was invited {invited[address]} times and mailed {posted[address]} times"


def _addresses(run: Run) -> Iterator[str]:
    users = Counter(row["id"] for row in run.after["users"])
    owners = Counter(row["user_id"] for row in run.after["user_emails"])
    for id in (users - owners) | (owners - users):
        yield f"The user {ids.encode('user', id)} has {owners[id]} addresses"


def _places(memberships: list[Row]) -> list[tuple[str, str]]:
    return [(ids.encode("user", row["user_id"]), str(row["dashboard_id"])) for row in memberships]


def _with_admin(memberships: list[Row]) -> set[str]:
    return {str(row["dashboard_id"]) for row in memberships if row["role"] == "ADMIN"}


def _dashboard(effect: Effect) -> str:
    """Return the dashboard that somebody left: an account's, or else the reseller's."""
    return str(effect.row["account_id"] or effect.row["reseller_id"])
