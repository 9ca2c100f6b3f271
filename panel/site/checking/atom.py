"""Atom feeds, by RFC 4287."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from lxml import etree

from panel.site.checking.addresses import Base
from panel.site.checking.dates import read_moment
from panel.site.checking.feeds import are_newest_first, check_html, check_words
from panel.site.checking.links import Links
from panel.site.checking.problems import Fault, shown
from panel.site.checking.xml import line_of, read_xml, words_of

_ATOM: Final = "{http://www.w3.org/2005/Atom}"
_TEXTS: Final = ("title", "subtitle", "summary", "rights")
_TEXT_TYPES: Final = ("text", "html", "xhtml")


def check_atom(text: str, path: str, base: Base, links: Links) -> Iterator[Fault]:
    """Yield what is wrong with one Atom feed."""
    root, problem = read_xml(text)
    if root is None or root.tag != f"{_ATOM}feed":
        yield Fault(0, "atom", problem or "its root must be a feed of Atom's namespace")
        return
    yield from _check_names(root, "the feed")
    selves = [link.get("href") for link in root.findall(f"{_ATOM}link") if link.get("rel") == "self"]
    if selves != [base.url_of(path)]:
        yield Fault(line_of(root), "atom", f"one link of rel=self is needed, to {base.url_of(path)}")
    entries = root.findall(f"{_ATOM}entry")
    feed_author = root.find(f"{_ATOM}author") is not None
    seen: set[str] = set()
    for entry in entries:
        yield from _check_names(entry, "an entry")
        yield from _check_entry(entry, feed_author=feed_author)
        name = _words(entry, "id")
        if name and name in seen:
            yield Fault(line_of(entry), "atom", f"two entries have the id {shown(name)}")
        seen.add(name)
    updated, published = ([_moment(entry, name) for entry in entries] for name in ("updated", "published"))
    if not are_newest_first(updated, published):
        yield Fault(line_of(root), "atom", "its entries are not newest first")
    newest, own = max((date for date in updated if date), default=None), _moment(root, "updated")
    if newest and own and own < newest:
        yield Fault(line_of(root), "atom", "its updated is older than an entry's")
    yield from _check_content(root, path, links)


def _words(element: etree._Element, name: str) -> str:
    return (element.findtext(_ATOM + name) or "").strip()


def _moment(element: etree._Element, name: str) -> datetime | None:
    return read_moment(_words(element, name))


def _check_names(element: etree._Element, what: str) -> Iterator[Fault]:
    line = line_of(element)
    for name in ("id", "title", "updated"):
        given = element.findall(_ATOM + name)
        if len(given) != 1 or not words_of(given[0]):
            yield Fault(line, "atom", f"{what} needs one {name}")
    if (name := _words(element, "id")) and not urlsplit(name).scheme:
        yield Fault(line, "atom", f"{what}'s id is no whole address: {shown(name)}")
    for field in ("updated", "published"):
        for date in element.findall(_ATOM + field):
            if read_moment((date.text or "").strip()) is None:
                yield Fault(line_of(date), "atom", f"{field} is no RFC 3339 date: {shown(date.text or '', 40)}")


def _check_entry(entry: etree._Element, *, feed_author: bool) -> Iterator[Fault]:
    line = line_of(entry)
    authors = [_words(author, "name") for author in entry.findall(f"{_ATOM}author")]
    if not all(authors) or not (authors or feed_author):
        yield Fault(line, "atom", "an entry needs an author with a name, or the feed does")
    alternates = [link for link in entry.findall(f"{_ATOM}link") if link.get("rel", "alternate") == "alternate"]
    content = entry.find(f"{_ATOM}content")
    if content is None and not alternates:
        yield Fault(line, "atom", "an entry needs content or an alternate link")
    if content is not None and content.get("src") and entry.find(f"{_ATOM}summary") is None:
        yield Fault(line, "atom", "an entry whose content lies elsewhere needs a summary")


def _check_content(root: etree._Element, path: str, links: Links) -> Iterator[Fault]:
    """Check every link and every text of the feed, wherever it stands."""
    for element in root.iter(f"{_ATOM}link", f"{_ATOM}content", *(_ATOM + name for name in _TEXTS)):
        line = line_of(element)
        if element.tag == f"{_ATOM}link":
            address = element.get("href") or ""
            if not address.startswith(("https://", "http://")):
                yield Fault(line, "atom", f"a link must be a whole address, not {shown(address)}")
                continue
            target = links.base.resolve(path, address)
            yield from links.check_target(path, line, address, target)
            continue
        kind = element.get("type", "text")
        if kind not in _TEXT_TYPES:
            yield Fault(line, "atom", f"type={shown(kind, 30)} is none of text, html and xhtml")
        elif kind == "xhtml":
            yield from _check_xhtml(element, path, links)
        elif len(element):
            yield Fault(line, "atom", f"elements in a {kind} construct; escape them")
        elif kind == "html":
            yield from check_html(element.text or "", line, path, links)
        yield from check_words(words_of(element), line)


def _check_xhtml(element: etree._Element, path: str, links: Links) -> Iterator[Fault]:
    inside = list(element)
    if len(inside) != 1 or inside[0].tag != "{http://www.w3.org/1999/xhtml}div":
        yield Fault(line_of(element), "atom", "xhtml must be one div of XHTML's namespace")
        return
    html = etree.tostring(inside[0], encoding="unicode", method="html", with_tail=False)
    yield from check_html(html, line_of(element), path, links)
