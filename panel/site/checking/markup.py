"""Reading a page's tags: a strict tokenizer that builds the tree and tells every departure from what it expects.

Not a browser's parser: it repairs nothing that a browser would repair by moving elements about. Panel's templates
write every start and end tag, so a page without a fault here has one tree in every parser; of a page with faults,
what can be read is still read, for the other rules. Time and memory are linear in the page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import unescape
from typing import Final

from panel.site.checking.characters import BLANKS, CONTROLS, bad_references, controls
from panel.site.checking.problems import Fault, Rule, shown
from panel.site.checking.vocabulary import ESCAPABLE, RAW, VOID

DEPTH: Final = 200
"""How deep elements may lie in each other."""

_TAG = re.compile(r"""<(/?)([A-Za-z][^\s/><"'=]*+)((?:[^"'<>]|"[^"]*+"|'[^']*+')*+)>""", re.ASCII)
_ATTRIBUTE = re.compile(
    r"""\s++([A-Za-z][-A-Za-z0-9_:.]*+)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'=<>`]++)))?""", re.ASCII
)
_DOCTYPE = re.compile(r"<!doctype\s+html\s*>", re.IGNORECASE | re.ASCII)
_CACHED_TAG: Final = 200


@dataclass(slots=True, eq=False)
class Element:
    """An element of a page.

    Attributes:
        name: in lower case.
        attributes: by name in lower case; their values with references read. Shared between elements: never changed.
        line: of its start tag.
        parent: None for the document itself.
        children: elements and texts, references read.
        foreign: whether it is an `svg` element or lies in one.
    """

    name: str
    attributes: Mapping[str, str]
    line: int
    parent: Element | None
    children: list[Element | str] = field(default_factory=list)
    foreign: bool = False

    def get(self, name: str) -> str:
        """Return an attribute's value, "" without it."""
        return self.attributes.get(name, "")

    def tokens(self, name: str) -> list[str]:
        """Return an attribute's words in lower case."""
        return self.attributes.get(name, "").lower().split()

    def ancestors(self) -> Iterator[Element]:
        """Yield what it lies in, nearest first, the document left out."""
        at = self.parent
        while at is not None and at.parent is not None:
            yield at
            at = at.parent

    def text(self) -> str:
        """Return all text in it, blanks made one; that of scripts and style sheets too."""
        return " ".join("".join(_texts(self)).split())


def _texts(element: Element) -> Iterator[str]:
    for child in element.children:
        if isinstance(child, str):
            yield child
        else:
            yield from _texts(child)


@dataclass(slots=True)
class Document:
    """A page, read.

    Attributes:
        root: holds what stands at the top, `html` in a correct page.
        elements: all of them, as they come.
        faults: of the rules "markup", "nesting" and "controls".
        ids: the first element of each id.
    """

    root: Element
    elements: list[Element] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    ids: dict[str, Element] = field(default_factory=dict)
    _words: dict[Element, str] = field(default_factory=dict)

    def words(self, element: Element) -> str:
        """Return the beginning of an element's text, enough of it to know whether it says something."""
        if element not in self._words:
            self._words[element] = element.text()[:200]
        return self._words[element]

    def named(self, *names: str) -> Iterator[Element]:
        """Yield the elements of these names, foreign ones left out."""
        return (element for element in self.elements if element.name in names and not element.foreign)


def parse(source: str, *, fragment: bool = False) -> Document:
    """Read a page, or a fragment of one: no doctype is asked for, and text may stand at its top."""
    return _Reader(source, fragment).read()


class _Reader:
    """One page being read; `stack` holds the open elements, the document first."""

    def __init__(self, source: str, fragment: bool) -> None:
        self.source = source
        self.fragment = fragment
        self.line = 1
        self.stack = [Element("", {}, 1, None)]
        self.document = Document(self.stack[0])
        self.seen_doctype = fragment

    def fault(self, rule: Rule, message: str, line: int = 0) -> None:
        if len(self.document.faults) < 1000:
            self.document.faults.append(Fault(line or self.line, rule, message))

    def read(self) -> Document:
        source, at = self.source, 0
        self.document.faults += controls(source)
        while at < len(source):
            opening = source.find("<", at)
            if opening != at:
                opening = len(source) if opening < 0 else opening
                self.text(source[at:opening])
                at = opening
                continue
            end = self.markup(at)
            if end < 0:
                return self.document
            self.line += source.count("\n", at, end)
            at = end
        for element in self.stack[1:]:
            self.fault("nesting", f"<{element.name}> is never closed", element.line)
        if not self.seen_doctype:
            self.fault("markup", "the page does not start with <!doctype html>", 1)
        return self.document

    def text(self, raw: str, *, counted: bool = True) -> None:
        parent = self.stack[-1]
        if "&" in raw:
            for message in bad_references(raw):
                self.fault("markup", message)
            raw, written = unescape(raw), raw
            if found := CONTROLS.search(raw):
                self.fault("controls", f"the character U+{ord(found[0]):04X}")
        else:
            written = raw
        if parent.parent is None and not self.fragment and raw.strip(BLANKS):
            self.fault("nesting", f"text outside of the page: {shown(raw.strip(BLANKS), 30)}")
        parent.children.append(raw)
        if counted:
            self.line += written.count("\n")

    def markup(self, at: int) -> int:
        """Read what starts with "<"; return where it ends, -1 when the rest of the page is left out."""
        source = self.source
        if tag := _TAG.match(source, at):
            return self.end(tag) if tag[1] else self.start(tag)
        if source.startswith("<!--", at):
            return self.comment(at)
        if doctype := _DOCTYPE.match(source, at):
            if self.seen_doctype or self.document.elements:
                self.fault("markup", "a doctype that is not the first thing of the page")
            self.seen_doctype = True
            return doctype.end()
        self.fault("markup", f"this is no tag, comment or doctype: {shown(source[at : at + 30])}; write &lt; for <")
        self.stack[-1].children.append("<")
        return at + 1

    def comment(self, at: int) -> int:
        """Read a comment; one that never ends takes the rest of the page, as in browsers."""
        ending = self.source.find("-->", at + 4)
        inside = self.source[at + 4 : ending if ending >= 0 else len(self.source)]
        if (
            ending < 0
            or inside.startswith((">", "->"))
            or "<!--" in inside
            or "--!>" in inside
            or inside.endswith("<!-")
        ):
            self.fault("markup", "a comment that does not end, or holds what starts or ends one")
        return len(self.source) if ending < 0 else ending + 3

    def start(self, tag: re.Match[str]) -> int:
        read = _read_tag if len(tag[0]) <= _CACHED_TAG else _read_tag.__wrapped__
        name, attributes, closed, faults = read(tag[2], tag[3])
        for rule, message in faults:
            self.fault(rule, f"<{name}>: {message}")
        parent = self.stack[-1]
        element = Element(name, attributes, self.line, parent, foreign=parent.foreign or name == "svg")
        if not self.seen_doctype:
            self.fault("markup", "the page does not start with <!doctype html>")
            self.seen_doctype = True
        parent.children.append(element)
        self.document.elements.append(element)
        if (given := attributes.get("id")) is not None:
            self.document.ids.setdefault(given, element)
        if (name in VOID and not element.foreign) or (closed and element.foreign):
            return tag.end()
        if closed:
            self.fault("markup", f"<{name}/> does not close itself in HTML")
        if len(self.stack) > DEPTH:
            self.fault("nesting", f"elements lie more than {DEPTH} deep; the rest was not looked at")
            return -1
        self.stack.append(element)
        if element.foreign or name not in RAW | ESCAPABLE:
            return tag.end()
        return self.raw(name, tag)

    def raw(self, name: str, tag: re.Match[str]) -> int:
        """Take everything up to the element's own end tag as its text."""
        ending = _ending(name).search(self.source, tag.end())
        end = ending.start() if ending else len(self.source)
        inside = self.source[tag.end() : end]
        if name in ESCAPABLE:
            self.text(inside, counted=False)
        else:
            self.stack[-1].children.append(inside)
            if "<!--" in inside:
                self.fault("markup", f"<!-- in a {name} changes where it ends; escape the <")
        return end

    def end(self, tag: re.Match[str]) -> int:
        name = tag[2].lower()
        if tag[3].strip():
            self.fault("markup", f"</{name}> with attributes")
        if self.stack[-1].name == name and len(self.stack) > 1:
            self.stack.pop()
        elif name in VOID:
            self.fault("markup", f"</{name}>: this element has no end tag")
        elif any(element.name == name for element in self.stack[1:]):
            while self.stack[-1].name != name:
                left = self.stack.pop()
                self.fault("nesting", f"</{name}> comes while <{left.name}> of line {left.line} is open")
            self.stack.pop()
        else:
            self.fault("nesting", f"</{name}> closes nothing")
        return tag.end()


@lru_cache(maxsize=64)
def _ending(name: str) -> re.Pattern[str]:
    return re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE | re.ASCII)


@lru_cache(maxsize=8192)
def _read_tag(name: str, rest: str) -> tuple[str, Mapping[str, str], bool, tuple[tuple[Rule, str], ...]]:
    """Return a start tag's name, its attributes, whether it ends in "/", and its faults as rule and message."""
    attributes: dict[str, str] = {}
    faults: list[tuple[Rule, str]] = []
    at = 0
    while found := _ATTRIBUTE.match(rest, at):
        at = found.end()
        key = found[1].lower()
        value = next((part for part in found.group(2, 3, 4) if part is not None), "")
        if "&" in value:
            faults += [("markup", message) for message in bad_references(value)]
            value = unescape(value)
            if CONTROLS.search(value):
                faults.append(("controls", f"a control character in {key}"))
        if key in attributes:
            faults.append(("markup", f"{key} is given twice"))
        attributes.setdefault(key, value)
    left = rest[at:].strip(BLANKS)
    if left not in ("", "/"):
        faults.append(("markup", f"attributes that cannot be read: {shown(left, 40)}"))
    return name.lower(), attributes, left == "/", tuple(faults)
