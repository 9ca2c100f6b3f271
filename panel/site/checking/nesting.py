"""Where elements stand: HTML's content models, and the page's frame of html, head and body."""

from __future__ import annotations

from collections.abc import Iterator

from panel.site.checking.characters import BLANKS
from panel.site.checking.markup import Document, Element
from panel.site.checking.problems import Fault
from panel.site.checking.vocabulary import (
    DANGEROUS,
    ELEMENTS,
    INTERACTIVE,
    SVG_ELEMENTS,
    TRANSPARENT,
    WITHOUT_TEXT,
    may_hold,
)


def check_nesting(document: Document) -> Iterator[Fault]:
    """Yield what stands where HTML does not let it stand."""
    yield from check_placement(document)
    yield from _check_frame(document)


def check_placement(document: Document) -> Iterator[Fault]:
    """Yield elements and texts in the wrong parents; for a fragment of a page as for a page."""
    for element in document.elements:
        yield from _check_element(element)
        if element.name in WITHOUT_TEXT and not element.foreign:
            for child in element.children:
                if isinstance(child, str) and child.strip(BLANKS):
                    yield Fault(element.line, "nesting", f"text directly in <{element.name}>")
                    break


def _check_element(element: Element) -> Iterator[Fault]:
    name, line = element.name, element.line
    if name in DANGEROUS:
        return
    if name not in (SVG_ELEMENTS if element.foreign else ELEMENTS):
        yield Fault(line, "element", f"<{name}> is not an element that Panel's pages have")
        return
    parent = element.parent
    assert parent is not None
    if element.foreign and parent.foreign:
        return
    while parent.parent is not None and parent.name in TRANSPARENT and parent.parent.name != "head":
        parent = parent.parent
    known = parent.name in ELEMENTS and not parent.foreign
    if known and not _stands_well(parent, name):
        yield Fault(line, "nesting", f"<{name}> cannot stand in <{parent.name}>")
    if name in INTERACTIVE:
        yield from _check_interactive(element)
    if name == "form" and any(above.name == "form" for above in element.ancestors()):
        yield Fault(line, "nesting", "a form in a form")


def _stands_well(parent: Element, name: str) -> bool:
    if parent.name == "div" and name in ("dt", "dd"):
        return parent.parent is not None and parent.parent.name == "dl"
    if parent.name == "noscript":
        return name in ("link", "style", "meta")
    return may_hold(parent.name, name)


def _check_interactive(element: Element) -> Iterator[Fault]:
    if element.name == "input" and element.get("type").lower() == "hidden":
        return
    for above in element.ancestors():
        if above.name in ("a", "button") or (above.name == "label" and element.name in ("a", "label", "details")):
            yield Fault(element.line, "nesting", f"<{element.name}> cannot stand in a <{above.name}>")
            return


def _check_frame(document: Document) -> Iterator[Fault]:
    top = [child for child in document.root.children if isinstance(child, Element)]
    if [element.name for element in top] != ["html"]:
        yield Fault(1, "nesting", "a page is one html element")
        return
    inside = [child.name for child in top[0].children if isinstance(child, Element)]
    if inside != ["head", "body"]:
        yield Fault(top[0].line, "nesting", "the html element holds a head, then a body, and nothing else")
    for element in document.named("meta", "link", "style", "template", "title"):
        parent = element.parent
        body_ok = element.name == "template" or (element.name in ("meta", "link") and "itemprop" in element.attributes)
        if not body_ok and parent is not None and parent.name not in ("head", "noscript"):
            yield Fault(element.line, "nesting", f"<{element.name}> belongs in the head")
