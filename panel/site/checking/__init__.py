"""What is wrong with a built site, found from its files alone: markup, safety, links, feeds, data.

A pure look at a folder: nothing is written, nothing is fetched, and no file, however broken or hostile, ends it. Pages
are read one at a time and forgotten; of each, only its title and its ids stay in memory.

Whether the words of a page are those that editors approved is not known here: `panel verify` renders them again. Nor
is what only a browser knows: contrast, focus, sizes, the accessible names that style sheets change.

Read in this order: `problems` (every rule), `files`, `characters`, `vocabulary` and `markup` (reading HTML strictly),
`nesting`, `meta`, `access`, `safety` (one page), `addresses`, `references`, `links`, `policy` (what it refers to),
`sitemap`, `feeds`, `atom`, `jsonfeed`, `structured`, `data` (the rest), `pages` (all of it, for one page).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path

from panel.site.checking.addresses import Base
from panel.site.checking.atom import check_atom
from panel.site.checking.data import check_json, check_robots
from panel.site.checking.files import Folder, Kind, Unfit, look_through, read
from panel.site.checking.jsonfeed import check_json_feed
from panel.site.checking.links import Links
from panel.site.checking.pages import Pages
from panel.site.checking.problems import RULES, Fault, Rule, SiteProblem, placed
from panel.site.checking.references import style_references
from panel.site.checking.sitemap import INDEX, Sitemap

__all__ = ["RULES", "Rule", "SiteProblem", "check_site"]


def check_site(folder: Path, *, base_url: str, services: Collection[str] = ()) -> tuple[SiteProblem, ...]:
    """Return everything that is wrong with a built site, sorted by file and line; () for nothing.

    Args:
        folder: the site's files. Pages that Panel does not make may lie among them: of those only the links, and
            whether they are drafts, are looked at.
        base_url: the site's address, with or without its last "/".
        services: what another program answers, so that no file has to be there: paths under the host or the site
            ("/vote"), or whole addresses; everything under each of them too.
    """
    base = Base.of(base_url, services)
    if base.problem:
        return (SiteProblem("", 0, "base-url", base.problem),)
    found = look_through(folder)
    return tuple(sorted({*found.problems, *_check_files(found, base)}))


def _check_files(folder: Folder, base: Base) -> Iterator[SiteProblem]:
    links = Links(base, folder)
    pages = Pages(base, links)
    maps: list[str] = []
    for path, kind in folder.kinds.items():
        if kind == "sitemap":
            maps.append(path)
        elif kind != "other":
            yield from _check_file(folder, path, kind, partial(_faults, pages, path, kind))
    yield from pages.check_titles()
    sitemap = Sitemap(base, pages.indexable, [path for path in maps if path != INDEX])
    for path in maps:
        yield from _check_file(folder, path, "sitemap", partial(sitemap.check, path))
    if maps:
        yield from placed(INDEX, sitemap.check_all())
    yield from links.check_places()


def _check_file(
    folder: Folder, path: str, kind: Kind, check: Callable[[str], Iterator[Fault]]
) -> Iterator[SiteProblem]:
    try:
        text = read(folder.root, path, kind)
    except Unfit as unfit:
        yield SiteProblem(path, 0, "file", str(unfit))
        return
    yield from placed(path, check(text))


def _faults(pages: Pages, path: str, kind: Kind, text: str) -> Iterator[Fault]:
    base, links = pages.base, pages.links
    match kind:
        case "page":
            return pages.check(path, text)
        case "foreign":
            return pages.check_foreign(path, text)
        case "json":
            return check_json(text)
        case "atom":
            return check_atom(text, path, base, links)
        case "json-feed":
            return check_json_feed(text, path, base, links)
        case "robots":
            return check_robots(text, base.url_of("sitemap.xml"))
        case "styles":
            return pages.check_styles(path, list(style_references(text)))
        case "sitemap" | "other":
            return iter(())
