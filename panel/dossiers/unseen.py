"""Which elements of a page a reader does not see, judged by name, attributes and inline style alone.

What a stylesheet or a script hides is not known here. No page is parsed here: whoever has tags asks about them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

NEVER_SHOWN = {
    "script", "style", "template", "noscript", "iframe", "object", "embed", "applet", "svg", "math", "canvas",
    "audio", "video", "map", "img", "picture", "source", "track", "progress", "meter",
    "select", "option", "datalist", "textarea", "input", "button",
}  # fmt: skip
"""Elements whose content no page shows as text."""

BARE = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
"""Elements that have no closing tag."""

ELEMENTS = NEVER_SHOWN | BARE | {
    "html", "head", "title", "body", "header", "footer", "main", "nav", "aside", "section", "article", "div", "center",
    "address", "h1", "h2", "h3", "h4", "h5", "h6", "hgroup", "p", "pre", "blockquote", "figure", "figcaption", "ul",
    "ol", "li", "menu", "dir", "dl", "dt", "dd", "details", "summary", "dialog", "table", "caption", "colgroup",
    "thead", "tbody", "tfoot", "tr", "td", "th", "form", "fieldset", "legend", "label", "output", "a", "abbr", "b",
    "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd", "mark", "q", "rp", "rt",
    "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var",
}  # fmt: skip
"""Every element of HTML; other names in angle brackets are no markup."""

_COMMENT = re.compile(r"/\*.*?(?:\*/|$)", re.DOTALL)
_ESCAPE = re.compile(r"\\([0-9a-f]{1,6})\s?|\\(.)", re.IGNORECASE)
_LENGTH = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(px|pt|em|rem|ex|ch|vw|vh|%|in|cm|mm)?")
_OFF_SCREEN = -90.0
"""In any unit: nobody places what is to be read ninety pixels, or percent, outside its box."""


def is_unseen(tag: str, attributes: Mapping[str, str]) -> bool:
    """Tell whether a reader sees nothing of an element.

    Args:
        tag: its name in lower case.
        attributes: its attributes by their names in lower case, values unescaped.
    """
    if tag in NEVER_SHOWN or "hidden" in attributes:
        return True
    if attributes.get("aria-hidden", "").strip().lower() == "true":
        return True
    if tag == "dialog" and "open" not in attributes:
        return True
    style = attributes.get("style", "")
    return bool(style) and _style_hides(style)


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
