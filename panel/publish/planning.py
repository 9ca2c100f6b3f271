"""Planning: an approved page becomes the bytes of its files, or the reasons why not.

The last guard before the disk. The editorial gate decides what is approved; this module only refuses to make
files of a page that does not look like one the gate let through.
"""

from __future__ import annotations

from panel.errors import NotApproved
from panel.publish.render import render_json, render_page
from panel.records import Page

SECTION = "compare"


def page_folder(slug: str) -> str:
    """Return the page's place under the site: "compare/a-vs-b"."""
    return f"{SECTION}/{slug}"


def plan_files(page: Page) -> dict[str, bytes]:
    """Render every file of an approved page.

    Returns:
        The bytes by path under the site: `compare/<slug>/index.html` and `compare/<slug>/index.json`.

    Raises:
        NotApproved: the page, or a seat of it, lacks an approval; lists every reason.
        SetupError: the newsletter address is not one a form can post to.
    """
    reasons = why_not_approved(page)
    if reasons:
        raise NotApproved(
            f"{page.title} cannot be published:", reasons, hint="Approve what is listed, then publish again."
        )
    folder = page_folder(page.slug)
    return {
        f"{folder}/index.html": render_page(page).encode("utf-8"),
        f"{folder}/index.json": render_json(page).encode("utf-8"),
    }


def why_not_approved(page: Page) -> list[str]:
    """List what keeps the page from being published, one line a reason; empty when nothing does."""
    reasons = []
    if page.status != "approved":
        reasons.append("the page is a draft")
    if page.published_at is None:
        reasons.append("the page has no publication date")
    if page.how_made.approved_at is None:
        reasons.append("the comparison is not approved")
    if not page.tools or not page.rows:
        reasons.append("the page has no seats")
    for row in page.rows:
        for cell in row.cells:
            if cell.call is None:
                reasons.append(f"{cell.seat}: the seat is missing")
            elif not cell.approved_by or cell.approved_at is None:
                reasons.append(f"{cell.seat}: not approved")
    return reasons
