"""A site's folder: what lies in it, whose it is, and reading it without trusting it.

Never follows a link out of the folder, never opens what is not a regular file, never reads more than a page or a
data file may hold.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from panel.site.checking.problems import SiteProblem

Kind = Literal["page", "foreign", "json", "atom", "json-feed", "sitemap", "robots", "styles", "other"]

PAGE_BYTES: Final = 2 * 1024 * 1024
DATA_BYTES: Final = 16 * 1024 * 1024
LARGEST: Final[dict[Kind, int]] = {
    "json": DATA_BYTES,
    "atom": DATA_BYTES,
    "json-feed": DATA_BYTES,
    "sitemap": 50 * 1024 * 1024,
}
NEEDED: Final = ("index.html", "404.html", "feed.atom", "feed.json", "sitemap.xml", "robots.txt")
FILES_AT_MOST: Final = 1_000_000

_SLUG = "[a-z0-9][a-z0-9-]*"
_FOLDERS = rf"compare/{_SLUG}|tools/{_SLUG}|categories/{_SLUG}|search"
_PAGE = re.compile(
    rf"(?:404\.html|(?:(?:{_FOLDERS}|tools/{_SLUG}/verdicts/[0-9]+|methodology|corrections|categories|digest(?:/[0-9]{{4}}-W[0-9]{{2}})?)/)?"
    r"index\.html)"
)
_DATA = re.compile(rf"(?:{_FOLDERS})/index\.json")
_FEED = re.compile(rf"(?:categories/{_SLUG}/)?feed\.(atom|json)")
_SITEMAP = re.compile(r"sitemap(?:-[0-9]+)?\.xml")
_STYLES = re.compile(r"assets/[^/]+\.css")


@dataclass(slots=True)
class Folder:
    """A site's files.

    Attributes:
        root: where they lie, resolved.
        kinds: every file that may be read, by its path with "/", sorted.
        folders: every folder's path, "" for the root.
        problems: what lies there and must not.
    """

    root: Path
    kinds: dict[str, Kind] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    problems: list[SiteProblem] = field(default_factory=list)


class Unfit(Exception):
    """A file cannot be checked; the message says why."""


def kind_of(path: str) -> Kind:
    """Say what a file is by its path. "foreign" is a page that Panel does not make; only its links are checked."""
    if _PAGE.fullmatch(path):
        return "page"
    if _DATA.fullmatch(path):
        return "json"
    if feed := _FEED.fullmatch(path):
        return "atom" if feed[1] == "atom" else "json-feed"
    if _SITEMAP.fullmatch(path):
        return "sitemap"
    if path == "robots.txt":
        return "robots"
    if _STYLES.fullmatch(path):
        return "styles"
    return "foreign" if path.endswith((".html", ".htm")) else "other"


def look_through(folder: Path) -> Folder:
    """List a folder. One that is not there, or is no folder, is a problem and an empty list."""
    found = Folder(Path(os.path.realpath(folder)))
    if not found.root.is_dir():
        found.problems.append(SiteProblem("", 0, "missing", f"{folder} is not a folder"))
        return found
    files: dict[str, Kind] = {}
    for path, problem in _walk(found):
        if problem:
            found.problems.append(SiteProblem(path, 0, "file", problem))
        else:
            files[path] = kind_of(path)
    found.kinds = dict(sorted(files.items()))
    found.problems += [SiteProblem(name, 0, "missing", "every site has it") for name in NEEDED if name not in files]
    return found


def _walk(found: Folder) -> Iterator[tuple[str, str]]:
    """Yield every file's path with what is wrong with its kind, "" for nothing; fill the folders' names."""
    waiting = [""]
    count = 0
    while waiting:
        inside = waiting.pop()
        found.folders.add(inside)
        try:
            entries = list(os.scandir(found.root / inside))
        except OSError as error:
            yield inside, f"the folder cannot be read: {error.strerror}"
            continue
        for entry in entries:
            path = f"{inside}/{entry.name}" if inside else entry.name
            printable = os.fsencode(path).decode("utf-8", "backslashreplace")
            count += 1
            if count > FILES_AT_MOST:
                yield printable, f"the site has more than {FILES_AT_MOST:,} files; the rest was not looked at"
                return
            if printable != path:
                yield printable, "its name is not UTF-8"
            elif entry.is_dir(follow_symlinks=False):
                waiting.append(path)
            else:
                yield path, _wrong_kind(found.root, path)


def _wrong_kind(root: Path, path: str) -> str:
    full = os.path.join(root, path)
    try:
        if os.path.islink(full):
            target = os.path.realpath(full)
            if os.path.commonpath([root, target]) != str(root):
                return "is a link that leads out of the site's folder"
            if os.path.isdir(target):
                return "is a link to a folder; its files were not looked at"
        if not stat.S_ISREG(os.stat(full).st_mode):
            return "is not a regular file"
    except (OSError, ValueError) as error:
        return f"cannot be looked at: {error}"
    return ""


def read(root: Path, path: str, kind: Kind) -> str:
    """Return a listed file's text.

    Raises:
        Unfit: it cannot be read, is too large, or is not UTF-8.
    """
    limit = LARGEST.get(kind, PAGE_BYTES)
    try:
        handle = os.open(root / path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise Unfit("is not a regular file any more")
            content = file.read(limit + 1)
    except OSError as error:
        raise Unfit(f"cannot be read: {error.strerror}") from error
    if len(content) > limit:
        raise Unfit(f"is larger than {limit // 1024:,} KiB and was not looked at")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unfit(f"is not UTF-8 at byte {error.start:,}") from error
