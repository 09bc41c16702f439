"""A run that went well, made up, for tests of the judge to spoil in one place each."""

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from models import ids
from tests.faults.histories import Attempt, Cut, Eligibility, Fault, History, Outcome
from tests.faults.tables import Row, Run, Tables

RESELLER, ACCOUNT, CONTRACT, INVITATION, MEMBER, USER, ADMIN = (UUID(int=number) for number in range(1, 8))
ACCT, SUB, INVT, MEMB, GUEST = (
    ids.encode("acct", ACCOUNT),
    ids.encode("sub", CONTRACT),
    ids.encode("invt", INVITATION),
    ids.encode("memb", MEMBER),
    ids.encode("user", USER),
)
PARTNER, HUNTRESS = "PARTNER_SUPPORTED", "HUNTRESS_SUPPORTED"


@dataclass
class Story:
    """What happened, second by second: each step is asked, done, answered and written down."""

    history: History = field(default_factory=History)
    before: dict[str, list[Row]] = field(default_factory=dict)
    after: dict[str, list[Row]] = field(default_factory=dict)
    second: float = 0

    def asked(self, intent: str, name: str, outcome: Outcome = Outcome.OK, code: str = "", **more: Any) -> Attempt:
        """Add an attempt that took one second; `input` and `answer` are empty unless given."""
        given = {"number": 0, "client": "c", "host": 0, "input": {}, "answer": None, **more}
        attempt = Attempt(
            intent=intent, name=name, began=self.second, ended=self.second + 1, outcome=outcome, code=code, **given
        )
        self.second += 2
        self.history.attempts.append(attempt)
        return attempt

    def noted(self, intent: str, action: str, prefix: str, subject: UUID, **changes: list[Any]) -> Row:
        """Add the row of the audit that an attempt has caused."""
        return self.row(
            "audit_events",
            id=UUID(int=1000 + len(self.after.get("audit_events", []))),
            reseller_id=RESELLER,
            actor_kind="API_KEY",
            action=action,
            object_prefix=prefix,
            object_id=subject,
            account_id=ACCOUNT if prefix in {"acct", "sub"} else None,
            request_id=f"{intent}.0",
            changes=json.dumps(changes),
        )

    def row(self, table: str, **columns: Any) -> Row:
        """Add a row that lies in the database afterwards."""
        self.after.setdefault(table, []).append(columns)
        return columns

    def the(self, table: str, at: int = 0) -> Row:
        """Return a row, to be spoiled."""
        return self.after[table][at]

    def drop(self, table: str, at: int = -1) -> None:
        """Let a row be missing."""
        del self.after[table][at]

    def forget(self, intent: str) -> None:
        """Let the audit not know of an attempt."""
        rows = self.after["audit_events"]
        self.after["audit_events"] = [row for row in rows if row["request_id"] != f"{intent}.0"]

    def read(self, **fields: Any) -> None:
        """Let the one read have seen something else."""
        answer = next(each.answer for each in self.history.attempts if each.intent == "read")
        self.change("read", answer={"account": {**answer["account"], **fields}})

    def change(self, intent: str, **changes: Any) -> None:
        """Let an attempt be another one."""
        attempts = self.history.attempts
        at = next(at for at, each in enumerate(attempts) if each.intent == intent)
        attempts[at] = dataclasses.replace(attempts[at], **changes)

    def run(self) -> Run:
        """Return it as it is judged."""
        return Run(self.history, Tables(self.before), Tables(self.after))


def told() -> Story:
    """Return a story of one account, its contract, and one guest: nothing is wrong with it."""
    story = Story()
    story.before["memberships"] = [_member(UUID(int=70), ADMIN, "ADMIN")]
    story.before["users"], story.before["user_emails"] = [{"id": ADMIN}], [{"user_id": ADMIN}]
    for table, rows in story.before.items():
        story.after[table] = [dict(row) for row in rows]
    _an_account(story)
    _a_contract(story)
    _a_guest(story)
    return story


def _an_account(story: Story) -> None:
    wanted = {"name": "one", "subdomain": "one", "supportType": HUNTRESS}
    story.asked("create", "createAccount", input=wanted, answer={"account": {"id": ACCT}})
    story.noted("create", "createAccount", "acct", ACCOUNT, **{name: [None, value] for name, value in wanted.items()})
    story.asked("rename", "updateAccount", input={"id": ACCT, "name": "two"}, answer={"account": {"id": ACCT}})
    story.noted("rename", "updateAccount", "acct", ACCOUNT, name=["one", "two"])
    account = {"name": "two", "subdomain": "one", "supportType": HUNTRESS, "version": 2, "subscription": None}
    story.asked("read", "account", input={"id": ACCT}, answer={"account": account})
    story.asked("taken", "createAccount", Outcome.REFUSED, "SUBDOMAIN_TAKEN", input=wanted)
    story.row("accounts", id=ACCOUNT, name="two", subdomain="one", support_type=HUNTRESS, version=2)
    story.row("subdomains", name="one", account_id=ACCOUNT, released_at=None)


def _a_contract(story: Story) -> None:
    wanted = {"accountId": ACCT, "systems": 10, "billingInterval": "MONTHLY"}
    new = {"status": [None, "PENDING"], "systems": [None, 10], "billingInterval": [None, "MONTHLY"]}
    story.asked("save", "upsertSubscription", input=wanted, answer={"subscription": {"id": SUB}})
    story.noted("save", "upsertSubscription", "sub", CONTRACT, **new, supportType=[None, HUNTRESS])
    story.asked("activate", "activateSubscription", Outcome.UNKNOWN, "NO_ANSWER", input={"id": SUB})
    story.history.faults.append(Fault(Cut.HOST, 0, story.second - 1.5, story.second))
    story.noted("activate", "activateSubscription", "sub", CONTRACT, status=["PENDING", "ACTIVE"])
    story.row(
        "subscriptions",
        id=CONTRACT,
        account_id=ACCOUNT,
        status="ACTIVE",
        systems=10,
        billing_interval="MONTHLY",
        support_type=HUNTRESS,
        version=2,
    )


def _a_guest(story: Story) -> None:
    story.asked("invite", "inviteMember", answer={"invitation": {"id": INVT}})
    story.noted("invite", "inviteMember", "invt", INVITATION)
    story.asked("accept", "acceptInvitation", answer={"viewer": {"email": "guest"}})
    story.noted("accept", "acceptInvitation", "invt", INVITATION, acceptedAt=[None, "now"], userId=[None, GUEST])
    story.asked("promote", "changeRole", input={"role": "FINANCE"}, answer={"membership": {"id": MEMB}})
    story.noted("promote", "changeRole", "memb", MEMBER, role=["READ_ONLY", "FINANCE"])
    story.row("invitations", id=INVITATION, dashboard_id=RESELLER, email="guest", accepted_at=1, closed_at=1)
    story.row("mails", id=UUID(int=80), kind="invitation", to_address="guest")
    story.row("users", id=USER)
    story.row("user_emails", user_id=USER)
    story.after["memberships"].append(_member(MEMBER, USER, "FINANCE"))


def _member(id: UUID, user: UUID, role: str) -> Row:
    return {"id": id, "user_id": user, "dashboard_id": RESELLER, "role": role}


def decided(story: Story, *, is_eligible: bool) -> None:
    """Let the operator decide whether the reseller may sell Partner Supported."""
    story.history.eligibility.append(Eligibility(is_eligible, story.second, story.second + 1))
    story.second += 2
