"""A page's head: what browsers, search engines and previews of links are told of it, and its policy."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from panel.site.pages.chrome import Chrome
from panel.site.plain import plain_text

Scripts = Literal["", "search", "vote"]


@dataclass(frozen=True, slots=True)
class Alternate:
    """The same content in another form.

    Attributes:
        type: its media type.
        href: its address, from the host's root.
        title: what it is.
    """

    type: str
    href: str
    title: str


@dataclass(frozen=True, slots=True)
class Head:
    """What a page's head and its frame say about it.

    Attributes:
        title: in the browser's tab, the publication's name at its end.
        name: without the publication's name, for previews of links.
        description: in a sentence or two.
        url: its own absolute address; "" for one that has none.
        type: "website" or "article".
        image: the absolute address of a picture for previews of links.
        large: whether that picture is a card made for it.
        policy: the content security policy.
        script: the address of its script; "" without one.
        structured: its structured data as JSON-LD; "" without any.
        alternates: its other forms.
        kind: the body's classes.
        here: the address in the main navigation that it belongs to.
        data: the address of its JSON twin; "" without one.
        indexed: whether search engines may list it.
    """

    title: str
    name: str
    description: str
    url: str
    type: Literal["website", "article"]
    image: str
    large: bool
    policy: str
    script: str
    structured: Markup
    alternates: tuple[Alternate, ...]
    kind: str
    here: str
    data: str
    indexed: bool


def make_head(
    chrome: Chrome,
    path: str,
    name: str,
    description: str,
    *,
    kind: str,
    title: str = "",
    here: str = "",
    type: Literal["website", "article"] = "website",
    scripts: Scripts = "",
    structured: str = "",
    card: str = "",
    data: str = "",
    feeds: str = "",
    indexed: bool = True,
) -> Head:
    """Make a page's head.

    Args:
        chrome: the site's.
        path: the page's place under the site.
        name: what it is called; the publication's name is added for its title.
        description: in a sentence or two.
        kind: the body's classes.
        title: its whole title; "" for the name with the publication's.
        here: the place under the site of the navigation's entry that it belongs to; "-" for none.
        type: as Open Graph calls it.
        scripts: which script it has.
        structured: its structured data, escaped for HTML.
        card: a picture for previews of links: a place under the site, or an absolute address.
        data: the place of its JSON twin.
        feeds: the folder of its own feeds, "" for those of the site.
        indexed: whether search engines may list it.

    Raises:
        ValueError: the structured data could end the element that it stands in.
    """
    if "<" in structured:
        raise ValueError("structured data must have every < escaped")
    name, description = plain_text(name), plain_text(description)
    of_whom = "this category" if feeds else chrome.frame.name
    alternates = [
        Alternate("application/atom+xml", chrome.href(f"{feeds}feed.atom"), f"Verdicts of {of_whom} (Atom)"),
        Alternate("application/feed+json", chrome.href(f"{feeds}feed.json"), f"Verdicts of {of_whom} (JSON Feed)"),
    ]
    if data:
        alternates.append(Alternate("application/json", chrome.href(data), "This page as data"))
    picture = card or "apple-touch-icon.png"
    return Head(
        title=plain_text(title) or f"{name} · {chrome.frame.name}",
        name=name,
        description=description,
        url=chrome.base_url + path if indexed else "",
        type=type,
        image=picture if re.match("https?://", picture) else chrome.base_url + picture,
        large=bool(card),
        policy=chrome.policies[scripts],
        script=chrome.scripts.get(scripts, ""),
        structured=Markup(structured),
        alternates=tuple(alternates),
        kind=kind,
        here="" if here == "-" else chrome.href(here),
        data=chrome.href(data) if data else "",
        indexed=indexed,
    )
