"""Files for their owner's eyes only: addresses and the secret."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from panel.store.files import make_folder, sync_folder, translated


def make_private_folder(folder: Path) -> None:
    """Make a folder that only its owner may look into; one that is there stays as it is.

    Raises:
        StoreError: the disk said no.
    """
    with translated("making the folder", folder):
        if not folder.is_dir():
            make_folder(folder.parent)
            folder.mkdir(mode=0o700, exist_ok=True)
            sync_folder(folder.parent)


def create_private(path: Path, data: bytes) -> bool:
    """Create a file with mode 0600, whole, unless there is one.

    Returns:
        Whether this call created it.

    Raises:
        StoreError: the disk said no.
    """
    return _write(path, data, replace=False)


def replace_private(path: Path, data: bytes) -> None:
    """Write a file with mode 0600, whole, over another if there is one.

    Raises:
        StoreError: the disk said no.
    """
    _write(path, data, replace=True)


def _write(path: Path, data: bytes, *, replace: bool) -> bool:
    with translated("writing", path):
        temporary = path.with_name(f".{path.name[:40]}.{secrets.token_hex(8)}.tmp")
        handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            if replace:
                os.replace(temporary, path)
            else:
                # A hard link, unlike a rename, fails when the name is taken.
                os.link(temporary, path)
        except FileExistsError:
            return False
        finally:
            with suppress(OSError):
                os.unlink(temporary)
        sync_folder(path.parent)
        return True
