"""What everything is called: texts for images, labels for controls, names for buttons and links, headers of tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from panel.site.checking.markup import Document, Element
from panel.site.checking.problems import Fault

_UNLABELLED: Final = ("hidden", "submit", "reset", "button", "image")


def check_access(document: Document) -> Iterator[Fault]:
    """Yield what somebody who cannot see the page would not be told."""
    labelled = {label.get("for") for label in document.named("label") if document.words(label)}
    for element in document.elements:
        match element.name:
            case "svg" if element.parent is None or not element.parent.foreign:
                if not (is_hidden(element) or (element.get("role") == "img" and name_of(element, document))):
                    yield Fault(element.line, "image-alternative", "<svg> is neither aria-hidden nor a named role=img")
            case _ if element.foreign:
                pass
            case "img" | "area":
                if "alt" not in element.attributes and not is_hidden(element):
                    yield Fault(element.line, "image-alternative", f"<{element.name}> without alt")
            case "input" | "select" | "textarea" | "meter" | "progress" | "output":
                yield from _check_control(element, document, labelled)
            case "button":
                if not name_of(element, document):
                    yield Fault(element.line, "control-name", "a button without a name")
            case "a" | "summary":
                if (element.name == "summary" or "href" in element.attributes) and not name_of(element, document):
                    yield Fault(element.line, "control-name", f"<{element.name}> without words")
            case "fieldset":
                legends = [child for child in element.children if isinstance(child, Element) and child.name == "legend"]
                if not any(legend.text() for legend in legends) and not _own_name(element, document):
                    yield Fault(element.line, "control-label", "a fieldset without a legend")
            case "table":
                if not any(cell.name == "th" and cell.text() for cell in _inside(element)):
                    yield Fault(element.line, "table-headers", "a table without header cells")


def _check_control(element: Element, document: Document, labelled: set[str]) -> Iterator[Fault]:
    kind = element.get("type").lower() if element.name == "input" else ""
    if kind == "image" and not element.get("alt"):
        yield Fault(element.line, "image-alternative", "<input type=image> without alt")
    if kind == "button" and not (element.get("value") or _own_name(element, document)):
        yield Fault(element.line, "control-name", "a button without a name")
    if kind in _UNLABELLED or element.name == "output":
        return
    wrapped = any(above.name == "label" and document.words(above) for above in element.ancestors())
    if not (wrapped or element.get("id") in labelled or _own_name(element, document)):
        name = element.get("name")
        yield Fault(element.line, "control-label", f"<{element.name}{f' name={name}' if name else ''}> has no label")


def _inside(element: Element) -> Iterator[Element]:
    for child in element.children:
        if isinstance(child, Element):
            yield child
            yield from _inside(child)


def is_hidden(element: Element) -> bool:
    """Say whether screen readers are told to leave the element out; what style sheets hide is not known here."""
    return any(
        one.get("aria-hidden") == "true" or "hidden" in one.attributes for one in (element, *element.ancestors())
    )


def name_of(element: Element, document: Document) -> str:
    """Return what a screen reader would call the element, roughly: its own name, else its words and images."""
    return _own_name(element, document) or "".join(_spoken(element)).strip()


def _own_name(element: Element, document: Document) -> str:
    targets = (document.ids.get(name) for name in element.get("aria-labelledby").split()[:20])
    by_id = " ".join(document.words(target) for target in targets if target is not None)
    return (by_id or element.get("aria-label") or element.get("title")).strip()


def _spoken(element: Element) -> Iterator[str]:
    for child in element.children:
        if isinstance(child, str):
            yield child
        elif child.get("aria-hidden") == "true" or "hidden" in child.attributes:
            continue
        elif child.name in ("img", "input"):
            yield child.get("alt") or child.get("value")
        else:
            yield child.get("aria-label")
            yield from _spoken(child)
