"""Judging accounts with their contracts: what was done to each is a chain without a gap, and clients saw its links.

Every effect begins where the one before it ended, the last one ended where the row is now, effects are in an order that
clients can have seen, and no client has read what was not, or was no more.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from models import ids
from tests.faults.histories import Attempt, Outcome
from tests.faults.tables import Effect, Row, Run


@dataclass(frozen=True, slots=True)
class State:
    """An account between two effects, with its open contract; what is not there has the version 0."""

    name: str | None = None
    subdomain: str | None = None
    support_type: str | None = None
    contract: str | None = None
    status: str | None = None
    systems: int | None = None
    billing_interval: str | None = None
    version: int = 0
    contract_version: int = 0


@dataclass
class Chain:
    """What was done to one account: a state more than there are effects."""

    states: list[State]
    effects: list[Effect] = field(default_factory=list)

    def follow(self, effect: Effect) -> Iterator[str]:
        """Go on by an effect; tell where it does not fit what was before it, or what its client asked for."""
        before = self.states[-1]
        after = _after(before, effect)
        self.states.append(after)
        self.effects.append(effect)
        for name, label in FIELDS.items():
            old, new = getattr(before, name), getattr(after, name)
            wanted = effect.attempt.input.get(label)
            if wanted is not None and label in ASKED[effect.action] and new != wanted:
                yield f"{_told(effect)} left {label} {new}"
            told = effect.changes.get(label)
            if told is not None and label in OWN[effect.action] and told[0] != old:
                yield f"{_told(effect)} found {label} {told[0]}, but it was {old}: an effect was lost"
        yield from _impossible_steps(before, effect)
        yield from _unexpected_version(before, effect)

    def is_in_order(self) -> Iterator[str]:
        """Tell which effects had ended, as their clients saw it, before one that was done earlier had begun."""
        latest = float("-inf")
        for effect in self.effects:
            if effect.attempt.outcome is Outcome.OK and effect.attempt.ended < latest:
                yield f"{_told(effect)} was done after what began when it had ended"
            latest = max(latest, effect.attempt.began)

    def may_be_seen(self, read: Attempt) -> bool:
        """Tell whether a client can have read this: no effect that it must know of is missing, none is from later."""
        done = [at for at, each in enumerate(self.effects, 1) if _had_ended(each.attempt, read.began)]
        begun = [at for at, each in enumerate(self.effects, 1) if each.attempt.began < read.ended]
        seen = self.states[max(done, default=0) : max(begun, default=0) + 1]
        return any(_shown(state) == read.answer for state in seen)


FIELDS = {
    "name": "name",
    "subdomain": "subdomain",
    "support_type": "supportType",
    "systems": "systems",
    "billing_interval": "billingInterval",
}
# Which fields a mutation of this name asks for; and of which of them the audit's old value is surely that of what is
# judged here: a support type may be the account's or the contract's.
ASKED: dict[str, set[str]] = {
    "createAccount": {"name", "subdomain", "supportType"},
    "updateAccount": {"name", "subdomain", "supportType"},
    "upsertSubscription": {"supportType", "systems", "billingInterval"},
    "activateSubscription": set(),
    "cancelSubscription": set(),
}
ENDINGS = {"activateSubscription", "cancelSubscription"}
OWN = {name: asked - {"supportType"} for name, asked in ASKED.items()}


def account_histories(run: Run) -> Iterator[str]:
    """Find lost updates, effects out of order, rows that are not what was done last, and reads of what never was."""
    chains = {
        id: Chain([_stored(run.before["subscriptions"], row)]) for id, row in run.before.by_id("accounts").items()
    }
    for effect in run.effects(*ASKED):
        chain = chains.setdefault(effect.row["account_id"], Chain([State()]))
        yield from chain.follow(effect)
    for id, row in run.after.by_id("accounts").items():
        chain, stored = chains.get(id, Chain([State()])), _stored(run.after["subscriptions"], row)
        if chain.states[-1] != stored:
            yield f"The account {ids.encode('acct', id)} is {stored}, but was left {chain.states[-1]}"
        yield from chain.is_in_order()
    yield from _impossible_reads(run, {ids.encode("acct", id): chain for id, chain in chains.items()})


def _impossible_reads(run: Run, chains: dict[str, Chain]) -> Iterator[str]:
    reads: dict[str, list[Attempt]] = defaultdict(list)
    for attempt in run.history.attempts:
        if attempt.name == "account" and attempt.outcome is Outcome.OK:
            reads[attempt.input["id"]].append(attempt)
    for id, attempts in reads.items():
        for read in attempts:
            if id in chains and not chains[id].may_be_seen(read):
                yield f"account {read.request_id} read {read.answer} of {id}, which it was not at that time"


def _after(before: State, effect: Effect) -> State:
    new = {label: values[1] for label, values in effect.changes.items()}
    changed: dict[str, Any] = {name: new[label] for name, label in FIELDS.items() if label in new}
    after, contract = replace(before, **changed), before.contract_version
    if effect.action == "upsertSubscription":
        after = replace(after, contract=effect.subject, status="PENDING", contract_version=contract + 1)
    elif effect.action == "activateSubscription":
        after = replace(after, status="ACTIVE", contract_version=contract + 1)
    elif effect.action == "cancelSubscription":
        after = replace(after, contract=None, status=None, systems=None, billing_interval=None, contract_version=0)
    elif before.contract is not None and after.support_type != before.support_type:
        after = replace(after, contract_version=contract + 1)
    return after if _itself(after) == _itself(before) else replace(after, version=before.version + 1)


def _itself(state: State) -> tuple[str | None, ...]:
    """Return what lies in the account's own row: its version counts the changes of these."""
    return state.name, state.subdomain, state.support_type


def _unexpected_version(before: State, effect: Effect) -> Iterator[str]:
    expected = effect.attempt.input.get("expectedVersion")
    found = before.version if effect.action == "updateAccount" else before.contract_version
    if expected not in {None, found}:
        yield f"{_told(effect)} was done to version {found}, and {expected} was expected"


def _impossible_steps(before: State, effect: Effect) -> Iterator[str]:
    is_new = effect.changes.get("status", [""])[0] is None
    if effect.action == "createAccount" and before != State():
        yield f"{_told(effect)} added an account that was there"
    elif effect.action == "upsertSubscription":
        if before.status == "ACTIVE" or (before.contract is None) != is_new:
            yield f"{_told(effect)} was saved over {before}"
    elif effect.action in ENDINGS and (before.contract, before.status) != (effect.subject, "PENDING"):
        yield f"{_told(effect)} was done to {before}"


def _stored(contracts: list[Row], account: Row) -> State:
    found = [row for row in contracts if row["account_id"] == account["id"] and row["status"] in {"PENDING", "ACTIVE"}]
    state = State(account["name"], account["subdomain"], account["support_type"], version=account["version"])
    if not found:
        return state
    row = found[0]
    contract = ids.encode("sub", row["id"])
    return replace(
        state,
        contract=contract,
        status=row["status"],
        systems=row["systems"],
        billing_interval=row["billing_interval"],
        contract_version=row["version"],
    )


def _shown(state: State) -> dict[str, Any]:
    """Return what the clients' query answers of this state."""
    contract = {
        "id": state.contract,
        "status": state.status,
        "systems": state.systems,
        "version": state.contract_version,
    }
    names = {"name": state.name, "subdomain": state.subdomain, "supportType": state.support_type}
    shown = {**names, "version": state.version, "subscription": None if state.contract is None else contract}
    return {"account": shown}


def _had_ended(attempt: Attempt, at: float) -> bool:
    return attempt.outcome is Outcome.OK and attempt.ended < at


def _told(effect: Effect) -> str:
    return f"{effect.action} {effect.attempt.request_id} on {effect.subject}"
