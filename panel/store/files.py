"""Files that are whole or not there: write to a temporary name, fsync, then give it its name.

A process that dies in between leaves at most a `.….tmp` file, which nothing reads. The one seam where the operating
system's complaints about the store become `StoreError`s.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import itertools
import os
import secrets
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
        hint = "Restore it from a backup, or see whether its name is right."
        raise NotFound(f"{doing} failed: {path} is not there", hint=hint) from error
    except OSError as error:
        hint = _HINTS.get(error.errno or 0, "Mend that and run the same command again.")
        raise StoreError(f"{doing} failed: {path}: {error.strerror or error}", hint=hint) from error


def create_file(path: Path, data: bytes) -> None:
    """Create a file whole, and never over another; its folders are made if missing.

    Raises:
        Conflict: the file is already there; it is left as it is.
        StoreError: the disk said no; the file is not there, or (when only its folder could not be flushed) whole.
    """
    with translated("writing", path):
        temporary = _write_temporary(path, data)
        try:
            # A hard link, unlike a rename, fails when the name is taken.
            os.link(temporary, path)
        except FileExistsError as error:
            raise Conflict(f"{path} is already written", hint="It was left as it is.") from error
        finally:
            with suppress(OSError):
                os.unlink(temporary)
        sync_folder(path.parent)


def replace_file(path: Path, data: bytes) -> None:
    """Write a file whole, over another if there is one; its folders are made if missing.

    Raises:
        StoreError: the disk said no; the old file is untouched, or (when only its folder could not be flushed) the new
            one is there whole.
    """
    with translated("writing", path):
        temporary = _write_temporary(path, data)
        try:
            os.replace(temporary, path)
        except OSError:
            with suppress(OSError):
                os.unlink(temporary)
            raise
        sync_folder(path.parent)


def append_line(path: Path, line: bytes) -> None:
    """Append a line to a file, on disk when this returns; the file is made if missing, its folder is not.

    Raises:
        OSError: untranslated; the file is as it was.
    """
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
    try:
        length = os.fstat(handle).st_size
        if length == 0:
            # Before the line, so that nothing can fail once the line is on disk.
            sync_folder(path.parent)
        try:
            while line:
                line = line[os.write(handle, line) :]
            os.fsync(handle)
        except OSError:
            # A disk that filled up halfway: take the half line back.
            os.ftruncate(handle, length)
            raise
    finally:
        os.close(handle)


def keep_file(folder: Path, stem: str, data: bytes, suffix: str = "") -> Path:
    """Keep bytes under a name made from their hash, so that the same bytes are kept once.

    Other bytes under that name, because somebody went on writing there, are left alone and the next name is taken.

    Returns:
        The path of a file that holds these bytes.

    Raises:
        StoreError: the disk said no.
    """
    digest = hashlib.sha256(data).hexdigest()[:12]
    for number in itertools.count(1):
        path = folder / (f"{stem}{digest}{suffix}" if number == 1 else f"{stem}{digest}-{number}{suffix}")
        try:
            create_file(path, data)
        except Conflict:
            with translated("reading", path):
                if path.read_bytes() != data:
                    continue
        return path
    raise AssertionError("the count has no end")


def _write_temporary(path: Path, data: bytes) -> Path:
    make_folder(path.parent)
    temporary = path.with_name(f".{path.name[:40]}.{secrets.token_hex(8)}.tmp")
    # Not `tempfile`: its files are for their owner only, and a desk may share its folder among several accounts.
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
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


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, each one's new name as safe from a power cut as a file's.

    Raises:
        OSError: untranslated; a file in a folder's place is one.
    """
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for new in reversed(missing):
        new.mkdir(exist_ok=True)
        sync_folder(new.parent)


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
        StoreError: the lock file cannot be made.
    """
    with translated("locking", path):
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    try:
        with translated("locking", path):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | (fcntl.LOCK_NB if busy else 0))
            except BlockingIOError as error:
                raise Conflict(busy, hint="Wait for it to end, or stop it first.") from error
        yield
    finally:
        os.close(handle)
