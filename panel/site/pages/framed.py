"""A page whose body somebody else made: the weekly mail as a page, for one."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from panel.site.pages.chrome import Chrome, Frame
from panel.site.pages.head import Head, make_head


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
