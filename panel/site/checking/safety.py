"""What a page must not hold, whatever it is for: code in the page, and elements that load, frame or redirect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from panel.site.checking.markup import Document, Element
from panel.site.checking.meta import named_meta
from panel.site.checking.problems import Fault
from panel.site.checking.vocabulary import DANGEROUS

_CODE_IN_SVG: Final = ("script", "style", "image", "a")
_LOADING: Final = ("srcdoc", "ping", "background", "dynsrc", "lowsrc", "manifest")


def check_safety(document: Document) -> Iterator[Fault]:
    """Yield everything in the page that a policy should never have to stop."""
    for element in document.elements:
        name, line = element.name, element.line
        if name in DANGEROUS or (element.foreign and name in _CODE_IN_SVG):
            yield Fault(line, "dangerous", f"<{name}> has no place in a page")
        if name == "meta" and element.get("http-equiv").lower() in ("refresh", "set-cookie"):
            yield Fault(line, "dangerous", f'<meta http-equiv="{element.get("http-equiv")}"> has no place in a page')
        if (
            name == "script"
            and "src" not in element.attributes
            and element.get("type").lower() != "application/ld+json"
        ):
            yield Fault(line, "inline-code", "a script in the page; scripts are files under assets/")
        yield from _check_attributes(element)


def _check_attributes(element: Element) -> Iterator[Fault]:
    for attribute in element.attributes:
        if attribute.startswith("on") or attribute == "style":
            yield Fault(element.line, "inline-code", f"<{element.name} {attribute}=…>")
        elif attribute in _LOADING:
            yield Fault(element.line, "dangerous", f"<{element.name} {attribute}=…>")
    opens = element.get("target") or element.get("formtarget")
    if (
        opens
        and opens.lower() not in ("_self", "_parent", "_top")
        and not ({"noopener", "noreferrer"} & set(element.tokens("rel")))
    ):
        yield Fault(element.line, "opener", f'<{element.name} target="{opens}"> without rel="noopener"')


def check_approved(document: Document) -> Iterator[Fault]:
    """Yield the marks that Panel's previews carry: a banner that says DRAFT, a title that says "not approved"."""
    for element in document.elements:
        if "banner" in element.tokens("class") and "DRAFT" in element.text():
            yield Fault(element.line, "unapproved", "the page is marked as a draft")
    if not is_indexable(document):
        for title in document.named("title"):
            if "not approved" in title.text().lower():
                yield Fault(title.line, "unapproved", "the page's title says that it is not approved")


def is_indexable(document: Document) -> bool:
    """Say whether search engines may list the page."""
    named = named_meta(document)
    contents = [content for name in ("robots", "googlebot") for _, content in named.get(name, [])]
    return not any(
        word in ("noindex", "none") for content in contents for word in content.lower().replace(",", " ").split()
    )
