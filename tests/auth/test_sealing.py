"""Sealing: readable with the key alone."""

from collections.abc import Callable

import pytest

from models.sealing import KeyOfWrongLength, Sealer, Unreadable

KEY = bytes(range(32))
VALUES = {"link": "https://dashboard.example/#s3cret", "minutes": 30, "inviter": None, "name": "Zoë"}


def test_what_was_sealed_comes_back_whole() -> None:
    assert Sealer(KEY).unseal(Sealer(KEY).seal(VALUES)) == VALUES


def test_a_seal_shows_nothing_and_is_never_the_same() -> None:
    first, second = Sealer(KEY).seal(VALUES), Sealer(KEY).seal(VALUES)

    assert first != second
    assert b"s3cret" not in first
    assert b"link" not in first


@pytest.mark.parametrize(
    "spoilt",
    [
        pytest.param(lambda _: b"", id="nothing"),
        pytest.param(lambda sealed: sealed[:20], id="cut short"),
        pytest.param(lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]), id="one bit changed"),
        pytest.param(lambda _: Sealer(b"x" * 32).seal(VALUES), id="sealed with another key"),
    ],
)
def test_what_does_not_fit_the_key_is_said_to_be_unreadable(spoilt: Callable[[bytes], bytes]) -> None:
    with pytest.raises(Unreadable, match=r"^The values were sealed with another key, or they are damaged\.$"):
        Sealer(KEY).unseal(spoilt(Sealer(KEY).seal(VALUES)))


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_key_has_256_bits(length: int) -> None:
    with pytest.raises(KeyOfWrongLength, match=f"must have 32 bytes; this one has {length}"):
        Sealer(b"k" * length)
