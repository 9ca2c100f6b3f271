"""Drafts and verdicts: what the model wrote for a seat, and what stands there now."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import AwareDatetime, Field, model_validator

from panel.records.base import Raw, Record, Sha256, Slug
from panel.records.persona import BeatId


class Call(StrEnum):
    """The binary end of every verdict."""

    SHIP = "ship"
    SKIP = "skip"

    @property
    def opposite(self) -> Call:
        """The other call."""
        return Call.SKIP if self is Call.SHIP else Call.SHIP


class Seat(Record):
    """One persona reviewing one tool in one run."""

    tool: Slug
    persona: Slug

    def __str__(self) -> str:
        """Render as `tool/persona`."""
        return f"{self.tool}/{self.persona}"

    @classmethod
    def parse(cls, text: str) -> Seat:
        """Read `tool/persona` back."""
        tool, _, persona = text.partition("/")
        return cls(tool=tool, persona=persona)


class BeatText(Record):
    """The answer to one beat."""

    id: BeatId
    text: str
    """One or two sentences; "" only where a person emptied it (and a check says so)."""


class Passage(Record):
    """A sentence of a dossier."""

    place: str
    """Where it stands: "description", "pricing.tiers[0]", or "evidence:" and its id."""
    text: str


class Finding(Record):
    """One thing a check noticed in a verdict."""

    later: ClassVar[frozenset[str]] = frozenset({"start", "passage", "instead"})

    check: str
    """The check's name: "repeated-sentence"."""
    beat: str | None = None
    """The beat it is about; none when it is about the whole verdict."""
    message: str
    """For the editor."""
    instruction: str
    """For the model: what to do differently."""
    quote: str = ""
    """The words it is about."""
    start: int | None = None
    """Where they begin in the beat's text, in characters; none where a check does not tell."""
    passage: Passage | None = None
    """What the dossier says there, or the sentence of it that is nearest; none when the finding needs none."""
    instead: str = ""
    """What the dossier has in the quote's place; "" when it has nothing, or when that is not known."""


class FindingKey(Record):
    """Which finding an editor acknowledged, and in which text: in any other text it is another finding."""

    check: str
    beat: str | None = None
    start: int | None = None
    quote: str
    text_sha256: Sha256
    """Of what it is about: the beat's text; for a finding about the call, the call, the draft's number and what was
    asked about its passages."""


class Flagged(Record):
    """A passage of a dossier's evidence that speaks to reviewers instead of about the tool."""

    evidence: Slug
    quote: str
    reasons: tuple[str, ...]
    """Why it was flagged, the gravest first."""


class Quarantine(Record):
    """A seat's call asked for directly, with the flagged passages of its dossier and without them."""

    flagged: Annotated[tuple[Flagged, ...], Field(min_length=1)]
    p_ship_with: Annotated[float, Field(ge=0, le=1)] | None = None
    """The probability of `ship` on the dossier as it was reviewed; none when the engine could not tell."""
    p_ship_without: Annotated[float, Field(ge=0, le=1)] | None = None
    """The same on the dossier without the passages."""


class Flips(Record):
    """How stable a draft's call is, its argument given."""

    call: Call
    """The draft's."""
    flipped: int
    """How many of the draws came out the other way."""
    of: int
    """How many draws."""
    rate: float
    """What share of draws comes out the other way in the long run, 0 to 1, exactly."""
    temperature: float

    @property
    def text(self) -> str:
        """The figure for people: "ship, flips 3 of 8"."""
        return f"{self.call}, flips {self.flipped} of {self.of}"


class Attempt(Record):
    """One answer of the engine, kept whole."""

    seed: int
    raw: Raw
    findings: tuple[Finding, ...] = ()
    prompt_tokens: int
    cached_tokens: int
    """How many of the prompt's tokens were already in the context."""
    completion_tokens: int
    p_ship: Annotated[float, Field(ge=0, le=1)] | None = None
    duration_s: Annotated[float, Field(ge=0)]


class Draft(Record):
    """What the model wrote for a seat. Immutable; a redraft is a sibling with the next number."""

    schema_version: Literal[1] = 1
    kind: Literal["draft"] = "draft"
    seat: Seat
    n: Annotated[int, Field(ge=1)]
    beats: tuple[BeatText, ...]
    call: Call
    p_ship: Annotated[float, Field(ge=0, le=1)] | None
    """The model's probability of `ship` at the decisive token, renormalised over ship and skip; none if unknown."""
    findings: tuple[Finding, ...]
    """What the checks still say of the chosen attempt."""
    attempts: Annotated[tuple[Attempt, ...], Field(min_length=1)]
    """Every answer, oldest first, revisions included."""
    chosen: Annotated[int, Field(ge=0)]
    """Which attempt became the draft: the one with the fewest findings, the latest among equals."""
    rejected: tuple[Raw, ...] = ()
    """Answers that were no verdict at all, as the engine wrote them."""
    prompt_sha256: Sha256
    """Of the messages that led to the first attempt."""
    origin: Literal["run", "redraft"]
    note: str = ""
    """The editor's note that a redraft answers."""
    base_sha256: Sha256 | None = None
    """For a redraft: the content hash of the verdict the editor saw when asking for it."""
    quarantine: Quarantine | None = None
    """What became of the call without the dossier's flagged passages; none where nothing was flagged."""
    created_at: AwareDatetime

    @model_validator(mode="after")
    def _chosen_exists(self) -> Draft:
        if self.chosen >= len(self.attempts):
            raise ValueError("chosen names an attempt that is not there")
        return self

    @property
    def raw(self) -> str:
        """The engine's text that became this draft."""
        return self.attempts[self.chosen].raw


class MissingSeat(Record):
    """A seat whose retries are used up. Shown, never counted, blocks publication."""

    schema_version: Literal[1] = 1
    kind: Literal["missing"] = "missing"
    seat: Seat
    n: Annotated[int, Field(ge=1)]
    error: str
    """The error's class: "EngineTimeout"."""
    message: str
    raw: tuple[Raw, ...] = ()
    """The engine's answers that were no verdict."""
    origin: Literal["run", "redraft"] = "run"
    note: str = ""
    """The editor's note that a failed redraft was to answer."""
    base_sha256: Sha256 | None = None
    created_at: AwareDatetime


class Verdict(Record):
    """A seat's current text and call: a draft with the journal folded over it.

    Its content hash is what an approval names. It covers the dossier and the persona too, so that a changed
    input un-approves what was written from it.
    """

    seat: Seat
    dossier_sha256: Sha256
    persona_sha256: Sha256
    beats: tuple[BeatText, ...]
    call: Call

    @property
    def argument(self) -> str:
        """The beats joined."""
        return " ".join(beat.text for beat in self.beats if beat.text)
