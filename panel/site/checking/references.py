"""What a page refers to: every address in it, with the use it is put to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from panel.site.checking.markup import Document, Element

Use = Literal["link", "style", "script", "image", "font", "media", "manifest", "fetch", "form", "connect"]

RESOURCES: Final[frozenset[Use]] = frozenset({"style", "script", "image", "font", "media", "manifest", "fetch"})
"""The uses that a browser loads by itself, or a script of the page does."""
_PRELOADS: Final[dict[str, Use]] = {
    "style": "style",
    "script": "script",
    "image": "image",
    "font": "font",
    "fetch": "fetch",
    "audio": "media",
    "video": "media",
    "track": "media",
}
_SOURCES: Final[dict[str, Use]] = {
    "img": "image",
    "input": "image",
    "video": "media",
    "audio": "media",
    "track": "media",
    "script": "script",
}
_IMAGE_METAS: Final = ("og:image", "og:image:url", "og:image:secure_url", "twitter:image")
_STYLE_ADDRESS = re.compile(r"""@import\s+["']([^"'\n]*)["']|url\(\s*(?:"([^"\n]*)"|'([^'\n]*)'|([^"'()\s]*))\s*\)""")
_STYLE_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)


class Reference(NamedTuple):
    """One address of a page; `address` is as it stands there, blanks around it removed as browsers do."""

    line: int
    use: Use
    address: str


def references(document: Document) -> Iterator[Reference]:
    """Yield every address of the page that somebody may follow or something loads, in the page's order."""
    for element in document.elements:
        for use, address in _of_element(element):
            yield Reference(element.line, use, address)


def _of_element(element: Element) -> Iterator[tuple[Use, str]]:
    name, attributes = element.name, element.attributes
    if not attributes and name != "style":
        return
    if name == "link":
        yield from _of_link(element)
    elif name == "use" or (name in ("a", "area") and "href" in attributes):
        for key in ("href", "xlink:href"):
            if key in attributes:
                yield ("image" if name == "use" else "link"), attributes[key]
    elif name == "form" and "action" in attributes:
        yield "form", attributes["action"]
    elif name == "style":
        yield from ((use, address) for _, use, address in style_references(element.text()))
    elif name == "meta" and (element.get("property") or element.get("name")).lower() in _IMAGE_METAS:
        yield "link", element.get("content")
    if "formaction" in attributes:
        yield "form", attributes["formaction"]
    yield from _of_sources(element)
    for key, value in attributes.items():
        if key.startswith("data-") and value.startswith("/"):
            yield "fetch", value


def _of_link(element: Element) -> Iterator[tuple[Use, str]]:
    if "href" not in element.attributes:
        return
    address, relations = element.get("href"), element.tokens("rel")
    if "stylesheet" in relations:
        yield "style", address
    elif any("icon" in relation for relation in relations):
        yield "image", address
    elif "manifest" in relations:
        yield "manifest", address
    elif "modulepreload" in relations:
        yield "script", address
    elif "preload" in relations:
        yield _PRELOADS.get(element.get("as").lower(), "fetch"), address
    elif {"prefetch", "prerender"} & set(relations):
        yield "fetch", address
    elif {"preconnect", "dns-prefetch"} & set(relations):
        yield "connect", address
    elif "canonical" not in relations:
        yield "link", address


def _of_sources(element: Element) -> Iterator[tuple[Use, str]]:
    name = element.name
    parent = element.parent.name if element.parent else ""
    use: Use = "image" if name == "source" and parent == "picture" else _SOURCES.get(name, "media")
    if "src" in element.attributes and (name in _SOURCES or name == "source"):
        yield use, element.get("src")
    if "poster" in element.attributes:
        yield "image", element.get("poster")
    for key in ("srcset", "imagesrcset"):
        for candidate in element.get(key).split(","):
            if candidate.split():
                yield "image", candidate.split()[0]


def style_references(styles: str) -> Iterator[Reference]:
    """Yield the addresses that a style sheet loads, with their lines in it; comments are no part of it."""
    plain = _STYLE_COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), styles)
    line, at = 1, 0
    for found in _STYLE_ADDRESS.finditer(plain):
        line += plain.count("\n", at, found.start())
        at = found.start()
        address = next((part for part in found.groups() if part is not None), "")
        before = plain[max(0, at - 200) : at]
        use: Use = "style" if found[0].startswith("@") or before.rstrip().endswith("@import") else "image"
        if use == "image" and "@font-face" in before.rpartition("}")[2]:
            use = "font"
        yield Reference(line, use, address)
