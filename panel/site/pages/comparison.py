"""A comparison's page on the site: the body that editors approved, with the site around it and readers' votes in it."""

from __future__ import annotations

from dataclasses import dataclass

from panel.publish.context import (
    BodyContext,
    Pair,
    PairSource,
    body_fields,
    is_scripted,
    summary_of,
)
from panel.site.model import ComparisonPage, Site, comparison_path, tool_path
from panel.site.pages.chrome import Chrome, Frame, shown_name
from panel.site.pages.figures import show_votes, write_all_readers
from panel.site.pages.head import Head, make_head
from panel.site.pages.listing import category_link, correction_line
from panel.site.pairs import is_one_model


@dataclass(frozen=True, slots=True)
class ComparisonContext(BodyContext):
    """Every name that `comparison.html.j2` may use, its body's included.

    Attributes:
        frame: the publication.
        head: the page's head.
    """

    frame: Frame
    head: Head


def comparison_html(site: Site, page: ComparisonPage, chrome: Chrome, structured: str = "", card: str = "") -> str:
    """Render a comparison's page.

    Args:
        site: the site.
        page: the comparison.
        chrome: the site's.
        structured: its JSON-LD, every `<` escaped.
        card: the place, or the address, of its social picture.

    Raises:
        InputProblems: a template of the newsroom is wrong.
    """
    return chrome.render("comparison.html.j2", comparison_context(site, page, chrome, structured, card))


def comparison_context(
    site: Site, page: ComparisonPage, chrome: Chrome, structured: str = "", card: str = ""
) -> ComparisonContext:
    """Compute what the template needs beside the page."""
    place = comparison_path(page.slug)
    shown = page.page
    votes = tuple(show_votes(site, community) for community in page.community)
    of_site = {slug: site.tools[slug] for slug in page.ref.tools if slug in site.tools}
    rehearsal = " (scripted rehearsal)" if is_scripted(shown) else ""
    fields = body_fields(shown) | {
        "places": {slug: chrome.href(tool_path(slug)) for slug in of_site},
        "categories": {slug: category_link(chrome, tool.category, "").href for slug, tool in of_site.items()},
        "votes": votes,
        "community_read": write_all_readers(
            (card.dossier.name, card.tally, shown_votes) for card, shown_votes in zip(shown.tools, votes, strict=True)
        ),
        "voting": chrome.frame.voting,
        "newsletter": chrome.frame.newsletter,
        "corrections": tuple(correction_line(site, chrome, one) for one in page.corrections),
        "pair": _pair(site, page, chrome) if page.kind == "pair" else None,
    }
    head = make_head(
        chrome,
        place,
        f"{shown.title if shown.title.strip() else page.slug}{chrome.titles.get(place, '')}{rehearsal}",
        summary_of(shown),
        kind=f"page-comparison of-{len(shown.tools) if len(shown.tools) <= 4 else 'many'}",
        here="-",
        type="article",
        scripts="vote" if chrome.frame.voting else "",
        structured=structured,
        card=card,
        data=f"{place}index.json",
    )
    return ComparisonContext(**fields, frame=chrome.frame, head=head)


def comparison_outside(site: Site, page: ComparisonPage, chrome: Chrome) -> tuple[str, ...]:
    """Return what a comparison's page shows that neither its record, nor its shown votes, nor the chrome hold.

    A build that keeps pages which would come out the same has to look at this too.
    """
    pair = _pair(site, page, chrome) if page.kind == "pair" else None
    own = [slug for slug in page.ref.tools if slug in site.tools]
    return (chrome.titles.get(comparison_path(page.slug), ""), repr(pair), *own)


def _pair(site: Site, page: ComparisonPage, chrome: Chrome) -> Pair:
    """Say where a pair's parts come from."""
    tools = [site.tools[slug] for slug in page.ref.tools if slug in site.tools]
    sources = []
    for tool in tools:
        version = tool.current
        origin = site.comparisons.get(version.page)
        sources.append(
            PairSource(
                name=shown_name(tool.name, tool.slug),
                href=chrome.href(tool_path(tool.slug)),
                title=shown_name(origin.page.title, origin.slug) if origin else version.page,
                comparison=chrome.href(comparison_path(version.page)) if origin else "",
                published_at=version.published_at,
            )
        )
    return Pair(tuple(sources), one_model=is_one_model(tool.current.how_made for tool in tools))
