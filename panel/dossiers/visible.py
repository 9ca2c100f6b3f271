"""An HTML page as a reader sees it: what is hidden is taken out, what stands in blocks comes back as paragraphs.

Judged by markup and inline style alone. What a stylesheet or a script hides is not known here; the checks that flag
instruction-like sentences are the net below. Nothing recurses: a page may be nested as deep as it likes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import lxml.html
from lxml import etree

from panel.dossiers.unseen import is_unseen

ATTRIBUTES_MAX = 400
"""Of one tag. lxml adds each attribute at the end of a list it walks: a tag of 300,000 takes minutes to parse."""

_BLOCKS = {
    "html", "body", "header", "footer", "main", "nav", "aside", "section", "article", "div", "center", "address",
    "h1", "h2", "h3", "h4", "h5", "h6", "hgroup", "p", "br", "hr", "pre", "blockquote", "figure", "figcaption",
    "ul", "ol", "li", "menu", "dir", "dl", "dt", "dd", "details", "summary", "dialog",
    "table", "caption", "thead", "tbody", "tfoot", "tr", "form", "fieldset", "legend",
}  # fmt: skip
_CELLS = {"td", "th"}


class _AttributeCounter:
    """A parser target that builds nothing: with no tree to grow, the same tokenizer is quick on any page."""

    def __init__(self) -> None:
        self.most = 0

    def start(self, tag: str | bytes, attrib: Mapping[Any, Any]) -> None:
        self.most = max(self.most, len(attrib))

    def end(self, tag: str | bytes) -> None:
        pass

    def data(self, data: str | bytes) -> None:
        pass

    def comment(self, text: str | bytes) -> None:
        pass

    def close(self) -> Any:
        return None


def parse_html(text: str) -> lxml.html.HtmlElement | None:
    """Parse a page, however broken.

    Returns:
        The root element without comments and processing instructions, or None when there is no page in the text or
        one of its tags is no tag anybody wrote.
    """
    raw = text.encode("utf-8", "replace")
    try:
        counter = _AttributeCounter()
        counting = etree.HTMLParser(target=counter, encoding="utf-8", no_network=True)
        counting.feed(raw)
        counting.close()
        if counter.most > ATTRIBUTES_MAX:
            return None
        parser = lxml.html.HTMLParser(
            encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=False
        )
        return lxml.html.document_fromstring(raw, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        return None


def remove_hidden(root: lxml.html.HtmlElement, *, drop_code: bool = False) -> None:
    """Empty every element that a reader does not see, in place; the text behind it stays.

    Args:
        root: the page.
        drop_code: empty code blocks too: they are no evidence.
    """
    for element in list(root.iter(etree.Element)):
        if is_unseen(str(element.tag), element.attrib) or (drop_code and element.tag == "pre"):
            # Emptied, not removed: removing joins the text before and behind, which takes quadratic time on a
            # page of many.
            element.clear(keep_tail=True)


def block_texts(root: lxml.html.HtmlElement) -> list[str]:
    """Return the text of each block, in order, white space folded; empty blocks are left out."""
    blocks: list[str] = []
    pieces: list[str] = []

    def flush() -> None:
        folded = " ".join("".join(pieces).split())
        pieces.clear()
        if folded:
            blocks.append(folded)

    for event, element in etree.iterwalk(root, events=("start", "end")):
        if element.tag in {"head", "title"}:
            if event == "end" and element.tag == "head":
                pieces.clear()
            continue
        if element.tag in _BLOCKS:
            flush()
        elif element.tag in _CELLS:
            pieces.append(" ")
        text = element.text if event == "start" else element.tail
        if text:
            pieces.append(text)
    flush()
    return blocks
