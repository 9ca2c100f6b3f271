"""The folder where prepared models lie, one folder a source, and how it is changed without leaving halves behind.

What is being made has a name that ends in `.part` until it is whole; then it is renamed. A process that is killed
leaves at most such names, and a lock that the system lets go of: whoever takes the lock next sweeps them. The one seam
where the operating system's complaints about the cache become `StoreError`s.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from panel.errors import Conflict, SetupError, StoreError
from panel.models.files import printable

CACHE_VARIABLE = "PANEL_CACHE"
MANIFEST_NAME = "prepared.json"
_LOCK_NAME = "lock"
_PART = ".part"
_FOLDER_DIGITS = 16
_ATTEMPTS = 1000
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_CANNOT_SAY = (errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)


def cache_folder() -> Path:
    """Return Panel's cache: `PANEL_CACHE`, else `XDG_CACHE_HOME/panel`, else `~/.cache/panel`. It need not exist.

    Raises:
        SetupError: none is set and there is no home, or what is set cannot name a folder.
    """
    own, xdg = os.environ.get(CACHE_VARIABLE, ""), os.environ.get("XDG_CACHE_HOME", "")
    try:
        if own:
            return Path(own).expanduser().absolute()
        # The XDG specification has relative paths ignored.
        return (Path(xdg) if os.path.isabs(xdg) else Path.home() / ".cache") / "panel"
    except (OSError, RuntimeError) as error:
        raise SetupError(f"there is no cache folder: {error}", hint=f"Name one with {CACHE_VARIABLE}.") from error


def models_folder() -> Path:
    """Return where the prepared models' folders are."""
    return cache_folder() / "models"


def model_folder(source_sha256: str) -> Path:
    """Return the folder of what is prepared from a source. It need not exist."""
    return models_folder() / source_sha256[:_FOLDER_DIGITS]


def model_folders() -> list[Path]:
    """Return every model's folder that is there."""
    with translated("reading", models_folder()), suppress(FileNotFoundError):
        return sorted(path for path in models_folder().iterdir() if _is_model_folder(path))
    return []


def _is_model_folder(path: Path) -> bool:
    return len(path.name) == _FOLDER_DIGITS and not set(path.name) - set("0123456789abcdef") and path.is_dir()


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Be the only one who changes a model's folder; it is made if missing, and goes again if nothing is left in it.

    Half-made files of those who held it before, and were killed, are swept away first; one's own at the end.

    Raises:
        Conflict: somebody else holds it.
        StoreError: the disk said no.
    """
    with translated("locking", folder):
        handle = _lock(folder)
    try:
        sweep(folder)
        yield
    finally:
        sweep(folder)
        with suppress(OSError):
            if not set(os.listdir(folder)) - {_LOCK_NAME}:
                os.unlink(folder / _LOCK_NAME)
                os.rmdir(folder)
        os.close(handle)


def _lock(folder: Path) -> int:
    path = folder / _LOCK_NAME
    for further in reversed(range(_ATTEMPTS)):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except (FileNotFoundError, FileExistsError):
            if not further:
                raise
            continue  # the folder went in between, with whoever held it
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(handle), os.stat(path)):
                return handle
        except BlockingIOError as error:
            os.close(handle)
            hint = "Wait for it to end, or stop it first."
            raise Conflict("this model is being prepared by another process", hint=hint) from error
        except FileNotFoundError:
            pass
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # the lock of a file that is gone: take the new one
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))


def sweep(folder: Path) -> None:
    """Remove what is half-made. Only for whoever holds the folder."""
    for path in _half_made(folder):
        with suppress(OSError):
            path.unlink()


def sweep_abandoned() -> None:
    """Sweep every model's folder that nobody holds."""
    for folder in model_folders():
        # Looking first: holding a folder, even for a moment, is in the way of whoever wants it.
        if _half_made(folder):
            with suppress(StoreError), held(folder):
                pass


def _half_made(folder: Path) -> list[Path]:
    """Find files without their name, and models without a manifest."""
    orphans = () if (folder / MANIFEST_NAME).exists() else folder.glob("*.gguf")
    return [*folder.glob(f".*{_PART}"), *orphans]


def part_name(folder: Path, name: str) -> Path:
    """Return a name of one's own for a file in the making."""
    return folder / f".{name}.{secrets.token_hex(8)}{_PART}"


def finish(part: Path, path: Path) -> None:
    """Give a finished file its name, safe from a power cut.

    Raises:
        StoreError: the disk said no.
    """
    with translated("writing", path):
        _sync(part)
        os.replace(part, path)
        _sync(path.parent)


def write_whole(path: Path, data: bytes) -> None:
    """Write a small file whole, over another if there is one.

    Raises:
        StoreError: the disk said no; the old file is untouched.
    """
    part = part_name(path.parent, path.name)
    with translated("writing", path):
        part.write_bytes(data)
    finish(part, path)


def settle(path: Path) -> None:
    """Have the system write a file out now, so that it does not do so while something is timed.

    Raises:
        StoreError: the disk said no.
    """
    with translated("writing", path):
        _sync(path)


def complain_if_full(folder: Path, size_bytes: int) -> None:
    """Ask the system for so much room, to hear its own reason when something else could not write.

    Raises:
        StoreError: it has not got it.
    """
    probe = part_name(folder, "probe")
    with translated("writing", folder):
        try:
            with probe.open("xb") as file:
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), 0, size_bytes)
        except OSError as error:
            if error.errno not in _CANNOT_SAY:
                raise
        finally:
            with suppress(OSError):
                probe.unlink()


@contextmanager
def translated(doing: str, path: Path) -> Iterator[None]:
    """Turn an `OSError` inside into a `StoreError` that says what was being done, where, and what to do now."""
    try:
        yield
    except OSError as error:
        full = error.errno in _FULL
        hint = f"{'Free some space there' if full else 'Mend that'}, or name another folder with {CACHE_VARIABLE}."
        reason = error.strerror or str(error)
        raise StoreError(f"{doing} failed: {printable(path)}: {reason}", hint=hint) from error


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
