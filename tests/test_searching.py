"""The search for secrets finds them, however they are written."""

import base64
import json
from collections.abc import Callable

import pytest

from tests.searching import found

SECRET = "AZtKqXn8ck-_vR2l0pQ7xw"
CODE = "abcd-efgh-ijkl-mnop"


def written_between(before: bytes, secret: bytes, after: bytes = b" and more") -> str:
    return base64.b64encode(before + secret + after).decode()


@pytest.mark.parametrize(
    "write",
    [
        lambda secret: f"a line with {secret} in it",
        lambda secret: json.dumps({"answer": {"secret": secret}}),
        lambda secret: f"\\x00{secret.encode().hex()}ff",
        lambda secret: secret.encode().hex().upper(),
        lambda secret: written_between(b"", secret.encode()),
        lambda secret: written_between(b"a", secret.encode()),
        lambda secret: written_between(b"ab", secret.encode()),
        lambda secret: written_between(b"abc", secret.encode(), b""),
        lambda secret: base64.urlsafe_b64encode(b"??" + secret.encode()).decode().rstrip("="),
        lambda secret: base64.encodebytes(b"x" * 50 + secret.encode()).decode(),
    ],
)
@pytest.mark.parametrize("secret", [SECRET, CODE, "correct horse battery staple"])
def test_a_secret_is_found_however_it_is_written(secret: str, write: Callable[[str], str]) -> None:
    assert found([secret, "another secret"], "nothing", write(secret)) == [secret]


@pytest.mark.parametrize(
    "stored",
    [
        base64.urlsafe_b64decode(SECRET + "=="),
        base64.urlsafe_b64decode(SECRET + "==").hex().encode(),
        base64.b64encode(b"x" + base64.urlsafe_b64decode(SECRET + "==")),
    ],
)
def test_what_a_token_encodes_is_found_as_well(stored: bytes) -> None:
    assert found([SECRET], b"\x00" + stored + b"\x00") == [SECRET]


@pytest.mark.parametrize("stored", ["abcdefghijklmnop", "ABCDEFGHIJKLMNOP".lower()])
def test_hyphens_hide_no_code(stored: str) -> None:
    assert found([CODE], stored) == [CODE]


def test_a_hash_is_no_secret() -> None:
    assert found([SECRET], "sha256:" + "0f" * 32, SECRET[:12], SECRET[12:]) == []
