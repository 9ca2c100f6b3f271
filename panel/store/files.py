"""Files that are whole or not there: write to a temporary name, fsync, then give it its name.

The one seam where the operating system's complaints about the store become `StoreError`s.
"""

from __future__ import annotations

import errno
import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from panel.errors import Conflict, NotFound, StoreError

_HINTS = {
    errno.ENOSPC: "Free some disk space and run the same command again; nothing already written is lost.",
    errno.EDQUOT: "Free some of your disk quota and run the same command again; nothing already written is lost.",
    errno.EFBIG: "The file may not grow further here; free space or raise the limit, then run the same command again.",
    errno.EROFS: "The disk is mounted read-only; make it writable and run the same command again.",
    errno.EACCES: "Give yourself write permission to that folder and run the same command again.",
    errno.EPERM: "Give yourself write permission to that folder and run the same command again.",
}


@contextmanager
def translated(doing: str, path: Path) -> Iterator[None]:
    """Turn an `OSError` inside into a `StoreError` that says what was being done, where, and what to do now."""
    try:
        yield
    except FileNotFoundError as error:
        raise NotFound(f"{doing} failed: {path} is not there") from error
    except OSError as error:
        hint = _HINTS.get(error.errno or 0, "Mend that and run the same command again.")
        raise StoreError(f"{doing} failed: {path}: {error.strerror or error}", hint=hint) from error


def create_file(path: Path, data: bytes) -> None:
    """Create a file whole, and never over another.

    Raises:
        Conflict: the file is already there; it is left as it is.
        StoreError: the disk said no; nothing is left behind.
    """
    with translated("writing", path):
        temporary = _write_temporary(path, data)
        try:
            # A hard link, unlike a rename, fails when the name is taken.
            os.link(temporary, path)
        except FileExistsError as error:
            raise Conflict(f"{path} is already written") from error
        finally:
            os.unlink(temporary)
        sync_folder(path.parent)


def replace_file(path: Path, data: bytes) -> None:
    """Write a file whole, over another if there is one.

    Raises:
        StoreError: the disk said no; the old file, if any, is untouched.
    """
    with translated("writing", path):
        temporary = _write_temporary(path, data)
        try:
            os.replace(temporary, path)
        except OSError:
            os.unlink(temporary)
            raise
        sync_folder(path.parent)


def _write_temporary(path: Path, data: bytes) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise
    return temporary


def sync_folder(folder: Path) -> None:
    """Make a folder's new names survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(path: Path, *, busy: str = "") -> Iterator[None]:
    """Hold an exclusive lock on a lock file; the system lets go of it when the process dies, however it dies.

    Args:
        path: the lock file, made if missing.
        busy: what to say when somebody else holds it; when empty, wait for them.

    Raises:
        Conflict: somebody else holds it and `busy` is given.
    """
    with translated("locking", path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (fcntl.LOCK_NB if busy else 0))
        except BlockingIOError as error:
            raise Conflict(busy, hint="Wait for it to end, or stop it first.") from error
        yield
    finally:
        os.close(handle)
