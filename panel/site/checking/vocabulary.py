"""HTML's words as Panel's pages use them: the elements, and which may stand in which.

From the HTML Standard's content models, read strictly: every element is opened and closed in so many words, so that
every parser, whatever it repairs, builds the same tree.
"""

from __future__ import annotations

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


VOID: Final = _words("area base br col embed hr img input link meta source track wbr")
RAW: Final = _words("script style")
"""Their text ends at their end tag and nothing in it is a tag or a reference."""
ESCAPABLE: Final = _words("title textarea")
"""Their text ends at their end tag and nothing in it is a tag; references are read."""

METADATA: Final = _words("title meta link style script noscript template")
"""What a head may hold."""
PHRASING: Final = _words(
    "a abbr area audio b bdi bdo br button canvas cite code data datalist del dfn em i img input ins kbd label map "
    "mark meter noscript output picture progress q ruby s samp script select small span strong sub sup svg template "
    "textarea time u var video wbr link meta"
)
_FLOW_ONLY: Final = _words(
    "address article aside blockquote details dialog div dl fieldset figure footer form h1 h2 h3 h4 h5 h6 header "
    "hgroup hr main menu nav ol p pre search section table ul"
)
FLOW: Final = PHRASING | _FLOW_ONLY
TRANSPARENT: Final = _words("a ins del map noscript video audio canvas")
"""May hold what their parent may hold."""

_ROWS: Final = _words("tr script template")
ONLY: Final[dict[str, frozenset[str]]] = {
    "html": _words("head body"),
    "head": METADATA,
    "table": _words("caption colgroup thead tbody tfoot tr script template"),
    "thead": _ROWS,
    "tbody": _ROWS,
    "tfoot": _ROWS,
    "tr": _words("td th script template"),
    "colgroup": _words("col template"),
    "ul": _words("li script template"),
    "ol": _words("li script template"),
    "menu": _words("li script template"),
    "dl": _words("dt dd div script template"),
    "select": _words("option optgroup hr script template"),
    "optgroup": _words("option script template"),
    "datalist": PHRASING | {"option"},
    "option": frozenset(),
    "picture": _words("source img script template"),
    "hgroup": _words("p h1 h2 h3 h4 h5 h6 script template"),
    "details": FLOW | {"summary"},
    "fieldset": FLOW | {"legend"},
    "figure": FLOW | {"figcaption"},
    "ruby": PHRASING | {"rt", "rp"},
    "summary": PHRASING | _words("h1 h2 h3 h4 h5 h6 hgroup"),
    "legend": PHRASING | _words("h1 h2 h3 h4 h5 h6 hgroup"),
    "script": frozenset(),
    "style": frozenset(),
    "title": frozenset(),
    "textarea": frozenset(),
} | dict.fromkeys(_words("p h1 h2 h3 h4 h5 h6 pre rt rp"), PHRASING)
"""What an element may hold, where it is neither everything of a page's flow nor transparent nor phrasing's own."""

PHRASING_ONLY: Final = PHRASING - TRANSPARENT - VOID - set(ONLY) - {"template", "svg"}
"""The elements of a line, which hold only elements of a line."""
WITHOUT_TEXT: Final = _words(
    "html head table thead tbody tfoot tr colgroup ul ol menu dl select optgroup picture hgroup"
)

_STRUCTURE: Final = _words(
    "html head body title style li dt dd caption colgroup col thead tbody tfoot tr td th option optgroup legend "
    "summary figcaption source track rt rp"
)
ELEMENTS: Final = FLOW | METADATA | _STRUCTURE
SVG_ELEMENTS: Final = _words(
    "svg g rect path circle ellipse line polyline polygon text tspan title desc defs use symbol lineargradient "
    "radialgradient stop clippath mask pattern marker"
)
DANGEROUS: Final = _words(
    "iframe object embed base applet frame frameset noframes noembed portal fencedframe plaintext xmp param math "
    "foreignobject animate set animatemotion animatetransform handler listener"
)
INTERACTIVE: Final = _words("a button details input label select textarea")


def may_hold(parent: str, child: str) -> bool:
    """Say whether the parent, if it is not transparent, may hold the child. Both are names HTML knows."""
    if (listed := ONLY.get(parent)) is not None:
        return child in listed
    return child in (PHRASING if parent in PHRASING_ONLY else FLOW)
