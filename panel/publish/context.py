"""The contexts of the comparison page: the page itself and the few facts that are computed from it.

A template sees exactly the fields of its context; a test compares the two. `BodyContext` is what the page says, the
same where it stands alone and where it stands on a site; `PageContext` adds what a page that stands alone needs.
Whatever needs more than a loop or a condition is computed here, so that a template stays a page somebody can read.

Not here: any markup, and any text that an editor approves. The templates take those from the page itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import resources
from typing import Any

from markupsafe import Markup

from panel.publish.making import Making, read_making
from panel.publish.policy import content_policy
from panel.records import Community, Page

SCRIPTED = "scripted"


@dataclass(frozen=True, slots=True)
class ShownVotes:
    """Readers' votes on a tool, as a page shows them.

    Attributes:
        pct: the share that ships it; None where no share is shown.
        said: the share's denominator in words, or why there is no share.
        visible: whether the reason is to be seen, or only to be heard.
    """

    pct: int | None
    said: str
    visible: bool = True


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """A change after publication, or a withdrawal, as a page tells it.

    Attributes:
        at: when readers got it.
        what: what happened, in a few words.
        reason: as the editor gave it; "" without one.
        author: who changed it; "" for a withdrawal.
        reviewer: the reviewer's name; "" for a withdrawal.
        tool: the tool's name; "" for a withdrawal.
        title: the comparison's.
        href: the comparison's address; "" where the page is gone.
    """

    at: datetime
    what: str
    reason: str
    author: str
    reviewer: str
    tool: str
    title: str
    href: str


@dataclass(frozen=True, slots=True)
class PairSource:
    """Where one tool's part of a pair comes from.

    Attributes:
        name: the tool's.
        href: the tool's page.
        title: the comparison in which its verdicts were published.
        comparison: that comparison's address; "" where it is gone.
        published_at: when they were published.
    """

    name: str
    href: str
    title: str
    comparison: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class Pair:
    """What a page says that Panel made of verdicts which were approved each for itself.

    Attributes:
        sources: where they come from, tool by tool.
        one_model: whether one model drafted all of them.
    """

    sources: tuple[PairSource, ...]
    one_model: bool


@dataclass(frozen=True, slots=True)
class BodyContext:
    """Every name that `comparison-body.html.j2` may use.

    Attributes:
        page: what the page shows.
        preview: whether the page must say on every screen that nobody approved it.
        scripted: whether no model wrote the texts.
        names: the tools' names by slug.
        places: the addresses of the tools' own pages by slug; empty where the page stands alone.
        categories: the addresses of the tools' categories by the tool's slug; empty where the page stands alone.
        votes: readers' votes by tool, in the page's order.
        community_read: the readers' votes in words.
        voting: where a vote is posted; "" on a page that asks for none.
        newsletter: where the sign-up form posts; "" leaves the form out.
        corrections: of this page, newest first.
        pair: for a page that no panel made as a whole; None for any other.
        approvers: whose approval stands behind the page, in order of appearance.
        first_approval: the day of the first approval, none without any.
        last_approval: the day of the last approval, none without any.
        changed: how many arguments an editor changed.
        changed_most: the largest share of one argument's words that an editor changed, 0 to 1.
        flipped: how many calls an editor changed.
        redrafted: how many arguments an editor had written anew.
        making: independence, interests, how firm each call was, provenance.
        seats: how many seats the page has.
    """

    page: Page
    preview: bool
    scripted: bool
    names: Mapping[str, str]
    places: Mapping[str, str]
    categories: Mapping[str, str]
    votes: tuple[ShownVotes, ...]
    community_read: str
    voting: str
    newsletter: str
    corrections: tuple[CorrectionLine, ...]
    pair: Pair | None
    approvers: tuple[str, ...]
    first_approval: date | None
    last_approval: date | None
    changed: int
    changed_most: float
    flipped: int
    redrafted: int
    making: Making
    seats: int


@dataclass(frozen=True, slots=True)
class PageContext(BodyContext):
    """Every name that `standalone.html.j2` may use, its body's included.

    Attributes:
        style: the style sheet, as it stands between `<style>` and `</style>`.
        policy: the content security policy that lets this style sheet in and nothing else.
        summary: the page in two sentences of plain text, for search engines and link previews.
    """

    style: Markup
    policy: str
    summary: str


def page_context(page: Page) -> PageContext:
    """Compute what a page that stands alone needs beside itself.

    Raises:
        SetupError: the newsletter address is not one a form can post to.
    """
    style = read_style(preview=page.status != "approved")
    return PageContext(
        **body_fields(page),
        style=Markup(style),
        policy=content_policy(style, page.newsletter_action),
        summary=summary_of(page),
    )


def body_fields(page: Page) -> dict[str, Any]:
    """Return the fields of a `BodyContext` for a page without a site: its own votes, no links, no forms but its own."""
    cells = [cell for row in page.rows for cell in row.cells]
    days = [utc_day(cell.approved_at) for cell in cells if cell.approved_at]
    scripted = is_scripted(page)
    names = {card.dossier.slug: card.dossier.name for card in page.tools}
    if page.how_made.approved_at:
        days.append(utc_day(page.how_made.approved_at))
    return {
        "page": page,
        "preview": page.status != "approved",
        "scripted": scripted,
        "names": names,
        "places": {},
        "categories": {},
        "votes": tuple(plain_votes(card.community) for card in page.tools),
        "community_read": page.comparison.community_read,
        "voting": "",
        "newsletter": page.newsletter_action,
        "corrections": (),
        "pair": None,
        "approvers": page.how_made.approvers,
        "first_approval": min(days, default=None),
        "last_approval": max(days, default=None),
        "changed": sum(cell.changed_share > 0 for cell in cells),
        "flipped": sum(cell.call_changed for cell in cells),
        "redrafted": sum(cell.redrafts > 0 for cell in cells),
        "changed_most": max((cell.changed_share for cell in cells), default=0.0),
        "making": read_making(page.how_made, page.rows, names, scripted=scripted),
        "seats": len(cells),
    }


def plain_votes(votes: Community | None) -> ShownVotes:
    """Show votes whatever their number."""
    if votes is None:
        return ShownVotes(None, "no votes", visible=False)
    noun = "vote" if votes.votes == 1 else "votes"
    return ShownVotes(votes.ship_pct, f"ship, {votes.ships} of {votes.votes} {noun}")


def is_scripted(page: Page) -> bool:
    """Tell whether a script stood in for the model, so that no model wrote the texts."""
    return is_script(page.how_made.engine)


def is_script(engine: str) -> bool:
    """Tell whether an engine is the script that stands in for a model, by its name and version: "scripted 0.1.0"."""
    return engine.startswith(SCRIPTED)


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
