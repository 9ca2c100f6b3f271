"""The lines of lists: a tool, a comparison, a category or a correction as another page points to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from panel.publish.context import CorrectionLine, ShownVotes, is_script, is_scripted
from panel.records import Tally
from panel.site.model import (
    CategoryPage,
    ComparisonPage,
    ComparisonRef,
    Correction,
    Site,
    ToolPage,
    category_path,
    comparison_path,
    tool_path,
)
from panel.site.pages.chrome import Chrome, Link, shown_name
from panel.site.pages.figures import Division, Scale, divide, make_scale, points_apart, show_votes
from panel.site.plain import plain_text

_DONE = {"edit": "Words changed", "flip": "Call changed", "redraft": "Argument written anew", "withdrawn": "Withdrawn"}


@dataclass(frozen=True, slots=True)
class ToolLine:
    """A tool in a list.

    Attributes:
        href: its page.
        name: its name.
        tagline: its own line.
        category: its category's page.
        price: the entry price.
        price_as_of: the day that was true.
        tally: the panel's calls.
        votes: the readers'.
        scale: both on one line; None unless both have a share.
        apart: by how many percentage points readers ship it more than the panel; None unless both have a share.
        division: the reviewers on either side.
        published_at: when its verdicts that stand were published.
        scripted: whether no model wrote them.
    """

    href: str
    name: str
    tagline: str
    category: Link
    price: str
    price_as_of: date
    tally: Tally
    votes: ShownVotes
    scale: Scale | None
    apart: int | None
    division: Division
    published_at: datetime
    scripted: bool


@dataclass(frozen=True, slots=True)
class ComparisonLine:
    """A comparison in a list.

    Attributes:
        href: its page.
        parts: its title, cut where it says "vs".
        verdict: in words.
        shares: each tool's name and the panel's calls on it.
        approvers: who answers for it.
        published_at: when it was published.
        pair: whether Panel set its verdicts side by side without a run.
        scripted: whether no model wrote all of it.
    """

    href: str
    parts: tuple[str, ...]
    verdict: str
    shares: tuple[tuple[Link, Tally], ...]
    approvers: tuple[str, ...]
    published_at: datetime
    pair: bool
    scripted: bool


@dataclass(frozen=True, slots=True)
class CategoryLine:
    """A category in a list.

    Attributes:
        href: its page.
        name: its name.
        tools: how many tools it has.
        comparisons: how many comparisons they are in.
        first: the tools that most of their panel ships, at most three.
    """

    href: str
    name: str
    tools: int
    comparisons: int
    first: tuple[Link, ...]


def tool_line(site: Site, chrome: Chrome, tool: ToolPage) -> ToolLine:
    """Make a tool's line."""
    current = tool.current
    votes = show_votes(site, tool.community)
    pricing = current.dossier.pricing
    return ToolLine(
        href=chrome.href(tool_path(tool.slug)),
        name=shown_name(tool.name, tool.slug),
        tagline=current.dossier.tagline,
        category=category_link(chrome, tool.category, current.dossier.category),
        price=pricing.entry,
        price_as_of=pricing.as_of,
        tally=current.tally,
        votes=votes,
        scale=make_scale(current.tally, votes),
        apart=points_apart(current.tally, votes),
        division=divide(current.rows),
        published_at=current.published_at,
        scripted=is_script(current.how_made.engine),
    )


def comparison_line(chrome: Chrome, comparison: ComparisonPage) -> ComparisonLine:
    """Make a comparison's line."""
    page = comparison.page
    return ComparisonLine(
        href=chrome.href(comparison_path(comparison.slug)),
        parts=title_parts(page.title, comparison.slug),
        verdict=page.comparison.verdict,
        shares=tuple(
            (
                Link(chrome.href(tool_path(card.dossier.slug)), shown_name(card.dossier.name, card.dossier.slug)),
                card.tally,
            )
            for card in page.tools
        ),
        approvers=page.how_made.approvers,
        published_at=comparison.ref.published_at,
        pair=comparison.kind == "pair",
        scripted=is_scripted(page),
    )


def listed_comparisons(site: Site, chrome: Chrome, refs: tuple[ComparisonRef, ...]) -> tuple[ComparisonLine, ...]:
    """Make the lines of comparisons, those that a panel judged first."""
    lines = [comparison_line(chrome, site.comparisons[ref.slug]) for ref in refs if ref.slug in site.comparisons]
    return tuple(sorted(lines, key=lambda line: line.pair))


def category_line(site: Site, chrome: Chrome, category: CategoryPage) -> CategoryLine:
    """Make a category's line."""
    first = [site.tools[slug] for slug in category.tools[:3]]
    return CategoryLine(
        href=chrome.href(category_path(category.slug)),
        name=shown_name(category.name, category.slug),
        tools=len(category.tools),
        comparisons=len(category.comparisons),
        first=tuple(Link(chrome.href(tool_path(tool.slug)), shown_name(tool.name, tool.slug)) for tool in first),
    )


def correction_line(site: Site, chrome: Chrome, one: Correction) -> CorrectionLine:
    """Make a correction's line."""
    return CorrectionLine(
        at=one.at,
        what=_DONE[one.kind],
        reason=one.reason,
        author="" if one.kind == "withdrawn" else one.author,
        reviewer=one.persona_name,
        tool=one.tool_name,
        title=shown_name(one.title, one.page),
        href=chrome.href(comparison_path(one.page)) if one.page in site.comparisons else "",
    )


def category_link(chrome: Chrome, slug: str, name: str) -> Link:
    """Make the link to a category."""
    return Link(chrome.href(category_path(slug)), shown_name(name, slug))


def title_parts(title: str, slug: str) -> tuple[str, ...]:
    """Cut a title where it says "vs", so that each name stands by itself; its slug, when nothing of it can be seen."""
    return tuple(title.split(" vs ")) if plain_text(title) else (slug,)
