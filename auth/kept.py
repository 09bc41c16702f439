"""Small secrets that are kept in a file beside the data, where no setting gives them."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile

from models.sealing import KEY_BYTES


def sealing_key(given: str, data_dir: Path) -> bytes:
    """Return the key that is given in hexadecimal digits, or the one beside the data; made up where there is none."""
    data_dir.mkdir(parents=True, exist_ok=True)
    return bytes.fromhex(given or kept(data_dir / "secret-key", lambda: secrets.token_hex(KEY_BYTES)))


def kept(file: Path, made_up: Callable[[], str]) -> str:
    """Return what the file says; where there is none, what was made up and is kept from now on.

    Only its owner reads it. Several processes that begin at once end with the same: the first name wins.
    """
    if not file.exists():
        with NamedTemporaryFile("w", dir=file.parent, prefix=".") as written:
            written.write(made_up())
            written.flush()
            _name_once(Path(written.name), file)
    return file.read_text().strip()


def _name_once(written: Path, file: Path) -> None:
    try:
        os.link(written, file)
    except FileExistsError:
        return
