"""Small secrets that are kept in a file beside the data, where no setting gives them."""

import os
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile


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
