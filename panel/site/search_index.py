"""The search's index: what the search page looks through, in one small file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from panel.records import Record, Slug
from panel.site.model import Site, ToolPage, comparison_path, tool_path
from panel.site.plain import json_text, page_title, plain_text, root_path


class SearchTool(Record):
    """One tool, as the search shows it."""

    slug: Slug
    name: str
    category: str
    category_slug: Slug
    maker: str
    tagline: str
    ship_pct: Annotated[int, Field(ge=0, le=100)] | None
    """The panel's ship share in per cent; null when no reviewer voted."""
    ships: Annotated[int, Field(ge=0)]
    voted: Annotated[int, Field(ge=0)]
    """How many reviewers made a call: what `ships` is out of."""
    path: str
    """From the root of the host: "/tools/aider/"."""


class SearchComparison(Record):
    """One comparison, as the search shows it."""

    slug: Slug
    title: str
    path: str


class SearchIndex(Record):
    """What the search page looks through. No text in it has control characters or direction overrides."""

    schema_version: Literal[1] = 1
    tools: tuple[SearchTool, ...]
    """By name."""
    comparisons: tuple[SearchComparison, ...]
    """Newest first."""


def search_index(site: Site) -> bytes:
    """Write the search's index; without tools and comparisons its lists are empty."""
    return (json_text(make_search_index(site).model_dump(mode="json")) + "\n").encode("utf-8")


def make_search_index(site: Site) -> SearchIndex:
    """Gather what the search looks through."""
    tools = sorted((_tool(site, tool) for tool in site.tools.values()), key=lambda one: (one.name.casefold(), one.slug))
    comparisons = (
        SearchComparison(slug=slug, title=page_title(one.page), path=root_path(site, comparison_path(slug)))
        for slug, one in site.comparisons.items()
    )
    return SearchIndex(tools=tuple(tools), comparisons=tuple(comparisons))


def _tool(site: Site, tool: ToolPage) -> SearchTool:
    dossier, tally = tool.current.dossier, tool.current.tally
    return SearchTool(
        slug=tool.slug,
        name=plain_text(dossier.name) or tool.slug,
        category=plain_text(dossier.category) or tool.category,
        category_slug=tool.category,
        maker=plain_text(dossier.maker),
        tagline=plain_text(dossier.tagline),
        ship_pct=tally.ship_pct,
        ships=tally.ships,
        voted=tally.voted,
        path=root_path(site, tool_path(tool.slug)),
    )
