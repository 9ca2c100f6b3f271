"""A page's head and outline: what browsers, search engines and screen readers ask of it first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from panel.site.checking.markup import Document
from panel.site.checking.problems import Fault

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
_LEVELS: Final = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
ID_LISTS: Final = (
    "for",
    "form",
    "list",
    "headers",
    "popovertarget",
    "aria-activedescendant",
    "aria-controls",
    "aria-describedby",
    "aria-details",
    "aria-errormessage",
    "aria-flowto",
    "aria-labelledby",
    "aria-owns",
)
"""Attributes that name elements of the same page by id."""


def check_head(document: Document, source: str) -> Iterator[Fault]:
    """Yield what the head lacks or has too much of."""
    charsets = [meta for meta in document.named("meta") if "charset" in meta.attributes]
    if [meta.get("charset").lower() for meta in charsets] != ["utf-8"]:
        yield Fault(charsets[0].line if charsets else 0, "charset", 'one <meta charset="utf-8"> is needed')
    elif "charset" not in source.encode("utf-8")[:1024].decode("utf-8", "ignore"):
        yield Fault(charsets[0].line, "charset", "it stands behind the first 1,024 bytes")
    for root in document.named("html"):
        if not _LANGUAGE.fullmatch(root.get("lang")):
            yield Fault(root.line, "language", "<html> needs a lang such as en")
    titles = list(document.named("title"))
    if len(titles) != 1 or not titles[0].text():
        yield Fault(titles[-1].line if titles else 0, "title", f"one title with words is needed, not {len(titles)}")
    yield from _check_named(document)


def _check_named(document: Document) -> Iterator[Fault]:
    contents = named_meta(document)
    descriptions = contents.get("description", [])
    if len(descriptions) != 1 or not descriptions[0][1].strip():
        yield Fault(descriptions[-1][0] if descriptions else 0, "description", "one description with words is needed")
    viewports = contents.get("viewport", [])
    if len(viewports) != 1 or "width=device-width" not in viewports[0][1].replace(" ", ""):
        yield Fault(viewports[-1][0] if viewports else 0, "viewport", "one viewport with width=device-width is needed")
    for line, content in viewports:
        if re.search(r"user-scalable\s*=\s*(?:no|0)|maximum-scale\s*=", content, re.IGNORECASE):
            yield Fault(line, "viewport", "readers must be able to zoom")


def named_meta(document: Document) -> dict[str, list[tuple[int, str]]]:
    """Return the lines and contents of `meta` elements by `name` or `property`, in lower case."""
    contents: dict[str, list[tuple[int, str]]] = {}
    for meta in document.named("meta"):
        if name := (meta.get("name") or meta.get("property")).lower():
            contents.setdefault(name, []).append((meta.line, meta.get("content")))
    return contents


def check_outline(document: Document) -> Iterator[Fault]:
    """Yield what is wrong with the main element, the headings, the ids and what names them."""
    mains = list(document.named("main"))
    if len(mains) != 1:
        yield Fault(mains[-1].line if mains else 0, "main", f"one main element is needed, not {len(mains)}")
    headings = list(document.named(*_LEVELS))
    firsts = [heading for heading in headings if heading.name == "h1"]
    if len(firsts) != 1 or not firsts[0].text():
        yield Fault(firsts[-1].line if firsts else 0, "heading-one", f"one h1 with words is needed, not {len(firsts)}")
    before = 0
    for heading in headings:
        level = _LEVELS[heading.name]
        if level > before + 1:
            yield Fault(heading.line, "heading-levels", f"{heading.name} after {f'h{before}' if before else 'nothing'}")
        before = level
    yield from _check_ids(document)


def _check_ids(document: Document) -> Iterator[Fault]:
    given = Counter(element.attributes["id"] for element in document.elements if "id" in element.attributes)
    for name, count in given.items():
        line = document.ids[name].line
        if count > 1:
            yield Fault(line, "id-unique", f"the id {name!r} is given {count} times")
        if not name or name.split() != [name]:
            yield Fault(line, "id-unique", f"the id {name!r} is empty or holds a blank")
    for element in document.elements:
        for attribute in ID_LISTS:
            if attribute not in element.attributes:
                continue
            for name in element.attributes[attribute].split():
                if name not in document.ids:
                    yield Fault(element.line, "id-target", f"{attribute} names {name!r}, which no element has as id")
