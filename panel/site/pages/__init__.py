"""The pages of a site, each a pure function of the site and its chrome, as HTML.

Read in this order: `theme` (templates and style sheets, the newsroom's in front of Panel's), `assets` and `icons`,
`chrome` and `head` (what every page has besides its content), `figures` and `listing` (numbers and lines that several
pages share), then a module a page: its context, and what is computed for it. `checks` looks at a newsroom's templates.

Not here: what a site is (`panel.site.model`), feeds and other data, and writing anything to a disk.
"""

from __future__ import annotations

from panel.site.pages.category import categories_html, category_html
from panel.site.pages.checks import check_templates
from panel.site.pages.chrome import Chrome, make_chrome, render_assets, template_fingerprint
from panel.site.pages.comparison import comparison_html, comparison_outside
from panel.site.pages.corrections import corrections_html
from panel.site.pages.framed import framed_html, weeks_html
from panel.site.pages.home import home_html
from panel.site.pages.methodology import methodology_html
from panel.site.pages.search import not_found_html, search_html
from panel.site.pages.tool import tool_html, tool_outside
from panel.site.pages.version import version_html

__all__ = [
    "Chrome",
    "categories_html",
    "category_html",
    "check_templates",
    "comparison_html",
    "comparison_outside",
    "corrections_html",
    "framed_html",
    "home_html",
    "make_chrome",
    "methodology_html",
    "not_found_html",
    "render_assets",
    "search_html",
    "template_fingerprint",
    "tool_html",
    "tool_outside",
    "version_html",
    "weeks_html",
]
