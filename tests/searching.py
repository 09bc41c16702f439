"""Looking for secrets in what is stored or told: in clear, in hexadecimal digits, in base64 wherever it begins.

What a token or an authenticator's secret encodes is looked for as well: the same bits lie behind both.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator

# Fewer bytes could be there by chance.
FEWEST = 10


def found(secrets: Iterable[str], *places: str | bytes) -> list[str]:
    """Return the secrets that are in any of the places, written in whatever way; each of at least ten bytes."""
    searched = [each for place in places for each in _whole(place)]
    return [secret for secret in secrets if any(way in each for way in ways_of(secret) for each in searched)]


def ways_of(secret: str) -> set[bytes]:
    """Return every way in which a secret could be written."""
    meanings = {each for each in _meanings(secret) if len(each) >= FEWEST}
    assert meanings, "too short to be told from chance"
    return {way for meaning in meanings for way in _ways(meaning)}


def _whole(place: str | bytes) -> tuple[bytes, ...]:
    if isinstance(place, bytes):
        return (place,)
    # Programs that write base64 break it into lines.
    return (place.encode(), place.encode().translate(None, b"\r\n"))


def _meanings(secret: str) -> Iterator[bytes]:
    yield secret.encode()
    bare = secret.replace("-", "")
    yield bare.encode()
    for decode, written in (
        (base64.urlsafe_b64decode, secret + "=" * (-len(secret) % 4)),
        (base64.b32decode, bare.upper()),
        (bytes.fromhex, secret),
    ):
        try:
            yield decode(written)
        except (ValueError, binascii.Error):
            continue


def _ways(meaning: bytes) -> Iterator[bytes]:
    yield meaning
    yield meaning.hex().encode()
    yield meaning.hex().upper().encode()
    for before in range(3):
        # The first character shares bits with what stands before, the last one with what follows.
        begin, end = -(-before * 8 // 6), (before + len(meaning)) * 8 // 6
        for encode in (base64.standard_b64encode, base64.urlsafe_b64encode):
            yield encode(bytes(before) + meaning)[begin:end]
