"""JSON feeds, by JSON Feed 1.1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from panel.site.checking.addresses import Base
from panel.site.checking.data import read_json
from panel.site.checking.dates import read_moment
from panel.site.checking.feeds import are_newest_first, check_html, check_words
from panel.site.checking.links import Links
from panel.site.checking.problems import Fault, shown

VERSION: Final = "https://jsonfeed.org/version/1.1"
_ADDRESSES: Final = ("url", "external_url", "image", "banner_image", "home_page_url", "icon", "favicon", "next_url")
_WORDS: Final = ("title", "summary", "description", "content_text")


def check_json_feed(text: str, path: str, base: Base, links: Links) -> Iterator[Fault]:
    """Yield what is wrong with one JSON feed."""
    feed, problem = read_json(text)
    if not isinstance(feed, dict):
        yield Fault(0, "json-feed", problem or "the feed must be an object")
        return
    if feed.get("version") != VERSION:
        yield Fault(0, "json-feed", f'"version" must be "{VERSION}"')
    if not _is_text(feed.get("title")):
        yield Fault(0, "json-feed", 'the feed needs a "title"')
    if feed.get("feed_url") != base.url_of(path):
        yield Fault(0, "json-feed", f'"feed_url" must be {base.url_of(path)}')
    yield from _check_common(feed, path, links, "the feed")
    items = feed.get("items")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        yield Fault(0, "json-feed", 'the feed needs "items", each an object')
        return
    yield from _check_items(items, path, links)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _check_items(items: Sequence[Mapping[str, object]], path: str, links: Links) -> Iterator[Fault]:
    seen: set[str] = set()
    for number, item in enumerate(items, 1):
        what = f"item {number}"
        name = item.get("id")
        if not isinstance(name, str) or not name.strip():
            yield Fault(0, "json-feed", f'{what} needs an "id", a string')
        elif name in seen:
            yield Fault(0, "json-feed", f"two items have the id {shown(name)}")
        else:
            seen.add(name)
        if not _is_text(item.get("url")):
            yield Fault(0, "json-feed", f'{what} needs a "url"')
        if not (_is_text(item.get("content_html")) or _is_text(item.get("content_text"))):
            yield Fault(0, "json-feed", f'{what} needs "content_html" or "content_text"')
        yield from _check_common(item, path, links, what)
    modified, published = ([_moment(item, name) for item in items] for name in ("date_modified", "date_published"))
    if not are_newest_first(modified, published):
        yield Fault(0, "json-feed", "its items are not newest first, or have no dates")


def _moment(item: Mapping[str, object], name: str) -> datetime | None:
    value = item.get(name)
    return read_moment(value) if isinstance(value, str) else None


def _check_common(thing: Mapping[str, object], path: str, links: Links, what: str) -> Iterator[Fault]:
    """Check what a feed and an item may both hold."""
    for name in ("date_published", "date_modified"):
        if name in thing and _moment(thing, name) is None:
            yield Fault(0, "json-feed", f"{what}: {name} is no RFC 3339 date")
    for name in _ADDRESSES:
        address = thing.get(name)
        if address is None:
            continue
        if not isinstance(address, str) or not address.startswith(("https://", "http://")):
            yield Fault(0, "json-feed", f"{what}: {name} must be a whole address")
        else:
            yield from links.check_target(path, 0, address, links.base.resolve(path, address))
    for name in _WORDS:
        value = thing.get(name)
        if isinstance(value, str):
            yield from check_words(value, 0)
        elif value is not None:
            yield Fault(0, "json-feed", f"{what}: {name} must be a string")
    html = thing.get("content_html")
    if isinstance(html, str):
        yield from check_html(html, 0, path, links)
    elif html is not None:
        yield Fault(0, "json-feed", f"{what}: content_html must be a string")
    authors = thing.get("authors", [])
    if not isinstance(authors, list) or not all(isinstance(one, dict) and _is_text(one.get("name")) for one in authors):
        yield Fault(0, "json-feed", f"{what}: authors must be a list of objects with a name")
