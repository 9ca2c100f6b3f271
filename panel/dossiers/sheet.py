"""The text of a started dossier: YAML with a comment wherever an editor has something to do.

Only texts that were cleaned come in. Page text never stands in a comment, where it would need no quotes to leave.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import date

import yaml

from panel.dossiers.excerpts import prose_of, split_sentences
from panel.dossiers.extract import ExtractedPage
from panel.dossiers.texts import TODO

LINE_MAX_CHARS = 200
DESCRIPTION_MAX_CHARS = 600


@dataclass(frozen=True, slots=True)
class Source:
    """A page, and how evidence from it is cited.

    Attributes:
        page: its text.
        name: its title, or its file's name.
        url: where it was fetched; "" for a file.
    """

    page: ExtractedPage
    name: str
    url: str


def write_sheet(
    slug: str, name: str, read: Source, excerpts: tuple[str, ...], licences: tuple[str, ...], today: date
) -> str:
    """Write the YAML of a dossier to be finished.

    Args:
        slug: the file's name to be.
        name: the tool's name.
        read: the page.
        excerpts: word for word; at least one.
        licences: those the page names; taken when it is one.
        today: the day the page was read.

    Returns:
        YAML that loads with no other problem than what is still TODO.
    """
    tagline, description = _introduce(read.page)
    licence = licences[0] if len(licences) == 1 else f"{TODO}: as the maker names it, or proprietary"
    lines = [
        "# yaml-language-server: $schema=../schemas/dossier.schema.json",
        "# Started from a page by `panel dossier add`. Replace every TODO: a dossier with one left cannot be run.",
        _pair("slug", slug),
        _pair("name", name),
        _pair("maker", f"{TODO}: who makes it"),
        _pair("category", f"{TODO}: what kind of tool it is, as readers see it"),
        "# The tagline and the description are the page's own words: make them yours.",
        _pair("tagline", tagline),
        "description: " + _folded(description, "  "),
        *([_pair("url", read.url)] if read.url else ["# url: the tool's own page"]),
        *(["# The page names this licence; check that it is the tool's own."] if len(licences) == 1 else []),
        _pair("licence", licence),
        "# The price as the maker prints it, the day you read it and where. Plans go under `tiers`.",
        "pricing:",
        "  " + _pair("entry", f'{TODO}: such as "Free" or "$19 a month"'),
        "  tiers: []",
        "  " + _pair("as_of", f"{TODO}: the day you read the price, as YYYY-MM-DD"),
        "  " + _pair("source", f"{TODO}: where the price stands"),
        "# model_family: the model the tool is or wraps; leave it out where there is none",
        "# Direct competitors by name.",
        "rivals: []",
        "# What the reviewers may lean on, word for word. Keep what carries facts, cut the rest, add what is missing.",
        "evidence:",
    ]
    for number, text in enumerate(excerpts, start=1):
        lines.append(f"  - id: e{number}")
        lines.append("    " + _pair("source", shorten(read.name, LINE_MAX_CHARS)))
        lines += ["    " + _pair("url", read.url)] if read.url else []
        lines.append(f"    retrieved: {today.isoformat()}")
        lines.append("    text: " + _folded(text, "      "))
    return "\n".join(lines) + "\n"


def _introduce(page: ExtractedPage) -> tuple[str, str]:
    """Take a tagline and a description from the page's own words."""
    prose = prose_of(page.paragraphs)
    tagline = shorten(page.description or split_sentences(prose[0])[0], LINE_MAX_CHARS)
    description = ""
    for sentence in (sentence for paragraph in prose[:3] for sentence in split_sentences(paragraph)):
        if description and len(description) + 1 + len(sentence) > DESCRIPTION_MAX_CHARS:
            break
        description = f"{description} {sentence}".strip()
    return tagline, shorten(description, DESCRIPTION_MAX_CHARS)


def shorten(text: str, max_chars: int) -> str:
    """Cut a text to so many characters, between words where it has several, with … at the end."""
    text = " ".join(text.split())
    if len(text) <= max_chars:
        return text
    kept = text[: max_chars - 1]
    return (kept.rsplit(" ", 1)[0] if " " in kept else kept).rstrip(" ,;:") + "…"


def _pair(key: str, value: str) -> str:
    """Write a key and a text on one line, quoted where YAML needs it."""
    return yaml.safe_dump({key: value}, allow_unicode=True, width=float("inf")).rstrip("\n")


def _folded(text: str, indent: str) -> str:
    """Write a text as a folded block: a line break in the text is an empty line in the block."""
    blocks = [
        textwrap.fill(
            paragraph,
            width=110,
            initial_indent=indent,
            subsequent_indent=indent,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for paragraph in text.split("\n")
    ]
    return ">-\n" + "\n\n".join(blocks)
