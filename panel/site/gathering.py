"""From publications to a site: which page stands where, and what follows for tools, categories and corrections.

Pure functions of their arguments: the same publications, votes and settings make the same site, whenever it is built.

At one address the newest publication stands. When that one was withdrawn the page is gone: what it had replaced does
not come back by itself, because somebody decided that readers should no longer see that comparison.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from panel.records import Action, Community, Page, Persona, is_slug, sha256_of
from panel.settings import PublicationSettings, ReadersSettings, SiteSettings
from panel.site.model import (
    CategoryPage,
    Change,
    ComparisonPage,
    ComparisonRef,
    Correction,
    Publication,
    Site,
    ToolPage,
    ToolVersion,
    current_version,
)
from panel.site.pairs import make_pairs
from panel.site.versions import make_versions


def make_site(
    publications: Iterable[Publication],
    *,
    site: SiteSettings,
    publication: PublicationSettings | None = None,
    readers: ReadersSettings | None = None,
    votes: Mapping[str, Community] | None = None,
    pairs: Iterable[Sequence[str]] = (),
    personas: Sequence[Persona] = (),
) -> Site:
    """Make the model of a site.

    Args:
        publications: every publication that was ever made, in any order.
        site: the publication's name and newsletter address.
        publication: its other settings.
        readers: how readers vote and sign up.
        votes: readers' votes by tool.
        pairs: tools that an editor asked to be compared without a run of their own; what can no longer be compared
            (a tool was withdrawn, a run compared them since) is left out.
        personas: for the methodology page, in the panel's order.
    """
    publication = publication or PublicationSettings()
    ordered = tuple(sorted(publications, key=_moment))
    votes = votes or {}
    told = sorted(_corrections(ordered), key=lambda one: one.at)
    corrections = tuple(reversed(told))
    ordered = _withdraw_replaced([one for one in ordered if not one.reverted])
    versions = make_versions(ordered, corrections)
    compared = [_comparison(one, votes, corrections) for one in standing_publications(ordered)]
    current = {tool: current_version(of_tool) for tool, of_tool in versions.items()}
    compared += make_pairs(current, compared, asked=pairs, every=publication.pairs == "all", votes=votes)
    compared.sort(key=lambda one: (one.ref.published_at, one.slug), reverse=True)
    refs = [one.ref for one in compared]
    names = _category_slugs(one.dossier.category for one in current.values())
    tools = {slug: _tool(slug, of_tool, names, refs, votes) for slug, of_tool in sorted(versions.items())}
    return Site(
        site=site,
        publication=publication,
        readers=readers or ReadersSettings(),
        tools=tools,
        comparisons={one.slug: one for one in compared},
        categories=_categories(tools, names, refs),
        corrections=corrections,
        personas=tuple(personas),
        publications=ordered,
    )


def _withdraw_replaced(ordered: Sequence[Publication]) -> tuple[Publication, ...]:
    """Take back, with the publication that was withdrawn from an address, those that it had replaced there."""
    newest = {one.page.slug: one for one in ordered}
    taken_back = []
    for one in ordered:
        last = newest[one.page.slug]
        if last.withdrawn_at and not one.withdrawn_at:
            update = {"withdrawn_at": last.withdrawn_at, "withdrawn_because": last.withdrawn_because}
            one = one.model_copy(update=update)
        taken_back.append(one)
    return tuple(taken_back)


def standing_publications(publications: Iterable[Publication]) -> tuple[Publication, ...]:
    """Return the publication that stands at each address: the newest that was not reverted, unless it was withdrawn."""
    made = sorted((one for one in publications if not one.reverted), key=_moment)
    newest = {one.page.slug: one for one in made}
    return tuple(one for one in newest.values() if one.withdrawn_at is None)


def _moment(publication: Publication) -> tuple[datetime, str, int]:
    return publication.at, publication.run_id, publication.seq


def _comparison(
    publication: Publication, votes: Mapping[str, Community], corrections: Iterable[Correction]
) -> ComparisonPage:
    page = publication.page
    return ComparisonPage(
        slug=page.slug,
        kind="panel",
        page=page,
        sha256=publication.sha256,
        community=tuple(votes.get(card.dossier.slug) for card in page.tools),
        corrections=tuple(one for one in corrections if one.page == page.slug),
    )


def _corrections(ordered: Iterable[Publication]) -> Iterable[Correction]:
    for publication in ordered:
        if publication.withdrawn_at is not None:
            yield Correction(
                at=publication.withdrawn_at,
                kind="withdrawn",
                author=publication.author,
                reason=publication.withdrawn_because,
                page=publication.page.slug,
                title=publication.page.title,
            )
        else:
            yield from (_corrected(publication, change) for change in publication.changes)


_KINDS = {Action.EDIT: "edit", Action.FLIP: "flip", Action.REDRAFT: "redraft"}


def _corrected(publication: Publication, change: Change) -> Correction:
    page = publication.page
    return Correction.model_validate(
        {
            "at": publication.published_at,
            "kind": _KINDS[change.action],
            "author": change.author,
            "reason": change.reason,
            "page": page.slug,
            "title": page.title,
            "tool": change.tool,
            "tool_name": _tool_name(page, change.tool),
            "persona": change.persona,
            "persona_name": next((row.name for row in page.rows if row.persona == change.persona), change.persona),
        }
    )


def _tool_name(page: Page, tool: str) -> str:
    return next((card.dossier.name for card in page.tools if card.dossier.slug == tool), tool)


def _tool(
    slug: str,
    versions: tuple[ToolVersion, ...],
    names: Mapping[str, str],
    refs: Iterable[ComparisonRef],
    votes: Mapping[str, Community],
) -> ToolPage:
    page = ToolPage(
        slug=slug,
        category="none",
        versions=versions,
        comparisons=tuple(ref for ref in refs if slug in ref.tools),
        community=votes.get(slug),
    )
    return page.model_copy(update={"category": names[page.current.dossier.category]})


def _category_slugs(names: Iterable[str]) -> dict[str, str]:
    """Give each category's name a slug of its own: names that fold to the same are told apart by a hash."""
    folded: dict[str, set[str]] = {}
    for name in names:
        folded.setdefault(_fold(name), set()).add(name)
    slugs = {}
    for slug, alike in folded.items():
        for name in alike:
            whole = slug if len(alike) == 1 and is_slug(slug) else f"{slug[:60]}-{sha256_of(name)[:8]}".strip("-")
            slugs[name] = whole
    return slugs


def _fold(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:70].strip("-")


def _categories(
    tools: Mapping[str, ToolPage], names: Mapping[str, str], refs: Sequence[ComparisonRef]
) -> dict[str, CategoryPage]:
    members: dict[str, list[ToolPage]] = {}
    for tool in tools.values():
        members.setdefault(tool.current.dossier.category, []).append(tool)
    made = {}
    for name, of_category in sorted(members.items()):
        slugs = {tool.slug for tool in of_category}
        ranked = sorted(of_category, key=lambda tool: (-(tool.current.tally.ship_share or 0.0), tool.name.casefold()))
        made[names[name]] = CategoryPage(
            slug=names[name],
            name=name,
            tools=tuple(tool.slug for tool in ranked),
            comparisons=tuple(ref for ref in refs if slugs.intersection(ref.tools)),
        )
    return made
