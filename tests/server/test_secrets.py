"""What nobody but its owner may ever know is in no file, line, number or span of the running server."""

import re
import time
from base64 import b64encode
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pyotp
import pytest

from tests.collecting import collecting
from tests.models.embedded.conftest import until
from tests.searching import found
from tests.server.processes import ADA, PASSWORD, SIGN_IN, Server, ask, free_port, serving

RITA, NEW = "rita@northwind.example", "nora@northwind.example"
RESELLER = "{ viewer { dashboards(kinds: [RESELLER]) { id } } }"
PLANTED = "no secret, but written like one"
HEADER = "a key in a header that nobody guesses"
WRONG, CHANGED, RESET, CHOSEN = (f"{word} horse battery staple" for word in ("wrong", "changed", "reset", "chosen"))
# Written there on purpose: mails that wait for somebody to read them, the seal, and how to reach PostgreSQL.
NOT_SEARCHED = {"mail", "secret-key", "passwords.json"}
# Most of what PostgreSQL keeps ready is not written yet.
EMPTY = re.compile(b"\0{64,}")


@dataclass(slots=True)
class Story:
    """People who do everything that has a secret in it; `secrets` has each of them."""

    server: Server
    secrets: dict[str, str] = field(default_factory=dict)

    def tell(self) -> None:
        with self.server.browser() as stranger, self.server.browser() as ada:
            self._sign_in(ada)
            reseller = ask(ada, RESELLER)["viewer"]["dashboards"][0]["id"]
            self._make_keys(ada, reseller)
            self._change_password(ada)
            self._set_up_two_factor(ada)
            self._invite(ada, stranger, reseller)
            self._reset(stranger)

    def _sign_in(self, ada: httpx.Client) -> None:
        assert self._do(ada, "signIn", {"email": ADA, "password": WRONG})["errors"] != []
        ask(ada, SIGN_IN, input={"email": ADA, "password": PASSWORD})
        self.secrets |= {"wrong": WRONG, "session": str(ada.cookies["session"])}

    def _make_keys(self, ada: httpx.Client, reseller: str) -> None:
        given = {"dashboardId": reseller, "name": "Robot", "role": "READ_ONLY", "idempotencyKey": "known to me alone"}
        # Kept in the audit as a reason is, and told as an operation's name is: the search has to find both.
        given["reason"] = b64encode(f"> {PLANTED}".encode()).decode()
        ask(ada, f"query planted_{PLANTED.encode().hex()} {{ viewer {{ name }} }}")
        made = self._do(ada, "createApiKey", given, "secret apiKey { id }")
        again = self._do(ada, "createApiKey", given, "secret receipt { replayed }")
        rotated = self._do(ada, "rotateApiKey", {"id": made["apiKey"]["id"]}, "secret", **{"idempotency-key": HEADER})
        assert (again["secret"], again["receipt"]["replayed"]) == (None, True)
        self.secrets |= {"key": made["secret"], "rotated": rotated["secret"]}
        self.secrets |= {"idempotency key": "known to me alone", "idempotency header": HEADER}
        bearer = {"authorization": f"Bearer {rotated['secret']}"}
        assert httpx.post(f"{self.server.address}/graphql", json={"query": RESELLER}, headers=bearer).status_code == 200

    def _change_password(self, ada: httpx.Client) -> None:
        given = {"currentPassword": PASSWORD, "newPassword": CHANGED}
        assert self._do(ada, "changePassword", given)["errors"] == []
        self.secrets |= {"changed": CHANGED, "session after it": str(ada.cookies["session"])}

    def _set_up_two_factor(self, ada: httpx.Client) -> None:
        secret = self._do(ada, "startTwoFactor", {}, "secret")["secret"]
        codes = self._do(ada, "confirmTwoFactor", {"code": pyotp.TOTP(secret).now()}, "recoveryCodes")["recoveryCodes"]
        self.secrets |= {"authenticator": secret, **{f"recovery {code[:4]}": code for code in codes}}
        with self.server.browser() as again:
            signed_in = self._do(again, "signIn", {"email": ADA, "password": CHANGED, "code": codes[0]})
            assert signed_in["errors"] == []
            self.secrets["session by recovery"] = str(again.cookies["session"])

    def _invite(self, ada: httpx.Client, stranger: httpx.Client, reseller: str) -> None:
        given = {"dashboardId": reseller, "email": NEW, "role": "READ_ONLY", "idempotencyKey": "to be told to nobody"}
        assert self._do(ada, "inviteMember", given)["errors"] == []
        token = self._mailed(NEW)
        given = {"token": token, "name": "Nora", "password": CHOSEN}
        assert self._do(stranger, "acceptInvitation", given)["errors"] == []
        self.secrets |= {"invitation": token, "chosen": CHOSEN, "session of Nora": str(stranger.cookies["session"])}
        self.secrets["key of the invitation"] = "to be told to nobody"

    def _reset(self, stranger: httpx.Client) -> None:
        stranger.cookies.clear()
        assert self._do(stranger, "requestPasswordReset", {"email": RITA})["errors"] == []
        token = self._mailed(RITA)
        assert self._do(stranger, "resetPassword", {"token": token, "newPassword": RESET})["errors"] == []
        self.secrets |= {"reset": token, "password of the reset": RESET}

    def _do(self, browser: httpx.Client, name: str, input: dict[str, Any], asked: str = "", **headers: str) -> Any:
        kind = f"{name[0].upper()}{name[1:]}Input"
        document = f"mutation($i: {kind}!) {{ {name}(input: $i) {{ {asked} errors {{ code message }} }} }}"
        sent = {"query": document, "variables": {"i": input}}
        body = browser.post("/graphql", json=sent, headers=headers).json()
        assert "errors" not in body, body
        return body["data"][name]

    def _mailed(self, address: str) -> str:
        """Wait for the letter to an address, and return the token in its link."""
        until(lambda: self._letters(address) != [])
        [letter] = self._letters(address)
        [link] = [word for word in letter.split() if word.startswith(self.server.address)]
        return urlsplit(link).fragment

    def _letters(self, address: str) -> list[str]:
        files = (self.server.data_dir / "mail").glob("*.eml")
        letters = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
        bodies = [letter.get_body(("plain",)) for letter in letters if letter["To"] == address]
        return [str(body.get_content()) for body in bodies if body is not None]


def written(folder: Path, since: float) -> bytes:
    """Return what every file of a data folder holds that was written since: tables, their history, PostgreSQL's log."""
    files = [each for each in folder.rglob("*") if each.is_file() and each.stat().st_mtime >= since]
    ours = [each for each in files if each.relative_to(folder).parts[0] not in NOT_SEARCHED]
    return EMPTY.sub(b"\0", b"\0".join(each.read_bytes() for each in ours))


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_no_secret_is_stored_logged_counted_or_traced(data_dir: Path, log_format: str) -> None:
    port, began = free_port(), time.time()
    settings = {"METRICS_PORT": port, "LOG_FORMAT": log_format, "LOG_LEVEL": "DEBUG"}

    with collecting() as (address, received):
        with serving(data_dir, OTEL_EXPORTER_OTLP_ENDPOINT=address, **settings) as server:
            story = Story(server)
            story.tell()
            counted = httpx.get(f"http://127.0.0.1:{port}/metrics").text
        traced = [body for _, body in received]

    secrets = list(story.secrets.values())
    stored, lines = written(data_dir, began), "\n".join(server.log.lines)
    assert len(secrets) == 26
    # All was there to be found: what is no secret, is.
    assert (b"Nora" in stored, b"createApiKey" in stored) == (True, True)
    assert ("createApiKey" in lines, "createApiKey" in counted) == (True, True)
    assert any(b"createApiKey" in each for each in traced)
    assert [found([PLANTED], *places) for places in ([stored], [lines], traced)] == [[PLANTED]] * 3
    assert found(secrets, stored) == []
    assert found(secrets, lines, server.printed) == []
    assert found(secrets, counted) == []
    assert found(secrets, *traced) == []
