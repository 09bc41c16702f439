"""The passwords of the three roles: made with the data, kept beside them in one file that only its owner reads."""

import json
import secrets

from models.embedded.errors import EmbeddedDatabaseError
from models.embedded.folder import DataFolder, write_whole

SUPERUSER = "postgres"
OWNER = "dashboard_owner"
APPLICATION = "dashboard_app"


def ensure_passwords(folder: DataFolder) -> dict[str, str]:
    """Return a password for each role; safe in SQL and URLs.

    Raises EmbeddedDatabaseError where data exist without them: the superuser's cannot be guessed.
    """
    if folder.passwords.exists():
        passwords: dict[str, str] = json.loads(folder.passwords.read_text(encoding="ascii"))
        return passwords
    if folder.pgdata.exists():
        raise EmbeddedDatabaseError(
            f"The passwords of the data in {folder.pgdata} are gone: "
            f"restore {folder.passwords} or choose another DATA_DIR."
        )
    passwords = {role: secrets.token_urlsafe(24) for role in (SUPERUSER, OWNER, APPLICATION)}
    write_whole(folder.passwords, json.dumps(passwords))
    return passwords
