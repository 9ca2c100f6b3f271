"""The search page, and the page for addresses that lead nowhere.

Without its script the search page is a list: of every tool, or, where they are too many to read, of the categories.
"""

from __future__ import annotations

from dataclasses import dataclass

from panel.site.model import Site, tool_path
from panel.site.pages.chrome import Chrome, Frame, Link, shown_name
from panel.site.pages.head import Head, make_head
from panel.site.pages.listing import CategoryLine, category_line

LISTED_TOOLS = 300
"""Up to so many tools the page lists every one."""


@dataclass(frozen=True, slots=True)
class SearchContext:
    """Every name that `search.html.j2` may use.

    Attributes:
        frame: the publication.
        head: the page's head.
        index: the address of what the script looks through.
        tools: every tool by name; () where they are too many.
        tool_count: how many tools there are.
        categories: by name.
    """

    frame: Frame
    head: Head
    index: str
    tools: tuple[Link, ...]
    tool_count: int
    categories: tuple[CategoryLine, ...]


@dataclass(frozen=True, slots=True)
class MissingContext:
    """Every name that `404.html.j2` may use.

    Attributes:
        frame: the publication.
        head: the page's head.
    """

    frame: Frame
    head: Head


def search_html(site: Site, chrome: Chrome) -> str:
    """Render the search page.

    Raises:
        InputProblems: a template of the newsroom is wrong.
    """
    return chrome.render("search.html.j2", search_context(site, chrome))


def search_context(site: Site, chrome: Chrome) -> SearchContext:
    """Gather what the search page lists by itself."""
    head = make_head(
        chrome,
        "search/",
        "Search",
        f"Find a tool or a comparison on {chrome.frame.name}.",
        kind="page-search",
        here="search/",
        scripts="search",
    )
    tools = sorted(site.tools.values(), key=lambda tool: (tool.name.casefold(), tool.slug))
    few = len(tools) <= LISTED_TOOLS
    return SearchContext(
        frame=chrome.frame,
        head=head,
        index=chrome.href("search/index.json"),
        tools=tuple(_link(chrome, tool.slug, tool.name) for tool in tools) if few else (),
        tool_count=len(tools),
        categories=tuple(category_line(site, chrome, category) for category in site.categories.values()),
    )


def not_found_html(site: Site, chrome: Chrome) -> str:
    """Render the page for addresses that lead nowhere; servers show it at any address.

    Raises:
        InputProblems: a template of the newsroom is wrong.
    """
    return chrome.render("404.html.j2", missing_context(chrome))


def missing_context(chrome: Chrome) -> MissingContext:
    """Make what little that page needs."""
    head = make_head(
        chrome, "404.html", "Page not found", "There is no page at this address.", kind="page-missing", here="-",
        indexed=False,
    )  # fmt: skip
    return MissingContext(chrome.frame, head)


def _link(chrome: Chrome, slug: str, name: str) -> Link:
    return Link(chrome.href(tool_path(slug)), shown_name(name, slug))
