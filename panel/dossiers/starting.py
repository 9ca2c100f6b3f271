"""A first dossier from a page: what the page says is filled in, what only an editor can know is left TODO.

What comes out cannot be run as it is: loading refuses every TODO. Imported by its own name only, since reading web
pages takes libraries that are slow to import.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import HttpUrl, TypeAdapter, ValidationError

from panel.dossiers.excerpts import cut_excerpts
from panel.dossiers.extract import PAGE_MAX_CHARS, Kind, clean_text, decode_page, extract_page
from panel.dossiers.fetch import FetchedPage, fetch_page
from panel.dossiers.hidden import strip_hidden
from panel.dossiers.licences import named_licences
from panel.dossiers.sheet import Source, shorten, write_sheet
from panel.dossiers.slugs import slugify
from panel.dossiers.texts import TODO, printable
from panel.errors import InputProblems, Problem, SetupError
from panel.inputs import read_bytes
from panel.records import is_slug
from panel.records.dossier import SHOWN_MAX

FILE_MAX_BYTES = PAGE_MAX_CHARS
_KINDS: dict[str, Kind] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
}
_URL: TypeAdapter[HttpUrl] = TypeAdapter(HttpUrl)


@dataclass(frozen=True, slots=True)
class StartedDossier:
    """A dossier to be finished by an editor.

    Attributes:
        slug: what its file will be named.
        yaml_text: the file's text.
        notes: what the editor should know: where facts come from, what was left out.
    """

    slug: str
    yaml_text: str
    notes: tuple[str, ...]


def start_dossier(
    name: str, source: Path | str, *, today: date, fetch: Callable[[str], FetchedPage] = fetch_page
) -> StartedDossier:
    """Make a first dossier.

    Args:
        name: the tool's name, at most 60 characters.
        source: a file, or a URL as text.
        today: the day that stands as retrieved.
        fetch: fetches a URL.

    Raises:
        SetupError: the name gives no slug, the page cannot be had, or nothing in it can be read.
    """
    name = " ".join(strip_hidden(name).split())
    slug = slugify(name)
    if len(name) > SHOWN_MAX:
        raise SetupError(f"the name is longer than {SHOWN_MAX} characters: {name!r}", hint="Give a shorter one.")
    read = _read_file(source) if isinstance(source, Path) else _read_url(source, fetch)
    excerpts = cut_excerpts([text for text in read.page.paragraphs if not text.startswith(TODO)])
    if not excerpts:
        raise SetupError(f"{read.name} has no text to quote", hint="Copy what matters into a .txt file and give that.")
    licences = named_licences("\n".join([read.page.front_matter, *read.page.paragraphs]))
    yaml_text = write_sheet(slug, name, read, excerpts, licences, today)
    return StartedDossier(slug, yaml_text, _notes(read, excerpts, licences))


def write_started(folder: Path, started: StartedDossier) -> Path:
    """Write a started dossier as a new file, safe on disk when this returns; an existing one is never touched.

    Raises:
        SetupError: there is one by that name, or the folder cannot be written.
    """
    if not is_slug(started.slug):
        raise SetupError(f"{started.slug[:80]!r} cannot be a dossier's name", hint="Use a-z, 0-9 and `-`.")
    path = folder / f"{started.slug}.yaml"
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except FileExistsError:
        hint = "Give another name, or edit that file."
        raise SetupError(f"{path} exists already; nothing was written", hint=hint) from None
    except OSError as error:
        hint = "Run this in a newsroom, or make one with `panel init`."
        raise SetupError(f"{path} cannot be written: {error.strerror or error}", hint=hint) from error
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(started.yaml_text.encode("utf-8"))
            stream.flush()
            os.fsync(stream.fileno())
        _sync_folder(folder)
    except OSError as error:
        # Half a dossier under its final name would be taken for a whole one, and would block the next try.
        path.unlink(missing_ok=True)
        raise SetupError(f"{path} cannot be written: {error.strerror or error}", hint="Is the disk full?") from error
    return path


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read_file(path: Path) -> Source:
    problems: list[Problem] = []
    raw = read_bytes(path, problems, max_bytes=FILE_MAX_BYTES)
    if raw is None:
        raise InputProblems([printable(problem) for problem in problems])
    text = decode_page(raw)
    looks_html = text[:1000].lstrip().lower().startswith(("<!doctype html", "<html"))
    kind: Kind = "html" if looks_html else _KINDS.get(path.suffix.lower(), "text")
    page = extract_page(text, kind)
    return Source(page, page.title or clean_text(path.name) or "a file", "")


def _read_url(url: str, fetch: Callable[[str], FetchedPage]) -> Source:
    fetched = fetch(url)
    parts = urlsplit(fetched.url)
    kind: Kind = "html"
    if fetched.content_type in {"text/plain", "text/markdown"}:
        suffix = os.path.splitext(parts.path)[1].lower()
        kind = "markdown" if fetched.content_type == "text/markdown" else _KINDS.get(suffix, "text")
    page = extract_page(fetched.body, kind, charset=fetched.charset)
    return Source(page, page.title or f"{parts.hostname}{parts.path}", _fit_url(fetched.url))


def _fit_url(url: str) -> str:
    try:
        _URL.validate_python(url)
    except ValidationError:
        return ""
    return url


def _notes(read: Source, excerpts: tuple[str, ...], licences: tuple[str, ...]) -> tuple[str, ...]:
    count = "1 excerpt" if len(excerpts) == 1 else f"{len(excerpts)} excerpts"
    notes = [f"{count} taken from {shorten(read.name, SHOWN_MAX)}, word for word."]
    if read.page.was_cut:
        notes.append("The page is long: only its beginning was read.")
    if len(licences) == 1:
        notes.append(f"The page names the licence {licences[0]}; check that it is the tool's own.")
    elif licences:
        notes.append(f"The page names several licences ({', '.join(licences)}); licence is left TODO.")
    if sum(len(text.split()) for text in excerpts) < 40:
        notes.append("That is little for four reviewers to lean on: add more evidence.")
    return tuple(notes)
