"""Clients that want random things: each draws what it does next from a generator with a seed of its own."""

import asyncio
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.faults.callers import QUERIES, Caller
from tests.faults.histories import Attempt, Outcome
from tests.mail.office import Office

HOT = 6  # accounts that clients quarrel about: the newest ones
ADDRESSES = 14
ROLES = ("ADMIN", "PROVISIONER", "FINANCE", "READ_ONLY")
ACCOUNT_ROLES = ("ADMIN", "SECURITY_ENGINEER", "USER", "READ_ONLY")
TYPES = ("PARTNER_SUPPORTED", "HUNTRESS_SUPPORTED")
PASSWORD = "a password of the faults"
LINK = re.compile(r"/invitation#([A-Za-z0-9_-]+)")
Wish = tuple[str, dict[str, Any]]


@dataclass
class Town:
    """What clients have heard of so far; each may be out of date, and that is part of the mix."""

    reseller: str
    office: Office
    accounts: list[str]
    contracts: list[str] = field(default_factory=list)
    members: list[str] = field(default_factory=list)
    versions: dict[str, int] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    operations: int = 0

    def links(self) -> list[tuple[str, str]]:
        """Return the addresses that were mailed, each with its link's token, the oldest first."""
        found = ((str(mail["To"]), LINK.search(_text(mail))) for mail in self.office.accepted)
        return [(to, link[1]) for to, link in found if link is not None]

    def hear(self, attempt: Attempt) -> None:
        """Remember what an answer tells of."""
        self.operations += 1
        answer = attempt.answer
        if attempt.outcome is not Outcome.OK or attempt.is_dry:
            return
        if attempt.name == "createAccount":
            self.accounts.append(answer["account"]["id"])
        elif attempt.name == "upsertSubscription":
            self.contracts.append(answer["subscription"]["id"])
        elif attempt.name == "account":
            contract = answer["account"]["subscription"]
            self.versions[attempt.input["id"]] = answer["account"]["version"]
            self.versions[f"contract of {attempt.input['id']}"] = contract["version"] if contract else 0
            if contract:
                self.versions[contract["id"]] = contract["version"]
        elif attempt.name == "members":
            # Whose keys the clients use is left alone.
            guests = [each for each in answer["members"]["members"] if each["user"]["email"].startswith("guest")]
            self.members = [each["id"] for each in guests] or self.members


@dataclass
class Person:
    """One client: what it wants next, and how it insists."""

    caller: Caller
    town: Town
    chance: random.Random

    async def act(self) -> None:
        """Want one thing, and try until it is known what became of it, or without a key just once."""
        name, input = self._wish()
        if name == "acceptInvitation":
            await self._accept(input)
        else:
            await self._insist(self.caller, name, input)

    async def look(self) -> None:
        """Read something, and change nothing."""
        name, input = self.chance.choice((self.read, self.see_members, self.see_accounts))()
        await self._insist(self.caller, name, input)

    def _wish(self) -> Wish:
        wishes, weights = zip(*MIX, strict=True)
        return self.chance.choices(wishes, weights)[0](self)

    async def _insist(self, caller: Caller, name: str, input: dict[str, Any]) -> Attempt:
        """Send it, and with a key again until an answer is there; sometimes again after that, as somebody else may."""
        intent, how = caller.new_intent(), self.chance.random()
        # Who repeats a sign-in, or joins as nobody yet, is somebody else by then: such calls take no key.
        if name in QUERIES or name == "signIn" or not caller.headers or how < 0.15:
            return await self._send(caller, name, input, intent=intent)
        if how < 0.2:
            return await self._send(caller, name, input, intent=intent, is_dry=True)
        if how < 0.3:
            return await self._send_twins(caller, name, input, intent)
        attempt = await self._send(caller, name, input, intent=intent, key=intent)
        for number in range(1, 5):
            is_known = attempt.outcome in {Outcome.OK, Outcome.REFUSED}
            if is_known and self.chance.random() < 0.9:
                break
            attempt = await self._send(caller, name, input, intent=intent, key=intent, number=number)
        if attempt.outcome is Outcome.OK and self.chance.random() < 0.1:
            other = {**input, "reason": "something else"}
            expects = ("IDEMPOTENCY_MISMATCH",)
            await self._send(caller, name, other, intent=caller.new_intent(), key=intent, expects=expects)
        return attempt

    async def _send_twins(self, caller: Caller, name: str, input: dict[str, Any], intent: str) -> Attempt:
        twins = [caller.beside() for _ in range(3)]
        sent = (
            self._send(twin, name, input, intent=intent, key=intent, number=number) for number, twin in enumerate(twins)
        )
        attempts = await asyncio.gather(*sent)
        for twin in twins:
            twin.close()
        return attempts[0]

    async def _send(self, caller: Caller, name: str, input: dict[str, Any], **how: Any) -> Attempt:
        attempt = await caller.send(name, input, host=self._host(), **how)
        self.town.hear(attempt)
        return attempt

    async def _accept(self, input: dict[str, Any]) -> None:
        """Join as whoever was invited: in their session, or as somebody who is set up by it."""
        address = input.pop("to")
        guest = Caller(f"{self.caller.new_intent()}-guest", self.caller.ports, self.caller.history)
        if address in self.town.cookies:
            guest.headers = {"cookie": self.town.cookies[address]}
        else:
            input |= {"name": address.split("@")[0], "password": PASSWORD}
        attempt = await self._insist(guest, "acceptInvitation", input)
        if attempt.code == "UNAUTHENTICATED":
            await self._insist(guest, "signIn", {"email": address, "password": PASSWORD})
        if guest.cookie and not guest.headers:
            self.town.cookies[address] = guest.cookie
        guest.close()

    def _host(self) -> int:
        return self.chance.randrange(len(self.caller.ports))

    def create_account(self) -> Wish:
        name = f"c{self.chance.randrange(10**4)}-{len(self.town.accounts) // 2}"
        subdomain = f"town-{len(self.town.accounts) // 2}-{self.chance.randrange(3)}"
        return "createAccount", {
            "resellerId": self.town.reseller,
            "name": name,
            "subdomain": subdomain,
            "supportType": self._support_type(),
        }

    def rename(self) -> Wish:
        return "updateAccount", self._as_read({"id": self._account(), "name": f"n{self.chance.randrange(10**6)}"})

    def move(self) -> Wish:
        return "updateAccount", {"id": self._account(), "subdomain": f"moved-{self.chance.randrange(10**4)}"}

    def change_support(self) -> Wish:
        return "updateAccount", self._as_read({"id": self._account(), "supportType": self._support_type()})

    def save(self) -> Wish:
        wanted = {
            "accountId": self._account(),
            "systems": self.chance.randrange(1, 400),
            "billingInterval": self.chance.choice(("MONTHLY", "ANNUAL")),
        }
        if self.chance.random() < 0.3:
            wanted["supportType"] = self._support_type()
        return "upsertSubscription", self._as_read(wanted, f"contract of {wanted['accountId']}")

    def activate(self) -> Wish:
        return self._about_contract("activateSubscription")

    def withdraw(self) -> Wish:
        return self._about_contract("cancelSubscription")

    def invite(self) -> Wish:
        address = f"guest-{self.chance.randrange(ADDRESSES)}@faults.example"
        is_here = self.chance.random() < 0.6
        place, roles = (self.town.reseller, ROLES) if is_here else (self._account(), ACCOUNT_ROLES)
        return "inviteMember", {"dashboardId": place, "email": address, "role": self.chance.choice(roles)}

    def accept(self) -> Wish:
        links = self.town.links()[-ADDRESSES:]
        if not links:
            return self.read()
        to, token = self.chance.choice(links)
        return "acceptInvitation", {"token": token, "to": to}

    def change_role(self) -> Wish:
        if not self.town.members:
            return self.see_members()
        return "changeRole", {"membershipId": self.chance.choice(self.town.members), "role": self.chance.choice(ROLES)}

    def remove(self) -> Wish:
        if not self.town.members:
            return self.see_members()
        return "removeMember", {"membershipId": self.chance.choice(self.town.members)}

    def see_members(self) -> Wish:
        return "members", {"id": self.town.reseller}

    def see_accounts(self) -> Wish:
        return "accounts", {"id": self.town.reseller}

    def read(self) -> Wish:
        return "account", {"id": self._account()}

    def _as_read(self, input: dict[str, Any], label: str = "") -> dict[str, Any]:
        """Return the input, sometimes with the version that somebody has read."""
        version = self.town.versions.get(label or input["id"])
        return input if version is None or self.chance.random() < 0.7 else {**input, "expectedVersion": version}

    def _account(self) -> str:
        return self.chance.choice(self.town.accounts[-HOT:])

    def _about_contract(self, name: str) -> Wish:
        if not self.town.contracts:
            return self.read()
        return name, self._as_read({"id": self.chance.choice(self.town.contracts[-HOT:])})

    def _support_type(self) -> str:
        return self.chance.choice(TYPES)


MIX: tuple[tuple[Callable[[Person], Wish], int], ...] = (
    (Person.create_account, 8),
    (Person.rename, 14),
    (Person.move, 4),
    (Person.change_support, 8),
    (Person.save, 20),
    (Person.activate, 5),
    (Person.withdraw, 8),
    (Person.invite, 8),
    (Person.accept, 5),
    (Person.see_members, 2),
    (Person.change_role, 5),
    (Person.remove, 3),
    (Person.read, 10),
)


def _text(mail: Any) -> str:
    body = mail.get_body(("plain",))
    return "" if body is None else str(body.get_content())
