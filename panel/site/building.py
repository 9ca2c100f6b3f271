"""Building: the site's folder as the plan has it, changed in one step or not at all.

A new folder is made beside the old one. A file that would come out the same is linked into it and not written again;
what Panel did not make (a `CNAME`, a picture of the newsroom's own) comes along. Then the two folders change places in
one step of the file system, and the old one is removed. Killed at any moment, readers have the old site or the new one,
whole; where the system has no such step, there can be none for some microseconds, and the next build puts it back.

`.panel-site.json` in the folder says which unit made which file. A file counts as made only while its bytes are those
named there, so a site that somebody wrote into is mended by the next build.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from panel.errors import StoreError
from panel.publish.disk import discard, exchange, flush_folder, translated
from panel.site.units import Unit
from panel.store.files import locked

MANIFEST = ".panel-site.json"
_PATH = re.compile(r"(?:[a-z0-9][A-Za-z0-9_-]*/)*[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z0-9]+)+")
_NO_LINK = {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EACCES}


@dataclass(slots=True)
class Built:
    """What a build did.

    Attributes:
        files: how many files Panel's own the site has.
        written: those whose bytes are new, by path.
        removed: those that are gone, by path.
        made: how many units were made; the others were known to come out the same.
        units: how many units there are.
    """

    files: int = 0
    written: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    made: int = 0
    units: int = 0

    @property
    def changed(self) -> bool:
        """Whether anything on the site is new or gone."""
        return bool(self.written or self.removed)


def build_site(
    out: Path,
    units: Mapping[str, Unit],
    *,
    on_unit: Callable[[str], None] = lambda name: None,
    check: Callable[[Path], None] = lambda folder: None,
) -> Built:
    """Make a folder hold these units, and whatever else it held that Panel did not make.

    Args:
        out: the site's folder; made when there is none.
        units: by name; no two make the same path.
        on_unit: told each unit that is done.
        check: looks at the new folder before it takes the old one's place; what it raises stops the build.

    Raises:
        StoreError: a path leads outside the site, or the disk refused. The site is as it was.
        Conflict: another process is building there now.
    """
    out = out.absolute()
    with translated(f"building {out}"):
        out.parent.mkdir(parents=True, exist_ok=True)
        out = out.resolve()
        if out.exists() and not out.is_dir():
            raise StoreError(f"{out} is a file, not a folder", hint="Move it away and do it again.")
    busy = f"another process is building {out}"
    with locked(out.parent / f".{out.name}.lock", busy=busy), translated(f"building {out}"):
        _tidy(out)
        fresh = out.parent / f".{out.name}.new-{secrets.token_hex(4)}"
        try:
            builder = _Builder(out, fresh)
            built = builder.build(units, on_unit)
            if fresh.exists():
                check(fresh)
                os.sync()
                _swap(out, fresh)
                # What somebody put there while the new folder was made.
                builder.carry_over(fresh, out)
            return built
        finally:
            discard(fresh)


class _Builder:
    def __init__(self, out: Path, fresh: Path) -> None:
        self._out, self._fresh = out, fresh
        self._before = _read_manifest(out)
        self._known = {path: sha256 for unit in self._before.values() for path, sha256 in unit["files"].items()}
        self._taken: set[str] = set()
        self._folders: set[Path] = set()
        self._kept: list[str] | None = []
        self._built = Built()

    def build(self, units: Mapping[str, Unit], on_unit: Callable[[str], None]) -> Built:
        """Make the new folder; where nothing is new and nothing gone, there is none."""
        manifest = {}
        for name, unit in units.items():
            manifest[name] = {"key": unit.key, "files": self._place(name, unit)}
            on_unit(name)
        self._built.units = len(units)
        self._built.files = len(self._taken)
        self._built.removed = sorted(set(self._known) - self._taken)
        if manifest != self._before or self._built.changed:
            text = json.dumps({"schema_version": 1, "units": manifest}, indent=0, sort_keys=True)
            self._write(MANIFEST, text.encode() + b"\n")
            self.carry_over(self._out, self._fresh)
        return self._built

    def _place(self, name: str, unit: Unit) -> dict[str, str]:
        before = self._before.get(name)
        if before and unit.key and before["key"] == unit.key and self._keep(before["files"]):
            return dict(before["files"])
        self._built.made += 1
        files = {}
        for path, data in unit.make().items():
            self._claim(path)
            files[path] = hashlib.sha256(data).hexdigest()
            if self._known.get(path) == files[path] and _digest(self._out / path) == files[path]:
                self._link_old(path)
            else:
                self._write(path, data)
                self._built.written.append(path)
        return files

    def _keep(self, files: Mapping[str, str]) -> bool:
        """Link a unit's files, if every one of them is still what was made."""
        if any(_digest(self._out / path) != sha256 for path, sha256 in files.items()):
            return False
        for path in files:
            self._claim(path)
            self._link_old(path)
        return True

    def _claim(self, path: str) -> None:
        if not _PATH.fullmatch(path) or path == MANIFEST:
            raise StoreError(f"{path!r} is not a path of a site")
        if path in self._taken:
            raise StoreError(f"two pages would be {path!r}", hint="Give one of their tools another slug.")
        self._taken.add(path)

    def _link_old(self, path: str) -> None:
        """Take a file over from the old site; only noted as long as nothing is new."""
        if self._kept is None:
            _link(self._out / path, self._target(path))
        else:
            self._kept.append(path)

    def _begin(self) -> None:
        """Make the new folder, with what was noted so far."""
        kept, self._kept = self._kept, None
        self._fresh.mkdir()
        for path in kept or ():
            self._link_old(path)

    def _write(self, path: str, data: bytes) -> None:
        if self._kept is not None:
            self._begin()
        with open(self._target(path), "xb") as file:
            file.write(data)

    def _target(self, path: str) -> Path:
        target = self._fresh / path
        if target.parent not in self._folders:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(target.parent)
        return target

    def carry_over(self, source: Path, target: Path) -> None:
        """Link what Panel did not make from one folder into another that does not have it."""
        for path in _walk(source, ""):
            if path in self._known or path in self._taken or path == MANIFEST or os.path.lexists(target / path):
                continue
            (target / path).parent.mkdir(parents=True, exist_ok=True)
            if (source / path).is_symlink():
                (target / path).symlink_to(os.readlink(source / path))
            else:
                _link(source / path, target / path)


def read_made(out: Path) -> dict[str, str]:
    """Return the SHA-256 of every file that a build made, by path; {} for a folder that none made."""
    with translated(f"reading {out}"):
        return {path: sha256 for unit in _read_manifest(out).values() for path, sha256 in unit["files"].items()}


def find_differences(out: Path, units: Mapping[str, Unit]) -> Iterator[tuple[str, str]]:
    """Make every unit anew and yield what is otherwise on disk: a path, and what is wrong with it."""
    made: set[str] = set()
    for unit in units.values():
        for path, data in unit.make().items():
            made.add(path)
            there = _digest(out / path)
            if there is None:
                yield path, "is missing"
            elif there != hashlib.sha256(data).hexdigest():
                yield path, "is not what Panel makes of approved pages and votes; build again"
    for path in read_made(out):
        if path not in made and (out / path).exists():
            yield path, "is of a page that does not stand any more"


def _read_manifest(out: Path) -> dict[str, dict[str, Any]]:
    """Read what the last build made; {} when there was none or its list cannot be read."""
    try:
        units = json.loads((out / MANIFEST).read_bytes())["units"]
        for unit in units.values():
            files = unit["files"]
            if not isinstance(unit["key"], str) or not all(map(_PATH.fullmatch, files)):
                return {}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    return dict(units)


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        target.write_bytes(source.read_bytes())


def _digest(path: Path) -> str | None:
    """Return a plain file's SHA-256; None when it is none."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    with open(handle, "rb") as file:
        try:
            return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError:
            return None


def _walk(folder: Path, prefix: str) -> Iterator[str]:
    if not folder.is_dir():
        return
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(folder / entry.name, f"{prefix}{entry.name}/")
        elif entry.is_file(follow_symlinks=False) or entry.is_symlink():
            yield prefix + entry.name


def _tidy(out: Path) -> None:
    """Finish what a killed build left: put the old site back where no new one came, remove the rest. Needs the lock."""
    left = re.compile(rf"\.{re.escape(out.name)}\.(new|old)-[0-9a-f]{{8}}")
    for place in sorted(out.parent.iterdir()):
        found = left.fullmatch(place.name)
        if not found or place.is_symlink():
            continue
        if found[1] == "old" and not os.path.lexists(out):
            place.rename(out)
            flush_folder(out.parent)
        else:
            discard(place)


def _swap(out: Path, fresh: Path) -> None:
    if not out.exists():
        fresh.rename(out)
    elif not exchange(fresh, out):
        old = out.parent / f".{out.name}.old-{secrets.token_hex(4)}"
        out.rename(old)
        try:
            fresh.rename(out)
        except BaseException:
            old.rename(out)
            raise
        discard(old)
    flush_folder(out.parent)
