"""Comparisons without a run of their own: verdicts that stand, set side by side by rules.

Every word in one was approved on another page, and the sentences between them are computed as in every comparison; no
model writes anything. Which pairs are made is the newsroom's decision: those an editor asked for, or all of a category.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from panel.compare import compare
from panel.editorial.pages import page_slug
from panel.publish.context import SCRIPTED
from panel.records import (
    Call,
    Community,
    Disclosure,
    HowMade,
    Independence,
    Page,
    RunProvenance,
    Seat,
    SeatRow,
    ToolCard,
    sha256_of,
)
from panel.site.model import ComparisonPage, ComparisonRef, ToolVersion

MOST_TOOLS = 4


@dataclass(frozen=True, slots=True)
class _Reviewer:
    """A persona as a comparison names it."""

    slug: str
    name: str


def make_pairs(
    current: Mapping[str, ToolVersion],
    compared: Iterable[ComparisonPage],
    *,
    asked: Iterable[Sequence[str]],
    every: bool,
    votes: Mapping[str, Community],
) -> list[ComparisonPage]:
    """Make the comparisons that no run made.

    Args:
        current: the version that stands, of every tool that has a page.
        compared: the comparisons that runs made.
        asked: tools to be compared, each in the order they are shown.
        every: whether every two tools of a category are.
        votes: readers' votes by tool.
    """
    wanted = {frozenset(tools): tuple(tools) for tools in asked}
    if every:
        for tools in _of_categories(current):
            wanted.setdefault(frozenset(tools), tools)
    for page in compared:
        wanted.pop(frozenset(page.ref.tools), None)
    return [
        _compare([current[tool] for tool in tools], votes)
        for tools in sorted(wanted.values())
        if not why_not_compared(tools, current)
    ]


def why_not_compared(tools: Sequence[str], current: Mapping[str, ToolVersion]) -> str:
    """Say why these tools cannot be compared without a run; "" when they can."""
    if not 2 <= len(set(tools)) == len(tools) <= MOST_TOOLS:
        return f"a comparison has 2 to {MOST_TOOLS} different tools"
    absent = [tool for tool in tools if tool not in current]
    if absent:
        return f"nothing is published about {', '.join(absent)}"
    categories = {current[tool].dossier.category for tool in tools}
    if len(categories) > 1:
        return f"they are not of one category: {', '.join(sorted(categories))}"
    panels = {tuple(row.persona for row in current[tool].rows) for tool in tools}
    if len({frozenset(panel) for panel in panels}) > 1:
        return "they were not reviewed by the same panel"
    if len({current[tool].how_made.engine.startswith(SCRIPTED) for tool in tools}) > 1:
        return "some of them are rehearsals that no model wrote"
    return ""


def _of_categories(current: Mapping[str, ToolVersion]) -> Iterable[tuple[str, ...]]:
    members: dict[str, list[str]] = {}
    for tool, version in sorted(current.items()):
        members.setdefault(version.dossier.category, []).append(tool)
    for tools in members.values():
        yield from combinations(tools, 2)


def _compare(versions: Sequence[ToolVersion], votes: Mapping[str, Community]) -> ComparisonPage:
    dossiers = tuple(version.dossier for version in versions)
    rows = tuple(_row(row, versions) for row in versions[0].rows)
    calls: dict[Seat, Call | None] = {cell.seat: cell.call for row in rows for cell in row.cells}
    comparison = compare(dossiers, tuple(_Reviewer(row.persona, row.name) for row in rows), calls)
    page = Page(
        status="approved",
        title=" vs ".join(dossier.name for dossier in dossiers),
        slug=page_slug(tuple(dossier.slug for dossier in dossiers)),
        site_name="",
        newsletter_action="",
        tools=tuple(
            ToolCard(dossier=dossier, tally=tally, community=None)
            for dossier, tally in zip(dossiers, comparison.tallies, strict=True)
        ),
        rows=rows,
        comparison=comparison,
        how_made=_how_made(versions),
        published_at=max(version.published_at for version in versions),
    )
    sources = {version.page: version for version in versions}
    return ComparisonPage(
        slug=page.slug,
        kind="pair",
        page=page,
        sha256=sha256_of([[one.dossier.slug, one.run_id, one.page, one.n, str(one.published_at)] for one in versions]),
        community=tuple(votes.get(dossier.slug) for dossier in dossiers),
        sources=tuple(_source(version) for version in sources.values()),
    )


def _row(row: SeatRow, versions: Sequence[ToolVersion]) -> SeatRow:
    cells = [next(one for one in version.rows if one.persona == row.persona).cells[0] for version in versions]
    return row.model_copy(update={"cells": tuple(cells)})


def _source(version: ToolVersion) -> ComparisonRef:
    # Its title is not known here and not needed: readers follow the link to the tool's page.
    return ComparisonRef(
        slug=version.page,
        title=version.dossier.name,
        tools=(version.dossier.slug,),
        kind="panel",
        published_at=version.published_at,
    )


def _how_made(versions: Sequence[ToolVersion]) -> HowMade:
    """Say of several drafts together how they were made; what differs between them is listed or left out."""
    made = [version.how_made for version in versions]
    return HowMade(
        model_name=_listed(one.model_name for one in made),
        model_sha256=_same([one.model_sha256 for one in made]),
        quantization=_same([one.quantization for one in made]),
        engine=_listed(one.engine for one in made),
        personas=made[0].personas,
        drafted_at=max(one.drafted_at for one in made),
        editors=tuple(dict.fromkeys(name for one in made for name in one.editors)),
        approvers=tuple(dict.fromkeys(name for one in made for name in one.approvers)),
        approved_at=max((one.approved_at for one in made if one.approved_at), default=None),
        run_id=_listed(one.run_id for one in made),
        disclosure=_disclosure(versions),
        provenance=_provenance(made),
    )


def is_one_model(made: Iterable[HowMade]) -> bool:
    """Tell whether one model drafted all of it, as far as its name and its file say."""
    return len({(one.model_name, one.model_sha256) for one in made}) == 1


def _disclosure(versions: Sequence[ToolVersion]) -> Disclosure | None:
    """Keep every tool's own conflicts of interest, and a figure of independence only where it is one and the same.

    Where nobody asked of one tool, its reviewing model's maker counts as not known.
    """
    told = [version.how_made.disclosure for version in versions]
    if not any(told):
        return None
    return Disclosure(
        independence=_independence([version.how_made for version in versions]),
        interests=tuple(
            interest
            for version in versions
            if version.how_made.disclosure
            for interest in version.how_made.disclosure.interests
            if interest.tool == version.dossier.slug
        ),
        knows_maker=all(one is not None and one.knows_maker for one in told),
    )


def _independence(made: Sequence[HowMade]) -> Independence:
    figures = [one.disclosure.independence if one.disclosure else None for one in made]
    if figures[0] and is_one_model(made) and all(figure == figures[0] for figure in figures):
        return figures[0]
    reviewers = made[0].personas
    return Independence(
        reviewers=reviewers,
        text=f"{reviewers} reviewer{'s' if reviewers != 1 else ''}; nobody measured what verdicts of these runs are "
        "worth together",
    )


def _provenance(made: Sequence[HowMade]) -> RunProvenance | None:
    first = made[0].provenance
    return first if is_one_model(made) and all(one.provenance == first for one in made) else None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _same(values: Sequence[str | None]) -> str | None:
    return values[0] if len(set(values)) == 1 else None
