"""The judge: every acknowledged effect is there once, every refused one is not, the unknown ones wholly or not at all.

It asks neither the server nor the clients: it has their history, and the rows.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from models import ids
from tests.faults.accounts import account_histories
from tests.faults.callers import QUERIES
from tests.faults.histories import NO_ANSWER, NO_CONNECTION, Attempt, Cut, Fault, Outcome
from tests.faults.people import people
from tests.faults.tables import Check, Effect, Run

ANSWERED = {Outcome.OK, Outcome.REFUSED}
# What a server may say, or not, when this was cut.
SIGNS = {
    Cut.HOST: {NO_ANSWER, NO_CONNECTION},
    Cut.WORKER: {NO_ANSWER},
    Cut.BACKENDS: {"SERVICE_UNAVAILABLE"},
    Cut.POSTMASTER: {"SERVICE_UNAVAILABLE"},
    Cut.NOTHING: {"SERVICE_UNAVAILABLE", "DEADLINE_EXCEEDED"},
}
# Where an answer names what the audit says that it is about.
SUBJECTS = {
    "createAccount": ("account", "id"),
    "updateAccount": ("account", "id"),
    "upsertSubscription": ("subscription", "id"),
    "activateSubscription": ("subscription", "id"),
    "cancelSubscription": ("subscription", "id"),
    "inviteMember": ("invitation", "id"),
    "changeRole": ("membership", "id"),
    "removeMember": ("removedId",),
}
# Objects are read after the commit, as they are: somebody may have let the member go, or closed the dashboard to us.
MAY_BE_GONE = {"changeRole", "inviteMember"}
PARTNER = "PARTNER_SUPPORTED"


def violations(run: Run) -> list[str]:
    """Return what is wrong, one sentence each; nothing where every promise was kept."""
    return [found for check in CHECKS for found in check(run)]


def unannounced_errors(run: Run) -> Iterator[str]:
    """Find what no client should be answered, and silence or 503 that no fault explains."""
    for attempt in run.history.attempts:
        if attempt.outcome is Outcome.BROKEN:
            yield f"{_told(attempt)} was answered {attempt.code}: {attempt.answer}"
        is_cut = attempt.outcome is Outcome.UNKNOWN or attempt.code == NO_CONNECTION
        if is_cut and not any(_explains(fault, attempt) for fault in run.history.faults):
            yield f"{_told(attempt)} ended with {attempt.code}, and nothing was cut then"
        if attempt.expects and attempt.outcome in ANSWERED and attempt.code not in attempt.expects:
            yield f"{_told(attempt)} ended with {attempt.code or 'success'}, not with {attempt.expects}"


def wrong_numbers_of_effects(run: Run) -> Iterator[str]:
    """Find what was done more or less often than its client was told."""
    seen = Counter(row["request_id"] for row in run.added("audit_events"))
    for attempts in run.history.intents().values():
        done = sum(seen[attempt.request_id] for attempt in attempts)
        outcomes, last = {attempt.outcome for attempt in attempts if not attempt.is_dry}, attempts[-1]
        if Outcome.OK in outcomes:
            least = most = 0 if last.name in QUERIES else 1
        else:
            least, most = 0, 1 if Outcome.UNKNOWN in outcomes and not _is_settled(attempts) else 0
        if not least <= done <= most:
            yield f"{_told(last)} ended {[each.outcome.value for each in attempts]} and is there {done} times"


def effects_of_nobody(run: Run) -> Iterator[str]:
    """Find rows of the audit that no client has asked for, or that say something else than was asked."""
    known = run.history.by_request()
    for row in run.added("audit_events"):
        if row["actor_kind"] == "OPERATOR":
            continue
        attempt = known.get(row["request_id"])
        if attempt is None:
            yield f"The audit has {row['action']} with the request id {row['request_id']}, which nobody sent"
        elif attempt.name != row["action"]:
            yield f"{_told(attempt)} is in the audit as {row['action']}"


def wrong_answers(run: Run) -> Iterator[str]:
    """Find acknowledgements that name another object than the audit, or two for one intent."""
    made = {effect.attempt.intent: effect for effect in run.effects()}
    for intent, attempts in run.history.intents().items():
        for attempt in attempts:
            if attempt.outcome is not Outcome.OK or attempt.is_dry or attempt.name not in SUBJECTS:
                continue
            named, effect = _at(attempt.answer, SUBJECTS[attempt.name]), made.get(intent)
            is_gone = named is None and attempt.name in MAY_BE_GONE
            if effect is not None and named != effect.subject and not is_gone:
                yield f"{_told(attempt)} was answered with {named}; the audit has {effect.subject}"


def things_without_effects(run: Run) -> Iterator[str]:
    """Find new rows that no effect tells of, and effects without their rows."""
    made = {
        "accounts": [effect.row["object_id"] for effect in run.effects("createAccount")],
        "subscriptions": [effect.row["object_id"] for effect in run.effects("upsertSubscription") if _is_new(effect)],
        "invitations": [effect.row["object_id"] for effect in run.effects("inviteMember")],
    }
    for table, expected in made.items():
        there = Counter(row["id"] for row in run.added(table))
        for id, surplus in (there - Counter(expected)).items():
            yield f"{table} has {id}, {surplus} times more than the audit tells"
        for id in Counter(expected) - there:
            yield f"The audit tells of {id}, which {table} lacks"


def broken_subdomains(run: Run) -> Iterator[str]:
    """Find accounts without their name in the list of names, and names that nobody has."""
    claimed = {(row["name"], row["account_id"]) for row in run.after["subdomains"] if row["released_at"] is None}
    used = {(row["subdomain"], row["id"]) for row in run.after["accounts"]}
    yield from (f"The subdomain {name} of {id} is half there" for name, id in claimed ^ used)


def too_many_contracts(run: Run) -> Iterator[str]:
    """Find accounts with two open contracts, and open contracts that differ from their account."""
    accounts = run.after.by_id("accounts")
    is_open = [row for row in run.after["subscriptions"] if row["status"] in {"PENDING", "ACTIVE"}]
    for id, number in Counter(row["account_id"] for row in is_open).items():
        if number > 1:
            yield f"The account {ids.encode('acct', id)} has {number} open contracts"
    for row in is_open:
        if row["support_type"] != accounts[row["account_id"]]["support_type"]:
            yield f"The contract {ids.encode('sub', row['id'])} is of another support type than its account"


def ineligible_choices(run: Run) -> Iterator[str]:
    """Find what was chosen as Partner Supported while the reseller could not have been eligible."""
    withdrawn = _times_without_eligibility(run)
    for effect in run.effects("createAccount", "updateAccount", "upsertSubscription"):
        attempt = effect.attempt
        ended = attempt.ended if attempt.outcome is Outcome.OK else float("inf")
        chosen = effect.changes.get("supportType", [None, None])[1] == PARTNER
        if chosen and any(began <= attempt.began and ended <= ends for began, ends in withdrawn):
            yield f"{_told(attempt)} chose {PARTNER} while the reseller was not eligible"


CHECKS: tuple[Check, ...] = (
    unannounced_errors,
    wrong_numbers_of_effects,
    effects_of_nobody,
    wrong_answers,
    things_without_effects,
    broken_subdomains,
    too_many_contracts,
    ineligible_choices,
    account_histories,
    people,
)


def _told(attempt: Attempt) -> str:
    return f"{attempt.name} {attempt.request_id} {attempt.input}"


def _is_settled(attempts: list[Attempt]) -> bool:
    """Tell whether, after every other attempt had ended, one more was looked at and refused: then none was done."""
    last = attempts[-1]
    return last.outcome is Outcome.REFUSED and all(each.ended <= last.began for each in attempts[:-1])


def _explains(fault: Fault, attempt: Attempt) -> bool:
    is_there = fault.host is None or fault.host == attempt.host
    return is_there and attempt.code in SIGNS[fault.cut] and attempt.began < fault.ended and fault.began < attempt.ended


def _at(answer: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        answer = None if answer is None else answer[name]
    return answer


def _is_new(effect: Effect) -> bool:
    return effect.changes.get("status", ["", ""])[0] is None


def _times_without_eligibility(run: Run) -> list[tuple[float, float]]:
    """Return when the reseller surely was not eligible: from one decision's end to the next one's beginning."""
    decisions = run.history.eligibility
    ends = [each.began for each in decisions[1:]] + [float("inf")]
    return [(each.ended, end) for each, end in zip(decisions, ends, strict=False) if not each.is_eligible]
