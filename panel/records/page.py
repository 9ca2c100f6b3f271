"""The page: everything a comparison page shows, gathered before any of it is rendered.

The page's JSON twin is this record. Texts are plain; the template escapes them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from panel.records.base import Record, Sha256, Slug
from panel.records.dossier import Dossier
from panel.records.tally import Community, Comparison, Tally
from panel.records.verdict import BeatText, Call, Finding, Seat


class ToolCard(Record):
    """One tool at the top of the page."""

    dossier: Dossier
    tally: Tally
    community: Community | None


class SeatCell(Record):
    """One seat on the page."""

    seat: Seat
    call: Call | None
    """None for a missing seat."""
    beats: tuple[BeatText, ...]
    p_ship: float | None
    changed_share: float
    """How much of the published argument an editor changed, 0 to 1, by words."""
    approved_by: str | None
    approved_at: datetime | None
    findings: tuple[Finding, ...]
    """Open findings; only a preview shows them."""


class SeatRow(Record):
    """One persona's seats, tool beside tool."""

    persona: Slug
    name: str
    lens: str
    cells: tuple[SeatCell, ...]


class HowMade(Record):
    """How the page was made: who and what wrote it, and who answers for it."""

    model_name: str
    model_sha256: Sha256 | None
    quantization: str | None
    engine: str
    """The engine's name and version: "llama.cpp 0.3.36"; "scripted" is no model at all."""
    personas: int
    drafted_at: datetime
    editors: tuple[str, ...]
    """Everyone who changed or approved a word, in order of first appearance."""
    approved_at: datetime | None
    """When the last approval was given; none on a preview."""
    run_id: str


class Page(Record):
    """A comparison page, whole."""

    schema_version: Literal[1] = 1
    status: Literal["draft", "approved"]
    """Only the editorial gate makes an approved page."""
    title: str
    """ "A vs B" """
    slug: Slug
    """The page's place: `compare/<slug>/`."""
    site_name: str
    newsletter_action: str
    """Where the sign-up form posts; "" leaves the form out."""
    tools: tuple[ToolCard, ...]
    rows: tuple[SeatRow, ...]
    comparison: Comparison
    how_made: HowMade
    published_at: datetime | None
    """None on a preview."""
