"""The context of the comparison page: the page itself and the few facts that are computed from it.

The template sees exactly the fields of `PageContext`; a test compares the two. Whatever needs more than a loop or
a condition is computed here, so that the template stays a page somebody can read.

Not here: any markup, and any text that an editor approves. The template takes those from the page itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import resources

from markupsafe import Markup

from panel.publish.policy import content_policy
from panel.records import Page

SCRIPTED = "scripted"


@dataclass(frozen=True, slots=True)
class PageContext:
    """Every name the template may use.

    Attributes:
        page: what the page shows.
        style: the style sheet, as it stands between `<style>` and `</style>`.
        policy: the content security policy that lets this style sheet in and nothing else.
        preview: whether the page must say on every screen that nobody approved it.
        scripted: whether no model wrote the texts.
        summary: the page in two sentences of plain text, for search engines and link previews.
        names: the tools' names by slug.
        approvers: whose approval stands behind the page, in order of appearance.
        first_approval: the day of the first approval, none without any.
        last_approval: the day of the last approval, none without any.
        changed: how many arguments an editor changed.
        changed_most: the largest share of one argument's words that an editor changed, 0 to 1.
        flipped: how many calls an editor changed.
        redrafted: how many arguments an editor had written anew.
        seats: how many seats the page has.
    """

    page: Page
    style: Markup
    policy: str
    preview: bool
    scripted: bool
    summary: str
    names: dict[str, str]
    approvers: tuple[str, ...]
    first_approval: date | None
    last_approval: date | None
    changed: int
    changed_most: float
    flipped: int
    redrafted: int
    seats: int


def page_context(page: Page) -> PageContext:
    """Compute what the template needs beside the page.

    Raises:
        SetupError: the newsletter address is not one a form can post to.
    """
    preview = page.status != "approved"
    style = read_style(preview=preview)
    cells = [cell for row in page.rows for cell in row.cells]
    days = [utc_day(cell.approved_at) for cell in cells if cell.approved_at]
    if page.how_made.approved_at:
        days.append(utc_day(page.how_made.approved_at))
    return PageContext(
        page=page,
        style=Markup(style),
        policy=content_policy(style, page.newsletter_action),
        preview=preview,
        scripted=is_scripted(page),
        summary=summary_of(page),
        names={card.dossier.slug: card.dossier.name for card in page.tools},
        approvers=page.how_made.approvers,
        first_approval=min(days, default=None),
        last_approval=max(days, default=None),
        changed=sum(cell.changed_share > 0 for cell in cells),
        flipped=sum(cell.call_changed for cell in cells),
        redrafted=sum(cell.redrafts > 0 for cell in cells),
        changed_most=max((cell.changed_share for cell in cells), default=0.0),
        seats=len(cells),
    )


def is_scripted(page: Page) -> bool:
    """Tell whether a script stood in for the model, so that no model wrote the texts."""
    return page.how_made.engine.startswith(SCRIPTED)


def summary_of(page: Page) -> str:
    """Say in plain text what the page is and what the panel's shares are, with their denominators.

    It goes where the page itself is not seen, so a scripted page's summary says first that no model wrote it.
    """
    shares = " ".join(f"{card.dossier.name}: {card.tally.label}." for card in page.tools)
    warning = "Scripted rehearsal, no model wrote this. " if is_scripted(page) else ""
    return f"{warning}{page.title}: reviewer arguments, panel verdict and price. {shares}"


def read_style(*, preview: bool) -> str:
    """Return the page's style sheet; a preview's has the banner's rules too, an approved page's no trace of them."""
    folder = resources.files("panel.publish") / "templates"
    names = ["style.css", "preview.css"] if preview else ["style.css"]
    return "\n" + "\n".join((folder / name).read_text(encoding="utf-8") for name in names)


def utc_day(moment: date) -> date:
    """Return the calendar day of a moment in UTC; a plain date is its own day."""
    if isinstance(moment, datetime):
        return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
    return moment
