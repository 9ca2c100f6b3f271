"""Journal entries: everything people did to a run, or to what is released, in order, each chained to the one before."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from panel.records.base import Record, Sha256, Slug
from panel.records.verdict import BeatText, Call, FindingKey, Seat

GENESIS = "0" * 64
"""What the first entry names as its predecessor."""


class Action(StrEnum):
    """What an entry records."""

    EDIT = "edit"
    FLIP = "flip"
    REDRAFT = "redraft"
    ACKNOWLEDGE = "acknowledge"
    APPROVE = "approve"
    CONFIRM = "confirm"
    UNDO = "undo"
    PUBLISH = "publish"
    UNPUBLISH = "unpublish"
    RELEASE = "release"
    RELEASED = "released"
    REVERT = "revert"
    REVERTED = "reverted"
    PAIR = "pair"


class ReleasedPage(Record):
    """One page of a release: what stands there now, and what stood there before."""

    run_id: Slug
    sha256: Sha256
    """The content hash that is published."""
    before_run: Slug | None = None
    """The run whose page it replaces; its own for a new edition; None where nothing stood."""
    before_seq: int | None = None
    """The entry of that run's journal that published it."""


class Entry(Record):
    """One line of `journal.jsonl`."""

    schema_version: Literal[1] = 1
    seq: Annotated[int, Field(ge=1)]
    at: AwareDatetime
    author: Annotated[str, Field(min_length=1, max_length=120)]
    action: Action
    seat: Seat | None = None
    """None for what is about the whole run: the comparison's approval, publishing."""
    reason: str = ""
    before: Sha256 | None = None
    """The content hash the author saw."""
    after: Sha256 | None = None
    """The content hash that stands now; for an approval, the hash that is approved."""
    beats: tuple[BeatText, ...] | None = None
    """For an edit: the whole new text."""
    call: Call | None = None
    """For an edit or a flip: the call that stands now."""
    draft: int | None = None
    """For a redraft: the number of the draft that stands now; for a seat's approval, of the draft under its words."""
    draft_sha256: Sha256 | None = None
    """The SHA-256 of that draft's file, so that nothing in it changes unseen, not even a number."""
    finding: FindingKey | None = None
    """For an acknowledgement: which finding, in which text."""
    undoes: int | None = None
    """For an undo: the `seq` it takes back."""
    files: dict[str, Sha256] | None = None
    """For a publication: every file written, by its path under the site, with the SHA-256 of its bytes."""
    published_at: AwareDatetime | None = None
    """For a publication: the date the page carries."""
    out: str | None = None
    """For a publication: the site's folder, relative to the newsroom where it lies inside."""
    restores: int | None = None
    """For a publication that a reverted release brings back: the `seq` of the entry that published it first."""
    release: Slug | None = None
    """For an entry of the newsroom's own journal: which release; for a run's: the release that made or took it back."""
    pages: dict[Slug, ReleasedPage] | None = None
    """For a release: its pages, by their addresses."""
    tools: tuple[Slug, ...] | None = None
    """For a pair: the tools that are compared without a run; for a confirmation: whose price still holds."""
    prev: Sha256
    """The SHA-256 of the previous line's bytes, without its newline."""
