"""Writing: the files of a page appear in the site all at once, or not at all.

A page is a folder. Its next version is built beside the pages (`.new-<slug>-<random>`), flushed, and swapped with
the old one in a single step of the file system. Killed at any moment, the site has the old page or the new one,
whole; what is left lying is removed by the next write. Where the system has no such step, the old folder is moved
aside (`.old-…`) and the new one moved in: a reader who comes between the two finds no page for some microseconds, and
if the machine dies just there, the next write puts the old one back first.

One process writes at a time. Not here: what the files say, and whether they may be published.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath

from panel.errors import Conflict, NotFound, StoreError
from panel.publish.disk import discard, exchange, flush_folder, locked, translated, write_whole
from panel.publish.planning import SECTION, page_folder
from panel.publish.render import render_page
from panel.records import Page, Sha256, is_slug

NEW, OLD, GONE = ".new-", ".old-", ".gone-"
_FILE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9]+)+")
_LEFTOVER = re.compile(r"\.(?:new|old|gone)-(?P<slug>[a-z0-9-]+)-[0-9a-f]{8}")


def write_site(out: Path, files: Mapping[str, bytes], *, still_wanted: Callable[[], bool] = lambda: True) -> None:
    """Write the files of one page as its whole folder; what else the folder held is gone with the old version.

    Args:
        out: the site's folder; made when there is none.
        files: bytes by path, every path `compare/<slug>/<file>` with the same slug.
        still_wanted: asked once nobody else can write to the site; when not, nothing is written.

    Raises:
        StoreError: a path does not belong to one page, the page's place is a link or a file, or the disk refused.
            The site is as it was; only when the very last flush fails has it the new version already, whole.
        Conflict: another process is writing to the site now, or the page is no longer wanted.
    """
    slug, named = _one_page(files)
    with translated(f"publishing {page_folder(slug)}"):
        out.mkdir(parents=True, exist_ok=True)
        out = out.resolve()
        with locked(out):
            if not still_wanted():
                raise Conflict("the page was published anew or unpublished meanwhile", hint="Look at `panel log`.")
            target = _place(out, slug)
            _tidy(out)
            fresh = _aside(out, NEW, slug)
            try:
                _build(fresh, named)
                _swap_in(out, fresh, target)
            finally:
                discard(fresh)


def remove_page(out: Path, slug: str) -> None:
    """Take a page off the site, in one step.

    Raises:
        NotFound: the site has no such page.
        StoreError: the page's place is a link, or the disk refused. The site is as it was.
        Conflict: another process is writing to the site now.
    """
    absent = NotFound(f"the site has no page {slug!r}", hint=f"Look in {out / SECTION}.")
    if not is_slug(slug):
        raise absent
    with translated(f"removing {page_folder(slug)}"):
        if not out.is_dir():
            raise absent
        out = out.resolve()
        with locked(out):
            target = _place(out, slug)
            _tidy(out)
            if not target.is_dir():
                raise absent
            _throw_away(out, target, slug)
            flush_folder(target.parent)


def read_written(out: Path, files: Mapping[str, Sha256]) -> list[str]:
    """Compare what is in the site with what was published.

    Args:
        out: the site's folder.
        files: SHA-256 by path under it, as the journal's publication has them.

    Returns:
        The paths that are missing, lead out of the site or whose bytes differ, in order; empty when all is well.

    Raises:
        StoreError: a file is there and cannot be read.
    """
    return [path for path, digest in sorted(files.items()) if _digest_of(out, path) != digest]


def write_preview(path: Path, page: Page) -> None:
    """Write a page to one file for an editor to look at, in one step and always as a draft.

    Raises:
        StoreError: the disk refused; an older preview stays as it was.
        SetupError: the newsletter address is not one a form can post to.
    """
    data = render_page(page.model_copy(update={"status": "draft", "published_at": None})).encode("utf-8")
    with translated(f"writing the preview {path}"):
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{NEW}{secrets.token_hex(4)}")
        try:
            write_whole(fresh, data)
            fresh.replace(path)
            flush_folder(path.parent)
        finally:
            fresh.unlink(missing_ok=True)


def _one_page(files: Mapping[str, bytes]) -> tuple[str, dict[str, bytes]]:
    """Split the paths into the page's slug and the names inside its folder."""
    slugs, named = set(), {}
    for path, data in files.items():
        parts = path.split("/")
        if len(parts) != 3 or parts[0] != SECTION or not is_slug(parts[1]) or not _FILE_NAME.fullmatch(parts[2]):
            raise StoreError(f"{path!r} is not a path of a page", hint=f"A page's files are {SECTION}/<slug>/<file>.")
        slugs.add(parts[1])
        named[parts[2]] = data
    if len(slugs) != 1:
        raise StoreError(f"expected the files of one page, got {len(slugs)}", hint="Write one page at a time.")
    return slugs.pop(), named


def _place(out: Path, slug: str) -> Path:
    """Return the page's folder, which may not exist yet; refuse one that a link would lead elsewhere."""
    section = out / SECTION
    target = section / slug
    for place in (section, target):
        if place.is_symlink() or (place.exists() and not place.is_dir()):
            kind = "a link" if place.is_symlink() else "a file"
            raise StoreError(f"{place} is {kind}, not a folder", hint="Move it away and do it again.")
    return target


def _aside(out: Path, prefix: str, slug: str) -> Path:
    return out / f"{prefix}{slug}-{secrets.token_hex(4)}"


def _throw_away(out: Path, folder: Path, slug: str) -> None:
    """Remove a folder in one step: once it is called gone, a half-removed one is never taken for a whole one."""
    gone = _aside(out, GONE, slug)
    folder.rename(gone)
    discard(gone)


def _tidy(out: Path) -> None:
    """Finish what a killed writer left: put back a page that was moved aside, remove the rest. Needs the lock."""
    for entry in sorted(out.iterdir()):
        match = _LEFTOVER.fullmatch(entry.name)
        if not match or entry.is_symlink():
            continue
        target = out / SECTION / match["slug"]
        if entry.name.startswith(OLD) and not os.path.lexists(target):
            target.parent.mkdir(exist_ok=True)
            entry.rename(target)
            flush_folder(target.parent)
        else:
            _throw_away(out, entry, match["slug"])


def _build(fresh: Path, named: Mapping[str, bytes]) -> None:
    fresh.mkdir()
    for name, data in named.items():
        write_whole(fresh / name, data)
    flush_folder(fresh)


def _swap_in(out: Path, fresh: Path, target: Path) -> None:
    """Put the new folder in the old one's place. Afterwards `fresh` is the old version, or nothing."""
    if not target.parent.exists():
        target.parent.mkdir()
        flush_folder(out)
    if not target.exists():
        fresh.rename(target)
    elif not exchange(fresh, target):
        old = _aside(out, OLD, target.name)
        target.rename(old)
        try:
            fresh.rename(target)
        except BaseException:
            old.rename(target)
            raise
        _throw_away(out, old, target.name)
    flush_folder(target.parent)
    flush_folder(out)


def _digest_of(out: Path, path: str) -> str | None:
    """Return a file's SHA-256; none when it is missing, is no plain file or lies outside the site."""
    pure = PurePosixPath(path)
    if pure.is_absolute() or ".." in pure.parts:
        return None
    place = out / pure
    with translated(f"reading {place}"):
        if not place.is_file() or not place.resolve().is_relative_to(out.resolve()):
            return None
        return hashlib.sha256(place.read_bytes()).hexdigest()
