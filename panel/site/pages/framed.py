"""A page whose body somebody else made: the weekly mail as a page, for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from markupsafe import Markup

from panel.publish.render import format_day
from panel.site.pages.chrome import Chrome, Frame
from panel.site.pages.head import Head, make_head

WEEKS = "What was published, changed and divided the panel, as the weekly mail tells it."
_WEEKS = '<header class="opening">\n<h1>Week by week</h1>\n<p class="byline">{}</p>\n</header>\n{}'
_NO_WEEK = '<p class="nothing">Nothing has been published yet.</p>'


@dataclass(frozen=True, slots=True)
class FramedContext:
    """Every name that `framed.html.j2` may use.

    Attributes:
        frame: the publication.
        head: the page's head.
        main: the body, from its `h1` on.
    """

    frame: Frame
    head: Head
    main: Markup


def framed_html(
    chrome: Chrome, path: str, name: str, description: str, main: Markup, *, kind: str = "page-framed", here: str = "-"
) -> str:
    """Render a page around a body.

    Args:
        chrome: the site's.
        path: the page's place under the site.
        name: what it is called, unlike any other page.
        description: in a sentence or two.
        main: the body, from its one `h1` on. It is not escaped, so no text that somebody else wrote may be in it raw.
        kind: the page's class, for the style sheet.
        here: the place of the navigation's entry that it belongs to; "-" for none.

    Raises:
        InputProblems: a template of the newsroom is wrong.
    """
    head = make_head(chrome, path, name, description, kind=kind, here=here, type="article")
    return chrome.render("framed.html.j2", FramedContext(chrome.frame, head, main))


def weeks_html(chrome: Chrome, weeks: Sequence[str]) -> str:
    """Render the list of the weekly pages.

    Args:
        chrome: the site's.
        weeks: ISO weeks that have a page, "2026-W47", newest first.

    Raises:
        InputProblems: a template of the newsroom is wrong.
    """
    lines = Markup("\n").join(
        Markup('<li><a href="{}">The week of {}</a> <span class="digest-note">{}</span></li>').format(
            chrome.href(f"digest/{week}/"), format_day(date.fromisocalendar(int(week[:4]), int(week[6:]), 1)), week
        )
        for week in weeks
    )
    listed = Markup('<ul class="weeks">\n{}\n</ul>').format(lines) if weeks else Markup(_NO_WEEK)
    return framed_html(chrome, "digest/", "Week by week", WEEKS, Markup(_WEEKS).format(WEEKS, listed))
