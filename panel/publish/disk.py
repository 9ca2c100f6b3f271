"""The publisher's disk: whole files, flushed folders, two folders swapped at once, and one seam for what goes wrong.

Knows nothing of pages. Every `OSError` of publishing becomes a `StoreError` here, with what to do about it.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from panel.errors import Conflict, StoreError

_FULL = "Free some space and do it again."
_READ_ONLY = "Choose a folder that can be written to, or make this one writable, and do it again."
_FOLDER = "Something else stands where a folder should be; move it away and do it again."
_HINTS = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: "The disk or the account allows no file of this size; raise the limit and do it again.",
    errno.EROFS: _READ_ONLY,
    errno.EACCES: _READ_ONLY,
    errno.EPERM: _READ_ONLY,
    errno.ENOTDIR: _FOLDER,
    errno.EISDIR: "A folder stands where a file should be; move it away and do it again.",
    errno.EEXIST: _FOLDER,
    errno.EXDEV: "The site must lie on one disk; mount nothing inside it.",
    errno.ENOENT: "The folder went away meanwhile; make it again and do it again.",
}
_EXCHANGE_UNKNOWN = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM}
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2


@contextmanager
def translated(doing: str) -> Iterator[None]:
    """Turn an `OSError` into a `StoreError` that says what was being done and what to do now.

    Raises:
        StoreError: for every `OSError`; `retryable` stays false, because a disk does not mend itself.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        place = f": {error.filename}" if error.filename else ""
        hint = _HINTS.get(error.errno or 0, "See to the disk and do it again.")
        raise StoreError(f"{doing} failed: {reason}{place}", hint=hint) from error


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock. The lock is the folder's own: it leaves no file and dies with its process.

    Raises:
        Conflict: another process is writing there now.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Conflict(f"somebody else is writing to {folder}", hint="Do it again in a moment.") from error
        yield
    finally:
        os.close(handle)


def write_whole(path: Path, data: bytes) -> None:
    """Write a new file to the last byte and flush it; the path must not exist, not even as a link."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def flush_folder(folder: Path) -> None:
    """Flush a folder's entries: without it a rename can be lost to a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step of the file system.

    Returns:
        False when this system or this file system cannot; then nothing has changed.

    Raises:
        OSError: it could, and failed.
    """
    swap = _exchange_call()
    if swap is None:
        return False
    if swap(os.fsencode(one), os.fsencode(other)) == 0:
        return True
    number = ctypes.get_errno()
    if number in _EXCHANGE_UNKNOWN:
        return False
    raise OSError(number, os.strerror(number), str(other))


@cache
def _exchange_call() -> Any:
    """Find the C library's swap: renameat2(2) on Linux, renamex_np(2) on macOS; none elsewhere."""
    library = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "darwin":
        renamex = getattr(library, "renamex_np", None)
        return renamex and (lambda one, other: renamex(one, other, ctypes.c_uint(_RENAME_SWAP)))
    renameat2 = getattr(library, "renameat2", None)
    return renameat2 and (
        lambda one, other: renameat2(_AT_FDCWD, one, _AT_FDCWD, other, ctypes.c_uint(_RENAME_EXCHANGE))
    )


def discard(folder: Path) -> None:
    """Remove a folder that no reader can reach; what cannot be removed now is removed at the next write."""
    shutil.rmtree(folder, ignore_errors=True)
