"""Publishing: an approved page becomes files, and the files become the site.

Read in this order: `context` (what the template may know), `render` (HTML and JSON), `policy` (what a browser may
do with the page), `planning` (which files, and the last refusal), `writing` (the site), `disk` (whole or not at all).

Not here: who may approve what, and what the page says; the page comes in as `panel.records.Page`.
"""

from panel.publish.planning import plan_files, why_not_approved
from panel.publish.render import render_json, render_page
from panel.publish.writing import read_written, remove_page, write_preview, write_site

__all__ = [
    "plan_files",
    "read_written",
    "remove_page",
    "render_json",
    "render_page",
    "why_not_approved",
    "write_preview",
    "write_site",
]
