"""The units that a site is built of: a few files each, and a key that says when they would come out the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from panel.records import sha256_of

_PACKAGES = ("panel.site", "panel.publish", "panel.compare", "panel.digest", "panel.records")


@dataclass(frozen=True, slots=True)
class Unit:
    """Some files of a site that are made together.

    Attributes:
        key: a hash over everything that decides their bytes; "" where that is not known before they are made.
        make: makes the bytes by path under the site.
    """

    key: str
    make: Callable[[], Mapping[str, bytes]]


def make_key(*parts: Any) -> str:
    """Return a unit's key: the hash of plain values and of the code that makes pages of them."""
    return sha256_of([code_fingerprint(), *parts])


@cache
def code_fingerprint() -> str:
    """Hash the code and the templates that decide what a page looks like: another Panel makes other pages."""
    digest = hashlib.sha256()
    for package in _PACKAGES:
        for name, data in sorted(_files(resources.files(package), package)):
            digest.update(f"{name} {len(data)}\n".encode())
            digest.update(data)
    return digest.hexdigest()


def _files(folder: Traversable, name: str) -> list[tuple[str, bytes]]:
    found = []
    for item in folder.iterdir():
        if item.is_dir() and item.name != "__pycache__":
            found += _files(item, f"{name}/{item.name}")
        elif item.is_file() and not item.name.endswith(".pyc"):
            found.append((f"{name}/{item.name}", item.read_bytes()))
    return found
