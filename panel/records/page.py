"""The page: everything a comparison page shows, gathered before any of it is rendered.

The page's JSON twin is this record. Texts are plain; the template escapes them.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal, Self

from pydantic import model_validator

from panel.records.base import Record, Sha256, Slug
from panel.records.dossier import Dossier
from panel.records.manifest import Disclosure, Sampling
from panel.records.tally import Community, Comparison, Tally
from panel.records.verdict import BeatText, Call, Finding, Flips, Seat


class ToolCard(Record):
    """One tool at the top of the page."""

    dossier: Dossier
    tally: Tally
    community: Community | None


class SeatProvenance(Record):
    """What made one verdict what it is, by hashes and seeds."""

    made: str
    """In one sentence: who drafted it, how much of it was changed by whom, who approved it when."""
    draft_sha256: Sha256
    """Of the draft's file."""
    seeds: tuple[int, ...]
    """Of the draft's attempts, in order."""
    chosen: int
    """Which attempt became the draft, the first being 1."""
    dossier_sha256: Sha256
    persona_sha256: Sha256
    prompt_sha256: Sha256
    """Of the messages that led to the first attempt."""


class SeatCell(Record):
    """One seat on the page."""

    later: ClassVar[frozenset[str]] = frozenset({"flips", "acknowledged", "swayed", "provenance"})

    seat: Seat
    call: Call | None
    """None for a missing seat."""
    beats: tuple[BeatText, ...]
    p_ship: float | None
    call_changed: bool
    """Whether the published call is not the draft's."""
    changed_share: float
    """How much of the published argument an editor changed, 0 to 1, by words, against the draft under it."""
    draft: int | None
    """The number of the draft under the published text; none for a missing seat."""
    redrafts: int
    """How many redrafts that an editor asked for and adopted stand behind the text; undone ones are not counted."""
    first_call: Call | None
    """The call of the run's own draft, whatever was redrafted since; none when the run made none."""
    approved_by: str | None
    approved_at: datetime | None
    findings: tuple[Finding, ...]
    """Open findings; only a preview shows them."""
    flips: Flips | None = None
    """How stable the draft's call is; none where nobody knows."""
    acknowledged: int = 0
    """How many statements stand that the dossier contradicts or does not have, each kept by an editor with a reason."""
    swayed: bool = False
    """Whether an editor let a call stand that a passage aimed at reviewers turned, or may have turned."""
    provenance: SeatProvenance | None = None


class SeatRow(Record):
    """One persona's seats, tool beside tool."""

    persona: Slug
    name: str
    lens: str
    cells: tuple[SeatCell, ...]


class RunProvenance(Record):
    """What all verdicts of one run were made with."""

    chat_template_sha256: Sha256 | None
    base_sha256: Sha256 | None
    """For the house model: of the model under its adapter."""
    adapter_sha256: Sha256 | None
    seed: int
    sampling: Sampling
    prompts: dict[str, Sha256]
    """The prompt templates' files by their hashes."""
    panel_version: str
    versions: dict[str, str]
    """Libraries that shape a draft, by package name."""


class HowMade(Record):
    """How the page was made: who and what wrote it, and who answers for it."""

    later: ClassVar[frozenset[str]] = frozenset({"disclosure", "provenance"})

    model_name: str
    model_sha256: Sha256 | None
    quantization: str | None
    engine: str
    """The engine's name and version: "llama.cpp 0.3.36"; "scripted" is no model at all."""
    personas: int
    drafted_at: datetime
    """When the newest of the drafts under the page was written."""
    editors: tuple[str, ...]
    """Everyone who changed a word, answered a finding or approved, in order of first appearance."""
    approvers: tuple[str, ...]
    """Everyone whose approval stands behind the page, the comparison's included; they answer for it."""
    approved_at: datetime | None
    """When the last approval was given; none on a preview."""
    run_id: str
    disclosure: Disclosure | None = None
    """What is known of the reviewers' independence; none for a script, and for runs older than the question."""
    provenance: RunProvenance | None = None


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

    @model_validator(mode="after")
    def _columns_line_up(self) -> Self:
        """An argument must never stand under another tool's name: everything per tool is in the tools' order."""
        order = tuple(card.dossier.slug for card in self.tools)
        for row in self.rows:
            if tuple(cell.seat for cell in row.cells) != tuple(Seat(tool=tool, persona=row.persona) for tool in order):
                raise ValueError(f"the seats of {row.persona} are not the tools in their order")
        compared = self.comparison
        columns = (tuple(tally.tool for tally in compared.tallies), tuple(line.tool for line in compared.prices))
        counts = {len(compared.community), *(len(line.calls) for line in compared.split)}
        if any(column != order for column in columns) or counts != {len(order)}:
            raise ValueError("the comparison is not of the tools in their order")
        return self
