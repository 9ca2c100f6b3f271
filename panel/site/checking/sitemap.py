"""The sitemap and the pages' own addresses: each page that may be indexed, once, under one name everywhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Final

from lxml import etree

from panel.site.checking.addresses import Base
from panel.site.checking.dates import is_sitemap_date
from panel.site.checking.markup import Document
from panel.site.checking.meta import named_meta
from panel.site.checking.problems import Fault, shown
from panel.site.checking.xml import line_of, read_xml

_NAMESPACE: Final = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
_MOST: Final = 50_000
INDEX: Final = "sitemap.xml"


def check_canonical(document: Document, base: Base, path: str, indexable: bool) -> Iterator[Fault]:
    """Yield what is wrong with the names that a page gives itself.

    A page that may be indexed must call itself by its own address, in `canonical` and `og:url`. Any other may leave
    them out, or name another page.
    """
    own = base.url_of(path)
    links = [link for link in document.named("link") if "canonical" in link.tokens("rel")]
    given = [(link.line, "canonical", link.get("href")) for link in links]
    given += [(line, "og:url", content) for line, content in named_meta(document).get("og:url", [])]
    for name in ("canonical", "og:url"):
        lines = [line for line, kind, _ in given if kind == name]
        if len(lines) > 1 or (indexable and not lines):
            yield Fault(lines[-1] if lines else 0, "canonical", f"one {name} is needed, not {len(lines)}")
    for line, name, address in given:
        if indexable and address != own:
            yield Fault(line, "canonical", f"{name} is {shown(address, 60)}, the page's address is {own}")
        elif not indexable and base.resolve(path, address).kind != "inside":
            yield Fault(line, "canonical", f"{name} {shown(address, 60)} is no page of this site")
        elif not address.startswith(base.url):
            yield Fault(line, "canonical", f"{name} must be a whole address")


class Sitemap:
    """The sitemap's files, read one after the other: `sitemap.xml`, or an index by that name and its parts.

    Attributes:
        base: the site's address.
        expected: the pages that may be indexed: their files by their addresses.
        parts: the files other than `sitemap.xml`.
        listed: the addresses that were found so far, in all parts.
    """

    def __init__(self, base: Base, pages: Mapping[str, bool], parts: Collection[str]) -> None:
        self.base = base
        self.expected = {base.url_of(path): path for path, indexable in pages.items() if indexable}
        self.parts = {base.url_of(path) for path in parts}
        self.listed: set[str] = set()

    def check(self, path: str, text: str) -> Iterator[Fault]:
        """Yield what is wrong with one of its files."""
        root, problem = read_xml(text)
        kind = "" if root is None else str(root.tag).removeprefix(_NAMESPACE)
        if root is None or kind not in ("urlset", "sitemapindex") or (kind == "sitemapindex" and path != INDEX):
            yield Fault(0, "sitemap", problem or "its root must be the urlset of sitemaps.org's schema 0.9")
            return
        entry_tag = _NAMESPACE + ("url" if kind == "urlset" else "sitemap")
        expected = self.expected.keys() if kind == "urlset" else self.parts
        seen = self.listed if kind == "urlset" else set[str]()
        for entry in root:
            if entry.tag == entry_tag:
                yield from self._check_entry(entry, expected, seen)
            else:
                yield Fault(line_of(entry), "sitemap", f"what is a {shown(str(entry.tag), 60)}?")
        if path == INDEX:
            named = seen if kind == "sitemapindex" else ()
            for address in sorted(self.parts.difference(named)):
                yield Fault(0, "sitemap", f"the index does not name {address}")
        if len(root) > _MOST:
            yield Fault(0, "sitemap", f"more than {_MOST:,} pages; a sitemap holds no more")

    def check_all(self) -> Iterator[Fault]:
        """Yield the pages that none of its files lists; call it after all of them."""
        for address in sorted(self.expected.keys() - self.listed):
            yield Fault(0, "sitemap", f"{address} is not listed")

    def _check_entry(self, entry: etree._Element, expected: Collection[str], seen: set[str]) -> Iterator[Fault]:
        line = line_of(entry)
        address = (entry.findtext(f"{_NAMESPACE}loc") or "").strip()
        if address in seen:
            yield Fault(line, "sitemap", f"{shown(address)} is listed twice")
        elif address not in expected:
            kind = "is not a page that may be indexed" if address.startswith(self.base.url) else "is not of this site"
            yield Fault(line, "sitemap", f"{shown(address)} {kind}")
        seen.add(address)
        day = entry.findtext(f"{_NAMESPACE}lastmod")
        if day is not None and not is_sitemap_date(day.strip()):
            yield Fault(line, "sitemap", f"lastmod is no date: {shown(day, 40)}")
