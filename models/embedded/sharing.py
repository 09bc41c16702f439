"""Who uses the server: locks that the kernel lets go however their holder ends.

- starting.lock: held alone by the one process that joins or leaves right now;
- joined.lock: held together by all that are joined;
- server.lock: held by the processes of the server themselves (server.py hands it to them).

Nothing is written into the files, and they are never deleted: a lock is on the file, not on its name.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def joined(folder: Path, *, leave: Callable[[], None]) -> Iterator[None]:
    """Count as joined during the block; the last one out calls leave, while nobody else can join."""
    with open_lock(folder / "joined.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        try:
            yield
        finally:
            with taking_turns(folder):
                if taken(lock):
                    leave()
                fcntl.flock(lock, fcntl.LOCK_UN)  # within the turn: the next one to leave must not count us


@contextmanager
def taking_turns(folder: Path) -> Iterator[None]:
    """Be the only one that starts, joins or stops the server during the block."""
    with open_lock(folder / "starting.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def open_lock(path: Path) -> Iterator[int]:
    """Open a lock file, made if missing; its locks go with the block, unless a child has inherited them."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        if os.geteuid() == 0:
            os.fchown(lock, path.parent.stat().st_uid, -1)  # else root would lock out the folder's owner
        yield lock
    finally:
        os.close(lock)


def taken(lock: int) -> bool:
    """Return whether the lock is ours alone now, without waiting."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
