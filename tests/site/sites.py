"""Sample sites, made of the sample pages by the very functions that make real ones."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from panel.editorial import page_content_sha256
from panel.records import Action, Beat, BeatText, Call, Community, Page, Persona
from panel.settings import PublicationSettings, ReadersSettings, SiteSettings
from panel.site.gathering import make_site
from panel.site.model import Change, Publication, Site
from tests.publish.pages import (
    LARKSPUR,
    ORRERY,
    OWN_MAKER,
    PERSONAS,
    QUARRY,
    TIDEWATER,
    disclosed,
    dossier,
    hostile,
    measured,
    page,
    with_cell,
)

FIRST = datetime(2026, 3, 3, 16, 45, tzinfo=UTC)
BASE_URL = "https://desk.example/reviews/"
SITE = SiteSettings(name="The Shipping Desk", newsletter_action="/subscribe")
PUBLICATION = PublicationSettings(base_url=BASE_URL, description="Ship or skip, argued from four sides.")
WHIN = dossier("whin", "Whin", tagline="Reviews its own patches before you do")
"""Of Larkspur's category, so that the two can be compared without a run."""

PANEL = tuple(
    Persona(
        slug=slug,
        name=name,
        lens=lens,
        voice="Plain and brief.",
        ships_when=("It survives the first hour.",),
        skips_when=("It does not.",),
        beats=(
            Beat(id="beat_1", question="What is it, named plainly?"),
            Beat(id="beat_2", question="What decides it?"),
        ),
    )
    for slug, (name, lens) in PERSONAS.items()
)


def publication(page: Page, run_id: str, days: float = 0, **changes: object) -> Publication:
    """Publish a page, so many days after the first."""
    at = FIRST + timedelta(days=days)
    clean = page.comparison.model_copy(update={"community": (None,) * len(page.tools), "community_read": "—"})
    cards = tuple(card.model_copy(update={"community": None}) for card in page.tools)
    dated = page.model_copy(update={"published_at": at, "comparison": clean, "tools": cards, "status": "approved"})
    values: dict[str, object] = {
        "run_id": run_id,
        "seq": 10,
        "sha256": page_content_sha256(dated),
        "page": dated,
        "published_at": at,
        "at": at,
        "author": "Ada Example",
    }
    return Publication.model_validate(values | changes)


def rewritten(page: Page, tool: str, persona: str, text: str, call: Call | None = None) -> Page:
    """Change one seat's first beat, and its call."""

    def change(cell):  # type: ignore[no-untyped-def]
        if (cell.seat.tool, cell.seat.persona) != (tool, persona):
            return cell
        beats = (BeatText(id=cell.beats[0].id, text=text), *cell.beats[1:])
        return cell.model_copy(update={"beats": beats, "call": call or cell.call})

    rows = tuple(row.model_copy(update={"cells": tuple(map(change, row.cells))}) for row in page.rows)
    return page.model_copy(update={"rows": rows})


def publications() -> tuple[Publication, ...]:
    """Three comparisons; the first was corrected a week later, the last one withdrawn."""
    first = page(LARKSPUR, TIDEWATER)
    mended = rewritten(first, "larkspur", "competition", "It stands among five coding assistants, not four.")
    change = Change(
        at=FIRST + timedelta(days=6),
        author="Ben Sample",
        action=Action.EDIT,
        tool="larkspur",
        persona="competition",
        reason="A reader named a fifth rival.",
    )
    return (
        publication(first, "a"),
        publication(mended, "a", days=7, seq=13, changes=(change,)),
        publication(page(WHIN, ORRERY), "b", days=8),
        publication(
            page(ORRERY, QUARRY),
            "c",
            days=9,
            withdrawn_at=FIRST + timedelta(days=10),
            withdrawn_because="The maker took the tool down.",
        ),
    )


VOTES = {"larkspur": Community(ships=133, votes=218), "whin": Community(ships=2, votes=3)}


def sample_site(
    published: Iterable[Publication] | None = None,
    pairs: Iterable[tuple[str, ...]] = (("larkspur", "whin"),),
    votes: dict[str, Community] | None = None,
    publication: PublicationSettings = PUBLICATION,
) -> Site:
    """Make the site of these publications; left out, of `publications()` and one pair that an editor asked for."""
    return make_site(
        publications() if published is None else published,
        site=SITE,
        publication=publication,
        readers=ReadersSettings(),
        votes=VOTES if votes is None else votes,
        pairs=pairs,
        personas=PANEL,
    )


def measured_site() -> Site:
    """Make the sample site as the house model would: with a conflict of interest and a statement that was kept."""

    def told(one: Publication) -> Page:
        interests = (OWN_MAKER,) if one.run_id == "a" else ()
        return with_cell(measured(one.page, disclosed(*interests)), "larkspur", "business", acknowledged=1)

    return sample_site(one.model_copy(update={"page": told(one)}) for one in publications())


def hostile_site() -> Site:
    """Make a site every text of which tries to be more than text; it counts as approved, findings and all."""
    bad = hostile()
    cells = {"approved_by": "</script><script>alert(1)</script>", "approved_at": FIRST, "findings": ()}
    rows = tuple(
        row.model_copy(update={"cells": tuple(cell.model_copy(update=cells) for cell in row.cells)}) for row in bad.rows
    )
    how = bad.how_made.model_copy(
        update={"approvers": ("\"']]>--><img src=x onerror=alert(1)>",), "approved_at": FIRST}
    )
    change = Change(
        at=FIRST,
        author="<b>\u202e",
        action=Action.FLIP,
        tool="larkspur",
        persona="dx",
        reason="]]><script>alert(1)</script> javascript:alert(1) " + "W" * 10_000,
    )
    approved = bad.model_copy(update={"rows": rows, "how_made": how})
    return sample_site((publication(approved, "bad", changes=(change,)),), pairs=())


def empty_site() -> Site:
    """Make the site of a newsroom that has published nothing."""
    return sample_site((), pairs=(), votes={})
