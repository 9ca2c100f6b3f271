"""Feeds: the comparisons that a panel drafted, as Atom (RFC 4287) and as JSON Feed 1.1.

An entry is an address, `compare/<slug>/`, for good. When its page is corrected the entry keeps its id and its
`published`, gets a new `updated`, and says what was corrected. When its page is withdrawn the entry stays, says so and
why, and its words are gone: feed readers keep what they have fetched, and only a new text under the same id replaces
there what nobody should read any more. Pairs have no entries, because none of their words is new.

Ids are `tag:` URIs (RFC 4151) of the publication's host, the day of the first publication at that address, and the
address: they survive a move from http to https, to another port and to another folder, where a canonical address would
bring every entry to every subscriber once more. Only another host makes other ids. A feed's own id is the address of
the page that it follows. Votes are left out, because an entry's text may not change without its `updated`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from panel.publish.context import is_scripted
from panel.publish.render import format_day
from panel.records import Page
from panel.site.model import CategoryPage, ComparisonPage, Correction, Publication, Site, category_path, comparison_path
from panel.site.plain import address, json_text, page_summary, page_title, plain_text, publication_name, stamp

MOST_ENTRIES = 50
ATOM = "http://www.w3.org/2005/Atom"
JSON_FEED = "https://jsonfeed.org/version/1.1"
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed without entries was updated: Atom wants a date, and the clock is none that a rebuild would give again."""
CORRECTIONS = "corrections/"
_DONE = {"edit": "edited", "flip": "call changed", "redraft": "written anew"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry, as both formats have it.

    Attributes:
        ident: its permanent id.
        title: plain text.
        link: where it can be read, absolute.
        published: when readers first got something at this address.
        updated: when what stands there now was published, brought back or withdrawn.
        authors: who answers for it.
        summary: plain text.
        content: a small HTML body, in which every text is escaped.
        categories: slug and name of each of its tools' categories.
    """

    ident: str
    title: str
    link: str
    published: datetime
    updated: datetime
    authors: tuple[str, ...]
    summary: str
    content: str
    categories: tuple[tuple[str, str], ...]


def atom_feed(site: Site, category: CategoryPage | None = None) -> bytes:
    """Write the Atom feed of a site, or of one of its categories: the 50 entries updated last, newest first.

    It stands at `feed.atom`, or at `categories/<slug>/feed.atom`.
    """
    entries = feed_entries(site, category)
    home = _home(category)
    feed = etree.fromstring(f'<feed xmlns="{ATOM}" xml:lang="en"/>')
    _add(feed, "id", address(site, home))
    _add(feed, "title", _title(site, category))
    _add(feed, "subtitle", plain_text(site.publication.description))
    _add(feed, "updated", stamp(max((one.updated for one in entries), default=NEVER)))
    _add(_add(feed, "author"), "name", publication_name(site))
    _add(feed, "link", rel="self", type="application/atom+xml", href=address(site, f"{home}feed.atom"))
    _add(feed, "link", rel="alternate", type="text/html", href=address(site, home))
    for entry in entries:
        _add_entry(feed, site, entry)
    etree.indent(feed, space=" ")
    return bytes(etree.tostring(feed, xml_declaration=True, encoding="utf-8")) + b"\n"


def json_feed(site: Site, category: CategoryPage | None = None) -> bytes:
    """Write the JSON Feed of a site, or of one of its categories: the same entries as `atom_feed`.

    It stands at `feed.json`, or at `categories/<slug>/feed.json`.
    """
    home = _home(category)
    feed: dict[str, Any] = {
        "version": JSON_FEED,
        "title": _title(site, category),
        "home_page_url": address(site, home),
        "feed_url": address(site, f"{home}feed.json"),
        "description": plain_text(site.publication.description),
        "language": "en",
        "authors": [{"name": publication_name(site), "url": address(site, "")}],
        "items": [
            {
                "id": entry.ident,
                "url": entry.link,
                "title": entry.title,
                "summary": entry.summary,
                "content_html": entry.content,
                "date_published": stamp(entry.published),
                "date_modified": stamp(entry.updated),
                "authors": [{"name": name} for name in entry.authors],
                "tags": [name for _, name in entry.categories],
            }
            for entry in feed_entries(site, category)
        ],
    }
    return (json_text(feed, indent=1) + "\n").encode("utf-8")


def feed_entries(site: Site, category: CategoryPage | None = None) -> tuple[Entry, ...]:
    """Return the entries of a site's feed or of a category's, newest first, 50 at most."""
    first, last = _by_address(site)
    entries = [*_standing(site, category, first, last), *_withdrawn(site, category, first, last)]
    entries.sort(key=lambda one: (one.updated, one.ident), reverse=True)
    return tuple(entries[:MOST_ENTRIES])


def entry_id(site: Site, slug: str, first: datetime) -> str:
    """Return the permanent id of what stands at `compare/<slug>/` and was first published then."""
    host = urlsplit(site.publication.base_url).hostname or ""
    with suppress(UnicodeError):
        host = host.encode("idna").decode("ascii")
    authority = re.sub(r"[^a-z0-9.-]", "-", host.lower()).strip(".-") or "localhost"
    return f"tag:{authority},{stamp(first)[:10]}:{comparison_path(slug).rstrip('/')}"


def _by_address(site: Site) -> tuple[dict[str, datetime], dict[str, Publication]]:
    """Return when each comparison's address was first published at, and its newest publication."""
    first: dict[str, datetime] = {}
    last: dict[str, Publication] = {}
    for one in site.publications:
        slug = one.page.slug
        first[slug] = min(first.get(slug, one.published_at), one.published_at)
        last[slug] = one
    return first, last


def _standing(
    site: Site, category: CategoryPage | None, first: dict[str, datetime], last: dict[str, Publication]
) -> Iterator[Entry]:
    wanted = None if category is None else {ref.slug for ref in category.comparisons}
    for comparison in site.compared():
        if wanted is not None and comparison.slug not in wanted:
            continue
        page, slug = comparison.page, comparison.slug
        published = first[slug]
        approvers = tuple(filter(None, map(plain_text, page.how_made.approvers)))
        yield Entry(
            ident=entry_id(site, slug, published),
            title=page_title(page),
            link=address(site, comparison_path(slug)),
            published=published,
            # Not the page's own date: a page that was brought back carries its old one.
            updated=last[slug].at,
            authors=approvers or (publication_name(site),),
            summary=page_summary(page),
            content=_content(site, comparison),
            categories=_categories(site, page),
        )


def _withdrawn(
    site: Site, category: CategoryPage | None, first: dict[str, datetime], last: dict[str, Publication]
) -> Iterator[Entry]:
    for slug, publication in last.items():
        page = publication.page
        names = {card.dossier.category for card in page.tools}
        if publication.withdrawn_at is None or (category is not None and category.name not in names):
            continue
        because = plain_text(publication.withdrawn_because)
        told = f"This comparison was withdrawn on {format_day(publication.withdrawn_at)}."
        link = address(site, CORRECTIONS)
        yield Entry(
            ident=entry_id(site, slug, first[slug]),
            title=f"Withdrawn: {page_title(page)}",
            link=link,
            published=first[slug],
            updated=publication.withdrawn_at,
            authors=(publication_name(site),),
            summary=f"{told} {because}".strip(),
            content="".join([_paragraph(told), _paragraph(because), _link(link, "All corrections")]),
            categories=_categories(site, page),
        )


def _content(site: Site, comparison: ComparisonPage) -> str:
    """Write an entry's body; every text in it is escaped, and every address is made of slugs."""
    page = comparison.page
    warning = "Scripted rehearsal, no model wrote this." if is_scripted(page) else ""
    shares = "".join(f"<li>{_bdi(card.dossier.name)}: {_text(card.tally.label)}</li>" for card in page.tools)
    told = "".join(f"<li>{_correction(one)}</li>" for one in comparison.corrections)
    return "".join(
        [
            _paragraph(warning),
            _paragraph(page.comparison.verdict),
            f"<ul>{shares}</ul>",
            f"<p>Corrected since it was first published:</p><ul>{told}</ul>" if told else "",
            _link(address(site, comparison_path(comparison.slug)), "Read the whole comparison"),
        ]
    )


def _correction(told: Correction) -> str:
    where = ", ".join(_bdi(name) for name in (told.tool_name, told.persona_name) if name)
    what = f"{format_day(told.at)}: {where + ', ' if where else ''}{_DONE.get(told.kind, told.kind)}"
    return f"{what}. {_bdi(told.reason)}" if plain_text(told.reason) else f"{what}."


def _text(text: str) -> str:
    return escape(plain_text(text))


def _bdi(text: str) -> str:
    """Write a text whose own direction does not reorder the words around it."""
    return f"<bdi>{_text(text)}</bdi>"


def _paragraph(text: str) -> str:
    shown = _text(text)
    return f"<p>{shown}</p>" if shown else ""


def _link(to: str, words: str) -> str:
    return f'<p><a href="{escape(to)}">{escape(words)}</a></p>'


def _categories(site: Site, page: Page) -> tuple[tuple[str, str], ...]:
    """Return slug and name of the categories of a page's tools that the site has, each once, in the tools' order."""
    slugs = {one.name: slug for slug, one in site.categories.items()}
    names = dict.fromkeys(card.dossier.category for card in page.tools)
    return tuple((slugs[name], plain_text(name) or slugs[name]) for name in names if name in slugs)


def _home(category: CategoryPage | None) -> str:
    return category_path(category.slug) if category else ""


def _title(site: Site, category: CategoryPage | None) -> str:
    name = publication_name(site)
    return f"{name}: {plain_text(category.name) or category.slug}" if category else name


def _add(parent: etree._Element, tag: str, text: str | None = None, **attributes: str) -> etree._Element:
    child = etree.SubElement(parent, f"{{{ATOM}}}{tag}", attributes)
    child.text = text
    return child


def _add_entry(feed: etree._Element, site: Site, entry: Entry) -> None:
    element = _add(feed, "entry")
    _add(element, "id", entry.ident)
    _add(element, "title", entry.title)
    _add(element, "published", stamp(entry.published))
    _add(element, "updated", stamp(entry.updated))
    for name in entry.authors:
        _add(_add(element, "author"), "name", name)
    _add(element, "link", rel="alternate", type="text/html", href=entry.link)
    for slug, name in entry.categories:
        _add(element, "category", term=slug, label=name, scheme=address(site, "categories/"))
    _add(element, "summary", entry.summary)
    _add(element, "content", entry.content, type="html")
