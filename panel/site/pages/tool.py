"""A tool's page: what is known of it, what the panel and readers say, and how both changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from panel.publish.context import CorrectionLine, ShownVotes, is_script, utc_day
from panel.publish.making import Making, read_making
from panel.site.model import Site, ToolPage, ToolVersion, comparison_path, tool_path, version_path
from panel.site.pages.chrome import Chrome, Frame, Link, shown_name
from panel.site.pages.figures import Division, Scale, divide, make_scale, show_votes, write_readers
from panel.site.pages.head import Head, make_head
from panel.site.pages.listing import ComparisonLine, category_link, correction_line, listed_comparisons


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One version of a tool's verdicts in its history.

    Attributes:
        n: its number.
        href: where it stays readable.
        published_at: when it was published.
        label: the panel's share with its denominator; "" for one that was withdrawn.
        changes: what was new, a sentence each; () for the first and for one that was withdrawn.
        corrections: the editors' changes that led to it.
        origin: the comparison it was published in; its address is "" where that is gone.
        stands: whether it is the current one.
        withdrawn_at: when it was taken back.
        withdrawn_because: why.
    """

    n: int
    href: str
    published_at: datetime
    label: str
    changes: tuple[str, ...]
    corrections: tuple[CorrectionLine, ...]
    origin: Link
    stands: bool
    withdrawn_at: datetime | None
    withdrawn_because: str


@dataclass(frozen=True, slots=True)
class VerdictContext:
    """What the page of a tool and that of one version of its verdicts have in common.

    Attributes:
        frame: the publication.
        head: the page's head.
        name: the tool's name.
        version: the facts, calls and arguments that are shown.
        names: the tool's name by its slug, as rows of reviewers want it.
        writer: what wrote the drafts: "model" or "script".
        scripted: whether no model wrote them.
        approvers: who approved them, in order of appearance.
        first_approval: the day of the first approval, none without any.
        last_approval: the day of the last approval, none without any.
        division: the reviewers on either side.
        making: independence, interests, how firm each call was, provenance.
    """

    frame: Frame
    head: Head
    name: str
    version: ToolVersion
    names: Mapping[str, str]
    writer: str
    scripted: bool
    approvers: tuple[str, ...]
    first_approval: date | None
    last_approval: date | None
    division: Division
    making: Making


@dataclass(frozen=True, slots=True)
class ToolContext(VerdictContext):
    """Every name that `tool.html.j2` may use.

    Attributes:
        slug: the tool's slug.
        category: its category's page.
        votes: the readers' votes.
        readers_read: how readers and panel compare, in words.
        scale: both on one line; None unless both have a share.
        rivals: the rivals that the dossier names, with the pages of those that are on the site.
        history: every version, newest first.
        comparisons: those it is in, newest first, those that a panel judged before the others.
    """

    slug: str
    category: Link
    votes: ShownVotes
    readers_read: str
    scale: Scale | None
    rivals: tuple[Link, ...]
    history: tuple[HistoryLine, ...]
    comparisons: tuple[ComparisonLine, ...]


def tool_html(site: Site, tool: ToolPage, chrome: Chrome, structured: str = "", card: str = "") -> str:
    """Render a tool's page.

    Args:
        site: the site.
        tool: the tool.
        chrome: the site's.
        structured: its JSON-LD, every `<` escaped.
        card: the place, or the address, of its social picture.

    Raises:
        InputProblems: a template of the newsroom is wrong.
    """
    return chrome.render("tool.html.j2", tool_context(site, tool, chrome, structured, card))


def tool_context(site: Site, tool: ToolPage, chrome: Chrome, structured: str = "", card: str = "") -> ToolContext:
    """Compute what the template needs of a tool."""
    current = tool.current
    place = tool_path(tool.slug)
    votes = show_votes(site, tool.community)
    fields = verdict_fields(tool, current, chrome)
    rehearsal = "Scripted rehearsal, no model wrote this. " if fields["scripted"] else ""
    head = make_head(
        chrome,
        place,
        f"{fields['name']}: the panel’s verdict{chrome.titles.get(place, '')}"
        f"{' (scripted rehearsal)' if rehearsal else ''}",
        f"{rehearsal}{fields['name']}: {current.tally.label}. {current.dossier.tagline}",
        kind="page-tool of-1",
        here="categories/",
        type="article",
        scripts="vote" if chrome.frame.voting else "",
        structured=structured,
        card=card,
        data=f"{place}index.json",
    )
    return ToolContext(
        **fields,
        head=head,
        slug=tool.slug,
        category=category_link(chrome, tool.category, current.dossier.category),
        votes=votes,
        readers_read=write_readers(fields["name"], current.tally, votes),
        scale=make_scale(current.tally, votes),
        rivals=_rivals(tool, chrome),
        history=tuple(_history(site, tool, version, chrome) for version in reversed(tool.versions)),
        comparisons=listed_comparisons(site, chrome, tool.comparisons),
    )


def tool_outside(site: Site, tool: ToolPage, chrome: Chrome) -> tuple[str, ...]:
    """Return what a tool's pages show that neither its record, nor its shown votes, nor the chrome hold.

    A build that keeps pages which would come out the same has to look at this too.
    """
    origins = tuple(origin_of(site, version, chrome) for version in tool.versions)
    lines = listed_comparisons(site, chrome, tool.comparisons)
    return (chrome.titles.get(tool_path(tool.slug), ""), repr(_rivals(tool, chrome)), repr(origins), repr(lines))


def verdict_fields(tool: ToolPage, version: ToolVersion, chrome: Chrome) -> dict[str, Any]:
    """Return the fields that a tool's page and a version's have in common, the head left out."""
    cells = [cell for row in version.rows for cell in row.cells]
    days = [utc_day(cell.approved_at) for cell in cells if cell.approved_at]
    scripted = is_script(version.how_made.engine)
    name = shown_name(version.dossier.name, tool.slug)
    names = {tool.slug: name}
    return {
        "frame": chrome.frame,
        "name": name,
        "version": version,
        "names": names,
        "writer": "script" if scripted else "model",
        "scripted": scripted,
        "approvers": tuple(dict.fromkeys(cell.approved_by for cell in cells if cell.approved_by)),
        "first_approval": min(days, default=None),
        "last_approval": max(days, default=None),
        "division": divide(version.rows),
        "making": read_making(version.how_made, version.rows, names, scripted=scripted),
    }


def origin_of(site: Site, version: ToolVersion, chrome: Chrome) -> Link:
    """Return the comparison that a version was published in; its address is "" where that is gone."""
    comparison = site.comparisons.get(version.page)
    if comparison is None:
        return Link("", version.page)
    return Link(chrome.href(comparison_path(version.page)), shown_name(comparison.page.title, version.page))


def _rivals(tool: ToolPage, chrome: Chrome) -> tuple[Link, ...]:
    return tuple(Link(chrome.places.get(name.casefold(), ""), name) for name in tool.current.dossier.rivals)


def _history(site: Site, tool: ToolPage, version: ToolVersion, chrome: Chrome) -> HistoryLine:
    withdrawn = version.withdrawn_at is not None
    return HistoryLine(
        n=version.n,
        href=chrome.href(version_path(tool.slug, version.n)),
        published_at=version.published_at,
        label="" if withdrawn else version.tally.label,
        changes=() if withdrawn else version.changes,
        corrections=() if withdrawn else tuple(correction_line(site, chrome, one) for one in version.corrections),
        origin=origin_of(site, version, chrome),
        stands=version is tool.current,
        withdrawn_at=version.withdrawn_at,
        withdrawn_because=version.withdrawn_because,
    )
