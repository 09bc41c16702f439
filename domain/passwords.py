"""What a password has to be: long rather than complicated, and not one of those that everybody tries first."""

import re

from domain.errors import BadInput

SHORTEST, LONGEST = 12, 128
_REPEATED = re.compile(r"(.{1,8})\1+", re.DOTALL)


def clean_password(password: str, field: str = "password", *, common: frozenset[str] = frozenset()) -> str:
    """Return the password as it is: 12 to 128 characters, any of them. Raises BadInput.

    `common` holds the ones that are refused, in lower case; a piece over and over is refused as well.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInput(field, f"A password has {SHORTEST} to {LONGEST} characters.")
    if password.lower() in common or _REPEATED.fullmatch(password):
        raise BadInput(field, "This password is among the first that everybody tries; choose another.")
    return password
