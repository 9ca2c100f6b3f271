"""What the commands about the site have in common: reading it from the newsroom, and planning its files."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from markupsafe import Markup

from panel.digest import Week, digest_body, digest_path, digest_weeks, make_digest
from panel.publish.render import format_day
from panel.readers import count_votes
from panel.records import Community
from panel.settings import Newsroom
from panel.site.model import Site
from panel.site.pages import Chrome, framed_html
from panel.site.planning import plan_site
from panel.site.reading import read_site
from panel.site.units import Unit


def open_site(newsroom: Newsroom, *, out: str = "site") -> Site:
    """Read a newsroom's site, with the votes that readers have cast so far.

    Args:
        newsroom: which.
        out: where its pages were published, as the journals name it.

    Raises:
        IllegalMove: a release was cut short.
        Corrupt, NotFound: a journal or a published page is not what it was.
    """
    return read_site(newsroom, votes=read_votes(newsroom), out=out)


def read_votes(newsroom: Newsroom) -> Mapping[str, Community]:
    """Return readers' votes by tool; {} where nobody ever voted."""
    return count_votes(newsroom.reader_store)


def plan_newsroom(newsroom: Newsroom, site: Site) -> dict[str, Unit]:
    """Plan every file of a newsroom's site, its weekly digests included.

    A week's page is made of what stands now, so a page that was withdrawn leaves it; the letter that went out is kept
    in `digests/`.

    Raises:
        InputProblems: a template of the newsroom's own is wrong.
    """
    return plan_site(
        site,
        templates=newsroom.templates if newsroom.templates.is_dir() else None,
        digests={str(week): partial(_digest_html, site, week) for week in digest_weeks(site)},
    )


def _digest_html(site: Site, week: Week, chrome: Chrome) -> str:
    name = f"The week of {format_day(week.begins_at)}"
    opening = Markup('<header class="opening">\n<h1>{}</h1>\n<p class="byline">{}</p>\n</header>\n').format(
        name, f"{week}, {week.days}"
    )
    body = opening + Markup(digest_body(make_digest(site, week), site))
    described = f"{site.site.name}: what was published, changed and divided the panel in the week {week}."
    return framed_html(chrome, digest_path(week), f"{name} ({week})", described, body, kind="page-digest")
