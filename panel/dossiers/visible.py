"""An HTML page as a reader sees it: what is hidden is taken out, what stands in blocks comes back as paragraphs.

Judged by markup and inline style alone. What a stylesheet or a script hides is not known here; the checks that flag
instruction-like sentences are the net below. Nothing recurses: a page may be nested as deep as it likes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import lxml.html
from lxml import etree

ATTRIBUTES_MAX = 400
"""Of one tag. lxml adds each attribute at the end of a list it walks: a tag of 300,000 takes minutes to parse."""

_NEVER_SHOWN = {
    "script", "style", "template", "noscript", "iframe", "object", "embed", "applet", "svg", "math", "canvas",
    "audio", "video", "map", "img", "picture", "source", "track", "progress", "meter",
    "select", "option", "datalist", "textarea", "input", "button",
}  # fmt: skip
_BLOCKS = {
    "html", "body", "header", "footer", "main", "nav", "aside", "section", "article", "div", "center", "address",
    "h1", "h2", "h3", "h4", "h5", "h6", "hgroup", "p", "br", "hr", "pre", "blockquote", "figure", "figcaption",
    "ul", "ol", "li", "menu", "dir", "dl", "dt", "dd", "details", "summary", "dialog",
    "table", "caption", "thead", "tbody", "tfoot", "tr", "form", "fieldset", "legend",
}  # fmt: skip
_CELLS = {"td", "th"}

_COMMENT = re.compile(r"/\*.*?(?:\*/|$)", re.DOTALL)
_ESCAPE = re.compile(r"\\([0-9a-f]{1,6})\s?|\\(.)", re.IGNORECASE)
_LENGTH = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(px|pt|em|rem|ex|ch|vw|vh|%|in|cm|mm)?")
_OFF_SCREEN = -90.0
"""In any unit: nobody places what is to be read ninety pixels, or percent, outside its box."""


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
        if _is_hidden(element) or (drop_code and element.tag == "pre"):
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


def _is_hidden(element: lxml.html.HtmlElement) -> bool:
    if element.tag in _NEVER_SHOWN or "hidden" in element.attrib:
        return True
    if element.get("aria-hidden", "").strip().lower() == "true":
        return True
    if element.tag == "dialog" and "open" not in element.attrib:
        return True
    style = element.get("style")
    return bool(style) and _style_hides(style or "")


def _style_hides(style: str) -> bool:
    declared = _declarations(style)
    if declared.get("display") == "none" or declared.get("visibility") in {"hidden", "collapse"}:
        return True
    if declared.get("content-visibility") == "hidden":
        return True
    clips_to_text = "text" in (declared.get("background-clip"), declared.get("-webkit-background-clip"))
    if declared.get("color") == "transparent" and not clips_to_text:  # a gradient's letters are read well
        return True
    if _number(declared, "opacity", 1.0) <= 0.05 or _number(declared, "font-size", 16.0) <= 1.0:
        return True
    if re.search(r"scale[xy3d]*\(0*\.?0*[,)]", declared.get("transform", "")):
        return True
    return _is_off_screen(declared) or _is_clipped(declared)


def _is_off_screen(declared: dict[str, str]) -> bool:
    moved = ("left", "right", "top", "bottom", "text-indent", "margin-left", "margin-top", "inset")
    if any(_number(declared, name, 0.0) <= _OFF_SCREEN for name in moved):
        return True
    shift = re.search(r"translate[xy3d]*\(([^)]*)\)", declared.get("transform", ""))
    return bool(shift) and any(float(match[1]) <= _OFF_SCREEN for match in _LENGTH.finditer(shift[1] if shift else ""))


def _is_clipped(declared: dict[str, str]) -> bool:
    if re.match(r"rect\((?:[01](?:px)?[ ,]*){4}\)", declared.get("clip", "")):
        return True
    if re.match(r"inset\((?:50|100)%|circle\(0|polygon\(0 0, ?0 0", declared.get("clip-path", "")):
        return True
    small = min(_number(declared, name, 100.0) for name in ("width", "height", "max-width", "max-height"))
    return small <= 1.0 and declared.get("overflow", "visible").split(" ")[0] in {"hidden", "clip"}


def _declarations(style: str) -> dict[str, str]:
    """Read an inline style: comments out, escapes resolved, names and values lower-case, the last one wins."""
    plain = _ESCAPE.sub(_unescape, _COMMENT.sub("", style)).lower()
    declared = {}
    for part in plain.split(";"):
        name, colon, value = part.partition(":")
        if colon:
            declared[name.strip()] = " ".join(value.replace("!important", "").split())
    return declared


def _unescape(match: re.Match[str]) -> str:
    if match[1] is None:
        return match[2]
    code = int(match[1], 16)
    return chr(code) if 0 < code < 0xD800 else "\ufffd"


def _number(declared: dict[str, str], name: str, otherwise: float) -> float:
    match = _LENGTH.match(declared.get(name, ""))
    if match is None:
        return otherwise
    number = float(match[1])
    if name == "opacity" and match[2] == "%":
        return number / 100
    if name == "font-size" and match[2] not in {"px", "pt", None}:
        # Relative sizes: 0.9em is read well, 0.01em is not.
        return number if match[2] == "%" else number * 16
    return number
