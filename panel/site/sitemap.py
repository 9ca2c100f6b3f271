"""The sitemap (sitemaps.org, schema 0.9) and robots.txt.

`robots.txt` is asked for at the root of a host only: a site in a folder of a host must have its line put into that
host's own file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from xml.sax.saxutils import escape

from panel.site.model import Site
from panel.site.plain import address, stamp

SITEMAP = "sitemap.xml"
MOST_ADDRESSES = 50_000
MOST_BYTES = 50 * 1024 * 1024
_SCHEMA = "http://www.sitemaps.org/schemas/sitemap/0.9"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="' + _SCHEMA + '">\n'
_TAIL = "</{root}>\n"


def sitemap_files(site: Site, pages: Mapping[str, datetime | None]) -> dict[str, bytes]:
    """Write the sitemap.

    Args:
        site: the site.
        pages: every place that search engines may list, with the time of its last change: `{"tools/aider/": …}`;
            the home page is "". None leaves the time out. Without any, the home page stands alone: the schema wants
            one address at least.

    Returns:
        Bytes by path, addresses in the order of their paths: `sitemap.xml` alone up to 50,000 addresses and 50 MiB,
        else an index by that name with `sitemap-1.xml` and so on.
    """
    changed = dict(sorted((pages or {"": site.updated_at}).items()))
    parts = list(_parts(site, changed))
    if len(parts) == 1:
        return {SITEMAP: _whole("urlset", parts[0].values())}
    files = {f"sitemap-{number}.xml": _whole("urlset", part.values()) for number, part in enumerate(parts, start=1)}
    newest = (max((moment for path in part if (moment := changed[path])), default=None) for part in parts)
    index = [_element("sitemap", site, name, moment) for name, moment in zip(files, newest, strict=True)]
    return {SITEMAP: _whole("sitemapindex", index), **files}


def robots_txt(site: Site) -> bytes:
    """Write robots.txt: everything may be read, and the sitemap's address."""
    return f"User-agent: *\nAllow: /\n\nSitemap: {address(site, SITEMAP)}\n".encode()


def _parts(site: Site, changed: Mapping[str, datetime | None]) -> Iterator[dict[str, str]]:
    """Cut the addresses into parts that one sitemap may hold; each has its elements by path."""
    frame = len(_whole("urlset", ()))
    part: dict[str, str] = {}
    size = frame
    for path, moment in changed.items():
        element = _element("url", site, path, moment)
        length = len(element.encode("utf-8"))
        if part and (len(part) >= MOST_ADDRESSES or size + length > MOST_BYTES):
            yield part
            part, size = {}, frame
        part[path] = element
        size += length
    yield part


def _whole(root: str, elements: Iterable[str]) -> bytes:
    return (_HEAD.format(root=root) + "".join(elements) + _TAIL.format(root=root)).encode("utf-8")


def _element(tag: str, site: Site, path: str, moment: datetime | None) -> str:
    location = escape(address(site, path), {"'": "&apos;", '"': "&quot;"})
    changed = f"<lastmod>{stamp(moment)}</lastmod>" if moment else ""
    return f"<{tag}><loc>{location}</loc>{changed}</{tag}>\n"
