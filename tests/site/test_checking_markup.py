"""The strict reading of pages, held against html5lib: what it finds wrong is found, and the trees are the same."""

from __future__ import annotations

from collections.abc import Callable

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from panel.publish.render import render_page
from panel.site.checking.markup import Document, Element, parse
from panel.site.checking.nesting import check_nesting
from panel.site.checking.problems import Fault
from panel.site.checking.safety import check_safety
from tests.publish import pages
from tests.site.test_checking_sample import COMPARISON, page

CLEAN = page(COMPARISON, "Aider vs Kilo")
HEAD = "<!doctype html><html><head><title>x</title></head><body>"
TAGS = (
    "a b p div ul li dl dt dd table tbody tr td th form button select option h1 h2 span label section svg rect "
    "title details summary fieldset legend pre noscript template textarea script style br img input hr meta font "
    "iframe image col colgroup caption optgroup ruby rt html head body nobr plaintext frameset math"
)
PIECES = [f"<{tag}>" for tag in TAGS.split()] + [f"</{tag}>" for tag in TAGS.split()]
PIECES += [
    "words",
    " ",
    "&amp;",
    "&copy",
    "&nope;",
    "<",
    ">",
    "<!-- x -->",
    "<!--",
    "-->",
    "<br/>",
    "<b/>",
    "<rect/>",
    "&#1;",
]
PIECES += [
    '<a href="/x">',
    "<a href=x>",
    "<a href='x' href='y'>",
    "<p id=a b>",
    '<p a="b"c="d">',
    "<![CDATA[x]]>",
    "<?x?>",
]
NESTED = st.recursive(
    st.sampled_from(["words", "&lt;", "<br>", '<img src="x" alt="">', "<!-- x -->", "<svg><rect/></svg>"]),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>",
        st.sampled_from(TAGS.split()),
        st.lists(inner, max_size=3),
    ),
    max_leaves=12,
)


def faults_of(source: str) -> list[Fault]:
    document = parse(source)
    return [*document.faults, *check_nesting(document), *check_safety(document)]


def browser_errors(source: str) -> list[str]:
    parser = html5lib.HTMLParser()
    parser.parse(source)
    return [name for _, name, _ in parser.errors]


def browser_tree(source: str) -> list[object]:
    return shape_of(html5lib.parse(source, treebuilder="lxml", namespaceHTMLElements=False).getroot())


def shape_of(element: etree._Element) -> list[object]:
    """Write a tree as nested lists: the name, the attributes, then texts and elements."""
    name = element.tag.rpartition("}")[2].lower()
    shape: list[object] = [name, {key.rpartition("}")[2].lower(): value for key, value in element.attrib.items()}]
    texts = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            shape += [texts.pop(), shape_of(child)] if texts[0] else [shape_of(child)]
            texts = [""]
        texts[0] += child.tail or ""
    return shape + [text for text in texts if text]


def own_shape(element: Element) -> list[object]:
    shape: list[object] = [element.name, dict(element.attributes)]
    for child in element.children:
        if isinstance(child, Element):
            shape.append(own_shape(child))
        elif len(shape) > 2 and isinstance(shape[-1], str):
            shape[-1] += child
        else:
            shape.append(child)
    return shape


def without_blanks(shape: list[object]) -> list[object]:
    """Leave blanks around elements out, and the tbody that a parser adds to a table."""
    kept: list[object] = []
    for part in shape:
        if isinstance(part, list):
            inner = without_blanks(part)
            if inner[0] == "tbody" and not inner[1] and shape[0] == "table":
                kept += inner[2:]
            else:
                kept.append(inner)
        elif not isinstance(part, str) or part.strip():
            kept.append(part)
    return kept


def tree_of(document: Document) -> list[object]:
    (root,) = (child for child in document.root.children if isinstance(child, Element))
    return own_shape(root)


@pytest.mark.parametrize(
    "made", [lambda: CLEAN, lambda: render_page(pages.two_tools()), lambda: render_page(pages.hostile())]
)
def test_pages_of_panel_are_read_as_browsers_read_them(made: Callable[[], str]) -> None:
    source = made()
    assert [fault for fault in faults_of(source) if fault.rule != "unapproved"] == []
    assert browser_errors(source) == []
    assert without_blanks(tree_of(parse(source))) == without_blanks(browser_tree(source))


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_whatever_html5lib_calls_an_error_is_a_fault(data: st.DataObject) -> None:
    at = data.draw(st.integers(CLEAN.index("<head>") + 6, CLEAN.index("</html>")))
    cut = data.draw(st.integers(0, 12))
    source = CLEAN[:at] + "".join(data.draw(st.lists(st.sampled_from(PIECES), max_size=3))) + CLEAN[at + cut :]
    if not faults_of(source):
        assert browser_errors(source) == []
        assert without_blanks(tree_of(parse(source))) == without_blanks(browser_tree(source))


@settings(max_examples=400, deadline=None)
@given(st.lists(NESTED, max_size=4))
def test_what_has_no_fault_has_the_same_tree_everywhere(parts: list[str]) -> None:
    source = f"{HEAD}{''.join(parts)}</body></html>"
    if not faults_of(source):
        assert browser_errors(source) == []
        assert without_blanks(tree_of(parse(source))) == without_blanks(browser_tree(source))


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>/!-='\"& ;#xabp\n\0\u202e"), max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    for fragment in (False, True):
        document = parse(text, fragment=fragment)
        assert all(1 <= fault.line <= text.count("\n") + 1 for fault in document.faults)
    assert faults_of(text)
