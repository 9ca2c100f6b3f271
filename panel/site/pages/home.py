"""The front page: the newest comparison first, then where the panel is divided, and where readers think otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from panel.publish.context import CorrectionLine
from panel.site.model import Site, ToolPage
from panel.site.pages.chrome import Chrome, Frame
from panel.site.pages.head import Head, make_head
from panel.site.pages.listing import (
    CategoryLine,
    ComparisonLine,
    ToolLine,
    category_line,
    comparison_line,
    correction_line,
    tool_line,
)

RAIL_ITEMS = 4
"""How many entries a list at the side has, at most."""


@dataclass(frozen=True, slots=True)
class HomeContext:
    """Every name that `home.html.j2` may use.

    Attributes:
        frame: the publication.
        head: the page's head.
        updated_at: when the site's content last changed; None for an empty site.
        tool_count: how many tools there are.
        comparison_count: how many comparisons.
        lead: the newest comparison that a panel judged; None without any.
        newest: the comparisons after it.
        divided: tools that split the panel most evenly.
        contrary: tools that readers and panel are furthest apart on, with enough votes.
        tools: the tools that came last.
        categories: all of them, by name.
        corrections: the newest ones.
    """

    frame: Frame
    head: Head
    updated_at: datetime | None
    tool_count: int
    comparison_count: int
    lead: ComparisonLine | None
    newest: tuple[ComparisonLine, ...]
    divided: tuple[ToolLine, ...]
    contrary: tuple[ToolLine, ...]
    tools: tuple[ToolLine, ...]
    categories: tuple[CategoryLine, ...]
    corrections: tuple[CorrectionLine, ...]


def home_html(site: Site, chrome: Chrome, structured: str = "", card: str = "") -> str:
    """Render the front page.

    Raises:
        InputProblems: a template of the newsroom is wrong.
    """
    return chrome.render("home.html.j2", home_context(site, chrome, structured, card))


def home_context(site: Site, chrome: Chrome, structured: str = "", card: str = "") -> HomeContext:
    """Choose what is on the front page."""
    most = site.publication.home_items
    few = min(most, RAIL_ITEMS)
    compared = [comparison_line(chrome, one) for one in islice(site.compared(), most + 1)]
    head = make_head(
        chrome,
        "",
        chrome.frame.name,
        chrome.frame.description,
        title=f"{chrome.frame.name}: {chrome.frame.description}",
        kind="page-home",
        structured=structured,
        card=card,
    )
    return HomeContext(
        frame=chrome.frame,
        head=head,
        updated_at=site.updated_at,
        tool_count=len(site.tools),
        comparison_count=len(site.comparisons),
        lead=compared[0] if compared else None,
        newest=tuple(compared[1:]),
        divided=tuple(tool_line(site, chrome, tool) for tool in _divided(site)[:few]),
        contrary=tuple(tool_line(site, chrome, tool) for tool in _contrary(site)[:few]),
        tools=tuple(tool_line(site, chrome, tool) for tool in _newest(site)[:most]),
        categories=tuple(category_line(site, chrome, category) for category in site.categories.values()),
        corrections=tuple(correction_line(site, chrome, one) for one in site.corrections[:few]),
    )


def _newest(site: Site) -> list[ToolPage]:
    return sorted(site.tools.values(), key=lambda tool: (tool.versions[0].published_at, tool.slug), reverse=True)


def _divided(site: Site) -> list[ToolPage]:
    """Return the tools whose panel is not of one mind, the evenest split first, the larger panel before the smaller."""

    def evenness(tool: ToolPage) -> tuple[float, int, float, str]:
        tally = tool.current.tally
        share = tally.ship_share or 0.0
        return abs(share - 0.5), -tally.voted, -tool.current.published_at.timestamp(), tool.slug

    return sorted((tool for tool in site.tools.values() if _is_divided(tool)), key=evenness)


def _is_divided(tool: ToolPage) -> bool:
    tally = tool.current.tally
    return tally.ships > 0 and tally.skips > 0


def _contrary(site: Site) -> list[ToolPage]:
    """Return the tools with enough votes, those first on which readers and panel are furthest apart."""
    apart = []
    for tool in site.tools.values():
        votes, pct = site.shown_votes(tool.community), tool.current.tally.ship_pct
        if votes is not None and pct is not None:
            apart.append((-abs(votes.ship_pct - pct), -votes.votes, tool.slug, tool))
    return [tool for *_, tool in sorted(apart, key=lambda one: one[:3])]
