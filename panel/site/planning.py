"""Planning: a site becomes units, each of a few files, with the last refusal before anything is made.

The order of the units is the order in which they are made; no unit needs another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from panel.errors import InputProblems, NotApproved
from panel.publish import why_not_approved
from panel.records import Community
from panel.site import feeds, pages, search_index, sitemap, twins
from panel.site.cards import draw_card
from panel.site.model import (
    CategoryPage,
    ComparisonPage,
    Publication,
    Site,
    ToolPage,
    category_path,
    comparison_path,
    tool_path,
    version_path,
)
from panel.site.pages import Chrome
from panel.site.structured import comparison_structured, tool_structured
from panel.site.units import Unit, make_key

SERVICES = ("/vote", "/subscribe")


def plan_site(
    site: Site,
    *,
    templates: Path | None = None,
    digests: Mapping[str, Callable[[Chrome], str]] | None = None,
) -> dict[str, Unit]:
    """Plan every file of a site.

    Args:
        site: what is on it.
        templates: the newsroom's own templates.
        digests: weekly pages by their week ("2026-W47"), newest first, each made of the chrome around it.

    Returns:
        The units by name.

    Raises:
        NotApproved: a comparison lacks an approval.
        InputProblems: a template of the newsroom's own is wrong.
    """
    _refuse_unapproved(site)
    if templates and (problems := pages.check_templates(templates)):
        raise InputProblems(list(problems))
    chrome = pages.make_chrome(site, templates=templates)
    return dict(_Planner(site, chrome, digests or {}).plan())


def _refuse_unapproved(site: Site) -> None:
    reasons = [
        f"{comparison_path(slug)}: {reason}"
        for slug, comparison in site.comparisons.items()
        for reason in why_not_approved(comparison.page)
    ]
    if reasons:
        raise NotApproved("the site cannot be built:", reasons, hint="Publish these pages' runs again.")


class _Planner:
    def __init__(self, site: Site, chrome: Chrome, digests: Mapping[str, Callable[[Chrome], str]]) -> None:
        self._site, self._chrome, self._digests = site, chrome, digests
        self._around = pages.template_fingerprint(chrome)
        self._keys: dict[str, str] = {}
        self._by_page: dict[str, list[Publication]] = {}
        for one in site.publications:
            self._by_page.setdefault(one.page.slug, []).append(one)
        self._withdrawn = [
            [one.run_id, one.seq, str(one.at), str(one.withdrawn_at), one.withdrawn_because]
            for one in site.publications
            if one.withdrawn_at is not None
        ]

    def plan(self) -> Iterator[tuple[str, Unit]]:
        site, chrome = self._site, self._chrome
        yield "assets", self._whole(lambda: pages.render_assets(chrome))
        for comparison in site.comparisons.values():
            place = comparison_path(comparison.slug)
            unit = self._comparison(comparison)
            self._keys[place] = unit.key
            yield place, unit
        for tool in site.tools.values():
            place = tool_path(tool.slug)
            unit = self._tool(tool)
            self._keys[place] = unit.key
            yield place, unit
        for category in site.categories.values():
            yield category_path(category.slug), self._category(category)
        yield "pages", self._whole(self._pages)
        yield "data", self._whole(self._data)

    def _whole(self, make: Callable[[], Mapping[str, bytes]]) -> Unit:
        """Plan a unit that is made at every build."""
        return Unit("", make)

    def _comparison(self, comparison: ComparisonPage) -> Unit:
        site, chrome = self._site, self._chrome
        place = comparison_path(comparison.slug)
        key = make_key(
            self._around,
            [comparison.sha256, str(comparison.page.published_at), comparison.kind],
            [self._shown(votes) for votes in comparison.community],
            [item.model_dump(mode="json") for item in (*comparison.corrections, *comparison.sources)],
            pages.comparison_outside(site, comparison, chrome),
        )

        def make() -> Mapping[str, bytes]:
            structured = comparison_structured(site, comparison)
            html = pages.comparison_html(site, comparison, chrome, structured=structured, card=f"{place}card.png")
            return {
                f"{place}index.html": html.encode(),
                f"{place}index.json": twins.comparison_json(comparison, site),
                f"{place}card.png": draw_card(comparison.page, site.site.name),
            }

        return Unit(key, make)

    def _tool(self, tool: ToolPage) -> Unit:
        site, chrome = self._site, self._chrome
        place = tool_path(tool.slug)
        told = tool.model_dump(mode="json", exclude={"community"})
        key = make_key(self._around, told, self._shown(tool.community), pages.tool_outside(site, tool, chrome))

        def make() -> Mapping[str, bytes]:
            html = pages.tool_html(site, tool, chrome, structured=tool_structured(site, tool))
            made = {f"{place}index.html": html.encode(), f"{place}index.json": twins.tool_json(site, tool)}
            for version in tool.versions:
                kept = pages.version_html(site, tool, version, chrome)
                made[f"{version_path(tool.slug, version.n)}index.html"] = kept.encode()
            return made

        return Unit(key, make)

    def _category(self, category: CategoryPage) -> Unit:
        site, chrome = self._site, self._chrome
        place = category_path(category.slug)
        members = [*map(tool_path, category.tools), *(comparison_path(ref.slug) for ref in category.comparisons)]
        shown = [self._keys[member] for member in members]
        around = [self._around, chrome.titles.get(place, ""), self._withdrawn, self._editions(category)]
        key = make_key(*around, category.model_dump(mode="json"), shown)

        def make() -> Mapping[str, bytes]:
            return {
                f"{place}index.html": pages.category_html(site, category, chrome).encode(),
                f"{place}index.json": twins.category_json(site, category),
                f"{place}feed.atom": feeds.atom_feed(site, category),
                f"{place}feed.json": feeds.json_feed(site, category),
            }

        return Unit(key, make)

    def _editions(self, category: CategoryPage) -> list[list[str]]:
        """Name every publication of a category's comparisons: feeds tell the first and the newest date of each."""
        published = (one for ref in category.comparisons for one in self._by_page.get(ref.slug, ()))
        return [[one.page.slug, str(one.at), str(one.published_at)] for one in published]

    def _pages(self) -> Mapping[str, bytes]:
        site, chrome = self._site, self._chrome
        made = {
            "index.html": pages.home_html(site, chrome),
            "404.html": pages.not_found_html(site, chrome),
            "categories/index.html": pages.categories_html(site, chrome),
            "methodology/index.html": pages.methodology_html(site, chrome),
            "corrections/index.html": pages.corrections_html(site, chrome),
            "search/index.html": pages.search_html(site, chrome),
            "digest/index.html": pages.weeks_html(chrome, tuple(self._digests)),
        }
        made |= {f"digest/{week}/index.html": make(chrome) for week, make in self._digests.items()}
        return {path: html.encode() for path, html in made.items()}

    def _data(self) -> Mapping[str, bytes]:
        site = self._site
        return {
            "feed.atom": feeds.atom_feed(site),
            "feed.json": feeds.json_feed(site),
            "search/index.json": search_index.search_index(site),
            "votes.json": twins.votes_json(site),
            "robots.txt": sitemap.robots_txt(site),
            **sitemap.sitemap_files(site, self._dates()),
        }

    def _dates(self) -> dict[str, datetime | None]:
        """Return when each page's content last changed."""
        site = self._site
        updated = site.updated_at
        dates: dict[str, datetime | None] = dict.fromkeys(
            ("", "categories/", "methodology/", "corrections/", "search/", "digest/"), updated
        )
        for comparison in site.comparisons.values():
            dates[comparison_path(comparison.slug)] = comparison.ref.published_at
        for tool in site.tools.values():
            newest = max((ref.published_at for ref in tool.comparisons), default=tool.current.published_at)
            dates[tool_path(tool.slug)] = max(newest, tool.current.published_at)
            dates |= {version_path(tool.slug, version.n): version.published_at for version in tool.versions}
        for category in site.categories.values():
            tools = [site.tools[slug].current.published_at for slug in category.tools]
            dates[category_path(category.slug)] = max([*tools, *(ref.published_at for ref in category.comparisons)])
        return dates | dict.fromkeys((f"digest/{week}/" for week in self._digests), updated)

    def _shown(self, votes: Community | None) -> Any:
        shown = self._site.shown_votes(votes)
        # A page says that there are too few, too.
        return shown.model_dump(mode="json") if shown else votes is not None
