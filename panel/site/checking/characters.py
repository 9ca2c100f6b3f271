"""Characters: the ones that show nothing and act on what does, and references that stand for none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.entities import html5
from typing import Final

from panel.site.checking.problems import Fault, shown

BLANKS: Final = " \t\n\r\f"
"""HTML's; Python's are more."""
CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_REFERENCE = re.compile(r"&(#?[0-9A-Za-z]*+)(;?)")
_LINES: Final = 1000
"""After so many, the rest of a file is not looked through."""


def controls(text: str) -> Iterator[Fault]:
    """Yield each line's first character that shows nothing and acts on what does."""
    last = 0
    for found in CONTROLS.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        if line != last:
            yield Fault(line, "controls", f"the character U+{ord(found[0]):04X}")
            last = line
        if line > _LINES:
            return


def bad_references(text: str) -> Iterator[str]:
    """Yield what is wrong with the text's character references; an & is always the start of one."""
    for found in _REFERENCE.finditer(text):
        name = found[1]
        if not name or not found[2]:
            yield f"{shown(found[0], 20)} is no character reference; write &amp; for &"
        elif not (_is_character(name) if name[0] == "#" else name + ";" in html5):
            yield f"{shown(found[0], 20)} stands for no character"


def _is_character(name: str) -> bool:
    digits, base = (name[2:], 16) if name[1:2] in ("x", "X") else (name[1:], 10)
    try:
        code = int(digits, base) if len(digits) < 10 else 0
    except ValueError:
        return False
    noncharacter = 0xFDD0 <= code <= 0xFDEF or code & 0xFFFE == 0xFFFE
    control = code < 0x20 and code not in (0x09, 0x0A)
    return not (control or 0x7F <= code <= 0x9F or 0xD800 <= code <= 0xDFFF or noncharacter) and code <= 0x10FFFF
