"""A folder of results belongs to one comparison at a time.

The system's own lock on a file is used: it ends with the process that holds it, however that ends,
so a killed comparison leaves nothing that must be cleared away. The file says who holds it.
"""

from __future__ import annotations

import errno
import json
import os
import socket
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

NAME = "in-use.lock"

_HELD = (errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK, errno.EDEADLK)
_NO_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EINVAL)

_BEHIND = 1 << 30
"""Windows locks bytes, and what is locked cannot be read: so one far behind the text."""


def sole_use(folder: str | os.PathLike[str] | None) -> AbstractContextManager[None]:
    """Returns a context in which no other comparison can use the folder.

    Workers of the comparison write under the lock of the process that started them, and end with
    it.

    Args:
        folder: The folder; it is created if it does not exist. `None` for no folder, and no lock.

    Raises:
        RuntimeError: On entering, if another comparison uses the folder. The message says which
            process on which machine, and since when.
        ValueError: If there is a file in the folder's place.
        OSError: If the folder cannot be created or written.
    """
    return nullcontext() if folder is None else _locked(Path(folder).expanduser())


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    if folder.exists() and not folder.is_dir():
        raise ValueError(
            "Invalid value for argument `folder`. Expected a folder for the results, "
            f"existing or new. Received: {str(folder)!r}, which is a file"
        )
    folder.mkdir(parents=True, exist_ok=True)
    file = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        if not _lock(file, folder):
            raise RuntimeError(
                f"The folder {str(folder)!r} is in use by {_holder(file)}. Wait until that has "
                "ended, or give another `folder`."
            )
        _write(file, {"pid": os.getpid(), "host": socket.gethostname(), "since": _now()})
        yield
        _write(file, None)
    finally:
        os.close(file)  # which ends the lock


def _lock(file: int, folder: Path) -> bool:
    """Returns whether the lock was free, and is now ours."""
    try:
        _lock_at_once(file)
    except OSError as error:
        if error.errno in _HELD:
            return False
        if error.errno not in _NO_LOCKS:
            raise
        warnings.warn(
            f"The file system of {str(folder)!r} has no locks, so it is not noticed if a second "
            "comparison uses this folder at the same time.",
            UserWarning,
            stacklevel=4,
        )
    return True


if sys.platform == "win32":

    def _lock_at_once(file: int) -> None:
        import msvcrt

        os.lseek(file, _BEHIND, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)

else:

    def _lock_at_once(file: int) -> None:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _write(file: int, holder: dict[str, object] | None) -> None:
    os.ftruncate(file, 0)
    if holder is not None:
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, json.dumps(holder).encode())


def _holder(file: int) -> str:
    """Returns who holds the lock, in words."""
    os.lseek(file, 0, os.SEEK_SET)
    try:
        holder = json.loads(os.read(file, 4096))
        return f"process {holder['pid']} on {holder['host']}, since {holder['since']}"
    except (ValueError, KeyError, TypeError, OSError):  # it is about to write its name
        return "another process"


def _now() -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S %z")
