"""Ids as clients know them: TypeIDs, a prefix that names the kind and a UUIDv7 in base 32."""

import re
from collections.abc import Iterable
from uuid import UUID

from typeid import base32

from domain.errors import NotFound
from domain.tenancy import DashboardKind

NOUNS = {
    "resl": "reseller",
    "acct": "account",
    "org": "organization",
    "sub": "subscription",
    "plan": "plan",
    "user": "user",
    "memb": "membership",
    "invt": "invitation",
    "key": "API key",
    "sess": "session",
    "viewer": "viewer",
}
# The prefixes of what is a dashboard, by its kind and the other way.
PREFIXES = {DashboardKind.RESELLER: "resl", DashboardKind.ACCOUNT: "acct", DashboardKind.ORGANIZATION: "org"}
DASHBOARDS = {prefix: kind for kind, prefix in PREFIXES.items()}
# Of those that TypeID allows, the ones that we would choose.
_PREFIX = re.compile("[a-z]{1,63}")


def encode(prefix: str, id: UUID) -> str:
    """Return the id as clients know it: acct_01h455vb4pex5vsknk084sn02q."""
    # What TypeID.from_uuid() does, without looking at a prefix of ours and without the object: an eighth of the time.
    return f"{prefix}_{base32.encode(id.bytes)}"


def encode_all(prefix: str, ids: Iterable[UUID]) -> list[str]:
    """Return many ids of one kind as clients know them, in their order."""
    start, written = f"{prefix}_", base32.encode
    return [start + written(id.bytes) for id in ids]


def decode(text: str, prefix: str, field: str = "id") -> UUID:
    """Return the id behind a client's text. Raises NotFound where it is malformed or names another kind."""
    id = read(text, prefix)
    if id is None:
        raise NotFound(NOUNS[prefix], (field,))
    return id


def read(text: str, prefix: str) -> UUID | None:
    """Return the id behind a client's text, or None where it is malformed or names another kind."""
    found = parse(text)
    return found[1] if found is not None and found[0] == prefix else None


def parse(text: str) -> tuple[str, UUID] | None:
    """Return the kind and the id, or None unless the text is, to the letter, as we would write it."""
    prefix, _, suffix = text.rpartition("_")
    if not _PREFIX.fullmatch(prefix):
        return None
    try:
        id = UUID(bytes=base32.decode(suffix))
    except (RuntimeError, UnicodeError):
        return None
    return (prefix, id) if encode(prefix, id) == text else None
