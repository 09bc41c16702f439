"""Sending one operation, and judging from the answer what its client knows."""

import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.faults.histories import NO_ANSWER, NO_CONNECTION, Attempt, History, Outcome
from tests.faults.wire import Answer, NeverSent, NoAnswer, Wire

ERRORS = "errors { code }"
# What is selected of each payload: who did what to what.
MUTATIONS = {
    "createAccount": "account { id }",
    "updateAccount": "account { id }",
    "upsertSubscription": "subscription { id } account { id }",
    "activateSubscription": "subscription { id }",
    "cancelSubscription": "subscription { id }",
    "inviteMember": "invitation { id }",
    "acceptInvitation": "viewer { email }",
    "changeRole": "membership { id }",
    "removeMember": "removedId",
    "signIn": "viewer { email }",
}
QUERIES = {
    "account": """query($id: ID!) { account(id: $id) { name subdomain supportType version
      subscription { id status systems version } } }""",
    "accounts": """query($id: ID!) { accounts: reseller(id: $id) { accounts(first: 25) { totalCount
      pageInfo { endCursor } nodes { id name subdomain supportType status statusEndsOn
      subscription { id status systems } } } } }""",
    "members": "query($id: ID!) { members: reseller(id: $id) { members { id role user { email } } } }",
}
# Refusals as errors of the whole request, before anything was looked at.
TURNED_AWAY = frozenset({"TOO_MANY_REQUESTS", "RATE_LIMITED", "OVERLOADED", "SERVICE_BUSY"})
UNSURE = frozenset({"SERVICE_UNAVAILABLE", "DEADLINE_EXCEEDED"})


def document(name: str) -> str:
    """Return the operation of this name, whose variables are its input's fields or its arguments."""
    if name in QUERIES:
        return QUERIES[name]
    kind = f"{name[0].upper()}{name[1:]}Input"
    return f"mutation($input: {kind}!) {{ {name}(input: $input) {{ {MUTATIONS[name]} {ERRORS} }} }}"


def judged(name: str, answer: Answer) -> tuple[Outcome, str, Any]:
    """Return what a client knows now: how it ended, the code of what was refused, and what was answered."""
    body = answer.body if isinstance(answer.body, dict) else {}
    codes = [error.get("extensions", {}).get("code", "") for error in body.get("errors", [])]
    if codes:
        outcome = Outcome.BROKEN
        if set(codes) <= UNSURE:
            outcome = Outcome.UNKNOWN
        elif set(codes) <= TURNED_AWAY and body.get("data") is None:
            outcome = Outcome.TURNED_AWAY
        return outcome, codes[0], {"status": answer.status, **body}
    data = body.get("data") or {}
    if answer.status != 200 or name not in data:
        return Outcome.BROKEN, str(answer.status), answer.body
    if name in QUERIES:
        return Outcome.OK, "", data
    payload = dict(data[name])
    refusals = payload.pop("errors")
    return (Outcome.REFUSED, refusals[0]["code"], None) if refusals else (Outcome.OK, "", payload)


@dataclass
class Caller:
    """One client's connections to every host; what it sends is written into the history."""

    name: str
    ports: tuple[int, ...]
    history: History
    headers: Mapping[str, str] = field(default_factory=dict)
    cookie: str = ""
    _wires: dict[int, Wire] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    def new_intent(self) -> str:
        """Return a name for something that is wanted: an idempotency key, and what request ids begin with."""
        return f"{self.name}-{next(self._numbers)}"

    async def send(
        self,
        name: str,
        input: dict[str, Any],
        *,
        host: int,
        intent: str,
        number: int = 0,
        key: str = "",
        expects: tuple[str, ...] = (),
        is_dry: bool = False,
    ) -> Attempt:
        """Send an operation once, and note how it ended. A key goes into the header or into the input, by turns."""
        given = {**input, "dryRun": True} if is_dry else dict(input)
        in_header = len(key) % 2 == 0
        if key and not in_header:
            given["idempotencyKey"] = key
        variables = input if name in QUERIES else {"input": given}
        headers = {**self.headers, "x-request-id": f"{intent}.{number}"}
        if key and in_header:
            headers["idempotency-key"] = key
        began = time.monotonic()
        try:
            answer = await self._wire(host).ask(document(name), variables, **headers)
        except NeverSent:
            ended: tuple[Outcome, str, Any] = Outcome.TURNED_AWAY, NO_CONNECTION, None
        except NoAnswer:
            ended = Outcome.UNKNOWN, NO_ANSWER, None
        else:
            ended = judged(name, answer)
            self.cookie = answer.headers.get("set-cookie", "").partition(";")[0] or self.cookie
        attempt = Attempt(
            intent, number, self.name, host, name, input, began, time.monotonic(), *ended, expects, is_dry
        )
        self.history.attempts.append(attempt)
        return attempt

    def beside(self) -> "Caller":
        """Return the same client on connections of its own, which can be used at the same time."""
        return Caller(self.name, self.ports, self.history, self.headers)

    def close(self) -> None:
        """Hang up everywhere."""
        for wire in self._wires.values():
            wire.close()

    def _wire(self, host: int) -> Wire:
        if host not in self._wires:
            self._wires[host] = Wire(self.ports[host])
        return self._wires[host]
