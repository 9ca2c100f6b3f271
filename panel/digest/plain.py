"""The digest as plain text: what the letter says, wrapped at 72 characters, links in full on lines of their own."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from panel.digest.content import Digest, DigestEntry, Voice
from panel.digest.links import Links
from panel.digest.weeks import Week
from panel.digest.wording import (
    PROSE_CHARS,
    REHEARSAL,
    TITLE_CHARS,
    clean,
    shorten,
    write_correction,
    write_dates,
    write_division,
    write_gap,
    write_origin,
    write_readers,
    write_rehearsal,
    write_share,
    write_summary,
    write_withdrawal,
)
from panel.publish.render import format_day
from panel.site.model import Correction

WIDTH = 72


def render_text(digest: Digest, links: Links, *, detailed: int, footer: tuple[str, ...]) -> str:
    """Render the digest as plain text.

    Args:
        digest: what to tell.
        links: where things are; absolute.
        detailed: so many comparisons are told in full, the rest by title and shares.
        footer: paragraphs at the end; one that is a link stands on a line of its own.
    """
    lines = [*_title(digest), *_entries(digest, links, detailed), *_readings(digest, links), *_changes(digest, links)]
    lines += ["", "-" * WIDTH]
    for paragraph in (write_origin(digest), *footer):
        lines += ["", *_paragraph(paragraph)] if paragraph else []
    return "\n".join(lines).strip("\n") + "\n"


def _title(digest: Digest) -> Iterator[str]:
    week = Week.parse(digest.week)
    yield from _paragraph(clean(digest.site_name))
    yield from _paragraph(f"Weekly verdicts, week {week.number}: {week.days}")
    yield "=" * WIDTH
    yield ""
    yield from _paragraph(write_summary(digest))
    if rehearsal := write_rehearsal(digest):
        yield ""
        yield from _paragraph(rehearsal)


def _entries(digest: Digest, links: Links, detailed: int) -> Iterator[str]:
    for heading, entries, room in (
        ("New this week", digest.published, detailed),
        ("Published anew", digest.updated, detailed - len(digest.published)),
    ):
        if entries:
            yield from _heading(heading)
        for place, entry in enumerate(entries):
            yield ""
            yield from _entry(entry, links, in_full=place < room)


def _entry(entry: DigestEntry, links: Links, *, in_full: bool) -> Iterator[str]:
    yield from _paragraph(shorten(entry.title, TITLE_CHARS))
    yield from _link(links.page(entry.slug))
    yield from _warning(entry.scripted)
    if in_full:
        yield from _paragraph(write_dates(entry))
    yield ""
    for tool in entry.tools:
        price = f"; {clean(tool.price)} (as of {format_day(tool.price_as_of)})" if in_full else ""
        yield from _paragraph(f"{clean(tool.name)}: {write_share(tool.tally)}{price}", bullet=True)
        for change in tool.changes if in_full else ():
            yield from _paragraph(f"New: {clean(change)}", indent="    ")
    if in_full:
        yield ""
        yield from _paragraph(shorten(entry.verdict, PROSE_CHARS))


def _readings(digest: Digest, links: Links) -> Iterator[str]:
    if divided := digest.divided:
        yield from _heading("Most divided")
        yield ""
        yield from _warning(divided.scripted)
        yield from _paragraph(f"{clean(divided.name)}: {write_share(divided.tally)}. {write_division(divided)}")
        for label, voice in (("For", divided.case_for), ("Against", divided.case_against)):
            yield from _voice(label, voice)
        yield from _link(links.tool(divided.tool))
    if gap := digest.gap:
        yield from _heading("The panel and the readers")
        yield ""
        yield from _warning(gap.scripted)
        yield from _paragraph(f"{clean(gap.name)}: {write_gap(gap)}")
        yield from _paragraph(f"Panel: {write_share(gap.panel)}", bullet=True)
        yield from _paragraph(f"Readers: {write_readers(gap)}", bullet=True)
        yield from _link(links.tool(gap.tool))


def _warning(scripted: bool) -> Iterator[str]:
    if scripted:
        yield REHEARSAL


def _voice(label: str, voice: Voice | None) -> Iterator[str]:
    if voice:
        yield ""
        yield from _paragraph(f"{label}, {clean(voice.name)}: “{shorten(voice.text, PROSE_CHARS)}”", indent="  ")


def _changes(digest: Digest, links: Links) -> Iterator[str]:
    for heading, items, write in (
        ("Corrections", digest.corrections, write_correction),
        ("Taken back", digest.withdrawals, write_withdrawal),
    ):
        if not items:
            continue
        yield from _heading(heading)
        yield ""
        for item in items:
            yield from _paragraph(f"{_title_of(item)}: {write(item)}", bullet=True)
        yield from _link(links.corrections)


def _title_of(correction: Correction) -> str:
    return shorten(correction.title, TITLE_CHARS)


def _heading(text: str) -> Iterator[str]:
    yield ""
    yield ""
    yield text.upper()
    yield "-" * len(text)


def _link(url: str | None) -> Iterator[str]:
    if url:
        yield url


def _paragraph(text: str, *, bullet: bool = False, indent: str = "") -> list[str]:
    if text.startswith(("https://", "http://")) and " " not in text:
        return [text]
    first, rest = ("- ", "  ") if bullet else (indent, indent)
    return textwrap.wrap(
        text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False, tabsize=1
    ) or [""]
