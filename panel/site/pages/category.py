"""A category's page, and the list of all categories."""

from __future__ import annotations

from dataclasses import dataclass

from panel.site.model import CategoryPage, Site, category_path
from panel.site.pages.chrome import Chrome, Frame, shown_name
from panel.site.pages.head import Head, make_head
from panel.site.pages.listing import (
    CategoryLine,
    ComparisonLine,
    ToolLine,
    category_line,
    listed_comparisons,
    tool_line,
)


@dataclass(frozen=True, slots=True)
class CategoryContext:
    """Every name that `category.html.j2` may use.

    Attributes:
        frame: the publication.
        head: the page's head.
        name: the category's.
        feeds: the folder of its own feeds.
        tools: by ship share, then by name.
        comparisons: those that a panel judged before the others, newest first.
    """

    frame: Frame
    head: Head
    name: str
    feeds: str
    tools: tuple[ToolLine, ...]
    comparisons: tuple[ComparisonLine, ...]


@dataclass(frozen=True, slots=True)
class CategoriesContext:
    """Every name that `categories.html.j2` may use.

    Attributes:
        frame: the publication.
        head: the page's head.
        categories: by name.
    """

    frame: Frame
    head: Head
    categories: tuple[CategoryLine, ...]


def category_html(site: Site, category: CategoryPage, chrome: Chrome, structured: str = "", card: str = "") -> str:
    """Render a category's page.

    Raises:
        InputProblems: a template of the newsroom is wrong.
    """
    return chrome.render("category.html.j2", category_context(site, category, chrome, structured, card))


def category_context(
    site: Site, category: CategoryPage, chrome: Chrome, structured: str = "", card: str = ""
) -> CategoryContext:
    """Gather what the template needs of a category."""
    place = category_path(category.slug)
    name = shown_name(category.name, category.slug)
    tools = tuple(tool_line(site, chrome, site.tools[slug]) for slug in category.tools)
    head = make_head(
        chrome,
        place,
        f"{name}: every verdict{chrome.titles.get(place, '')}",
        f"{name}: {len(tools)} {'tool' if len(tools) == 1 else 'tools'}, each with the panel’s share and its "
        "denominator, its price and the comparisons it is in.",
        kind="page-category",
        here="categories/",
        structured=structured,
        card=card,
        data=f"{place}index.json",
        feeds=place,
    )
    return CategoryContext(
        frame=chrome.frame,
        head=head,
        name=name,
        feeds=chrome.href(place),
        tools=tools,
        comparisons=listed_comparisons(site, chrome, category.comparisons),
    )


def categories_html(site: Site, chrome: Chrome) -> str:
    """Render the list of all categories.

    Raises:
        InputProblems: a template of the newsroom is wrong.
    """
    return chrome.render("categories.html.j2", categories_context(site, chrome))


def categories_context(site: Site, chrome: Chrome) -> CategoriesContext:
    """Gather all categories."""
    head = make_head(
        chrome,
        "categories/",
        "All categories",
        f"Every category that {chrome.frame.name} reviews, with its tools and comparisons.",
        kind="page-categories",
        here="categories/",
    )
    return CategoriesContext(
        frame=chrome.frame,
        head=head,
        categories=tuple(category_line(site, chrome, category) for category in site.categories.values()),
    )
